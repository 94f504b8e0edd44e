//! Many at once, in one process and in two: one wins, the others are told why, and nothing is counted twice.

use crate::builders::matches::{Pair, change, code, proposal, state_of};
use crate::builders::{need_facts, service_facts};
use crate::hub::{Hub, both, monday};
use chrono::TimeDelta;
use gongjian_hub::clock::Clock;
use gongjian_hub::domain::id::{NeedId, ServiceId};
use gongjian_hub::domain::matches::{MatchState, Side};
use gongjian_hub::domain::refusal::Code;
use gongjian_hub::domain::viewer::Viewer;
use gongjian_hub::store::matches;
use gongjian_hub::store::need::NeedFacts;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::Barrier;

const AT_ONCE: usize = 64;

/// Sends all proposals at the same moment, by turns through two processes, and counts the answers by their code.
async fn rush(hub: &Hub, proposals: Vec<(Viewer, Side, NeedId, ServiceId)>) -> BTreeMap<String, usize> {
    let clock = &hub.store.clock;
    let processes = [hub.twin(clock.clone()).await, hub.twin(clock.clone()).await];
    let start = Arc::new(Barrier::new(proposals.len()));
    let mut tasks = Vec::new();
    for (at, (viewer, side, need, service)) in proposals.into_iter().enumerate() {
        let (process, start) = (processes[at % 2].clone(), start.clone());
        let side = if side == Side::Asking { "ASKING" } else { "OFFERING" };
        let input = json!({
            "needId": need.to_string(), "serviceId": service.to_string(), "side": side, "quantity": 1,
        });
        tasks.push(tokio::spawn(async move {
            start.wait().await;
            process.mutate(&viewer, "proposeMatch", input, "match { state }").await
        }));
    }
    let mut answers = BTreeMap::new();
    for task in tasks {
        let payload = task.await.unwrap();
        let answer = payload["errors"][0]["code"].as_str().unwrap_or("WON").to_owned();
        assert_eq!(answer == "WON", payload["match"]["state"] == "PROPOSED", "{payload}");
        *answers.entry(answer).or_default() += 1;
    }
    answers
}

fn one_winner(refusal: &str) -> BTreeMap<String, usize> {
    BTreeMap::from([("WON".to_owned(), 1), (refusal.to_owned(), AT_ONCE - 1)])
}

both!(parallel sixty_four_claims_on_the_last_place_of_a_service_leave_one_winner, |hub| {
    let pair = hub.pair(1).await;
    let mut claims = Vec::new();
    for at in 0..AT_ONCE {
        let need = hub.open_need(pair.streets.community, None, need_facts(&format!("讲座{at}"))).await;
        claims.push((pair.liaison.clone(), Side::Offering, need, pair.service));
    }
    assert_eq!(rush(hub, claims).await, one_winner("NOT_ENOUGH_CAPACITY"));
    hub.require_sound().await;
});

both!(parallel sixty_four_claims_on_the_last_place_of_a_need_leave_one_winner, |hub| {
    let pair = hub.pair(5).await;
    let facts = NeedFacts { quantity: 1, ..need_facts("最后一场") };
    let need = hub.open_need(pair.streets.community, None, facts).await;
    let mut claims = Vec::new();
    for at in 0..AT_ONCE {
        let facts = service_facts(&format!("讲座{at}"), pair.streets.street);
        let service = hub.listed_service(pair.unit, facts, 5).await;
        let (viewer, side) = match at % 2 {
            0 => (pair.liaison.clone(), Side::Offering),
            _ => (pair.streets.staff.clone(), Side::Asking),
        };
        claims.push((viewer, side, need, service));
    }
    assert_eq!(rush(hub, claims).await, one_winner("NOT_ENOUGH_NEED"));
    hub.require_sound().await;
});

both!(parallel the_same_pair_is_claimed_once, |hub| {
    let pair = hub.pair(100).await;
    let claims = vec![(pair.liaison.clone(), Side::Offering, pair.need, pair.service); AT_ONCE];
    assert_eq!(rush(hub, claims).await, one_winner("ALREADY_EXISTS"));
    hub.require_sound().await;
});

/// Sends one mutation many times at once and counts how often it was done.
async fn repeat(hub: &Hub, viewer: &Viewer, name: &'static str, input: serde_json::Value) -> usize {
    let processes = [hub.twin(hub.store.clock.clone()).await, hub.twin(hub.store.clock.clone()).await];
    let start = Arc::new(Barrier::new(8));
    let tasks: Vec<_> = (0..8)
        .map(|at| {
            let (process, start) = (processes[at % 2].clone(), start.clone());
            let (viewer, input) = (viewer.clone(), input.clone());
            tokio::spawn(async move {
                start.wait().await;
                process.mutate(&viewer, name, input, "match { id }").await
            })
        })
        .collect();
    let mut done = 0;
    for task in tasks {
        let payload = task.await.unwrap();
        match payload["errors"][0]["code"].as_str() {
            None => done += 1,
            Some(code) => assert_eq!(code, "ILLEGAL_TRANSITION"),
        }
    }
    done
}

both!(parallel what_is_given_back_twice_at_once_is_given_back_once, |hub| {
    let pair = hub.pair(20).await;
    for (state, name) in [
        (MatchState::Accepted, "cancelMatch"),
        (MatchState::InProgress, "failMatch"),
        (MatchState::Proposed, "declineMatch"),
    ] {
        let id = hub.match_in(&pair, state).await;
        let before = hub.taken(&pair).await;
        let input = json!({ "id": id.to_string(), "reason": "改期" });
        assert_eq!(repeat(hub, &pair.liaison, name, input).await, 1, "{name}");
        let given_back = if state == MatchState::InProgress { 3 } else { 5 };
        assert_eq!(hub.taken(&pair).await.2, before.2 - given_back, "{name}");
        hub.require_sound().await;
    }
});

both!(parallel an_answer_and_the_deadline_race_and_one_of_them_wins, |hub| {
    let pair = hub.pair(1_000).await;
    let later = hub.twin(Clock::fake(monday() + TimeDelta::hours(80))).await;
    for _ in 0..20 {
        let id = hub.propose(&pair.liaison, &pair.claim(2)).await.unwrap();
        let expiring = { let later = later.clone(); tokio::spawn(async move { matches::expire(&later.store).await.unwrap() }) };
        let accept = change(&hub.store, &pair.streets.staff, async |tx| matches::accept(tx, id, None).await).await;
        let expired = expiring.await.unwrap();
        match state_of(hub, id).await {
            MatchState::Accepted => {
                assert!(accept.is_ok() && expired == 0);
                hub.change(&pair.liaison, async |tx| matches::cancel(tx, id, "改期").await).await.unwrap();
            }
            state => {
                assert_eq!((state, expired), (MatchState::Expired, 1));
                assert_eq!(code(accept), Code::IllegalTransition);
            }
        }
    }
    assert_eq!(hub.taken(&pair).await, (0, 0, 0, 0));
    hub.require_sound().await;
});

/// Claims each of many needs with each of many services.
async fn claim_all(hub: &Hub, pair: &Pair, needs: usize, services: usize) {
    let mut offers = Vec::new();
    for at in 0..services {
        let facts = service_facts(&format!("讲座{at}"), pair.streets.street);
        offers.push(hub.listed_service(pair.unit, facts, 100).await);
    }
    for at in 0..needs {
        let facts = NeedFacts { quantity: 100, ..need_facts(&format!("需求{at}")) };
        let need = hub.open_need(pair.streets.community, None, facts).await;
        for service in &offers {
            hub.propose(&pair.liaison, &proposal(need, *service, Side::Offering, 2)).await.unwrap();
        }
    }
}

both!(parallel several_hubs_release_what_is_overdue_and_each_of_it_once, |hub| {
    let pair = hub.pair(1).await;
    claim_all(hub, &pair, 12, 9).await;
    hub.store.clock.advance(TimeDelta::hours(72) - TimeDelta::seconds(1));
    assert_eq!(matches::expire(&hub.store).await.unwrap(), 0, "the time to answer is not over");
    hub.store.clock.advance(TimeDelta::seconds(1));
    let mut sweeps = Vec::new();
    for _ in 0..4 {
        let process = hub.twin(hub.store.clock.clone()).await;
        sweeps.push(tokio::spawn(async move { matches::expire(&process.store).await.unwrap() }));
    }
    let mut released = 0;
    for sweep in sweeps {
        released += sweep.await.unwrap();
    }
    released += matches::expire(&hub.store).await.unwrap();
    assert_eq!(released, 12 * 9);
    let left: Vec<(i64,)> = hub.rows("SELECT CAST(SUM(held + committed) AS BIGINT) FROM capacity").await;
    assert_eq!(left, [(0,)]);
    hub.require_sound().await;
});
