use crate::hub::both;
use gongjian_hub::domain::viewer::Viewer;
use serde_json::{Value, json};

fn library(street: &str) -> Value {
    json!({
        "streetId": street,
        "facts": {
            "kind": "PUBLIC_INSTITUTION",
            "name": "湖南省图书馆",
            "nameEn": "Hunan Library",
            "liaison": { "name": "李秀英", "phone": "13000000002" },
        },
        "areaIds": [street],
        "checkedInOn": "2026-01-05",
    })
}

both!(a_coordinator_registers_a_unit_and_everybody_finds_it, |hub| {
    let streets = hub.streets().await;
    let input = library(&streets.street.to_string());
    let payload = hub.mutate(&streets.coordinator, "registerUnit", input, "unit { name kind version }").await;
    insta::assert_json_snapshot!("unit_registered", payload);
    let found = hub
        .data(
            &Viewer::public(),
            "query($street: ID!) { units(filter: { area: $street, text: \"hunan 图书馆\" }) { totalCount nodes { name street { name } } } }",
            json!({ "street": streets.street.to_string() }),
        )
        .await;
    insta::assert_json_snapshot!("unit_found", found);
});

both!(a_name_is_taken_once_in_a_street, |hub| {
    let streets = hub.streets().await;
    let input = library(&streets.street.to_string());
    hub.mutate(&streets.coordinator, "registerUnit", input.clone(), "unit { id }").await;
    let refused = hub.refused(&streets.coordinator, "registerUnit", input).await;
    assert_eq!(refused, ("ALREADY_EXISTS".into(), "facts.name".into()));
});

both!(another_streets_coordinator_and_the_public_may_not_register, |hub| {
    let streets = hub.streets().await;
    let query = "mutation($input: RegisterUnitInput!) { registerUnit(input: $input) { errors { code } } }";
    let variables = json!({ "input": library(&streets.street.to_string()) });
    for (viewer, code) in [(streets.far_coordinator, "FORBIDDEN"), (Viewer::public(), "UNAUTHENTICATED")] {
        let response = hub.ask(&viewer, query, variables.clone()).await;
        assert_eq!(response["errors"][0]["extensions"]["code"], code);
        assert_eq!(response["data"], Value::Null);
    }
});

both!(a_repeated_request_registers_once, |hub| {
    let streets = hub.streets().await;
    let mut input = library(&streets.street.to_string());
    input["idempotencyKey"] = json!("k-1");
    let first = hub.mutate(&streets.coordinator, "registerUnit", input.clone(), "unit { id }").await;
    let second = hub.mutate(&streets.coordinator, "registerUnit", input.clone(), "unit { id }").await;
    assert_eq!(first, second);
    input["facts"]["name"] = json!("另一个单位");
    let refused = hub.refused(&streets.coordinator, "registerUnit", input).await;
    assert_eq!(refused, ("KEY_REUSED".into(), "idempotencyKey".into()));
});

both!(a_code_with_a_wrong_check_character_is_kept_with_a_warning, |hub| {
    let streets = hub.streets().await;
    let selection = "unit { creditCode creditCodeWarning checkIns { checkedInOn area { name } } }";
    let mut payloads = Vec::new();
    for (name, code) in [("甲单位", "91350100M000100Y43"), ("乙单位", "91350100m000100y44")] {
        let mut input = library(&streets.street.to_string());
        input["facts"]["name"] = json!(name);
        input["facts"]["creditCode"] = json!(code);
        payloads.push(hub.mutate(&streets.coordinator, "registerUnit", input, selection).await);
    }
    insta::assert_json_snapshot!("unit_codes", payloads);
});
