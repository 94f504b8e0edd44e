//! What happens while somebody listens: a second process, a subscriber, a token that can be taken away.

use super::{need_facts, service_facts};
use crate::hub::{Hub, administrator};
use async_graphql::{Request, Response, Variables};
use futures_util::stream::{BoxStream, StreamExt as _};
use gongjian_hub::domain::event::Event;
use gongjian_hub::domain::id::{AreaId, MatchId, NeedId, TokenId, UnitId};
use gongjian_hub::domain::matches::Side;
use gongjian_hub::domain::service::ServiceAction;
use gongjian_hub::domain::text::Lang;
use gongjian_hub::domain::viewer::{Actor, Scope, Viewer};
use gongjian_hub::graph::{self, Asked};
use gongjian_hub::store::matches::{self, Proposal};
use gongjian_hub::store::sql::Sql;
use gongjian_hub::store::token::{self, NewToken};
use gongjian_hub::store::{Store, need, service};
use serde_json::Value;
use std::time::Duration;
use tokio::task::JoinHandle;

/// What a subscriber to needs asks for.
pub const NEED_CHANGED: &str = "subscription($area: ID, $unit: ID, $after: String) {
    needChanged(areaId: $area, unitId: $unit, after: $after) { cursor at kind from to need { title state } }
}";

/// What a subscriber to matches asks for.
pub const MATCH_CHANGED: &str = "subscription($area: ID, $unit: ID, $after: String) {
    matchChanged(areaId: $area, unitId: $unit, after: $after) {
        cursor at kind from to match { state quantity need { title } unit { name } askingUnit { name } }
    }
}";

/// Ends with the test.
pub struct Listening(JoinHandle<()>);

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// A subscription that is read answer by answer.
pub struct Subscriber(BoxStream<'static, Response>);

impl Subscriber {
    /// The next answer as JSON; `None` where the subscription has ended.
    pub async fn answer(&mut self) -> Option<Value> {
        let answer = tokio::time::timeout(Duration::from_secs(20), self.0.next()).await;
        answer.expect("an answer in time").map(|answer| serde_json::to_value(answer).expect("JSON"))
    }

    /// The next change.
    pub async fn change(&mut self) -> Value {
        let mut answer = self.answer().await.expect("a change");
        assert_eq!(answer.get("errors"), None, "{answer}");
        answer["data"].as_object_mut().unwrap().values_mut().next().unwrap().take()
    }

    /// The title of the need that changed next.
    pub async fn title(&mut self) -> String {
        self.change().await["need"]["title"].as_str().expect("a title").to_owned()
    }

    /// The code of the error that ends it.
    pub async fn refusal(&mut self) -> String {
        let answer = self.answer().await.expect("an answer");
        let code = answer["errors"][0]["extensions"]["code"].as_str().expect("a code").to_owned();
        assert_eq!(self.answer().await, None, "a refusal is the end");
        code
    }
}

impl Hub {
    /// The same database, opened by another process.
    pub async fn other_process(&self) -> Store {
        Store::open(&self.url, self.store.clock.clone()).await.unwrap()
    }

    /// Brings this process news of the others.
    pub fn listening(&self) -> Listening {
        let store = self.store.clone();
        Listening(tokio::spawn(async move { store.listen().await }))
    }

    /// Subscribes to changes.
    pub fn subscribe(&self, viewer: &Viewer, query: &str, variables: Value) -> Subscriber {
        let request = Request::new(query).variables(Variables::from_json(variables));
        let asked = Asked { viewer: viewer.clone(), lang: Lang::Zh };
        Subscriber(graph::stream(&self.schema, &self.store, asked, request))
    }

    /// The whole trail.
    pub async fn trail(&self) -> Vec<Event> {
        self.trail_after(0).await
    }

    /// The trail after a number.
    pub async fn trail_after(&self, seq: i64) -> Vec<Event> {
        let mut sql = Sql::default();
        sql.push("SELECT * FROM event WHERE seq > ").bind(seq).push(" ORDER BY seq");
        self.store.read().await.unwrap().all(sql).await.unwrap()
    }

    /// The place at which the trail ends by now.
    pub async fn now(&self) -> String {
        let trail = self.trail().await;
        gongjian_hub::store::event::cursor(trail.last().expect("an event")).encode()
    }

    /// Kills the connection that listens to PostgreSQL, as a restart of the server would; how many there were.
    pub async fn kill_listener(&self) -> usize {
        let mut sql = Sql::default();
        sql.push(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = current_database() AND query LIKE 'LISTEN%'",
        );
        let killed: Vec<(bool,)> = self.store.read().await.unwrap().all(sql).await.unwrap();
        killed.len()
    }

    /// Makes a token, and the viewer that its bearer is.
    pub async fn signed_in(&self, actor: Actor, days: i64) -> (TokenId, Viewer) {
        let mut tx = self.store.begin(&administrator()).await.unwrap();
        let scopes = vec![Scope::Read, Scope::Write];
        let new = NewToken { name: "测试".into(), actor, scopes, days };
        let (id, secret) = token::create(&mut tx, new).await.unwrap();
        tx.commit().await.unwrap();
        let mut conn = self.store.read().await.unwrap();
        let token = token::by_secret(&mut conn, &secret, self.store.clock.now()).await.unwrap().unwrap();
        (id, token.viewer(self.store.clock.now()).unwrap())
    }

    /// Takes a token away.
    pub async fn revoke(&self, token: TokenId) {
        let mut tx = self.store.begin(&administrator()).await.unwrap();
        token::revoke(&mut tx, token).await.unwrap();
        tx.commit().await.unwrap();
    }
}

/// Adds a draft need through a process of one's choice.
pub async fn add_need(store: &Store, area: AreaId, title: &str) -> NeedId {
    let mut tx = store.begin(&administrator()).await.unwrap();
    let id = need::add(&mut tx, area, None, need_facts(title)).await.unwrap();
    tx.commit().await.unwrap();
    id
}

impl Hub {
    /// Lists a service of a unit and lets its liaison claim 4 sessions of an open need.
    pub async fn proposed_match(
        &self,
        unit: UnitId,
        liaison: &Viewer,
        street: AreaId,
        need: NeedId,
    ) -> MatchId {
        let service = self.draft_service(unit, service_facts("反诈讲座", street), 20).await;
        let mut tx = self.store.begin(&administrator()).await.unwrap();
        for action in [ServiceAction::Review, ServiceAction::List] {
            service::advance(&mut tx, service, action, None).await.unwrap();
        }
        tx.commit().await.unwrap();
        let mut tx = self.store.begin(liaison).await.unwrap();
        let side = Side::Offering;
        let proposal = Proposal { need, service, side, capacity: None, quantity: 4, respond_in_hours: None };
        let id = matches::propose(&mut tx, proposal).await.unwrap();
        tx.commit().await.unwrap();
        id
    }
}
