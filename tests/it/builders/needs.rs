//! Needs wherever they can stand in their life, and what the graph is told of them.

use super::{category, need_facts, service_facts};
use crate::hub::{Hub, administrator, monday};
use chrono::TimeDelta;
use gongjian_hub::domain::id::{AreaId, Id as _, MatchId, NeedId, ServiceId, UnitId};
use gongjian_hub::domain::matches::{Hold, MatchState};
use gongjian_hub::domain::need::{NeedAction, NeedState, Outcome};
use gongjian_hub::domain::text::TextEnum as _;
use gongjian_hub::domain::viewer::Viewer;
use gongjian_hub::store::conn::Tx;
use gongjian_hub::store::need::{self, NeedFacts};
use gongjian_hub::store::sql::Sql;
use serde_json::{Value, json};

/// The facts of [`need_facts`], as the graph takes them.
pub fn facts_input(title: &str) -> Value {
    json!({
        "categoryId": category("safety.anti_fraud").to_string(),
        "title": title,
        "targetGroups": ["EVERYONE"],
        "urgency": "NORMAL",
        "source": "VISIT",
        "measure": "SESSIONS",
        "quantity": 10,
        "startsAt": monday() + TimeDelta::days(7),
        "endsAt": monday() + TimeDelta::days(28),
    })
}

/// The mutation that takes an action, and an input that is good for it.
pub fn step_input(action: NeedAction, id: NeedId, into: NeedId) -> (&'static str, Value) {
    let (name, mut input) = match action {
        NeedAction::Edit => ("updateNeed", json!({ "facts": facts_input("改过的标题") })),
        NeedAction::Submit => ("submitNeed", json!({})),
        NeedAction::Verify => ("verifyNeed", json!({})),
        NeedAction::Return => ("returnNeed", json!({ "reason": "请补充人数" })),
        NeedAction::Merge => ("mergeNeed", json!({ "intoId": into.to_string(), "reason": "同一件事" })),
        NeedAction::Open => ("openNeed", json!({})),
        NeedAction::Close => ("closeNeed", json!({ "outcome": "SOLVED" })),
        NeedAction::Reopen => ("reopenNeed", json!({ "quantity": 3, "reason": "还有居民没有听到" })),
        NeedAction::Withdraw => ("withdrawNeed", json!({ "reason": "居民已自行解决" })),
    };
    input["id"] = json!(id.to_string());
    (name, input)
}

impl Hub {
    /// A service that needs of the stories can be served by.
    pub async fn talks(&self, street: AreaId) -> ServiceId {
        let (unit, _) = self.unit(street, "芙蓉区公安分局").await;
        self.draft_service(unit, service_facts("反诈讲座", street), 1_000).await
    }

    /// Brings a need of 10 sessions into a state, the matches of which that takes included.
    pub async fn need_in(
        &self,
        state: NeedState,
        area: AreaId,
        asking: Option<UnitId>,
        talks: ServiceId,
    ) -> NeedId {
        let mut tx = self.store.begin(&administrator()).await.unwrap();
        let id = need::add(&mut tx, area, asking, need_facts("反诈讲座")).await.unwrap();
        prepare(&mut tx, id, area, state).await;
        let served = match state {
            NeedState::PartiallyClaimed => Some((4, MatchState::Accepted, 0)),
            NeedState::Claimed => Some((10, MatchState::Scheduled, 0)),
            NeedState::InService => Some((10, MatchState::InProgress, 3)),
            NeedState::Delivered | NeedState::Closed => Some((10, MatchState::Confirmed, 10)),
            _ => None,
        };
        if let Some((quantity, match_state, delivered)) = served {
            serve(&mut tx, id, talks, quantity, match_state, delivered).await;
        }
        if state == NeedState::Closed {
            need::close(&mut tx, id, Outcome::Solved).await.unwrap();
        }
        tx.commit().await.unwrap();
        id
    }

    /// Opens a need with these facts.
    pub async fn open_need(&self, area: AreaId, asking: Option<UnitId>, facts: NeedFacts) -> NeedId {
        let mut tx = self.store.begin(&administrator()).await.unwrap();
        let id = need::add(&mut tx, area, asking, facts).await.unwrap();
        prepare(&mut tx, id, area, NeedState::Open).await;
        tx.commit().await.unwrap();
        id
    }

    /// A need's state, version and quantities, as the graph tells them.
    pub async fn need_now(&self, viewer: &Viewer, id: NeedId) -> Value {
        let query = "query($id: ID!) { need(id: $id) { state version quantity claimed delivered left } }";
        self.data(viewer, query, json!({ "id": id.to_string() })).await["need"].take()
    }
}

/// Moves a draft on, as far as people alone can move it towards a state.
async fn prepare(tx: &mut Tx, id: NeedId, area: AreaId, state: NeedState) {
    if state == NeedState::Draft {
        return;
    }
    need::submit(tx, id).await.unwrap();
    let left = match state {
        NeedState::Submitted => Ok(id),
        NeedState::Returned => need::return_(tx, id, "请补充人数").await,
        NeedState::Withdrawn => need::withdraw(tx, id, "居民已自行解决").await,
        NeedState::Merged => {
            let into = need::add(tx, area, None, need_facts("并入的需求")).await.unwrap();
            need::merge(tx, id, into, "同一件事").await
        }
        _ => return publish(tx, id, state).await,
    };
    left.unwrap();
}

/// Verifies a need and opens it where that is wanted.
async fn publish(tx: &mut Tx, id: NeedId, state: NeedState) {
    need::verify(tx, id).await.unwrap();
    if state != NeedState::Verified {
        need::open(tx, id).await.unwrap();
    }
}

/// Puts a match of a need and a service straight into the tables and counts the need again.
pub async fn serve(
    tx: &mut Tx,
    need: NeedId,
    service: ServiceId,
    quantity: i64,
    state: MatchState,
    delivered: i64,
) -> MatchId {
    let id: MatchId = tx.id();
    let released = if state.hold() == Hold::Released { quantity - delivered } else { 0 };
    let insert = "INSERT INTO match (id, need_id, service_id, capacity_id, unit_id, asking_unit_id, street_id, state,
            initiator, quantity, delivered, released, starts_at, ends_at, asking_confirmed_at, offering_confirmed_at,
            respond_by, accepted_at, created_at)
         SELECT $1, need.id, service.id, capacity.id, service.unit_id, need.asking_unit_id, need.street_id, $2, 'offering',
            $3, $4, $5, need.starts_at, need.ends_at, $6, $6, $6, $6, $6
         FROM need, service JOIN capacity ON capacity.service_id = service.id WHERE need.id = $7 AND service.id = $8";
    let values = vec![
        id.uuid().into(),
        state.as_str().into(),
        quantity.into(),
        delivered.into(),
        released.into(),
        tx.now.into(),
        need.uuid().into(),
        service.uuid().into(),
    ];
    assert_eq!(tx.execute(Sql::new(insert, values)).await.unwrap(), 1);
    need::recount(tx, need).await.unwrap();
    id
}
