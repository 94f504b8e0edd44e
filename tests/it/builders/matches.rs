//! A need and services that fit it, and the store's steps taken by somebody.

use super::{Streets, need_facts, service_facts};
use crate::hub::{Hub, administrator};
use gongjian_hub::domain::event::Event;
use gongjian_hub::domain::id::{Id as _, MatchId, NeedId, ServiceId, UnitId};
use gongjian_hub::domain::matches::{Match, MatchAction, MatchState, Side};
use gongjian_hub::domain::refusal::Code;
use gongjian_hub::domain::service::ServiceAction;
use gongjian_hub::domain::viewer::Viewer;
use gongjian_hub::store::conn::{Row, Tx};
use gongjian_hub::store::error::{Error, Result};
use gongjian_hub::store::matches::{self, NewFulfilment, Proposal};
use gongjian_hub::store::service::{self, ServiceFacts};
use gongjian_hub::store::sql::Sql;
use gongjian_hub::store::{Store, entity};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A need of 10 sessions that is open, and a listed service of a unit of the street that fits it.
pub struct Pair {
    pub streets: Streets,
    pub unit: UnitId,
    pub liaison: Viewer,
    pub need: NeedId,
    pub service: ServiceId,
}

impl Pair {
    /// A claim of the need by the unit.
    pub fn claim(&self, quantity: i64) -> Proposal {
        proposal(self.need, self.service, Side::Offering, quantity)
    }

    /// A request of the community for the service.
    pub fn request(&self, quantity: i64) -> Proposal {
        proposal(self.need, self.service, Side::Asking, quantity)
    }
}

/// A proposal of one side, on whichever line of capacity fits.
pub fn proposal(need: NeedId, service: ServiceId, side: Side, quantity: i64) -> Proposal {
    Proposal { need, service, side, capacity: None, quantity, respond_in_hours: None }
}

/// A part that was delivered today.
pub fn part(hub: &Hub, quantity: i64, people_reached: i64) -> NewFulfilment {
    NewFulfilment {
        delivered_on: hub.store.clock.now().date_naive(),
        quantity,
        people_reached,
        evidence: Some("签到表".into()),
    }
}

/// The mutation of an action, and an input that is good for it; the hub alone lets matches expire.
pub fn step_input(action: MatchAction, id: MatchId) -> Option<(&'static str, Value)> {
    let (name, mut input) = match action {
        MatchAction::Propose | MatchAction::Accept => ("acceptMatch", json!({})),
        MatchAction::Decline => ("declineMatch", json!({ "reason": "不需要" })),
        MatchAction::Schedule => {
            ("scheduleMatch", json!({ "startsAt": "2026-03-20T01:00:00Z", "endsAt": "2026-03-20T03:00:00Z" }))
        }
        MatchAction::Record => {
            ("recordFulfilment", json!({ "deliveredOn": "2026-03-02", "quantity": 1, "peopleReached": 12 }))
        }
        MatchAction::Deliver => ("deliverMatch", json!({})),
        MatchAction::Confirm => ("confirmMatch", json!({ "reason": "电话回访" })),
        MatchAction::Cancel => ("cancelMatch", json!({ "reason": "改期" })),
        MatchAction::ReportNoShow => ("reportNoShow", json!({ "reason": "没有来" })),
        MatchAction::Fail => ("failMatch", json!({ "reason": "讲师生病" })),
        MatchAction::Expire => return None,
    };
    input["id"] = json!(id.to_string());
    Some((name, input))
}

/// Makes a change in one transaction, tried again where others stand in its way.
pub async fn change<T>(
    store: &Store,
    viewer: &Viewer,
    work: impl AsyncFn(&mut Tx) -> Result<T>,
) -> Result<T> {
    let mut tries = 0;
    loop {
        let mut tx = store.begin(viewer).await?;
        let done = match work(&mut tx).await {
            Ok(done) => tx.commit().await.map(|()| done),
            Err(error) => Err(error),
        };
        match done {
            Err(error) if error.is_transient() && tries < 10 => tries += 1,
            done => return done,
        }
    }
}

/// The code of the refusal that something must end in.
pub fn code<T: std::fmt::Debug>(outcome: Result<T>) -> Code {
    match outcome {
        Err(Error::Refused(refusal)) => refusal.code,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

impl Hub {
    /// Lists a service with capacity for the year.
    pub async fn listed_service(&self, unit: UnitId, facts: ServiceFacts, total: i64) -> ServiceId {
        let id = self.draft_service(unit, facts, total).await;
        let list = async |tx: &mut Tx| {
            service::advance(tx, id, ServiceAction::Review, None).await?;
            service::advance(tx, id, ServiceAction::List, None).await
        };
        change(&self.store, &administrator(), list).await.unwrap()
    }

    /// A need of 10 sessions, and a service with so many.
    pub async fn pair(&self, total: i64) -> Pair {
        let streets = self.streets().await;
        let (unit, liaison) = self.unit(streets.street, "国泰君安证券湖南分公司").await;
        let need = self.open_need(streets.community, None, need_facts("反诈讲座")).await;
        let facts = service_facts("防范电信诈骗讲座", streets.street);
        let service = self.listed_service(unit, facts, total).await;
        Pair { streets, unit, liaison, need, service }
    }

    /// Makes a change in the name of somebody.
    pub async fn change<T>(&self, viewer: &Viewer, work: impl AsyncFn(&mut Tx) -> Result<T>) -> Result<T> {
        change(&self.store, viewer, work).await
    }

    /// Proposes a match in the name of somebody.
    pub async fn propose(&self, viewer: &Viewer, new: &Proposal) -> Result<MatchId> {
        self.change(viewer, async |tx| matches::propose(tx, new.clone()).await).await
    }

    /// Claims the need and has it accepted.
    pub async fn accepted(&self, pair: &Pair, quantity: i64) -> MatchId {
        let id = self.propose(&pair.liaison, &pair.claim(quantity)).await.unwrap();
        self.change(&pair.streets.staff, async |tx| matches::accept(tx, id, None).await).await.unwrap()
    }

    /// A match that has come as far as a state, with 2 of 5 delivered where that takes something.
    pub async fn match_in(&self, pair: &Pair, state: MatchState) -> MatchId {
        use MatchState as S;
        let (liaison, staff) = (&pair.liaison, &pair.streets.staff);
        if matches!(state, S::Suggested | S::Proposed | S::Declined | S::Expired) {
            return self.unanswered(pair, state).await;
        }
        let id = self.accepted(pair, 5).await;
        if state == S::Scheduled {
            let need: gongjian_hub::domain::need::Need = self.get(pair.need).await;
            let (from, to) = (need.starts_at, need.ends_at);
            let plan = async |tx: &mut Tx| matches::schedule(tx, id, from, to).await;
            self.change(liaison, plan).await.unwrap();
        }
        if matches!(state, S::InProgress | S::Delivered | S::Confirmed | S::Failed) {
            let done = async |tx: &mut Tx| matches::record(tx, id, part(self, 2, 40)).await;
            self.change(liaison, done).await.unwrap();
        }
        match state {
            S::Delivered => self.change(liaison, async |tx| matches::deliver(tx, id).await).await.unwrap(),
            S::Confirmed => {
                self.change(liaison, async |tx| matches::deliver(tx, id).await).await.unwrap();
                self.change(staff, async |tx| matches::confirm(tx, id, None).await).await.unwrap()
            }
            S::Cancelled => {
                self.change(staff, async |tx| matches::cancel(tx, id, "改期").await).await.unwrap()
            }
            S::NoShow => {
                self.change(staff, async |tx| matches::no_show(tx, id, "没有来").await).await.unwrap()
            }
            S::Failed => {
                self.change(liaison, async |tx| matches::fail(tx, id, "讲师生病").await).await.unwrap()
            }
            _ => id,
        }
    }

    async fn unanswered(&self, pair: &Pair, state: MatchState) -> MatchId {
        if state == MatchState::Suggested {
            return self.suggested(pair, 5).await;
        }
        let id = self.propose(&pair.liaison, &pair.claim(5)).await.unwrap();
        match state {
            MatchState::Declined => {
                let no = async |tx: &mut Tx| matches::decline(tx, id, "不需要").await;
                self.change(&pair.streets.staff, no).await.unwrap()
            }
            MatchState::Expired => {
                self.store.clock.advance(chrono::TimeDelta::hours(72));
                assert!(matches::expire(&self.store).await.unwrap() > 0);
                id
            }
            _ => id,
        }
    }

    /// A match that the coordinator took from the matching.
    pub async fn suggested(&self, pair: &Pair, quantity: i64) -> MatchId {
        let capacity = self.capacity(pair.service).await;
        let suggest = async |tx: &mut Tx| {
            let reason = json!({ "part": "category", "points": 3_000, "zh": "类别完全一致", "en": "the same category" });
            let new = matches::Suggestion {
                need: pair.need,
                service: pair.service,
                capacity,
                quantity,
                score: 3_000,
                reasons: vec![serde_json::from_value(reason).unwrap()],
                matching: self.store.clock.id(),
                respond_in_hours: Some(24),
            };
            matches::suggest(tx, new).await
        };
        self.change(&pair.streets.coordinator, suggest).await.unwrap()
    }

    /// A row as the administrator sees it.
    pub async fn get<E: entity::Entity>(&self, id: E::Id) -> E {
        let mut conn = self.store.read().await.unwrap();
        entity::get(&mut conn, &administrator(), id).await.unwrap()
    }

    /// How much of a service is held and committed, and of a need claimed and delivered.
    pub async fn taken(&self, pair: &Pair) -> (i64, i64, i64, i64) {
        let mut sql = Sql::default();
        sql.push("SELECT held, committed, claimed, delivered FROM capacity, need WHERE service_id = ")
            .bind(pair.service)
            .push(" AND need.id = ")
            .bind(pair.need);
        self.store.read().await.unwrap().one(sql).await.unwrap()
    }

    /// Rows of a statement of the test's own.
    pub async fn rows<T: Row>(&self, text: &'static str) -> Vec<T> {
        self.store.read().await.unwrap().all(Sql::new(text, vec![])).await.unwrap()
    }

    /// Holds the whole database against its invariants: sums, limits, and every figure told again by the trail.
    pub async fn require_sound(&self) {
        for (rule, broken) in RULES {
            let rows: Vec<(i64,)> = self.rows(broken).await;
            assert_eq!(rows[0].0, 0, "{rule}");
        }
        let events: Vec<Event> = self.rows("SELECT * FROM event ORDER BY seq").await;
        assert!(events.iter().map(|event| event.seq).eq(1..=i64::try_from(events.len()).unwrap()));
        let told = Told::replay(&events);
        assert_eq!(told.matches, self.figures(MATCHES).await, "matches");
        assert_eq!(told.needs, self.figures(NEEDS).await, "needs");
        assert_eq!(told.lines, self.figures(LINES).await, "capacity");
        assert_eq!(told.people, self.figures(PEOPLE).await, "people reached");
    }

    async fn figures(&self, text: &'static str) -> Figures {
        let rows: Vec<(Uuid, String, i64, i64, i64)> = self.rows(text).await;
        rows.into_iter().map(|(id, state, a, b, c)| (id, (state, [a, b, c]))).collect()
    }
}

type Figures = BTreeMap<Uuid, (String, [i64; 3])>;

const MATCHES: &str = "SELECT id, state, quantity, delivered, released FROM match";
const NEEDS: &str = "SELECT id, state, quantity, claimed, delivered FROM need";
const LINES: &str = "SELECT id, '', total, held, committed FROM capacity";
const PEOPLE: &str =
    "SELECT match_id, '', CAST(SUM(people_reached) AS BIGINT), CAST(SUM(quantity) AS BIGINT), COUNT(*)
     FROM fulfilment GROUP BY match_id";

/// What must hold, and how many rows break it.
const RULES: [(&str, &str); 6] = [
    (
        "held is what unanswered matches hold, committed what the others keep",
        "SELECT COUNT(*) FROM capacity WHERE held <> (SELECT COALESCE(SUM(quantity), 0) FROM match
            WHERE capacity_id = capacity.id AND state IN ('suggested', 'proposed'))
         OR committed <> (SELECT COALESCE(SUM(quantity - released), 0) FROM match
            WHERE capacity_id = capacity.id AND state NOT IN ('suggested', 'proposed'))",
    ),
    (
        "what units can do in all counts just the same",
        "SELECT COUNT(*) FROM unit_capacity WHERE held <> (SELECT COALESCE(SUM(quantity), 0) FROM match
            WHERE unit_capacity_id = unit_capacity.id AND state IN ('suggested', 'proposed'))
         OR committed <> (SELECT COALESCE(SUM(quantity - released), 0) FROM match
            WHERE unit_capacity_id = unit_capacity.id AND state NOT IN ('suggested', 'proposed'))
         OR held + committed > total",
    ),
    ("nothing is overbooked", "SELECT COUNT(*) FROM capacity WHERE held + committed > total OR held < 0 OR committed < 0"),
    (
        "a need's claims and deliveries are those of its matches, and no more than its quantity",
        "SELECT COUNT(*) FROM need WHERE claimed > quantity OR delivered > claimed
         OR claimed <> (SELECT COALESCE(SUM(quantity - released), 0) FROM match WHERE need_id = need.id)
         OR delivered <> (SELECT COALESCE(SUM(delivered), 0) FROM match WHERE need_id = need.id)",
    ),
    (
        "a match has delivered what its parts have",
        "SELECT COUNT(*) FROM match WHERE delivered <> (SELECT COALESCE(SUM(quantity), 0) FROM fulfilment WHERE match_id = match.id)",
    ),
    (
        "what has ended holds what it delivered and no more",
        "SELECT COUNT(*) FROM match WHERE released <> CASE
            WHEN state IN ('confirmed', 'declined', 'expired', 'cancelled', 'no_show', 'failed') THEN quantity - delivered
            ELSE 0 END",
    ),
];

/// The figures as the trail tells them.
#[derive(Default)]
struct Told {
    matches: Figures,
    needs: Figures,
    lines: Figures,
    people: Figures,
}

impl Told {
    fn replay(events: &[Event]) -> Self {
        let mut told = Self::default();
        for event in events {
            told.hear(event);
        }
        told
    }

    fn hear(&mut self, event: &Event) {
        use gongjian_hub::domain::id::Kind as K;
        let (figures, names) = match event.subject {
            K::Match => (&mut self.matches, ["quantity", "delivered", "released"]),
            K::Need => (&mut self.needs, ["quantity", "claimed", "delivered"]),
            K::Capacity => (&mut self.lines, ["total", "held", "committed"]),
            K::Fulfilment => return self.hear_part(&event.data),
            _ => return,
        };
        let (state, values) = figures.entry(event.subject_id).or_default();
        if let Some(to) = event.to_state() {
            to.clone_into(state);
        }
        for (value, name) in values.iter_mut().zip(names) {
            *value = event.quantity(name).unwrap_or(*value);
        }
    }

    fn hear_part(&mut self, data: &Value) {
        let of: MatchId = serde_json::from_value(data["match"].clone()).unwrap();
        let (_, [people, quantity, parts]) = self.people.entry(of.uuid()).or_default();
        *people += data["people_reached"].as_i64().unwrap();
        *quantity += data["quantity"].as_i64().unwrap();
        *parts += 1;
    }
}

/// The match as it is.
pub async fn state_of(hub: &Hub, id: MatchId) -> MatchState {
    hub.get::<Match>(id).await.state
}
