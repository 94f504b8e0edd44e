//! Refusals for want of a right are in the trail, and cannot be used to fill it.

use crate::builders::Streets;
use crate::hub::{Hub, both};
use gongjian_hub::app::sweep;
use gongjian_hub::domain::event::EventKind;
use gongjian_hub::domain::event::origin::Origin;
use gongjian_hub::domain::id::Id as _;
use gongjian_hub::domain::id::TokenId;
use gongjian_hub::domain::viewer::{Principal, Role, Viewer};
use gongjian_hub::store::refusals::{MOST_CALLERS, MOST_FIELDS};
use serde_json::json;
use uuid::Uuid;

fn known(viewer: &Viewer, number: u128) -> Viewer {
    Viewer { principal: Some(Principal::Token(TokenId::new(Uuid::from_u128(number)))), ..viewer.clone() }
}

async fn denied(hub: &Hub, viewer: &Viewer, streets: &Streets) -> String {
    let query = "mutation($input: AddAreaInput!) { other: addArea(input: $input) { errors { code } } }";
    let input = json!({ "parentId": streets.street.to_string(), "kind": "COMMUNITY", "name": "向韶社区" });
    let answer = hub.ask(viewer, query, json!({ "input": input })).await;
    answer["errors"][0]["extensions"]["code"].as_str().unwrap().to_owned()
}

both!(a_refusal_is_told_once_a_minute_for_each_caller, |hub| {
    let streets = hub.streets().await;
    let (far, near) = (known(&streets.far_coordinator, 1), known(&streets.staff, 2));
    for _ in 0..50 {
        assert_eq!(denied(hub, &far, &streets).await, "FORBIDDEN");
    }
    assert_eq!(denied(hub, &near, &streets).await, "FORBIDDEN");
    assert_eq!(denied(hub, &Viewer::public(), &streets).await, "UNAUTHENTICATED");
    assert_eq!(hub.events_of(EventKind::Denied).await.len(), 0, "nothing is written while somebody asks");
    sweep(&hub.store).await.unwrap();
    let mut told: Vec<_> = hub
        .events_of(EventKind::Denied)
        .await
        .iter()
        .map(|event| {
            // By the field's own name, whatever the request calls it.
            (
                event.role,
                event.subject_id,
                event.data["times"].as_u64(),
                event.data["fields"]["addArea"].as_u64(),
            )
        })
        .collect();
    told.sort();
    assert_eq!(
        told,
        [
            (Role::Public, Uuid::nil(), Some(1), Some(1)),
            (Role::Staff, Uuid::from_u128(2), Some(1), Some(1)),
            (Role::Coordinator, Uuid::from_u128(1), Some(50), Some(50)),
        ]
    );
    sweep(&hub.store).await.unwrap();
    assert_eq!(hub.events_of(EventKind::Denied).await.len(), 3, "what was told is not told again");
    hub.require_whole().await;
});

both!(a_flood_of_refusals_is_one_small_transaction, |hub| {
    let streets = hub.streets().await;
    for number in 0..2_000_u16 {
        let [high, low] = number.to_be_bytes();
        let address = format!("203.{high}.{low}.1").parse().unwrap();
        let store = hub.store.asked_from(Origin::new(Some(address), None));
        store.refused(EventKind::Denied, &Viewer::public(), "addArea");
    }
    for number in 0..500 {
        hub.store.refused(EventKind::Denied, &known(&streets.staff, 1), &format!("field{number}"));
    }
    let statements = hub.statements(async { sweep(&hub.store).await.unwrap() }).await;
    assert!(statements < 12, "{statements}");
    let told = hub.events_of(EventKind::Denied).await;
    assert_eq!(told.len(), MOST_CALLERS + 1);
    let times: u64 = told.iter().filter_map(|event| event.data["times"].as_u64()).sum();
    assert_eq!(times, 2_500, "none is lost");
    let fields = told.iter().map(|event| event.data["fields"].as_object().unwrap().len()).max();
    assert!(fields <= Some(MOST_FIELDS + 1), "{fields:?}");
});

both!(what_cannot_be_written_waits, |hub| {
    let streets = hub.streets().await;
    denied(hub, &known(&streets.staff, 2), &streets).await;
    let rename = async |text: &'static str| {
        let mut tx = hub.store.begin(&crate::hub::administrator()).await.unwrap();
        tx.execute(gongjian_hub::store::sql::Sql::new(text, Vec::new())).await.unwrap();
        tx.commit().await.unwrap();
    };
    rename("ALTER TABLE event RENAME TO lost").await;
    assert!(sweep(&hub.store).await.is_err());
    rename("ALTER TABLE lost RENAME TO event").await;
    denied(hub, &known(&streets.staff, 2), &streets).await;
    sweep(&hub.store).await.unwrap();
    let told = hub.events_of(EventKind::Denied).await;
    assert_eq!((told.len(), told[0].data["times"].as_u64()), (1, Some(2)));
});
