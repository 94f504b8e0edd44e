//! Lists of matches: who sees which, filters and orders, and a constant number of statements.

use crate::builders::matches::{Pair, proposal};
use crate::builders::{need_facts, service_facts};
use crate::hub::{Hub, both};
use chrono::TimeDelta;
use gongjian_hub::domain::matches::{MatchState, Side};
use gongjian_hub::domain::viewer::{Actor, Viewer};
use gongjian_hub::store::matches;
use serde_json::{Value, json};

const EVERYWHERE: &str = "query($id: ID!, $part: ID!, $rating: ID!, $need: ID!, $unit: ID!, $area: ID!) {
    match(id: $id) { state }
    node(id: $id) { __typename }
    nodes(ids: [$part, $rating]) { __typename }
    matches(filter: { area: $area }) { totalCount }
    need(id: $need) { matches { totalCount } }
    unit(id: $unit) { matches { totalCount } }
}";

both!(a_match_and_what_hangs_on_it_is_seen_by_its_parties_and_its_street_alone, |hub| {
    let pair = hub.pair(20).await;
    let (_, other_liaison) = hub.unit(pair.streets.street, "别的单位").await;
    let id = hub.match_in(&pair, MatchState::Confirmed).await;
    let verdict = json!({ "id": id.to_string(), "solved": true, "satisfied": true, "stars": 5 });
    let rating = hub
        .mutate(
            &pair.streets.staff,
            "rateMatch",
            verdict,
            "rating { id match { fulfilments { nodes { id } } } }",
        )
        .await;
    let variables = json!({
        "id": id.to_string(),
        "part": rating["rating"]["match"]["fulfilments"]["nodes"][0]["id"],
        "rating": rating["rating"]["id"],
        "need": pair.need.to_string(),
        "unit": pair.unit.to_string(),
        "area": pair.streets.street.to_string(),
    });
    let mut seen = Vec::new();
    for (who, viewer) in [
        ("public", Viewer::public()),
        ("far coordinator", pair.streets.far_coordinator.clone()),
        ("far staff", pair.streets.far_staff.clone()),
        ("another unit", other_liaison),
        ("offering side", pair.liaison.clone()),
        ("asking side", pair.streets.staff.clone()),
        ("coordinator", pair.streets.coordinator.clone()),
    ] {
        seen.push(json!({ "who": who, "sees": hub.data(&viewer, EVERYWHERE, variables.clone()).await }));
    }
    insta::assert_json_snapshot!("match_seen_by", seen);
});

/// Claims by one unit of needs in two communities, in several states.
async fn several(hub: &Hub) -> Pair {
    let pair = hub.pair(100).await;
    hub.match_in(&pair, MatchState::Proposed).await;
    hub.store.clock.advance(TimeDelta::minutes(1));
    let other = hub.open_need(pair.streets.other_community, None, need_facts("二里牌讲座")).await;
    let sooner =
        matches::Proposal { respond_in_hours: Some(2), ..proposal(other, pair.service, Side::Offering, 1) };
    hub.propose(&pair.liaison, &sooner).await.unwrap();
    hub.store.clock.advance(TimeDelta::minutes(1));
    let own = hub.listed_service(pair.unit, service_facts("另一项", pair.streets.street), 9).await;
    hub.propose(&pair.streets.staff, &proposal(pair.need, own, Side::Asking, 3)).await.unwrap();
    pair
}

both!(lists_are_filtered_and_ordered, |hub| {
    let pair = several(hub).await;
    let quantities = async |filter: Value, order: &str| {
        let query = "query($filter: MatchFilter, $order: MatchOrder) {
            matches(filter: $filter, orderBy: $order) { totalCount nodes { quantity } } }";
        let data =
            hub.data(&pair.streets.coordinator, query, json!({ "filter": filter, "order": order })).await;
        let list = &data["matches"];
        let nodes: Vec<i64> =
            list["nodes"].as_array().unwrap().iter().filter_map(|node| node["quantity"].as_i64()).collect();
        assert_eq!(list["totalCount"], nodes.len());
        nodes
    };
    assert_eq!(quantities(json!({}), "NEWEST").await, [3, 1, 5]);
    assert_eq!(quantities(json!({}), "RESPOND_BY").await, [1, 5, 3]);
    let area = |id: gongjian_hub::domain::id::AreaId| json!({ "area": id.to_string() });
    assert_eq!(quantities(area(pair.streets.street), "NEWEST").await, [3, 1, 5]);
    assert_eq!(quantities(area(pair.streets.other_community), "NEWEST").await, [1]);
    assert_eq!(quantities(area(pair.streets.far_street), "NEWEST").await, [0; 0]);
    assert_eq!(quantities(json!({ "awaiting": "OFFERING" }), "NEWEST").await, [3]);
    assert_eq!(quantities(json!({ "awaiting": "ASKING" }), "NEWEST").await, [1, 5]);
    assert_eq!(quantities(json!({ "initiator": "ASKING" }), "NEWEST").await, [3]);
    assert_eq!(quantities(json!({ "states": ["ACCEPTED"] }), "NEWEST").await, [0; 0]);
    assert_eq!(quantities(json!({ "need": pair.need.to_string() }), "NEWEST").await, [3, 5]);
    assert_eq!(quantities(json!({ "service": pair.service.to_string() }), "NEWEST").await, [1, 5]);
    assert_eq!(quantities(json!({ "unit": pair.unit.to_string() }), "NEWEST").await, [3, 1, 5]);
});

both!(bad_arguments_of_lists_are_refused, |hub| {
    let pair = several(hub).await;
    let need = pair.need.to_string();
    for (arguments, code) in [
        ("first: 0".to_owned(), "BAD_NUMBER"),
        ("first: -1".to_owned(), "BAD_NUMBER"),
        ("first: 101".to_owned(), "BAD_NUMBER"),
        ("after: \"?\"".to_owned(), "BAD_INPUT"),
        (format!("filter: {{ unit: \"{need}\" }}"), "BAD_ID"),
        ("filter: { area: \"x\" }".to_owned(), "BAD_ID"),
        (format!("filter: {{ states: [{}] }}", "ACCEPTED ".repeat(101)), "LIMIT_REACHED"),
    ] {
        let query = format!("{{ matches({arguments}) {{ totalCount }} }}");
        let answer = hub.ask(&pair.streets.coordinator, &query, json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], code, "{arguments}");
    }
    let cursor =
        hub.data(&pair.streets.coordinator, "{ matches { pageInfo { endCursor } } }", json!({})).await;
    let cursor = cursor["matches"]["pageInfo"]["endCursor"].as_str().unwrap().to_owned();
    let query = format!("{{ matches(orderBy: RESPOND_BY, after: \"{cursor}\") {{ totalCount }} }}");
    let answer = hub.ask(&pair.streets.coordinator, &query, json!({})).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_INPUT");
});

both!(what_is_possible_depends_on_who_asks, |hub| {
    let pair = hub.pair(20).await;
    let id = hub.match_in(&pair, MatchState::Proposed).await;
    let neighbour =
        Viewer::local(Actor::Staff { street: pair.streets.street, community: pair.streets.other_community });
    let mut possible = Vec::new();
    for viewer in [&pair.liaison, &pair.streets.staff, &pair.streets.coordinator, &neighbour] {
        let query = "query($id: ID!) { match(id: $id) { possibleActions } }";
        let data = hub.data(viewer, query, json!({ "id": id.to_string() })).await;
        possible.push(data["match"]["possibleActions"].clone());
    }
    let expected =
        json!([["DECLINE", "CANCEL"], ["ACCEPT", "DECLINE", "CANCEL"], ["ACCEPT", "DECLINE", "CANCEL"], [],]);
    assert_eq!(Value::from(possible), expected);
});

const NESTED: &str = "query($area: ID!) { needs(filter: { area: $area }, first: 100) { totalCount nodes {
    title matches { totalCount nodes {
        state possibleActions capacity { left } service { title unit { name } matches { totalCount nodes { quantity } } }
        unit { name matches { totalCount nodes { quantity } } }
        askingUnit { name }
        need { title matches { nodes { state } } }
        fulfilments { totalCount nodes { quantity match { state } } }
        rating { stars match { state } }
        history { nodes { kind } }
    } }
} } }";

both!(the_number_of_statements_does_not_grow_with_the_rows, |hub| {
    let mut pair = hub.pair(1_000).await;
    let variables = json!({ "area": pair.streets.street.to_string() });
    let mut counted = Vec::new();
    for rows in [3, 42] {
        for at in 0..rows {
            let (unit, liaison) = hub.unit(pair.streets.street, &format!("单位{rows}-{at}")).await;
            pair.unit = unit;
            pair.liaison = liaison;
            pair.service = hub.listed_service(unit, service_facts("讲座", pair.streets.street), 50).await;
            pair.need = hub.open_need(pair.streets.community, None, need_facts("讲座")).await;
            let id = hub.match_in(&pair, MatchState::Confirmed).await;
            hub.match_in(&pair, MatchState::Proposed).await;
            let verdict = json!({ "id": id.to_string(), "solved": true, "satisfied": true, "stars": 5 });
            hub.mutate(&pair.streets.staff, "rateMatch", verdict, "").await;
        }
        let ask = hub.data(&pair.streets.staff, NESTED, variables.clone());
        counted.push(hub.statements(ask).await);
    }
    assert_eq!(counted[0], counted[1]);
    assert!(counted[0] <= 24, "{counted:?}");
});
