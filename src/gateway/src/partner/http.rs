//! One call over HTTP: no redirects, no proxy, no cookies, and no more of an answer than there is room for.

use super::{Call, Guard, Settings, Trouble};
use bytes::{Bytes, BytesMut};
use reqwest::header::{ACCEPT, ACCEPT_LANGUAGE, AUTHORIZATION, CONTENT_TYPE};
use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use std::time::Duration;

const NAME: &str = concat!("gongjian-gateway/", env!("CARGO_PKG_VERSION"));
const ACCEPTED: &str = "application/graphql-response+json, application/json;q=0.9";
/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(2);

/// What calls an address.
pub(super) fn client(address: &str, settings: Settings, guard: &Guard) -> Result<(Client, Url), Trouble> {
    let (url, lookup) = guard.admit(address)?;
    let builder = match lookup {
        Some(lookup) => Client::builder().dns_resolver(lookup),
        None => Client::builder(),
    };
    let client = builder
        .redirect(Policy::none())
        .no_proxy()
        .user_agent(NAME)
        .connect_timeout(CONNECT.min(settings.patience))
        .pool_max_idle_per_host(settings.calls)
        .build()
        .map_err(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "no client for a partner");
            Trouble::Unreachable
        })?;
    Ok((client, url))
}

/// Asks once.
pub(super) async fn ask(client: &Client, url: &Url, call: &Call, room: usize) -> Result<Bytes, Trouble> {
    let request = client
        .post(url.clone())
        .header(CONTENT_TYPE, "application/json")
        .header(ACCEPT, ACCEPTED)
        .header(ACCEPT_LANGUAGE, call.lang.pick("zh", "en"))
        .header(AUTHORIZATION, &call.authorization)
        .body(call.body.clone());
    let mut response = request.send().await.map_err(|error| failed(&error))?;
    let status = response.status();
    let json = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).is_some_and(is_json);
    // GraphQL over HTTP answers a request that it refuses with 4xx, and says why in the body.
    if status.is_server_error() || status.is_redirection() || (!json && !status.is_success()) {
        return Err(Trouble::Status(status.as_u16()));
    }
    if !json {
        return Err(Trouble::NotGraphQl);
    }
    if response.content_length().is_some_and(|length| length > room as u64) {
        return Err(Trouble::TooLarge);
    }
    let mut body = BytesMut::new();
    while let Some(part) = response.chunk().await.map_err(|error| failed(&error))? {
        if body.len() + part.len() > room {
            return Err(Trouble::TooLarge);
        }
        body.extend_from_slice(&part);
    }
    Ok(body.freeze())
}

fn is_json(kind: &str) -> bool {
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json")
        || kind.eq_ignore_ascii_case("application/graphql-response+json")
}

fn failed(error: &reqwest::Error) -> Trouble {
    tracing::debug!(error = error as &dyn std::error::Error, "a partner cannot be reached");
    if error.is_timeout() { Trouble::Late } else { Trouble::Unreachable }
}
