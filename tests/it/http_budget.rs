//! What a client may spend over time, and what it is told of it.

use crate::door::{Answer, posted, query, send};
use crate::hub::{Hub, federation};
use axum::Router;
use gongjian_hub::app;
use gongjian_hub::config::Config;
use gongjian_hub::domain::viewer::Actor;
use gongjian_hub::graph::limits::Limits;
use gongjian_hub::http::{self, Served, Settings};
use serde_json::json;

/// A hub where everybody may spend 1,000 points, and 1 comes back each second.
fn thrifty(hub: &Hub) -> Router {
    let limits = Limits { budget: 1_000, budget_per_second: 1, ..Limits::default() };
    let schema = app::schema(&Config { limits, ..Config::default() }, federation());
    let settings = Settings { address_header: Some("x-real-ip".into()), ..Settings::default() };
    http::router(Served { schema, limits, ..hub.served(settings) })
}

/// Asks for what costs 411 points: a page of a hundred areas with their ids in its list, and how many there are.
async fn spend(router: &Router, headers: &[(&str, &str)]) -> Answer {
    let pages = query("{ areas(first: 100) { totalCount nodes { id name code } } }");
    send(router.clone(), posted(pages.to_string(), headers)).await
}

#[tokio::test]
async fn a_token_that_has_spent_all_is_told_when_to_come_again() {
    let hub = Hub::sqlite().await;
    let router = thrifty(&hub);
    let [one, other] = [hub.secret(Actor::Administrator, 1).await, hub.secret(Actor::Administrator, 1).await]
        .map(|secret| format!("Bearer {secret}"));
    let first = spend(&router, &[("authorization", &one)]).await;
    let cost = &first.json()["extensions"]["cost"];
    assert_eq!(
        *cost,
        json!({ "requested": 412, "limit": 20_000, "remaining": 588, "capacity": 1_000, "resetSeconds": 412 })
    );
    assert_eq!(spend(&router, &[("authorization", &one)]).await.status, 200);
    for (accept, words) in [("zh", "请求过于频繁"), ("en", "Too many requests")] {
        let headers = [("authorization", one.as_str()), ("accept-language", accept)];
        let refused = spend(&router, &headers).await;
        assert_eq!((refused.status.as_u16(), refused.code().as_str()), (429, "RATE_LIMITED"));
        let seconds: u64 = refused.header("retry-after").parse().unwrap();
        assert!((200..=240).contains(&seconds), "{seconds}");
        let error = &refused.json()["errors"][0];
        assert!(error["message"].as_str().unwrap().starts_with(words), "{error}");
        let told =
            [&error["extensions"]["limit"], &error["extensions"]["value"], &error["extensions"]["requested"]];
        assert_eq!(told, [&json!("budget"), &json!(1_000), &json!(412)]);
    }
    assert_eq!(spend(&router, &[("authorization", &other)]).await.status, 200, "each token for itself");
}

#[tokio::test]
async fn the_public_spends_by_its_address_whatever_it_writes_about_itself() {
    let hub = Hub::sqlite().await;
    let router = thrifty(&hub);
    for (address, statuses) in
        [("192.0.2.1", [200, 200, 429]), ("192.0.2.2", [200, 200, 429]), ("1.1.1.1, 192.0.2.1", [429; 3])]
    {
        for status in statuses {
            let headers = [("x-real-ip", address), ("x-gongjian-address", "203.0.113.1")];
            assert_eq!(spend(&router, &headers).await.status, status, "{address}");
        }
    }
}

#[tokio::test]
async fn what_is_refused_is_paid_for_too() {
    let hub = Hub::sqlite().await;
    let router = thrifty(&hub);
    let mut codes = Vec::new();
    for _ in 0..11 {
        codes.push(send(router.clone(), posted(query("{ nothing").to_string(), &[])).await.code());
    }
    assert_eq!(codes[..10], ["GRAPHQL_PARSE_FAILED"; 10]);
    assert_eq!(codes[10], "RATE_LIMITED");
}
