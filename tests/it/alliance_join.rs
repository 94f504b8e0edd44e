use crate::hub::both;
use gongjian_hub::domain::event::EventKind;
use gongjian_hub::domain::id::AllianceId;
use gongjian_hub::domain::viewer::Viewer;
use serde_json::json;

const MEMBERS: &str = "alliance { name purpose street { name } members { totalCount nodes { name } } }";

both!(units_join_an_alliance_once_and_leave_it, |hub| {
    let streets = hub.streets().await;
    let (bank, _) = hub.unit(streets.street, "国泰君安证券湖南分公司").await;
    let (library, _) = hub.unit(streets.street, "湖南省图书馆").await;
    let new = json!({ "streetId": streets.street.to_string(), "name": "芙蓉先锋共同体", "nameEn": "Furong Vanguard", "purpose": "资源共享" });
    let payload = hub.mutate(&streets.coordinator, "createAlliance", new.clone(), "alliance { id }").await;
    let id = payload["alliance"]["id"].as_str().unwrap().to_owned();
    let refused = hub.refused(&streets.coordinator, "createAlliance", new).await;
    assert_eq!(refused, ("ALREADY_EXISTS".into(), "name".into()));
    let input = |unit: &str| json!({ "allianceId": id, "unitId": unit });
    let mut steps = Vec::new();
    for (mutation, unit) in [
        ("joinAlliance", bank),
        ("joinAlliance", library),
        ("joinAlliance", bank),
        ("leaveAlliance", bank),
        ("leaveAlliance", bank),
    ] {
        steps.push(hub.mutate(&streets.coordinator, mutation, input(&unit.to_string()), MEMBERS).await);
    }
    insta::assert_json_snapshot!("alliance_steps", steps);
    let id: AllianceId = id.parse().unwrap();
    assert_eq!(hub.events(id, EventKind::Edited).await.len(), 3, "what changes nothing is no event");
    let found = "query($street: ID!, $unit: ID!, $alliance: ID!) {
        alliances(filter: { street: $street, text: \"furong 先锋\" }) { totalCount nodes { name nameEn } }
        none: alliances(filter: { text: \"nowhere\" }) { totalCount }
        unit(id: $unit) { alliances { totalCount nodes { name } } }
        units(filter: { alliance: $alliance }) { nodes { name } }
        alliance(id: $alliance) { name }
        node(id: $alliance) { __typename }
    }";
    let variables = json!({ "street": streets.street.to_string(), "unit": library.to_string(), "alliance": id.to_string() });
    insta::assert_json_snapshot!("alliance_found", hub.data(&Viewer::public(), found, variables).await);
});

both!(an_alliance_is_its_streets_matter, |hub| {
    let streets = hub.streets().await;
    let (bank, liaison) = hub.unit(streets.street, "国泰君安证券湖南分公司").await;
    let (far_unit, _) = hub.unit(streets.far_street, "湖南省图书馆").await;
    let new = json!({ "streetId": streets.street.to_string(), "name": "芙蓉先锋共同体" });
    let create =
        "mutation($input: CreateAllianceInput!) { createAlliance(input: $input) { errors { code } } }";
    let denied = [&liaison, &streets.staff, &streets.far_coordinator];
    for viewer in denied {
        let response = hub.ask(viewer, create, json!({ "input": new })).await;
        assert_eq!(response["errors"][0]["extensions"]["code"], "FORBIDDEN");
    }
    let payload = hub.mutate(&streets.coordinator, "createAlliance", new, "alliance { id }").await;
    let id = &payload["alliance"]["id"];
    let join = "mutation($input: JoinAllianceInput!) { joinAlliance(input: $input) { errors { code } } }";
    for viewer in denied {
        let input = json!({ "input": { "allianceId": id, "unitId": bank.to_string() } });
        let response = hub.ask(viewer, join, input).await;
        assert_eq!(response["errors"][0]["extensions"]["code"], "FORBIDDEN");
    }
    for (mutation, input, code, field) in [
        ("joinAlliance", json!({ "allianceId": id, "unitId": far_unit.to_string() }), "BAD_INPUT", "unitId"),
        ("joinAlliance", json!({ "allianceId": id, "unitId": id }), "BAD_ID", "unitId"),
        (
            "joinAlliance",
            json!({ "allianceId": format!("alliance_{}", "0".repeat(32)), "unitId": bank.to_string() }),
            "NOT_FOUND",
            "allianceId",
        ),
        ("createAlliance", json!({ "streetId": streets.street.to_string(), "name": "" }), "BAD_TEXT", "name"),
    ] {
        assert_eq!(hub.refused(&streets.coordinator, mutation, input).await, (code.into(), field.into()));
    }
    let community = json!({ "input": { "streetId": streets.community.to_string(), "name": "共同体" } });
    let response = hub.ask(&streets.coordinator, create, community).await;
    assert_eq!(response["errors"][0]["extensions"]["code"], "FORBIDDEN", "a community coordinates none");
    let check_in = json!({ "id": far_unit.to_string(), "areaId": streets.community.to_string(), "checkedInOn": "2026-03-01" });
    hub.mutate(&streets.coordinator, "checkInUnit", check_in, "").await;
    let input = json!({ "allianceId": id, "unitId": far_unit.to_string() });
    let payload = hub.mutate(&streets.coordinator, "joinAlliance", input, MEMBERS).await;
    assert_eq!(payload["alliance"]["members"]["totalCount"], 1, "whoever has checked in here may join");
});
