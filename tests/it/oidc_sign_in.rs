//! Signing in by a real OpenID provider: the npm package oidc-provider, run by Node.js. `tests/run` installs it first; by
//! hand: `(cd tests/clients && npm ci)`, then `cargo test --test it -- --ignored oidc`.

use crate::account_sign_in::account;
use crate::door::{Answer, got, query, send};
use crate::hub::{Hub, administrator, both};
use axum::Router;
use gongjian_hub::clock::Clock;
use gongjian_hub::domain::viewer::Actor;
use gongjian_hub::http::oidc::{Oidc, Settings as Provider};
use gongjian_hub::http::{self, Served, Settings};
use gongjian_hub::store::account as accounts;
use gongjian_hub::store::subject::{self, Subject};
use serde_json::json;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;

const CALLBACK: &str = "http://127.0.0.1:8080/oidc/callback";
const HOST: (&str, &str) = ("host", "127.0.0.1:8080");

/// A provider that runs until the story ends.
struct Running {
    child: Child,
    issuer: String,
    /// Kept open: a provider that cannot say what it wants to say ends.
    _out: BufReader<ChildStdout>,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running {
    fn start() -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/clients/oidc/provider.mjs");
        let mut child = Command::new("node")
            .args([script, CALLBACK])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Node.js");
        let mut out = BufReader::new(child.stdout.take().expect("its output"));
        let mut issuer = String::new();
        while !issuer.starts_with("http") {
            issuer.clear();
            assert!(
                out.read_line(&mut issuer).expect("a line") > 0,
                "no provider: (cd tests/clients && npm ci)"
            );
        }
        Self { child, issuer: issuer.trim().to_owned(), _out: out }
    }

    /// Asks the provider's doors for tests.
    async fn test(&self, path: &str) -> String {
        let url = format!("{}/test/{path}", self.issuer);
        let ask =
            move || ureq::get(&url).call().expect("an answer").body_mut().read_to_string().expect("a text");
        tokio::task::spawn_blocking(ask).await.expect("an answer")
    }

    async fn mode(&self, is: &str) {
        self.test(&format!("mode?is={is}")).await;
    }
}

/// A hub whose people sign in by the provider; its clock is the machine's, as the provider's is.
fn hub_of(hub: &Hub, issuer: &str, refetch_seconds: i64) -> Router {
    let settings: Provider = serde_json::from_value(json!({
        "issuer": issuer, "client_id": "hub", "client_secret": "a secret of the hub, for tests",
        "redirect_url": CALLBACK, "refetch_seconds": refetch_seconds,
    }))
    .expect("settings");
    let oidc = Oidc::new(settings).expect("a provider");
    let store = hub.store.with_clock(Clock::system());
    http::router(Served { store, oidc: Some(Arc::new(oidc)), ..hub.served(Settings::default()) })
}

fn cookie(answer: &Answer, name: &str) -> String {
    let all = answer.headers.get_all("set-cookie").iter().filter_map(|one| one.to_str().ok());
    let found = all.filter_map(|one| one.split(';').next()).find(|one| one.starts_with(name));
    found.unwrap_or_default().to_owned()
}

fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |done, byte| format!("{done}%{byte:02X}"))
}

/// Leaves for the provider; where the browser comes back to, and what it carries.
async fn leave(router: &Router, provider: &Running) -> (String, String) {
    let gone = send(router.clone(), got("/oidc/sign-in", &[HOST])).await;
    assert_eq!(gone.status.as_u16(), 303, "{}", gone.text);
    let to = gone.header("location").to_owned();
    for part in ["response_type=code", "code_challenge_method=S256", "state=", "nonce=", "scope=openid"] {
        assert!(to.contains(part), "{to}");
    }
    let back = provider.test(&format!("browse?to={}", encoded(&to))).await;
    let path = back.strip_prefix("http://127.0.0.1:8080").unwrap_or_else(|| panic!("{back}")).to_owned();
    (path, cookie(&gone, "gongjian-away-local"))
}

async fn arrive(router: &Router, (path, away): &(String, String)) -> Answer {
    send(router.clone(), got(path, &[HOST, ("cookie", away)])).await
}

async fn around(router: &Router, provider: &Running) -> Answer {
    let left = leave(router, provider).await;
    arrive(router, &left).await
}

async fn link(hub: &Hub, issuer: &str) {
    let (id, _) = account(hub, "wang", Actor::Administrator).await;
    let who = Subject { issuer: issuer.to_owned(), subject: "wang".into() };
    let mut tx = hub.store.begin(&administrator()).await.unwrap();
    subject::link(&mut tx, id, &who).await.unwrap();
    tx.commit().await.unwrap();
}

async fn require_signed_in(router: &Router, answer: &Answer) {
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/graphiql"), "{}", answer.text);
    let session = cookie(answer, "gongjian-local");
    let headers = [HOST, ("cookie", &*session), ("sec-fetch-site", "same-origin")];
    let asked = crate::door::posted(query("{ viewer { role account { login } } }").to_string(), &headers);
    let told = send(router.clone(), asked).await.json();
    assert_eq!(told["data"]["viewer"], json!({ "role": "ADMINISTRATOR", "account": { "login": "wang" } }));
}

macro_rules! with_provider {
    ($name:ident, $sqlite:ident, $postgres:ident) => {
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        #[ignore = "needs Node.js and (cd tests/clients && npm ci); tests/run runs it"]
        async fn $sqlite() {
            $name(&Hub::sqlite().await).await;
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        #[ignore = "needs Node.js and (cd tests/clients && npm ci); tests/run runs it"]
        async fn $postgres() {
            $name(&Hub::postgres().await).await;
        }
    };
}

async fn whoever_is_linked_is_let_in(hub: &Hub) {
    let provider = Running::start();
    let router = hub_of(hub, &provider.issuer, 60);
    let stranger = around(&router, &provider).await;
    assert_eq!((stranger.status.as_u16(), stranger.code().as_str()), (403, "NOT_LINKED"));
    assert!(stranger.text.contains("wang"), "what to tell the administrator");
    link(hub, &provider.issuer).await;
    require_signed_in(&router, &around(&router, &provider).await).await;
    let mut tx = hub.store.begin(&administrator()).await.unwrap();
    let id = accounts::by_login(&mut tx, "wang").await.unwrap().unwrap().id;
    accounts::set_disabled(&mut tx, id, true).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(around(&router, &provider).await.code(), "NOT_LINKED", "not to a disabled account");
}
with_provider!(whoever_is_linked_is_let_in, oidc_linked_sqlite, oidc_linked_postgres);

async fn a_token_that_proves_nothing_lets_nobody_in(hub: &Hub) {
    let provider = Running::start();
    link(hub, &provider.issuer).await;
    let router = hub_of(hub, &provider.issuer, 60);
    require_signed_in(&router, &around(&router, &provider).await).await;
    for mode in [
        "wrong-nonce",
        "no-nonce",
        "wrong-issuer",
        "wrong-audience",
        "two-audiences",
        "expired",
        "no-subject",
        "other-subject-unsigned",
        "none",
        "stranger",
        "stranger-key-inside",
        "unknown-key",
        "hs256-public-key",
        "hs256-secret",
    ] {
        provider.mode(mode).await;
        let refused = around(&router, &provider).await;
        assert_eq!((refused.status.as_u16(), refused.code().as_str()), (401, "UNAUTHENTICATED"), "{mode}");
        assert_eq!(cookie(&refused, "gongjian-local"), "", "{mode}");
    }
    provider.mode("plain").await;
    require_signed_in(&router, &around(&router, &provider).await).await;
}
with_provider!(a_token_that_proves_nothing_lets_nobody_in, oidc_lies_sqlite, oidc_lies_postgres);

async fn only_the_browser_that_left_arrives_and_only_once(hub: &Hub) {
    let provider = Running::start();
    link(hub, &provider.issuer).await;
    let router = hub_of(hub, &provider.issuer, 60);
    let mine = leave(&router, &provider).await;
    let other = leave(&router, &provider).await;
    for (path, away) in [
        (mine.0.clone(), String::new()),
        (mine.0.clone(), other.1.clone()),
        (mine.0.replace("state=", "state=x"), mine.1.clone()),
        (format!("{}&iss=x", mine.0.split("&iss=").next().unwrap()), mine.1.clone()),
        ("/oidc/callback".into(), mine.1.clone()),
        ("/oidc/callback?error=access_denied".into(), mine.1.clone()),
    ] {
        let refused = arrive(&router, &(path.clone(), away)).await;
        assert_eq!((refused.status.as_u16(), refused.code().as_str()), (401, "UNAUTHENTICATED"), "{path}");
    }
    require_signed_in(&router, &arrive(&router, &mine).await).await;
    assert_eq!(arrive(&router, &mine).await.status.as_u16(), 401, "the code was used");
    // The right state with another's verifier: whoever catches a code cannot use it.
    let caught = leave(&router, &provider).await;
    let mut parts: Vec<&str> = caught.1.split('.').collect();
    parts[2] = "another-verifier-that-is-long-enough-for-the-provider-to-read";
    assert_eq!(arrive(&router, &(caught.0.clone(), parts.join("."))).await.status.as_u16(), 401);
}
with_provider!(only_the_browser_that_left_arrives_and_only_once, oidc_browser_sqlite, oidc_browser_postgres);

async fn new_keys_are_learnt_and_unknown_ones_make_no_flood(hub: &Hub) {
    let provider = Running::start();
    link(hub, &provider.issuer).await;
    let patient = hub_of(hub, &provider.issuer, 3_600);
    let keen = hub_of(hub, &provider.issuer, 0);
    for router in [&patient, &keen] {
        require_signed_in(router, &around(router, &provider).await).await;
    }
    provider.test("rotate?kid=second").await;
    require_signed_in(&keen, &around(&keen, &provider).await).await;
    assert_eq!(around(&patient, &provider).await.status.as_u16(), 401, "not yet: it has just asked");
    provider.mode("unknown-key").await;
    let before: u32 = provider.test("fetches").await.parse().unwrap();
    for _ in 0..5 {
        assert_eq!(around(&patient, &provider).await.status.as_u16(), 401);
    }
    let after: u32 = provider.test("fetches").await.parse().unwrap();
    assert_eq!(before, after, "five unknown keys, no question to the provider");
}
with_provider!(new_keys_are_learnt_and_unknown_ones_make_no_flood, oidc_keys_sqlite, oidc_keys_postgres);

both!(without_a_provider_there_is_nothing, |hub| {
    assert_eq!(hub.send(got("/oidc/sign-in", &[HOST])).await.status.as_u16(), 404);
    assert_eq!(hub.send(got("/oidc/callback?code=a&state=b", &[HOST])).await.status.as_u16(), 404);
});

both!(a_provider_that_is_away_is_asked_once_in_a_while, |hub| {
    let router = hub_of(hub, "http://127.0.0.1:9", 60);
    for _ in 0..3 {
        let refused = send(router.clone(), got("/oidc/sign-in", &[HOST])).await;
        assert_eq!((refused.status.as_u16(), refused.code().as_str()), (502, "PROVIDER_UNAVAILABLE"));
    }
});

#[test]
fn a_provider_elsewhere_is_encrypted() {
    let of = |issuer: &str, redirect: &str| {
        let settings = json!({ "issuer": issuer, "client_id": "hub", "redirect_url": redirect });
        Oidc::new(serde_json::from_value(settings).expect("settings")).is_ok()
    };
    assert!(of("https://id.example", "https://hub.example/oidc/callback"));
    assert!(of("http://127.0.0.1:1", CALLBACK));
    assert!(!of("http://id.example", "https://hub.example/oidc/callback"));
    assert!(!of("https://id.example", "http://hub.example/oidc/callback"));
    assert!(!of("nonsense", CALLBACK));
}
