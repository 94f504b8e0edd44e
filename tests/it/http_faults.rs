//! Our own faults, seen from outside: nothing internal gets out, nothing else breaks.

use crate::door::{posted, query, send};
use crate::hub::{Hub, both};
use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextResolve, ResolveInfo};
use async_graphql::{ServerResult, Value, async_trait};
use futures_util::future::join_all;
use gongjian_hub::graph;
use gongjian_hub::graph::limits::{Gate, Limits};
use gongjian_hub::http::{self, Served, Settings};
use gongjian_hub::store::sql::Sql;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// What happens in the resolver of `areas`.
#[derive(Clone, Copy)]
enum Trouble {
    Panics,
    NeverEnds,
}

impl ExtensionFactory for Trouble {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(*self)
    }
}

#[async_trait::async_trait]
impl Extension for Trouble {
    async fn resolve(
        &self,
        ctx: &ExtensionContext<'_>,
        info: ResolveInfo<'_>,
        next: NextResolve<'_>,
    ) -> ServerResult<Option<Value>> {
        match self {
            Self::Panics if info.name == "areas" => panic!("secret_table is broken"),
            Self::NeverEnds if info.name == "areas" => std::future::pending().await,
            _ => next.run(ctx, info).await,
        }
    }
}

/// What a hub with a trouble answers from.
fn troubled(hub: &Hub, trouble: Trouble) -> Served {
    let limits = Limits { seconds: 1, ..Limits::default() };
    let schema = graph::schema().data(limits).extension(Gate::new(limits)).extension(trouble).finish();
    Served { schema, ..hub.served(Settings::default()) }
}

const AREAS: &str = "{ areas { totalCount } }";

#[tokio::test]
async fn a_panic_is_an_error_with_an_id_and_the_hub_lives_on() {
    let hub = Hub::sqlite().await;
    let router = http::router(troubled(&hub, Trouble::Panics));
    let answer = send(router.clone(), posted(query(AREAS).to_string(), &[])).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (500, "INTERNAL"));
    let error = &answer.json()["errors"][0];
    let id = error["extensions"]["id"].as_str().expect("an id");
    assert!(error["message"].as_str().unwrap().contains(id));
    assert!(!answer.text.contains("secret") && !answer.text.contains("panic"), "{}", answer.text);
    let answer = send(router, posted(query("{ __typename }").to_string(), &[])).await;
    assert_eq!(answer.json()["data"]["__typename"], "Query");
}

#[tokio::test]
async fn what_takes_too_long_is_ended_with_a_code() {
    let hub = Hub::sqlite().await;
    let router = http::router(troubled(&hub, Trouble::NeverEnds));
    let answer = send(router, posted(query(AREAS).to_string(), &[("accept-language", "en")])).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (503, "TIMEOUT"));
    assert_eq!(answer.json()["errors"][0]["extensions"]["value"], 1);
}

/// Counts for hours.
const SLOW: &str = "WITH RECURSIVE counted (n) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT n + 1 FROM counted WHERE n < 1000000000000) SELECT COUNT(*) FROM counted";
const RUNNING: &str = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND query LIKE 'WITH RECURSIVE counted%'";

both!(parallel what_nobody_waits_for_ends_in_the_database_too, |hub| {
    let one = async |text: &'static str| {
        let mut conn = hub.store.read().await.unwrap();
        let (count,): (i64,) = conn.one(Sql::new(text, Vec::new())).await.unwrap();
        count
    };
    // As many as the hub has connections to read with.
    let given_up = join_all((0..16).map(|_| timeout(Duration::from_millis(500), one(SLOW)))).await;
    assert!(given_up.iter().all(Result::is_err));
    let again = timeout(Duration::from_secs(20), join_all((0..16).map(|_| one("SELECT COUNT(*) FROM area"))));
    assert_eq!(again.await.expect("connections that are free again"), [0; 16]);
    if hub.store.read().await.unwrap().is_postgres() {
        let ended = async {
            while one(RUNNING).await > 0 {
                sleep(Duration::from_millis(100)).await;
            }
        };
        timeout(Duration::from_secs(20), ended).await.expect("statements that have ended");
    }
});
