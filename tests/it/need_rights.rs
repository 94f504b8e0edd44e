use crate::builders::needs::{facts_input, step_input};
use crate::builders::{Streets, need_facts};
use crate::hub::{Hub, administrator, both};
use gongjian_hub::domain::id::{NeedId, ServiceId, UnitId};
use gongjian_hub::domain::need::{NeedAction, NeedState};
use gongjian_hub::domain::text::TextEnum as _;
use gongjian_hub::domain::viewer::{Actor, Scope, Viewer};
use serde_json::{Map, Value, json};

/// A street with a unit that asks, one that only looks on, and everybody who may come along.
struct Cast {
    streets: Streets,
    talks: ServiceId,
    asking: UnitId,
    viewers: Vec<(&'static str, Viewer)>,
}

async fn cast(hub: &Hub) -> Cast {
    let streets = hub.streets().await;
    let talks = hub.talks(streets.street).await;
    let (asking, asking_liaison) = hub.unit(streets.street, "育英学校").await;
    let (_, other_liaison) = hub.unit(streets.street, "湖南省图书馆").await;
    let other_staff =
        Viewer::local(Actor::Staff { street: streets.street, community: streets.other_community });
    let mut reader = streets.coordinator.clone();
    reader.scopes = vec![Scope::Read];
    let viewers = vec![
        ("the public", Viewer::public()),
        ("another street's coordinator", streets.far_coordinator.clone()),
        ("another street's staff", streets.far_staff.clone()),
        ("the coordinator with a token to read", reader),
        ("another unit's liaison", other_liaison),
        ("another community's staff", other_staff),
        ("the asking unit's liaison", asking_liaison),
        ("the community's staff", streets.staff.clone()),
        ("the coordinator", streets.coordinator.clone()),
        ("the administrator", administrator()),
    ];
    Cast { streets, talks, asking, viewers }
}

/// A state in which the action is possible.
fn state_for(action: NeedAction) -> NeedState {
    match action {
        NeedAction::Edit | NeedAction::Submit => NeedState::Draft,
        NeedAction::Verify => NeedState::Submitted,
        NeedAction::Return | NeedAction::Open => NeedState::Verified,
        NeedAction::Merge | NeedAction::Withdraw => NeedState::Open,
        NeedAction::Close => NeedState::Delivered,
        NeedAction::Reopen => NeedState::Closed,
    }
}

/// What becomes of an action: `done`, or the code that stands against it.
async fn outcome(hub: &Hub, viewer: &Viewer, action: NeedAction, id: NeedId, into: NeedId) -> String {
    let (name, input) = step_input(action, id, into);
    let kind = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
    let query = format!(
        "mutation($input: {kind}Input!) {{ {name}(input: $input) {{ need {{ id }} errors {{ code field }} }} }}"
    );
    let response = hub.ask(viewer, &query, json!({ "input": input })).await;
    let payload = &response["data"][name];
    match (&response["errors"][0]["extensions"]["code"], &payload["errors"][0]["code"]) {
        (Value::String(code), _) | (_, Value::String(code)) => code.clone(),
        _ if payload["need"]["id"] == json!(id.to_string()) => "done".into(),
        _ => response.to_string(),
    }
}

async fn possible(hub: &Hub, viewer: &Viewer, id: NeedId) -> Vec<Value> {
    let query = "query($id: ID!) { need(id: $id) { possibleActions } }";
    let found = hub.data(viewer, query, json!({ "id": id.to_string() })).await;
    found["need"]["possibleActions"].as_array().cloned().unwrap_or_default()
}

/// Who can do what to a need, and that each of them is told so beforehand.
async fn rights(hub: &Hub, cast: &Cast, asking: Option<UnitId>) -> Value {
    let into = hub.open_need(cast.streets.community, None, need_facts("并入的需求")).await;
    let need = |state| hub.need_in(state, cast.streets.community, asking, cast.talks);
    let mut table = Map::new();
    for action in NeedAction::ALL.iter().copied() {
        let mut id = need(state_for(action)).await;
        let mut row = Map::new();
        for (name, viewer) in &cast.viewers {
            let told = possible(hub, viewer, id).await.contains(&json!(action.as_str().to_uppercase()));
            let outcome = outcome(hub, viewer, action, id, into).await;
            assert_eq!(told, outcome == "done", "{name} {action:?} {outcome}");
            if outcome == "done" {
                id = need(state_for(action)).await;
            }
            row.insert((*name).to_owned(), json!(outcome));
        }
        table.insert(action.as_str().to_owned(), row.into());
    }
    table.into()
}

both!(everybody_does_to_a_communitys_need_what_they_may, |hub| {
    let cast = cast(hub).await;
    insta::assert_json_snapshot!("need_rights_community", rights(hub, &cast, None).await);
});

both!(everybody_does_to_a_units_need_what_they_may, |hub| {
    let cast = cast(hub).await;
    insta::assert_json_snapshot!("need_rights_unit", rights(hub, &cast, Some(cast.asking)).await);
});

both!(needs_are_added_by_the_asking_side_and_the_coordinator_only, |hub| {
    let cast = cast(hub).await;
    let query =
        "mutation($input: CreateNeedInput!) { createNeed(input: $input) { need { state } errors { code } } }";
    let mut table = Map::new();
    for (row, area, unit) in [
        ("asked for by the community", cast.streets.community, None),
        ("asked for by the unit", cast.streets.community, Some(cast.asking)),
        ("asked for by the unit where it has not checked in", cast.streets.far_community, Some(cast.asking)),
    ] {
        let input = json!({
            "areaId": area.to_string(),
            "askingUnitId": unit.map(|unit| unit.to_string()),
            "facts": facts_input("反诈讲座"),
        });
        let mut cells = Map::new();
        for (name, viewer) in &cast.viewers {
            let response = hub.ask(viewer, query, json!({ "input": input })).await;
            let code = &response["errors"][0]["extensions"]["code"];
            let payload = &response["data"]["createNeed"];
            let found = [code, &payload["errors"][0]["code"], &payload["need"]["state"]];
            cells.insert((*name).to_owned(), json!(found.into_iter().find(|value| !value.is_null())));
        }
        table.insert(row.to_owned(), cells.into());
    }
    insta::assert_json_snapshot!("need_rights_add", table);
});

/// Every way to a need that the graph has: how often it shows up on each.
async fn paths(hub: &Hub, cast: &Cast, viewer: &Viewer, id: NeedId) -> Vec<u64> {
    let query = "query($id: ID!, $area: ID!, $category: ID!, $unit: ID!) {
        need(id: $id) { id }
        node(id: $id) { id }
        nodes(ids: [$id]) { id }
        needs { totalCount nodes { id } edges { node { id } } }
        byArea: needs(filter: { area: $area, text: \"反诈\" }) { totalCount nodes { id } }
        byKind: needs(filter: { category: $category, askingUnit: $unit, states: [DRAFT, OPEN] }) { totalCount nodes { id } }
        area(id: $area) { needs { totalCount nodes { id } } }
        category(id: $category) { needs { totalCount nodes { id } } }
        unit(id: $unit) { needs { totalCount nodes { id } } }
    }";
    let variables = json!({
        "id": id.to_string(),
        "area": cast.streets.community.to_string(),
        "category": crate::builders::category("safety.anti_fraud").to_string(),
        "unit": cast.asking.to_string(),
    });
    let data = hub.data(viewer, query, variables).await;
    let seen = |found: &Value| u64::from(found["id"] == json!(id.to_string()));
    let listed = |list: &Value| {
        let nodes = list["nodes"].as_array().unwrap();
        assert_eq!(list["totalCount"], json!(nodes.len()), "the count tells no more than the list");
        nodes.iter().map(seen).sum::<u64>()
    };
    vec![
        seen(&data["need"]),
        seen(&data["node"]),
        seen(&data["nodes"][0]),
        data["needs"]["edges"].as_array().unwrap().iter().map(|edge| seen(&edge["node"])).sum(),
        listed(&data["needs"]),
        listed(&data["byArea"]),
        listed(&data["byKind"]),
        listed(&data["area"]["needs"]),
        listed(&data["category"]["needs"]),
        listed(&data["unit"]["needs"]),
    ]
}

both!(a_need_is_seen_on_every_path_or_on_none, |hub| {
    let cast = cast(hub).await;
    for state in [NeedState::Draft, NeedState::Open] {
        let id = hub.need_in(state, cast.streets.community, Some(cast.asking), cast.talks).await;
        for (name, viewer) in &cast.viewers {
            let sees = match *name {
                "the public" | "another street's coordinator" | "another street's staff" => 0,
                "another unit's liaison" => u64::from(state == NeedState::Open),
                _ => 1,
            };
            assert_eq!(paths(hub, &cast, viewer, id).await, [sees; 10], "{name}, {state:?}");
        }
    }
});

both!(a_merged_need_does_not_show_one_that_is_hidden, |hub| {
    let cast = cast(hub).await;
    let into = hub.need_in(NeedState::Draft, cast.streets.community, None, cast.talks).await;
    let id = hub.need_in(NeedState::Open, cast.streets.community, Some(cast.asking), cast.talks).await;
    let merged = outcome(hub, &cast.streets.coordinator, NeedAction::Merge, id, into).await;
    assert_eq!(merged, "done");
    let query = "query($id: ID!) { need(id: $id) { state mergedInto { title } } }";
    let (_, liaison) = &cast.viewers[6];
    let found = hub.data(liaison, query, json!({ "id": id.to_string() })).await;
    assert_eq!(found["need"], json!({ "state": "MERGED", "mergedInto": null }));
    let found = hub.data(&cast.streets.staff, query, json!({ "id": id.to_string() })).await;
    assert_eq!(found["need"]["mergedInto"]["title"], "反诈讲座");
});

both!(the_contact_of_a_need_is_masked_for_all_but_its_side_and_street, |hub| {
    let cast = cast(hub).await;
    let id = hub.need_in(NeedState::Open, cast.streets.community, None, cast.talks).await;
    let query = "query($id: ID!) { need(id: $id) { contact { name phone masked } } }";
    let mut table = Map::new();
    for (name, viewer) in &cast.viewers {
        let mut found = hub.data(viewer, query, json!({ "id": id.to_string() })).await;
        table.insert((*name).to_owned(), found["need"]["contact"].take());
    }
    insta::assert_json_snapshot!("need_contact", table);
});
