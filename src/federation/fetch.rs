//! Asking a partner's endpoint for its schema: encrypted, to an address that was looked at as it is connected to, without
//! redirects or proxies, within limits of time and size.

use super::Settings;
use super::address::{Endpoint, Reach, Unreachable};
use crate::domain::refusal::{Code, Refusal};
use serde::Deserialize;
use std::net::ToSocketAddrs as _;
use std::time::Duration;
use tokio::task::spawn_blocking;
use ureq::Agent;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};

/// An endpoint that did not tell its schema.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failed {
    /// It must not be asked, or is not known.
    #[error(transparent)]
    Address(#[from] Unreachable),
    /// It took too long.
    #[error("timed out")]
    Timeout,
    /// It said too much.
    #[error("answered too much")]
    TooLarge,
    /// It cannot be connected to.
    #[error("refused the connection")]
    NoConnection,
    /// It answered with another status than 200.
    #[error("answered with status {0}")]
    Status(u16),
    /// It did not answer with a schema.
    #[error("did not answer with a schema")]
    NoSchema,
}

impl Failed {
    /// The code of it, for programs.
    #[must_use]
    pub fn code(&self) -> String {
        match self {
            Self::Address(why) => why.code().to_owned(),
            Self::Timeout => "TIMEOUT".to_owned(),
            Self::TooLarge => "TOO_LARGE".to_owned(),
            Self::NoConnection => "NO_CONNECTION".to_owned(),
            Self::Status(status) => format!("HTTP_{status}"),
            Self::NoSchema => "NO_SCHEMA".to_owned(),
        }
    }
}

impl From<Failed> for Refusal {
    fn from(failed: Failed) -> Self {
        let (zh, en) = match &failed {
            Failed::Address(why) => return (*why).into(),
            Failed::Timeout => ("接口在限定时间内没有答复。", "The endpoint did not answer in time."),
            Failed::TooLarge => ("接口返回的内容过大。", "The endpoint answered too much."),
            Failed::NoConnection => ("无法与接口建立连接。", "The endpoint cannot be connected to."),
            Failed::Status(status) => {
                let zh = format!(
                    "接口返回状态 {status}，应为 200（不跟随跳转）。请检查地址，或改用 sdl 直接提交。"
                );
                let en = format!(
                    "The endpoint answered with status {status}, not 200 (redirects are not followed). Check the address, or submit the schema in `sdl`."
                );
                return Self::new(Code::Unreachable, zh, en).at("url");
            }
            Failed::NoSchema => (
                "接口没有返回 schema：应能答复查询 { _service { sdl } }。",
                "The endpoint told no schema: it has to answer the query { _service { sdl } }.",
            ),
        };
        let (zh, en) = (
            format!("{zh}请检查后重试，或改用 sdl 直接提交 schema。"),
            format!("{en} Try again, or submit the schema in `sdl`."),
        );
        Self::new(Code::Unreachable, zh, en).at("url")
    }
}

/// Looks names up and lets nothing through that must not be asked.
#[derive(Debug)]
struct Guard(Reach);

impl Resolver for Guard {
    fn resolve(
        &self,
        uri: &Uri,
        _: &ureq::config::Config,
        _: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else {
            return Err(ureq::Error::HostNotFound);
        };
        let named = DefaultResolver::host_and_port(scheme, authority).ok_or(ureq::Error::HostNotFound)?;
        let (host, port) = named.rsplit_once(':').ok_or(ureq::Error::HostNotFound)?;
        let port = port.parse().map_err(|_| ureq::Error::HostNotFound)?;
        let found = named.to_socket_addrs().map_err(|_| ureq::Error::HostNotFound)?;
        let allowed = self.0.allowed(host, port, found).map_err(|why| ureq::Error::Other(Box::new(why)))?;
        let mut addresses = self.empty();
        for address in allowed.into_iter().take(16) {
            addresses.push(address);
        }
        Ok(addresses)
    }
}

#[derive(Deserialize)]
struct Answer {
    data: Option<Data>,
}

#[derive(Deserialize)]
struct Data {
    #[serde(rename = "_service")]
    service: Option<Service>,
}

#[derive(Deserialize)]
struct Service {
    sdl: Option<String>,
}

/// What an endpoint tells as its schema.
pub(super) async fn sdl(reach: &Reach, settings: &Settings, endpoint: &Endpoint) -> Result<String, Failed> {
    let (reach, endpoint) = (reach.clone(), endpoint.clone());
    let patience = Duration::from_secs(settings.fetch_seconds);
    // In JSON a sign may take six bytes.
    let most = settings.sdl_bytes as u64 * 6 + 1_000;
    let asked = spawn_blocking(move || ask(&reach, &endpoint, patience, most));
    // Looking a name up takes as long as the system likes, so the whole has a limit of its own.
    match tokio::time::timeout(patience + Duration::from_secs(1), asked).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) | Err(_) => Err(Failed::Timeout),
    }
}

fn ask(reach: &Reach, endpoint: &Endpoint, patience: Duration, most: u64) -> Result<String, Failed> {
    let config = Agent::config_builder()
        .timeout_global(Some(patience))
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .proxy(None)
        .https_only(!endpoint.inside)
        .user_agent("gongjian-hub")
        .build();
    let agent = Agent::with_parts(config, DefaultConnector::default(), Guard(reach.clone()));
    let answer = agent
        .post(endpoint.url.as_str())
        .header("content-type", "application/json")
        .header("accept", "application/json")
        .send(r#"{"query":"{ _service { sdl } }"}"#);
    let mut answer = answer.map_err(|error| failed(&error))?;
    if answer.status() != 200 {
        return Err(Failed::Status(answer.status().as_u16()));
    }
    let text =
        answer.body_mut().with_config().limit(most).read_to_string().map_err(|error| failed(&error))?;
    let answer: Answer = serde_json::from_str(&text).map_err(|_| Failed::NoSchema)?;
    answer.data.and_then(|data| data.service).and_then(|service| service.sdl).ok_or(Failed::NoSchema)
}

fn failed(error: &ureq::Error) -> Failed {
    match error {
        ureq::Error::Timeout(_) => Failed::Timeout,
        ureq::Error::BodyExceedsLimit(_) => Failed::TooLarge,
        ureq::Error::HostNotFound => Failed::Address(Unreachable::UnknownHost),
        ureq::Error::Other(why) => match why.downcast_ref::<Unreachable>() {
            Some(why) => Failed::Address(*why),
            None => Failed::NoConnection,
        },
        _ => Failed::NoConnection,
    }
}
