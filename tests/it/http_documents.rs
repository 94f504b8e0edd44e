use crate::door::{Answer, got, posted, send};
use crate::hub::Hub;
use axum::Router;
use gongjian_hub::domain::text::Lang;
use gongjian_hub::http::documents::{Documents, Settings};
use gongjian_hub::http::{self};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;

const TRUSTED: &str = "query Trusted($n: Int) { categories(first: $n) { __typename } }";
const OTHER: &str = "{ __typename }";

fn sha256(text: &str) -> String {
    Sha256::digest(text).iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

/// A manifest as graphql-codegen's client preset writes it.
fn manifest(content: &Value) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("persisted-documents.json");
    std::fs::write(&file, content.to_string()).unwrap();
    (folder, file)
}

fn trusted() -> Value {
    json!({ format!("sha256:{}", sha256(TRUSTED)): TRUSTED })
}

fn router(hub: &Hub, settings: &Settings) -> Router {
    let mut served = hub.served(http::Settings::default());
    served.documents = Arc::new(Documents::load(settings).unwrap());
    http::router(served)
}

async fn post(router: &Router, body: Value) -> Answer {
    send(router.clone(), posted(body.to_string(), &[("accept", "application/graphql-response+json")])).await
}

fn by_hash(hash: &str, query: Option<&str>) -> Value {
    let persisted = json!({ "version": 1, "sha256Hash": hash });
    json!({ "query": query, "extensions": { "persistedQuery": persisted } })
}

fn told(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), answer.code())
}

#[tokio::test]
async fn a_trusted_document_is_run_by_its_id() {
    let hub = Hub::sqlite().await;
    let (_folder, file) = manifest(&trusted());
    let router = router(&hub, &Settings { file: Some(file), ..Settings::default() });
    let id = format!("sha256:{}", sha256(TRUSTED));
    let answer = post(&router, json!({ "documentId": id, "variables": { "n": 1 } })).await;
    assert_eq!(answer.json()["data"]["categories"]["__typename"], "CategoryConnection", "{}", answer.text);
    let in_url = send(router.clone(), got(&format!("/graphql?documentId={id}"), &[])).await;
    assert_eq!(in_url.json()["data"]["categories"]["__typename"], "CategoryConnection");
    let apollo = post(&router, by_hash(&sha256(TRUSTED), None)).await;
    assert_eq!(apollo.json()["data"]["categories"]["__typename"], "CategoryConnection");
    let unknown = post(&router, json!({ "documentId": "sha256:0" })).await;
    assert_eq!(told(&unknown), (400, "PERSISTED_QUERY_NOT_FOUND".into()));
    assert_eq!(
        told(&post(&router, json!({ "documentId": id, "query": OTHER })).await),
        (400, "BAD_REQUEST".into())
    );
    assert_eq!(told(&post(&router, json!({ "documentId": 3 })).await), (400, "BAD_REQUEST".into()));
    assert_eq!(post(&router, json!({ "query": OTHER })).await.status.as_u16(), 200, "others run as well");
}

#[tokio::test]
async fn nothing_but_trusted_documents_runs_where_that_is_wanted() {
    let hub = Hub::sqlite().await;
    let (_folder, file) = manifest(&trusted());
    let router = router(&hub, &Settings { file: Some(file), only: true, ..Settings::default() });
    let id = format!("sha256:{}", sha256(TRUSTED));
    assert_eq!(post(&router, json!({ "documentId": id })).await.status.as_u16(), 200);
    // A client that sends both is answered by what it names.
    assert_eq!(post(&router, by_hash(&sha256(TRUSTED), Some(TRUSTED))).await.status.as_u16(), 200);
    for body in [json!({ "query": OTHER }), json!({ "query": TRUSTED }), by_hash(&sha256(OTHER), Some(OTHER))]
    {
        assert_eq!(told(&post(&router, body.clone()).await), (400, "DOCUMENT_NOT_TRUSTED".into()), "{body}");
    }
    let unknown = post(&router, by_hash(&sha256(OTHER), None)).await;
    assert_eq!(told(&unknown), (400, "PERSISTED_QUERY_NOT_FOUND".into()));
    let by_get = send(router, got("/graphql?query={__typename}", &[])).await;
    assert_eq!(by_get.code(), "DOCUMENT_NOT_TRUSTED");
}

#[tokio::test]
async fn a_query_that_came_once_is_known_by_its_hash() {
    let hub = Hub::sqlite().await;
    let router = router(&hub, &Settings::default());
    let first = post(&router, by_hash(&sha256(OTHER), None)).await;
    assert_eq!(told(&first), (400, "PERSISTED_QUERY_NOT_FOUND".into()));
    assert_eq!(first.json()["errors"][0]["message"], "PersistedQueryNotFound");
    let wrong = post(&router, by_hash(&sha256(TRUSTED), Some(OTHER))).await;
    assert_eq!(told(&wrong), (400, "PERSISTED_QUERY_HASH_MISMATCH".into()));
    assert_eq!(
        post(&router, by_hash(&sha256(OTHER), Some(OTHER))).await.json()["data"]["__typename"],
        "Query"
    );
    assert_eq!(post(&router, by_hash(&sha256(OTHER), None)).await.json()["data"]["__typename"], "Query");
    let extensions =
        format!("%7B%22persistedQuery%22:%7B%22version%22:1,%22sha256Hash%22:%22{}%22%7D%7D", sha256(OTHER));
    let by_get = send(router.clone(), got(&format!("/graphql?extensions={extensions}"), &[])).await;
    assert_eq!(by_get.json()["data"]["__typename"], "Query");
    for extension in [json!({ "version": 2, "sha256Hash": sha256(OTHER) }), json!({ "version": 1 }), json!(3)]
    {
        let body = json!({ "extensions": { "persistedQuery": extension } });
        assert_eq!(told(&post(&router, body.clone()).await), (400, "BAD_REQUEST".into()), "{body}");
    }
    let off = self::router(&hub, &Settings { automatic_bytes: 0, ..Settings::default() });
    let answer = post(&off, by_hash(&sha256(OTHER), None)).await;
    assert_eq!(told(&answer), (400, "PERSISTED_QUERY_NOT_SUPPORTED".into()));
}

#[tokio::test]
async fn queries_without_number_find_no_more_room_than_there_is() {
    let hub = Hub::sqlite().await;
    let settings = Settings { automatic_bytes: 20_000, ..Settings::default() };
    let router = router(&hub, &settings);
    let query = |at: usize| format!("{{ __typename }} # {at} {}", "x".repeat(1_000));
    for at in 0..200 {
        let query = query(at);
        assert_eq!(post(&router, by_hash(&sha256(&query), Some(&query))).await.status.as_u16(), 200);
    }
    let mut known = 0;
    for at in 0..200 {
        known += usize::from(post(&router, by_hash(&sha256(&query(at)), None)).await.status.is_success());
    }
    assert!(known <= 20, "{known} of 200 are known");
}

#[test]
fn a_manifest_that_is_none_is_refused_with_what_to_do() {
    let load = |content: &Value, only: bool| {
        let (_folder, file) = manifest(content);
        let settings = Settings { file: Some(file), only, ..Settings::default() };
        Documents::load(&settings).map(|_| ()).map_err(|error| error.message(Lang::En))
    };
    assert_eq!(load(&trusted(), true), Ok(()));
    assert_eq!(load(&json!({ "any-other-id": TRUSTED }), true), Ok(()));
    for (content, told) in [
        (json!([]), "is no manifest"),
        (json!({ "a": 3 }), "is no manifest"),
        (json!({ "sha256:00": TRUSTED }), "sha256:00"),
        (json!({ "a": "query {" }), "it is no GraphQL"),
        (json!({}), "documents.file"),
    ] {
        let refused = load(&content, true).expect_err("a refusal");
        assert!(refused.contains(told), "{refused}");
    }
    let nowhere = Settings { file: Some("nowhere.json".into()), ..Settings::default() };
    let refused = Documents::load(&nowhere).expect_err("a refusal").message(Lang::Zh);
    assert!(refused.contains("nowhere.json") && refused.contains("documents.file"), "{refused}");
}
