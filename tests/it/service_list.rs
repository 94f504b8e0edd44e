use crate::builders::{Streets, category, service_facts};
use crate::hub::{Hub, administrator, both};
use chrono::{NaiveDate, NaiveTime};
use gongjian_hub::domain::id::UnitId;
use gongjian_hub::domain::service::{Mode, ServiceAction, TargetGroup, TargetGroups};
use gongjian_hub::domain::viewer::Viewer;
use gongjian_hub::store::alliance::{self, NewAlliance};
use gongjian_hub::store::service::{NewAvailability, ServiceFacts};
use serde_json::{Value, json};

const LIST: &str = "query($filter: ServiceFilter, $orderBy: ServiceOrder) {
    services(filter: $filter, orderBy: $orderBy) { totalCount nodes { title } } }";

fn titles(connection: &Value) -> Vec<&str> {
    connection["nodes"].as_array().unwrap().iter().map(|node| node["title"].as_str().unwrap()).collect()
}

/// Services of every kind, and the two units that offer them: the second is in the other street.
async fn shelf(hub: &Hub, streets: &Streets) -> (UnitId, UnitId) {
    let (near, _) = hub.unit(streets.street, "国泰君安证券湖南分公司").await;
    let (far, _) = hub.unit(streets.far_street, "湖南省图书馆").await;
    let listed = [ServiceAction::Review, ServiceAction::List];
    let paused = [ServiceAction::Review, ServiceAction::List, ServiceAction::Pause];
    hub.service(near, service_facts("A street", streets.street), &listed).await;
    hub.service(near, service_facts("B community", streets.community), &paused).await;
    let reading = ServiceFacts {
        category: category("culture"),
        mode: Mode::Activity,
        target_groups: TargetGroups::from_iter([TargetGroup::Children, TargetGroup::Pupils]),
        ..service_facts("C far", streets.far_street)
    };
    hub.service(far, reading, &listed).await;
    hub.service(near, service_facts("D draft", streets.street), &[]).await;
    let retired = [ServiceAction::Review, ServiceAction::List, ServiceAction::Retire];
    hub.service(near, service_facts("E retired", streets.street), &retired).await;
    hub.service(near, service_facts("F never on offer", streets.street), &[ServiceAction::Retire]).await;
    (near, far)
}

both!(services_are_found_by_what_people_look_for, |hub| {
    let streets = hub.streets().await;
    let (near, far) = shelf(hub, &streets).await;
    let mut tx = hub.store.begin(&administrator()).await.unwrap();
    let new =
        NewAlliance { street: streets.far_street, name: "共同体".into(), name_en: None, purpose: None };
    let alliance = alliance::create(&mut tx, new).await.unwrap();
    alliance::join(&mut tx, alliance, far).await.unwrap();
    tx.commit().await.unwrap();
    let mut found = Vec::new();
    for filter in [
        json!(null),
        json!({ "area": streets.street.to_string() }),
        json!({ "area": streets.community.to_string() }),
        json!({ "area": streets.other_community.to_string() }),
        json!({ "area": streets.far_community.to_string() }),
        json!({ "category": category("safety").to_string() }),
        json!({ "category": category("culture").to_string() }),
        json!({ "modes": ["ACTIVITY"] }),
        json!({ "states": ["PAUSED"] }),
        json!({ "states": ["RETIRED", "DRAFT"] }),
        json!({ "unit": near.to_string() }),
        json!({ "alliance": alliance.to_string() }),
        json!({ "targetGroups": ["ELDERLY", "PUPILS"] }),
        json!({ "text": "community 反诈" }),
        json!({ "text": "100%" }),
        json!({ "from": "2026-06-01T00:00:00Z", "until": "2026-06-02T00:00:00Z" }),
        json!({ "from": "2030-01-01T00:00:00Z" }),
        json!({ "until": "2020-01-01T00:00:00Z" }),
    ] {
        let variables = json!({ "filter": filter, "orderBy": "TITLE" });
        let data = hub.data(&Viewer::public(), LIST, variables).await;
        let found_titles = titles(&data["services"]).join(", ");
        found.push(json!({ filter.to_string(): found_titles, "total": data["services"]["totalCount"] }));
    }
    let redact = |text: String| {
        [streets.street.to_string(), streets.community.to_string(), streets.other_community.to_string()]
            .into_iter()
            .chain([streets.far_community.to_string(), near.to_string(), alliance.to_string()])
            .chain([category("safety").to_string(), category("culture").to_string()])
            .zip([
                "street",
                "community",
                "other community",
                "far community",
                "near",
                "alliance",
                "safety",
                "culture",
            ])
            .fold(text, |text, (id, name)| text.replace(&id, name))
    };
    let lines: Vec<String> = found.iter().map(|line| redact(line.to_string())).collect();
    insta::assert_json_snapshot!("services_found", lines);
});

both!(a_bad_filter_is_refused, |hub| {
    let streets = hub.streets().await;
    for (filter, code) in [
        (json!({ "area": "nowhere" }), "BAD_ID"),
        (json!({ "unit": streets.street.to_string() }), "BAD_ID"),
        (json!({ "from": "2026-06-02T00:00:00Z", "until": "2026-06-01T00:00:00Z" }), "BAD_TIME"),
    ] {
        let response = hub.ask(&Viewer::public(), LIST, json!({ "filter": filter })).await;
        assert_eq!(response["errors"][0]["extensions"]["code"], code, "{filter}");
    }
});

both!(a_draft_is_there_for_its_unit_and_its_street_only, |hub| {
    let streets = hub.streets().await;
    let (unit, liaison) = hub.unit(streets.street, "国泰君安证券湖南分公司").await;
    let (_, other_liaison) = hub.unit(streets.street, "湖南省图书馆").await;
    let draft = hub.draft_service(unit, service_facts("反诈讲座", streets.street), 20).await;
    let query = "query($id: ID!, $unit: ID!, $area: ID!, $category: ID!) {
        service(id: $id) { title }
        node(id: $id) { id }
        nodes(ids: [$id]) { id }
        services(filter: { states: [DRAFT] }) { totalCount nodes { title } }
        unit(id: $unit) { services(filter: { states: [DRAFT] }) { totalCount nodes { title } } }
        area(id: $area) { services(filter: { states: [DRAFT] }) { totalCount nodes { title } } }
        category(id: $category) { services(filter: { states: [DRAFT] }) { totalCount nodes { title } } }
    }";
    let variables = json!({
        "id": draft.to_string(),
        "unit": unit.to_string(),
        "area": streets.street.to_string(),
        "category": category("safety.anti_fraud").to_string(),
    });
    for viewer in [&liaison, &streets.coordinator, &streets.staff] {
        let data = hub.data(viewer, query, variables.clone()).await;
        assert_eq!(data["service"]["title"], "反诈讲座");
        assert_eq!(data["node"]["id"], draft.to_string());
        for list in [
            &data["services"],
            &data["unit"]["services"],
            &data["area"]["services"],
            &data["category"]["services"],
        ] {
            assert_eq!((titles(list), &list["totalCount"]), (vec!["反诈讲座"], &json!(1)));
        }
    }
    for viewer in [&other_liaison, &streets.far_coordinator, &streets.far_staff, &Viewer::public()] {
        let data = hub.data(viewer, query, variables.clone()).await;
        assert_eq!(data["service"], Value::Null);
        assert_eq!(data["node"], Value::Null);
        assert_eq!(data["nodes"], json!([null]));
        for list in [
            &data["services"],
            &data["unit"]["services"],
            &data["area"]["services"],
            &data["category"]["services"],
        ] {
            assert_eq!(*list, json!({ "totalCount": 0, "nodes": [] }));
        }
    }
});

both!(an_area_lists_what_covers_it_and_each_service_once, |hub| {
    let streets = hub.streets().await;
    shelf(hub, &streets).await;
    let (unit, _) = hub.unit(streets.street, "长沙市第一社会福利院").await;
    let twice = ServiceFacts {
        coverage: vec![streets.street, streets.community],
        ..service_facts("G twice", streets.street)
    };
    hub.service(unit, twice, &[ServiceAction::Review, ServiceAction::List]).await;
    let query =
        "query($id: ID!) { area(id: $id) { name services(orderBy: TITLE) { totalCount nodes { title } }
        children { nodes { name services(orderBy: TITLE, first: 2) { totalCount nodes { title } } } } } }";
    let data = hub.data(&Viewer::public(), query, json!({ "id": streets.street.to_string() })).await;
    insta::assert_json_snapshot!("area_services", data);
});

const NESTED: &str = "{ units(first: 100) { nodes {
    name liaison { name phone masked } creditCodeWarning
    checkIns { checkedInOn area { name } }
    alliances { totalCount nodes { name members { totalCount nodes { name } } } }
    services { totalCount nodes {
        title exhausted unit { name } category { name services { totalCount } } coverage { name services { totalCount } }
        capacities { left } availability { rrule } nextDates { startsAt }
    } }
} } }";

both!(statements_do_not_grow_with_rows, |hub| {
    let streets = hub.streets().await;
    let mut tx = hub.store.begin(&administrator()).await.unwrap();
    let new =
        NewAlliance {
            street: streets.street, name: "芙蓉先锋共同体".into(), name_en: None, purpose: None
        };
    let alliance = alliance::create(&mut tx, new).await.unwrap();
    tx.commit().await.unwrap();
    let weekly = NewAvailability {
        rrule: Some("FREQ=WEEKLY;BYDAY=SA".into()),
        festival: None,
        starts_on: NaiveDate::from_ymd_opt(2026, 1, 1).unwrap(),
        ends_on: None,
        start_time: NaiveTime::from_hms_opt(9, 0, 0).unwrap(),
        minutes: 90,
    };
    let mut counts = Vec::new();
    for added in [0..1, 1..20] {
        for at in added {
            let (unit, _) = hub.unit(streets.street, &format!("单位{at}")).await;
            let mut tx = hub.store.begin(&administrator()).await.unwrap();
            alliance::join(&mut tx, alliance, unit).await.unwrap();
            tx.commit().await.unwrap();
            for title in ["反诈讲座", "理财咨询"] {
                let actions = [ServiceAction::Review, ServiceAction::List];
                let facts = service_facts(title, streets.street);
                hub.service_with(unit, facts, std::slice::from_ref(&weekly), &actions).await;
            }
        }
        for viewer in [&administrator(), &Viewer::public()] {
            counts.push(hub.statements(hub.data(viewer, NESTED, json!({}))).await);
        }
    }
    assert_eq!(counts[..2], counts[2..], "for those who see contacts, and for those who do not");
});
