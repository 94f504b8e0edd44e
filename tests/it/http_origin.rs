use crate::door::{Answer, posted, query, send};
use crate::hub::Hub;
use axum::body::Body;
use axum::http::{Method, Request};
use gongjian_hub::http::{self, Settings};

async fn asked(hub: &Hub, origins: &[&str], headers: &[(&str, &str)]) -> Answer {
    let origins = origins.iter().map(ToString::to_string).collect();
    let router = http::router(hub.served(Settings { origins, ..Settings::default() }));
    send(router, posted(query("{ __typename }").to_string(), headers)).await
}

#[tokio::test]
async fn a_page_asks_its_own_hub_or_one_that_lists_its_site() {
    let hub = Hub::sqlite().await;
    let listed = ["https://portal.example"];
    for (headers, status) in [
        (&[("host", "hub.example")][..], 200),
        (&[("host", "hub.example"), ("origin", "https://hub.example")], 200),
        (&[("host", "hub.example"), ("origin", "https://HUB.example")], 200),
        (
            &[("host", "inner:8080"), ("origin", "https://hub.example"), ("sec-fetch-site", "same-origin")],
            200,
        ),
        (&[("host", "hub.example"), ("origin", "https://portal.example")], 200),
        (&[("host", "hub.example"), ("origin", "https://evil.example")], 403),
        (
            &[("host", "hub.example"), ("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")],
            403,
        ),
        (&[("host", "hub.example"), ("origin", "null")], 403),
        (&[("host", "hub.example"), ("origin", "https://hub.example:8443")], 403),
        (&[("origin", "https://hub.example")], 403),
    ] {
        let answer = asked(&hub, &listed, headers).await;
        assert_eq!(answer.status.as_u16(), status, "{headers:?}");
        assert!(status == 200 || answer.code() == "ORIGIN_FORBIDDEN");
    }
    assert_eq!(asked(&hub, &["*"], &[("origin", "https://any.example")]).await.status.as_u16(), 200);
}

#[tokio::test]
async fn pages_of_listed_sites_may_read_the_answers() {
    let hub = Hub::sqlite().await;
    let own = asked(&hub, &["https://portal.example"], &[("origin", "https://portal.example")]).await;
    assert_eq!(own.header("access-control-allow-origin"), "https://portal.example");
    assert_eq!(
        asked(&hub, &[], &[("sec-fetch-site", "same-origin")]).await.header("access-control-allow-origin"),
        ""
    );
    let settings = Settings { origins: vec!["https://portal.example".into()], ..Settings::default() };
    let router = http::router(hub.served(settings));
    for (origin, allowed) in
        [("https://portal.example", "https://portal.example"), ("https://evil.example", "")]
    {
        let question = Request::builder().method(Method::OPTIONS).uri("/graphql").header("origin", origin);
        let question = question.header("access-control-request-method", "POST").body(Body::empty()).unwrap();
        let answer = send(router.clone(), question).await;
        assert_eq!(answer.header("access-control-allow-origin"), allowed);
        assert_eq!(
            answer.header("access-control-allow-credentials"),
            "",
            "cookies are for the hub's own pages"
        );
    }
}
