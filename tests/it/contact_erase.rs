//! A person is erased: the contents are gone, the trail stays whole and says who had it done.

use crate::builders::need_facts;
use crate::hub::both;
use gongjian_hub::domain::event::EventKind;
use gongjian_hub::domain::id::Id as _;
use gongjian_hub::domain::viewer::Role;
use gongjian_hub::store::contact::clear_away;
use serde_json::json;

/// The number of the need's contact, and of the unit's.
const NUMBERS: [&str; 2] = ["13000000003", "13000000001"];

both!(what_is_erased_is_gone_and_the_trail_is_whole, |hub| {
    let streets = hub.streets().await;
    let (unit, liaison) = hub.unit(streets.street, "湖南省图书馆").await;
    let need = hub.draft_need(streets.community, need_facts("反诈讲座")).await;
    let (need_id, unit_id) = (json!({ "id": need.to_string() }), json!({ "id": unit.to_string() }));
    let contact = "need { contact { name phone masked } }";
    let read = hub
        .data(&streets.staff, "query($id: ID!) { need(id: $id) { contact { phone } } }", need_id.clone())
        .await;
    assert_eq!(read["need"]["contact"]["phone"], NUMBERS[0]);
    let published = hub.head().await;

    let erased = hub.mutate(&streets.staff, "eraseNeedContact", need_id.clone(), contact).await;
    assert_eq!(erased, json!({ "need": { "contact": null }, "errors": [] }));
    let erased = hub.mutate(&liaison, "eraseUnitLiaison", unit_id, "unit { liaison { phone } }").await;
    assert_eq!(erased, json!({ "unit": { "liaison": null }, "errors": [] }));
    assert_eq!(
        hub.refused(&streets.staff, "eraseNeedContact", need_id).await,
        ("NOT_FOUND".into(), "id".into())
    );

    clear_away(&hub.store).await.unwrap();
    let left: Vec<(i64,)> = hub.rows("SELECT COUNT(*) FROM contact").await;
    assert_eq!(left, [(0,)]);
    let everything: Vec<(String,)> = hub.rows("SELECT data FROM event").await;
    for number in NUMBERS {
        assert!(everything.iter().all(|(data,)| !data.contains(number)), "{number}");
    }
    if let Some(file) = hub.url.strip_prefix("sqlite:") {
        for file in [file.to_owned(), format!("{file}-wal")] {
            let bytes = std::fs::read(&file).unwrap_or_default();
            for number in NUMBERS {
                let found = bytes.windows(number.len()).any(|window| window == number.as_bytes());
                assert!(!found, "{number} is in {file}");
            }
        }
    }
    let told: Vec<_> = hub
        .events_of(EventKind::ContactErased)
        .await
        .iter()
        .map(|event| (event.role, event.subject_id, event.behalf_id))
        .collect();
    assert_eq!(
        told,
        [
            (Role::Staff, need.uuid(), Some(streets.community.uuid())),
            (Role::Liaison, unit.uuid(), Some(unit.uuid()))
        ]
    );
    assert_eq!(hub.audit(&[published]).await.fault, None);
    hub.require_whole().await;
});

both!(only_its_own_side_and_street_erase_a_contact, |hub| {
    let streets = hub.streets().await;
    let (unit, liaison) = hub.unit(streets.street, "湖南省图书馆").await;
    let need = hub.open_need(streets.community, None, need_facts("反诈讲座")).await;
    let ask = async |viewer, name: &str, id: String| {
        let kind = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
        let query =
            format!("mutation($input: {kind}Input!) {{ {name}(input: $input) {{ errors {{ code }} }} }}");
        let answer = hub.ask(viewer, &query, json!({ "input": { "id": id } })).await;
        let top = answer["errors"][0]["extensions"]["code"].as_str().map(ToOwned::to_owned);
        top.unwrap_or_else(|| answer["data"][name]["errors"][0]["code"].as_str().unwrap_or("DONE").to_owned())
    };
    let of_need = need.to_string();
    assert_eq!(ask(&liaison, "eraseNeedContact", of_need.clone()).await, "FORBIDDEN");
    assert_eq!(ask(&streets.far_coordinator, "eraseNeedContact", of_need.clone()).await, "NOT_FOUND");
    assert_eq!(ask(&streets.coordinator, "eraseNeedContact", of_need.clone()).await, "DONE");
    let (of_unit, public) = (unit.to_string(), gongjian_hub::domain::viewer::Viewer::public());
    for viewer in [&streets.staff, &streets.far_coordinator] {
        assert_eq!(ask(viewer, "eraseUnitLiaison", of_unit.clone()).await, "FORBIDDEN");
    }
    assert_eq!(ask(&public, "eraseUnitLiaison", of_unit.clone()).await, "UNAUTHENTICATED");
    assert_eq!(ask(&streets.coordinator, "eraseUnitLiaison", of_unit).await, "DONE");
});
