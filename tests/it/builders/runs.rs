//! Matching runs, asked for and computed, and left behind by hubs that died.

use super::{Streets, need_facts, service_facts};
use crate::hub::{Hub, administrator};
use gongjian_hub::domain::id::{Id as _, NeedId, RunId, ServiceId};
use gongjian_hub::domain::run::MatchingRun;
use gongjian_hub::domain::viewer::Viewer;
use gongjian_hub::store::conn::Tx;
use gongjian_hub::store::need::NeedFacts;
use gongjian_hub::store::run::{self, NewRun};
use gongjian_hub::store::sql::Sql;
use serde_json::{Value, json};

/// All that a run tells, without ids.
pub const RUN: &str = "state possibleActions area { name } category { name } settings { fairness } progress failure
    failureText needCount servedCount partlyServedCount total cost provenCost role createdAt startedAt finishedAt appliedAt
    matches { totalCount nodes { need { title } needTitle service { title } serviceTitle capacity { total left } quantity
        pinned score reasons { part points text } nextBest { service { title } serviceTitle score cost text } } }
    unmet { totalCount nodes { need { title } needTitle quantity reason text } }";

/// Two needs of five sessions, talks of one unit for five and of another for three.
pub struct TwoNeeds {
    pub streets: Streets,
    pub needs: [NeedId; 2],
    pub services: [ServiceId; 2],
    pub liaison: Viewer,
}

impl Hub {
    /// A street with more needs than talks.
    pub async fn two_needs(&self) -> TwoNeeds {
        let streets = self.streets().await;
        let (police, liaison) = self.unit(streets.street, "公安分局").await;
        let (bank, _) = self.unit(streets.street, "银行").await;
        let services = [
            self.listed_service(police, service_facts("反诈讲座", streets.street), 5).await,
            self.listed_service(bank, service_facts("理财防骗", streets.street), 3).await,
        ];
        let facts = |title: &str| NeedFacts { quantity: 5, ..need_facts(title) };
        let needs = [
            self.open_need(streets.community, None, facts("反诈讲座")).await,
            self.open_need(streets.other_community, None, facts("理财防骗")).await,
        ];
        TwoNeeds { streets, needs, services, liaison }
    }

    /// Asks for a run of a street.
    pub async fn start_run(&self, streets: &Streets) -> RunId {
        let new = NewRun { area: streets.street, category: None, what_if: None };
        self.change(&streets.coordinator, async |tx| run::start(tx, &new).await).await.unwrap()
    }

    /// A run of a street that has been computed.
    pub async fn done_run(&self, streets: &Streets) -> RunId {
        let id = self.start_run(streets).await;
        assert!(run::carry_out_next(&self.store).await.unwrap());
        id
    }

    /// What the graph tells of a run.
    pub async fn run_told(&self, viewer: &Viewer, id: RunId, selection: &str) -> Value {
        let query = format!("query($id: ID!) {{ matchingRun(id: $id) {{ {selection} }} }}");
        self.data(viewer, &query, json!({ "id": id.to_string() })).await["matchingRun"].take()
    }

    /// The run's row.
    pub async fn run_row(&self, id: RunId) -> MatchingRun {
        self.get(id).await
    }

    /// Leaves a run as a hub leaves it that has taken it on so many times and says nothing more.
    pub async fn abandon(&self, id: RunId, tries: i64) {
        let hub = self.store.clock.id();
        let abandon = async |tx: &mut Tx| {
            let mut sql = Sql::default();
            sql.push("UPDATE matching_run SET state = 'running', hub = ").bind(hub);
            sql.push(", started_at = ").bind(tx.now).push(", heard_at = ").bind(tx.now);
            sql.push(", tries = ").bind(tries).push(" WHERE id = ").bind(id.uuid());
            tx.execute(sql).await
        };
        assert_eq!(self.change(&administrator(), abandon).await.unwrap(), 1);
    }
}
