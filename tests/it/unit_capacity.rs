//! What a unit can do in all, whatever its services: every claim counts there, and none goes beyond.

use crate::builders::matches::{Pair, code, proposal};
use crate::builders::{need_facts, service_facts, year};
use crate::hub::{Hub, both, monday};
use chrono::TimeDelta;
use futures_util::future::join_all;
use gongjian_hub::domain::id::{NeedId, ServiceId};
use gongjian_hub::domain::matches::Side;
use gongjian_hub::domain::refusal::Code;
use gongjian_hub::domain::viewer::Viewer;
use gongjian_hub::store::conn::Tx;
use gongjian_hub::store::{matches, unit_capacity};
use serde_json::{Value, json};

const FIELDS: &str = "unit { capacities { measure total held committed left startsAt endsAt } }";

/// A unit that can do so many sessions this year, with a second service beside the first.
async fn limited(hub: &Hub, total: i64) -> (Pair, ServiceId) {
    let pair = hub.pair(50).await;
    let lay_down = async |tx: &mut Tx| unit_capacity::add(tx, pair.unit, &year(total)).await;
    hub.change(&pair.liaison, lay_down).await.unwrap();
    let other = hub.listed_service(pair.unit, service_facts("理财讲座", pair.streets.street), 50).await;
    (pair, other)
}

async fn lines(hub: &Hub, pair: &Pair) -> Value {
    let query = "query($id: ID!) { node(id: $id) { ... on PartnerUnit { capacities { total held committed left } } } }";
    let told = hub.data(&Viewer::public(), query, json!({ "id": pair.unit.to_string() })).await;
    told["node"]["capacities"].clone()
}

both!(claims_on_all_services_of_a_unit_count_together, |hub| {
    let (pair, other) = limited(hub, 6).await;
    let first = hub.propose(&pair.liaison, &pair.claim(4)).await.unwrap();
    let need = hub.open_need(pair.streets.community, None, need_facts("理财")).await;
    let input = json!({ "needId": need.to_string(), "serviceId": other.to_string(), "side": "OFFERING", "quantity": 3 });
    insta::assert_json_snapshot!("unit_beyond", hub.mutate(&pair.liaison, "proposeMatch", input, "").await);
    hub.propose(&pair.liaison, &proposal(need, other, Side::Offering, 2)).await.unwrap();
    assert_eq!(lines(hub, &pair).await, json!([{ "total": 6, "held": 6, "committed": 0, "left": 0 }]));
    let accept = async |tx: &mut Tx| matches::accept(tx, first, None).await;
    hub.change(&pair.streets.staff, accept).await.unwrap();
    assert_eq!(lines(hub, &pair).await, json!([{ "total": 6, "held": 2, "committed": 4, "left": 0 }]));
    let cancel = async |tx: &mut Tx| matches::cancel(tx, first, "改期").await;
    hub.change(&pair.streets.staff, cancel).await.unwrap();
    assert_eq!(lines(hub, &pair).await, json!([{ "total": 6, "held": 2, "committed": 0, "left": 4 }]));
    hub.require_sound().await;
});

both!(parallel of_many_who_claim_at_once_a_unit_serves_what_it_can, |hub| {
    let (pair, other) = limited(hub, 7).await;
    let second = hub.other_process().await;
    let mut needs: Vec<NeedId> = Vec::new();
    for number in 0..12 {
        needs.push(hub.open_need(pair.streets.community, None, need_facts(&format!("需求{number}"))).await);
    }
    let claims = needs.iter().enumerate().map(|(number, need)| {
        let service = if number % 2 == 0 { pair.service } else { other };
        let store = if number % 3 == 0 { &second } else { &hub.store };
        let claim = proposal(*need, service, Side::Offering, 1);
        let liaison = &pair.liaison;
        async move {
            let work = async |tx: &mut Tx| matches::propose(tx, claim.clone()).await;
            crate::builders::matches::change(store, liaison, work).await
        }
    });
    let done = join_all(claims).await;
    assert_eq!(done.iter().filter(|outcome| outcome.is_ok()).count(), 7);
    for outcome in done.into_iter().filter(Result::is_err) {
        assert_eq!(code(outcome), Code::NotEnoughCapacity);
    }
    assert_eq!(lines(hub, &pair).await, json!([{ "total": 7, "held": 7, "committed": 0, "left": 0 }]));
    hub.require_sound().await;
    second.close().await;
});

both!(other_measures_and_other_times_do_not_count, |hub| {
    let pair = hub.pair(50).await;
    let past = monday() - TimeDelta::days(60);
    let later = gongjian_hub::store::service::NewCapacity { starts_at: past, ends_at: monday(), ..year(1) };
    let lay_down = async |tx: &mut Tx| unit_capacity::add(tx, pair.unit, &later).await;
    hub.change(&pair.liaison, lay_down).await.unwrap();
    hub.propose(&pair.liaison, &pair.claim(10)).await.unwrap();
    assert_eq!(lines(hub, &pair).await[0]["held"], 0);
});

fn line(total: i64) -> Value {
    let year = year(total);
    json!({ "startsAt": year.starts_at, "endsAt": year.ends_at, "measure": "SESSIONS", "total": total })
}

both!(a_unit_lays_down_changes_and_takes_back_what_it_can_do, |hub| {
    let pair = hub.pair(50).await;
    let add = json!({ "unitId": pair.unit.to_string(), "capacity": line(5) });
    let added = hub.mutate(&pair.liaison, "addUnitCapacity", add.clone(), FIELDS).await;
    let query = "query($id: ID!) { node(id: $id) { ... on PartnerUnit { capacities { id } } } }";
    let told = hub.data(&pair.liaison, query, json!({ "id": pair.unit.to_string() })).await;
    let id = told["node"]["capacities"][0]["id"].clone();
    assert_eq!(
        hub.refused(&pair.liaison, "addUnitCapacity", add).await,
        ("ALREADY_EXISTS".into(), "capacity.startsAt".into())
    );
    hub.propose(&pair.liaison, &pair.claim(4)).await.unwrap();
    let update = |total: i64| json!({ "id": id, "total": total });
    assert_eq!(
        hub.refused(&pair.liaison, "updateUnitCapacity", update(3)).await,
        ("NOT_ENOUGH_CAPACITY".into(), "total".into())
    );
    let shrunk = json!({ "id": id, "startsAt": monday() });
    assert_eq!(
        hub.refused(&pair.liaison, "updateUnitCapacity", shrunk).await,
        ("BAD_TIME".into(), "startsAt".into())
    );
    let updated = hub.mutate(&pair.streets.coordinator, "updateUnitCapacity", update(9), FIELDS).await;
    let remove = json!({ "id": id });
    assert_eq!(
        hub.refused(&pair.liaison, "removeUnitCapacity", remove).await,
        ("BAD_INPUT".into(), "id".into())
    );
    insta::assert_json_snapshot!("unit_capacity_steps", json!({ "added": added, "updated": updated }));
});

both!(what_a_unit_can_do_is_laid_down_by_it_and_its_street, |hub| {
    let pair = hub.pair(50).await;
    let (_, stranger) = hub.unit(pair.streets.street, "别的单位").await;
    let input = json!({ "input": { "unitId": pair.unit.to_string(), "capacity": line(5) } });
    let query =
        "mutation($input: AddUnitCapacityInput!) { addUnitCapacity(input: $input) { errors { code } } }";
    for (viewer, code) in [
        (&stranger, "FORBIDDEN"),
        (&pair.streets.staff, "FORBIDDEN"),
        (&pair.streets.far_coordinator, "FORBIDDEN"),
        (&Viewer::public(), "UNAUTHENTICATED"),
    ] {
        assert_eq!(hub.error_code(viewer, query, input.clone()).await, code);
    }
    let bad = json!({ "unitId": pair.unit.to_string(), "capacity": line(0) });
    assert_eq!(
        hub.refused(&pair.liaison, "addUnitCapacity", bad).await,
        ("BAD_NUMBER".into(), "capacity.total".into())
    );
});

both!(what_is_taken_from_a_matching_counts_in_the_unit_too, |hub| {
    let (pair, _) = limited(hub, 25).await;
    hub.open_need(pair.streets.community, None, need_facts("理财")).await;
    let apply = json!({ "areaId": pair.streets.street.to_string() });
    let taken = "matches { quantity service { title } }";
    let payload = hub.mutate(&pair.streets.coordinator, "applyMatching", apply.clone(), taken).await;
    assert_eq!(payload["errors"], json!([]), "{payload}");
    assert_eq!(lines(hub, &pair).await, json!([{ "total": 25, "held": 20, "committed": 0, "left": 5 }]));
    hub.require_sound().await;
    // Whatever else a matching would take, no more is booked than the unit can do.
    hub.open_need(pair.streets.other_community, None, need_facts("反诈")).await;
    hub.mutate(&pair.streets.coordinator, "applyMatching", apply, taken).await;
    assert!(lines(hub, &pair).await[0]["held"].as_i64().unwrap() <= 25);
    hub.require_sound().await;
});
