use crate::door::{got, query, send};
use crate::hub::{Hub, both};
use axum::Router;
use axum::routing::get;
use gongjian_hub::clock::Clock;
use gongjian_hub::http::{self, Settings};
use gongjian_hub::store::Store;

#[tokio::test]
async fn the_query_page_is_whole_and_asks_nothing_of_other_hosts() {
    let hub = Hub::sqlite().await;
    let page = hub.send(got("/graphiql", &[])).await;
    assert_eq!((page.status.as_u16(), page.header("content-type")), (200, "text/html; charset=utf-8"));
    let policy = page.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'")
    );
    assert_eq!(page.header("x-content-type-options"), "nosniff");
    let files: Vec<&str> =
        page.text.split('"').filter(|part| part.starts_with("/graphiql/") || part.contains("//")).collect();
    assert_eq!(files.len(), 4, "{files:?}");
    for file in files {
        let answer = hub.send(got(file, &[])).await;
        assert_eq!(answer.status.as_u16(), 200, "{file}");
        assert!(!answer.text.is_empty());
        let kind = answer.header("content-type");
        assert!(
            kind.starts_with(if file.ends_with("js") { "text/javascript" } else { "text/css" }),
            "{kind}"
        );
        for host in ["src=\"http", "@import", "url(http", "unpkg.com", "jsdelivr", "googleapis"] {
            assert!(!answer.text.contains(host), "{file} refers to {host}");
        }
    }
}

#[tokio::test]
async fn a_file_that_is_known_is_not_sent_again_and_no_other_is_sent_at_all() {
    let hub = Hub::sqlite().await;
    let first = hub.send(got("/graphiql/page.js", &[])).await;
    let again = hub.send(got("/graphiql/page.js", &[("if-none-match", first.header("etag"))])).await;
    assert_eq!((again.status.as_u16(), again.text.as_str()), (304, ""));
    for file in ["README.md", "build%2Fbuild.mjs", "build%2Fentry.js", "..%2Fmod.rs", "%2Fetc%2Fpasswd"] {
        assert_eq!(hub.send(got(&format!("/graphiql/{file}"), &[])).await.status.as_u16(), 404, "{file}");
    }
}

both!(a_hub_with_its_tables_is_ready, |hub| {
    assert_eq!(hub.send(got("/healthz", &[])).await.text, "ok\n");
    let ready = hub.send(got("/readyz", &[])).await;
    assert_eq!((ready.status.as_u16(), ready.text.as_str()), (200, "ok\n"));
});

#[tokio::test]
async fn a_hub_without_its_tables_lives_but_is_not_ready() {
    let hub = Hub::sqlite().await;
    let empty = Store::open("sqlite::memory:", Clock::system()).await.unwrap();
    let mut served = hub.served(Settings::default());
    served.store = empty.clone();
    let router = http::router(served);
    assert_eq!(send(router.clone(), got("/healthz", &[])).await.status.as_u16(), 200);
    assert_eq!(send(router.clone(), got("/readyz", &[])).await.status.as_u16(), 503);
    empty.close().await;
    assert_eq!(send(router, got("/readyz", &[])).await.status.as_u16(), 503);
}

#[tokio::test]
async fn requests_are_counted_by_their_outcome() {
    let hub = Hub::sqlite().await;
    hub.post(&query("{ __typename }"), &[]).await;
    hub.post(&query("{ nonsense }"), &[]).await;
    hub.post(&query("{ __typename }"), &[("content-type", "text/plain")]).await;
    let counts = hub.send(got("/metrics", &[])).await.text;
    for line in [
        "gongjian_requests_total{route=\"/graphql\",outcome=\"ok\"}",
        "gongjian_requests_total{route=\"/graphql\",outcome=\"errors\"}",
        "gongjian_requests_total{route=\"/graphql\",outcome=\"refused\"}",
        "gongjian_request_seconds_bucket{route=\"/graphql\",le=\"0.1\"}",
        "gongjian_statements_total ",
    ] {
        assert!(counts.contains(line), "{line}\n{counts}");
    }
}

async fn broken() -> &'static str {
    panic!("secret")
}

#[tokio::test]
async fn a_panic_is_a_500_with_an_id_and_the_server_lives() {
    let hub = Hub::sqlite().await;
    let routes = Router::new().route("/broken", get(broken)).route("/fine", get(async || "fine"));
    let server = http::observed(routes, hub.served(Settings::default()));
    let answer = send(server.clone(), got("/broken", &[("accept-language", "en")])).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (500, "INTERNAL"));
    let id = answer.json()["errors"][0]["extensions"]["id"].clone();
    assert_eq!(id, answer.header("x-request-id"));
    assert!(!answer.text.contains("secret"));
    assert_eq!(send(server, got("/fine", &[])).await.text, "fine");
}
