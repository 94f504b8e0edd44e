use crate::builders::live::MATCH_CHANGED;
use crate::builders::need_facts;
use crate::hub::both;
use gongjian_hub::domain::viewer::Viewer;
use gongjian_hub::store::matches;
use serde_json::json;

both!(a_match_is_followed_by_its_street_and_its_two_units, |hub| {
    let streets = hub.streets().await;
    let (offering, liaison) = hub.unit(streets.street, "芙蓉区公安分局").await;
    let (asking, asker) = hub.unit(streets.street, "长沙市育英学校").await;
    let (beside, other_liaison) = hub.unit(streets.street, "湖南省图书馆").await;
    let need = hub.open_need(streets.community, Some(asking), need_facts("反诈讲座")).await;
    let now = hub.now().await;
    let by_unit = |unit: gongjian_hub::domain::id::UnitId| json!({ "unit": unit.to_string(), "after": now });
    let by_area = |area: gongjian_hub::domain::id::AreaId| json!({ "area": area.to_string(), "after": now });

    let id = hub.proposed_match(offering, &liaison, streets.street, need).await;
    let mut tx = hub.store.begin(&asker).await.unwrap();
    matches::accept(&mut tx, id, None).await.unwrap();
    tx.commit().await.unwrap();

    let mut told = Vec::new();
    for (viewer, variables) in [
        (&liaison, by_unit(offering)),
        (&asker, by_unit(asking)),
        (&streets.coordinator, by_unit(offering)),
        (&streets.staff, by_area(streets.street)),
        (&streets.staff, by_area(streets.community)),
    ] {
        let mut subscriber = hub.subscribe(viewer, MATCH_CHANGED, variables);
        told.push([subscriber.change().await, subscriber.change().await]);
    }
    assert!(told.iter().all(|changes| changes == &told[0]), "{told:?}");
    insta::assert_json_snapshot!("match_changes", told[0], { "[].cursor" => "[cursor]" });

    // Everybody else hears of the next match only, which is none of this one's.
    let need = hub.open_need(streets.other_community, None, need_facts("读书会")).await;
    hub.proposed_match(beside, &other_liaison, streets.street, need).await;
    for (viewer, variables) in [
        (&other_liaison, by_unit(beside)),
        (&streets.coordinator, by_unit(beside)),
        (&streets.staff, by_area(streets.other_community)),
    ] {
        let mut subscriber = hub.subscribe(viewer, MATCH_CHANGED, variables);
        assert_eq!(subscriber.change().await["match"]["need"]["title"], "读书会");
    }
    for (viewer, variables, code) in [
        (&other_liaison, by_unit(offering), "FORBIDDEN"),
        (&streets.far_coordinator, by_area(streets.street), "FORBIDDEN"),
        (&Viewer::public(), by_unit(offering), "UNAUTHENTICATED"),
    ] {
        assert_eq!(hub.subscribe(viewer, MATCH_CHANGED, variables).refusal().await, code);
    }
});

both!(a_match_tells_what_happened_to_it, |hub| {
    let streets = hub.streets().await;
    let (unit, liaison) = hub.unit(streets.street, "芙蓉区公安分局").await;
    let need = hub.open_need(streets.community, None, need_facts("反诈讲座")).await;
    let id = hub.proposed_match(unit, &liaison, streets.street, need).await;
    let mut tx = hub.store.begin(&streets.staff).await.unwrap();
    matches::decline(&mut tx, id, "时间不合适").await.unwrap();
    tx.commit().await.unwrap();
    let query = "query($id: ID!) { match(id: $id) { history { totalCount nodes {
        at role kind from to reason quantities { quantity claimed delivered released }
    } } } }";
    let told = hub.data(&liaison, query, json!({ "id": id.to_string() })).await;
    insta::assert_json_snapshot!("match_history", told);
});
