use crate::door::{got, posted, query, send};
use crate::hub::Hub;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use gongjian_hub::http::{self, Settings};
use serde_json::{Value, json};

const HERE: &str = "{ __typename }";
const GRAPHQL: &str = "application/graphql-response+json; charset=utf-8";
const MODERN: (&str, &str) = ("accept", "application/graphql-response+json");

#[tokio::test]
async fn the_answer_has_the_media_type_that_was_asked_for() {
    let hub = Hub::sqlite().await;
    for (accept, status, kind) in [
        ("", 200, "application/json; charset=utf-8"),
        ("*/*", 200, "application/json; charset=utf-8"),
        ("application/*", 200, "application/json; charset=utf-8"),
        ("application/json", 200, "application/json; charset=utf-8"),
        ("application/graphql-response+json, application/json;q=0.9", 200, GRAPHQL),
        ("application/json, application/graphql-response+json", 200, GRAPHQL),
        ("application/json, application/graphql-response+json;q=0.9", 200, "application/json; charset=utf-8"),
        ("application/json;q=0, */*", 200, GRAPHQL),
        (
            "application/json;q=0, application/graphql-response+json;q=0",
            406,
            "application/json; charset=utf-8",
        ),
        ("text/html;q=0.9, */*;q=0.1", 200, "application/json; charset=utf-8"),
        ("text/csv", 406, "application/json; charset=utf-8"),
    ] {
        let headers = [("accept", accept)];
        let answer = hub.post(&query(HERE), if accept.is_empty() { &[] } else { &headers }).await;
        assert_eq!((answer.status.as_u16(), answer.header("content-type")), (status, kind), "{accept}");
    }
}

#[tokio::test]
async fn a_form_of_another_site_changes_nothing() {
    let hub = Hub::sqlite().await;
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""] {
        let answer = hub.post(&query(HERE), &[("content-type", kind)]).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code().as_str()),
            (415, "UNSUPPORTED_MEDIA_TYPE"),
            "{kind}"
        );
    }
    let utf8 = hub.post(&query(HERE), &[("content-type", "Application/JSON; charset=utf-8")]).await;
    assert_eq!(utf8.json()["data"], json!({ "__typename": "Query" }));
}

#[tokio::test]
async fn a_body_that_is_no_request_is_refused_in_the_readers_language() {
    let hub = Hub::sqlite().await;
    for body in [
        "",
        "{",
        "[]",
        "3",
        "{}",
        r#"{"query":3}"#,
        r#"{"query":"{a}","variables":[]}"#,
        r#"{"query":"{a}","operationName":{}}"#,
        r#"[{"query":"{a}"}]"#,
        "\u{0}",
    ] {
        let chinese = hub.send(posted(body, &[])).await;
        let english = hub.send(posted(body, &[("accept-language", "en-GB,en")])).await;
        assert_eq!(
            (chinese.status, chinese.code()),
            (StatusCode::BAD_REQUEST, "BAD_REQUEST".into()),
            "{body}"
        );
        let told = |answer: &Value| answer["errors"][0]["message"].as_str().expect("a text").to_owned();
        assert!(told(&english.json()).is_ascii() && !told(&chinese.json()).is_ascii(), "{body}");
    }
}

#[tokio::test]
async fn a_body_may_not_be_larger_than_the_limit() {
    let hub = Hub::sqlite().await;
    let served = hub.served(Settings { body_bytes: 100, ..Settings::default() });
    let answer = send(http::router(served), posted(" ".repeat(101), &[("accept-language", "en")])).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (413, "LIMIT_REACHED"));
    assert!(answer.text.contains("100"), "{}", answer.text);
}

#[tokio::test]
async fn a_request_that_cannot_be_run_is_400_where_the_client_understands_it() {
    let hub = Hub::sqlite().await;
    for (asked, code) in [
        ("{ nonsense }", "GRAPHQL_VALIDATION_FAILED"),
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("query A { __typename } query B { __typename }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
    ] {
        let modern = hub.post(&query(asked), &[MODERN]).await;
        let plain = hub.post(&query(asked), &[]).await;
        assert_eq!((modern.status.as_u16(), modern.code().as_str()), (400, code), "{asked}");
        assert_eq!((plain.status.as_u16(), plain.json().get("data")), (200, None), "{asked}");
    }
    let follow = query("subscription { needChanged(areaId: \"x\") { cursor } }");
    let told = hub.post(&follow, &[("accept-language", "en")]).await.json();
    let message = told["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("/graphql/ws") && message.contains("/graphql/stream"), "{message}");
    let partly = hub.post(&query(r#"{ __typename node(id: "x") { id } }"#), &[MODERN]).await;
    assert_eq!((partly.status.as_u16(), partly.code().as_str()), (200, "BAD_ID"), "what was run answers 200");
}

#[tokio::test]
async fn get_reads_and_never_writes() {
    let hub = Hub::sqlite().await;
    let read = hub
        .send(got(
            "/graphql?query=query($id:ID!){node(id:$id){id}__typename}&variables={%22id%22:%22unit_1%22}",
            &[],
        ))
        .await;
    assert_eq!(read.code(), "BAD_ID", "variables arrive");
    let named = "/graphql?query=query%20A{__typename}mutation%20B{__typename}&operationName=";
    for (path, status) in [
        (format!("{named}A"), 200),
        (format!("{named}B"), 405),
        ("/graphql?query=mutation{__typename}".into(), 405),
        ("/graphql".into(), 400),
        ("/graphql?query={__typename}&variables=[]".into(), 400),
    ] {
        assert_eq!(hub.send(got(&path, &[])).await.status.as_u16(), status, "{path}");
    }
    let browser = hub.send(got("/graphql", &[("accept", "text/html,*/*")])).await;
    assert_eq!((browser.status.as_u16(), browser.header("location")), (303, "/graphiql"));
}

#[tokio::test]
async fn other_methods_and_pages_are_told_what_there_is() {
    let hub = Hub::sqlite().await;
    let put = hub.send(Request::put("/graphql").body(Body::empty()).unwrap()).await;
    assert_eq!((put.status.as_u16(), put.header("allow")), (405, "GET, POST"));
    let mutation = hub.send(got("/graphql?query=mutation{__typename}", &[])).await;
    assert_eq!((mutation.status.as_u16(), mutation.header("allow")), (405, "POST"));
    let patch = hub.send(Request::patch("/graphql/stream").body(Body::empty()).unwrap()).await;
    assert_eq!((patch.status.as_u16(), patch.header("allow")), (405, "GET, POST, PUT, DELETE"));
    let no_socket = hub.send(got("/graphql/ws", &[])).await;
    assert_eq!((no_socket.status.as_u16(), no_socket.header("upgrade")), (426, "websocket"));
    let lost = hub.send(got("/nowhere", &[])).await;
    assert_eq!((lost.status.as_u16(), lost.code().as_str()), (404, "NOT_FOUND"));
}
