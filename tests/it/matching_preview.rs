use crate::builders::matching::PREVIEW;
use crate::builders::{category, need_facts, service_facts};
use crate::hub::{Hub, administrator, both};
use gongjian_hub::domain::id::AreaId;
use gongjian_hub::domain::need::Urgency;
use gongjian_hub::domain::viewer::Viewer;
use gongjian_hub::store::need::NeedFacts;
use serde_json::{Value, json};

fn urgent(title: &str) -> NeedFacts {
    NeedFacts { urgency: Urgency::Urgent, quantity: 8, ..need_facts(title) }
}

both!(the_preview_tells_what_would_be_served_by_what_and_why, |hub| {
    let streets = hub.streets().await;
    let (police, _) = hub.unit(streets.street, "公安分局").await;
    let (bank, _) = hub.unit(streets.street, "银行").await;
    hub.listed_service(police, service_facts("反诈讲座进社区", streets.street), 10).await;
    let wider = service_facts("平安知识宣讲", streets.street);
    hub.listed_service(
        bank,
        gongjian_hub::store::service::ServiceFacts { category: category("safety"), ..wider },
        4,
    )
    .await;
    hub.open_need(streets.community, None, urgent("老年人反诈讲座")).await;
    hub.open_need(streets.other_community, None, need_facts("暑期反诈宣传")).await;
    insta::assert_json_snapshot!("matching_preview", hub.preview(&streets.coordinator, streets.street).await);
    let english = hub
        .ask_in(
            gongjian_hub::domain::text::Lang::En,
            &streets.staff,
            "query($area: ID!) { matching(areaId: $area) { matches { reasons { text } } unmet { text } } }",
            json!({ "area": streets.street.to_string() }),
        )
        .await;
    insta::assert_json_snapshot!("matching_preview_english", english);
});

both!(a_preview_changes_nothing, |hub| {
    let streets = hub.streets().await;
    let (unit, _) = hub.unit(streets.street, "公安分局").await;
    hub.listed_service(unit, service_facts("反诈讲座", streets.street), 10).await;
    let need = hub.open_need(streets.community, None, need_facts("反诈讲座")).await;
    let before = (hub.trail().await.len(), hub.need_now(&streets.coordinator, need).await);
    let first = hub.preview(&streets.coordinator, streets.street).await;
    assert_eq!(first, hub.preview(&streets.coordinator, streets.street).await);
    assert_eq!(before, (hub.trail().await.len(), hub.need_now(&streets.coordinator, need).await));
});

both!(an_area_and_a_category_narrow_the_needs_and_not_the_services, |hub| {
    let streets = hub.streets().await;
    let (unit, _) = hub.unit(streets.street, "公安分局").await;
    hub.listed_service(unit, service_facts("反诈讲座", streets.street), 100).await;
    hub.open_need(streets.community, None, need_facts("人民新村")).await;
    hub.open_need(streets.other_community, None, need_facts("二里牌")).await;
    let film = NeedFacts { category: category("culture.film"), ..need_facts("看电影") };
    hub.open_need(streets.community, None, film).await;
    let count = async |area: AreaId, code: Option<&str>| {
        let code = code.map(|code| category(code).to_string());
        let variables = json!({ "area": area.to_string(), "category": code });
        let data = hub.data(&streets.coordinator, PREVIEW, variables).await;
        (data["matching"]["needCount"].as_i64().unwrap(), data["matching"]["servedCount"].as_i64().unwrap())
    };
    assert_eq!(count(streets.street, None).await, (3, 2));
    assert_eq!(count(streets.community, None).await, (2, 1));
    assert_eq!(count(streets.street, Some("safety")).await, (2, 2));
    assert_eq!(count(streets.community, Some("culture.film")).await, (1, 0));
});

both!(the_preview_is_for_those_who_work_in_the_street, |hub| {
    let streets = hub.streets().await;
    let (_, liaison) = hub.unit(streets.street, "公安分局").await;
    let area = json!({ "area": streets.street.to_string() });
    for viewer in [&streets.coordinator, &streets.staff, &administrator()] {
        assert_eq!(hub.preview(viewer, streets.street).await["needCount"], 0);
    }
    for viewer in [&streets.far_coordinator, &streets.far_staff, &liaison] {
        assert_eq!(hub.error_code(viewer, PREVIEW, area.clone()).await, "FORBIDDEN");
    }
    assert_eq!(hub.error_code(&Viewer::public(), PREVIEW, area).await, "UNAUTHENTICATED");
    for (bad, code) in [("area_00000000000000000000000000000009", "NOT_FOUND"), ("x", "BAD_ID")] {
        assert_eq!(hub.error_code(&streets.coordinator, PREVIEW, json!({ "area": bad })).await, code);
    }
});

/// Adds so many needs and services of a street.
async fn grow(hub: &Hub, streets: &crate::builders::Streets, from: usize, to: usize) {
    for number in from..to {
        let (unit, _) = hub.unit(streets.street, &format!("单位{number}")).await;
        hub.listed_service(unit, service_facts(&format!("讲座{number}"), streets.street), 3).await;
        hub.open_need(streets.community, None, need_facts(&format!("需求{number}"))).await;
    }
}

both!(statements_do_not_grow_with_needs_and_services, |hub| {
    let streets = hub.streets().await;
    let mut counts = Vec::new();
    for (from, to) in [(0, 3), (3, 12)] {
        grow(hub, &streets, from, to).await;
        let preview: Value = hub.preview(&streets.coordinator, streets.street).await;
        assert_eq!(preview["needCount"], to);
        counts.push(hub.statements(hub.preview(&streets.coordinator, streets.street)).await);
    }
    assert_eq!(counts[0], counts[1]);
});
