//! The hub as a subgraph: other people's gateways find every entity by its key, as far as whoever asks may see it.

use crate::builders::need_facts;
use crate::hub::{Hub, administrator, both};
use gongjian_hub::domain::viewer::Viewer;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const LOOK_UP: &str = "query($them: [_Any!]!) {
    _entities(representations: $them) {
        __typename
        ... on Area { name }
        ... on Category { code }
        ... on PartnerUnit { name }
        ... on Need { title }
    }
}";

/// What a gateway gets for its keys.
async fn look_up(hub: &Hub, viewer: &Viewer, them: &[Value]) -> Value {
    hub.data(viewer, LOOK_UP, json!({ "them": them })).await["_entities"].take()
}

fn key(kind: &str, field: &str, value: &(impl ToString + ?Sized)) -> Value {
    json!({ "__typename": kind, field: value.to_string() })
}

both!(every_node_is_an_entity_by_its_id, |hub| {
    let names = |kind: &Value| -> BTreeSet<String> {
        let all = kind["possibleTypes"].as_array().unwrap();
        all.iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
    };
    let query = "{
        node: __type(name: \"Node\") { possibleTypes { name } }
        entity: __type(name: \"_Entity\") { possibleTypes { name } }
        _service { sdl }
    }";
    let data = hub.data(&Viewer::public(), query, Value::Null).await;
    assert_eq!(names(&data["node"]), names(&data["entity"]));
    let sdl = data["_service"]["sdl"].as_str().unwrap();
    for name in names(&data["node"]) {
        let head = sdl.lines().find(|line| line.starts_with(&format!("type {name} "))).unwrap();
        assert!(head.contains("@key(fields: \"id\")"), "{head}");
    }
    assert!(sdl.contains("https://specs.apollo.dev/federation/v2"));
});

both!(an_entity_is_found_by_its_id_or_its_official_code, |hub| {
    let streets = hub.streets().await;
    let (unit, _) = hub.unit(streets.street, "湖南省图书馆").await;
    let them = [
        key("PartnerUnit", "id", &unit),
        key("Area", "code", "430102002"),
        key("Category", "code", "safety.anti_fraud"),
        key("Area", "id", &streets.street),
    ];
    assert_eq!(
        look_up(hub, &Viewer::public(), &them).await,
        json!([
            { "__typename": "PartnerUnit", "name": "湖南省图书馆" },
            { "__typename": "Area", "name": "朝阳街街道" },
            { "__typename": "Category", "code": "safety.anti_fraud" },
            { "__typename": "Area", "name": "朝阳街街道" },
        ])
    );
});

both!(a_key_of_nothing_is_null_and_costs_nobody_else_their_answer, |hub| {
    let streets = hub.streets().await;
    let (unit, _) = hub.unit(streets.street, "湖南省图书馆").await;
    let need = hub.draft_need(streets.community, need_facts("反诈宣讲")).await;
    let them = [
        key("PartnerUnit", "id", "no id at all"),
        key("PartnerUnit", "id", &need),
        key("PartnerUnit", "id", "unit_00000000000000000000000000000007"),
        key("Area", "code", "999999999"),
        key("Area", "code", ""),
        key("PartnerUnit", "id", &unit),
    ];
    let found = look_up(hub, &administrator(), &them).await;
    assert_eq!(found.as_array().unwrap()[..5], [const { Value::Null }; 5]);
    assert_eq!(found[5]["name"], "湖南省图书馆");
    assert_eq!(look_up(hub, &administrator(), &[]).await, json!([]));
});

both!(what_somebody_may_not_see_is_null_by_its_key_too, |hub| {
    let streets = hub.streets().await;
    let own = hub.draft_need(streets.community, need_facts("朝阳的需求")).await;
    let far = hub.draft_need(streets.far_community, need_facts("别处的需求")).await;
    let them = [key("Need", "id", &own), key("Need", "id", &far)];
    for (viewer, titles) in [
        (&streets.coordinator, [json!("朝阳的需求"), Value::Null]),
        (&streets.far_coordinator, [Value::Null, json!("别处的需求")]),
        (&Viewer::public(), [Value::Null, Value::Null]),
    ] {
        let found = look_up(hub, viewer, &them).await;
        assert_eq!([found[0]["title"].clone(), found[1]["title"].clone()], titles);
    }
});

both!(many_keys_of_one_kind_are_one_statement, |hub| {
    let streets = hub.streets().await;
    let mut them = Vec::new();
    for name in ["图书馆", "银行", "学校"] {
        them.push(key("PartnerUnit", "id", &hub.unit(streets.street, name).await.0));
    }
    let one = hub.statements(look_up(hub, &Viewer::public(), &them[..1])).await;
    assert_eq!(hub.statements(look_up(hub, &Viewer::public(), &them)).await, one);
    let codes = ["43", "4301", "430102"].map(|code| key("Area", "code", code));
    assert_eq!(hub.statements(look_up(hub, &Viewer::public(), &codes)).await, one);
});
