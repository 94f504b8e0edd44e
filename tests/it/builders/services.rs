//! Services on offer, a match that both sides agreed on, and what the trail says.

use super::year;
use crate::hub::{Hub, administrator, monday};
use chrono::TimeDelta;
use gongjian_hub::domain::event::{Event, EventKind};
use gongjian_hub::domain::id::{CapacityId, Id, NeedId, ServiceId, UnitId};
use gongjian_hub::domain::matches::{Initiator, MatchState};
use gongjian_hub::domain::need::Need;
use gongjian_hub::domain::service::{Service, ServiceAction};
use gongjian_hub::store::entity::get;
use gongjian_hub::store::service::{self, NewAvailability, ServiceFacts};
use gongjian_hub::store::sql::{Sql, Value};
use uuid::Uuid;

impl Hub {
    /// Adds a service and takes it through actions.
    pub async fn service(&self, unit: UnitId, facts: ServiceFacts, actions: &[ServiceAction]) -> ServiceId {
        self.service_with(unit, facts, &[], actions).await
    }

    /// Adds a service with rules of availability and takes it through actions.
    pub async fn service_with(
        &self,
        unit: UnitId,
        facts: ServiceFacts,
        availability: &[NewAvailability],
        actions: &[ServiceAction],
    ) -> ServiceId {
        let mut tx = self.store.begin(&administrator()).await.unwrap();
        let id = service::add(&mut tx, unit, facts, &[year(20)], availability).await.unwrap();
        for action in actions {
            service::advance(&mut tx, id, *action, None).await.unwrap();
        }
        tx.commit().await.unwrap();
        id
    }

    /// The first line of a service's capacity.
    pub async fn capacity(&self, service: ServiceId) -> CapacityId {
        let mut conn = self.store.read().await.unwrap();
        let sql = Sql::new("SELECT id FROM capacity WHERE service_id = $1 ORDER BY id", vec![service.into()]);
        conn.all::<(CapacityId,)>(sql).await.unwrap()[0].0
    }

    /// Holds and commits so much of a line.
    pub async fn use_capacity(&self, line: CapacityId, held: i64, committed: i64) {
        let values = vec![held.into(), committed.into(), line.into()];
        self.run("UPDATE capacity SET held = $1, committed = $2 WHERE id = $3", values).await;
    }

    /// Brings a need and a service together for a quantity of 2, in a state.
    pub async fn matched(&self, need: NeedId, service: ServiceId, state: MatchState) -> Uuid {
        let mut conn = self.store.read().await.unwrap();
        let need: Need = get(&mut conn, &administrator(), need).await.unwrap();
        let service: Service = get(&mut conn, &administrator(), service).await.unwrap();
        let id = self.store.clock.id();
        let agreed = state.is_agreed().then(monday);
        self.run(
            "INSERT INTO match (id, need_id, service_id, capacity_id, unit_id, asking_unit_id, street_id, state,
                initiator, quantity, delivered, starts_at, ends_at, asking_confirmed_at, offering_confirmed_at,
                accepted_at, respond_by, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 2, 2, $10, $11, $12, $12, $12, $13, $13)",
            vec![
                id.into(),
                need.id.into(),
                service.id.into(),
                self.capacity(service.id).await.into(),
                service.unit_id.into(),
                need.asking_unit_id.into(),
                need.street_id.into(),
                state.into(),
                Initiator::Asking.into(),
                need.starts_at.into(),
                (need.starts_at + TimeDelta::hours(2)).into(),
                agreed.into(),
                monday().into(),
            ],
        )
        .await;
        id
    }

    async fn run(&self, text: &'static str, values: Vec<Value>) {
        let mut tx = self.store.begin(&administrator()).await.unwrap();
        tx.execute(Sql::new(text, values)).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// The events of a kind about one thing.
    pub async fn events(&self, id: impl Id, kind: EventKind) -> Vec<Event> {
        self.events_of(kind).await.into_iter().filter(|event| event.subject_id == id.uuid()).collect()
    }

    /// The events of a kind, whatever they are about.
    pub async fn events_of(&self, kind: EventKind) -> Vec<Event> {
        let mut conn = self.store.read().await.unwrap();
        conn.all(Sql::new("SELECT * FROM event WHERE kind = $1 ORDER BY seq", vec![kind.into()]))
            .await
            .unwrap()
    }
}
