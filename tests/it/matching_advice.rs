//! What to ask for next, who is left behind, and what an offer is worth before it is made.

use crate::builders::runs::TwoNeeds;
use crate::builders::{category, need_facts};
use crate::hub::{Hub, both, monday};
use chrono::TimeDelta;
use gongjian_hub::domain::id::UnitId;
use gongjian_hub::domain::text::Lang;
use gongjian_hub::domain::viewer::Viewer;
use gongjian_hub::store::need::NeedFacts;
use serde_json::{Value, json};

const ADVICE: &str = "query($area: ID!) { matching(areaId: $area) {
    advice(first: 2) { category { name } measure quantity startsAt endsAt price text effect { used gain people gainCount
        lossCount gains { need { title } difference after { service { title } quantity } } losses { text } text } }
    fairness { all { needCount servedCount unmet } worst communities { area { name } share { needCount unmet } }
        targetGroups { group label share { needCount servedCount unmet } } }
    dial { fairness cost shares { worst all { servedCount unmet } } } } }";

const WORTH: &str = "query($input: OfferWorthInput!) { offerWorth(input: $input) {
    used gain people gainCount lossCount gains { need { title } difference } losses { text } text } }";

both!(a_street_is_told_what_to_ask_for_and_who_is_left_behind, |hub| {
    let story = hub.two_needs().await;
    let film = NeedFacts { category: category("culture.film"), quantity: 2, ..need_facts("看电影") };
    hub.open_need(story.streets.community, None, film).await;
    let area = json!({ "area": story.streets.street.to_string() });
    let told = hub.data(&story.streets.staff, ADVICE, area.clone()).await;
    insta::assert_json_snapshot!("advice", told);
    let texts = "query($area: ID!) { matching(areaId: $area) { advice { text } } }";
    let english = hub.ask_in(Lang::En, &story.streets.staff, texts, area).await;
    insta::assert_json_snapshot!("advice_english", english["data"]);
    for first in [0, 11] {
        let query =
            "query($area: ID!, $first: Int) { matching(areaId: $area) { advice(first: $first) { text } } }";
        let variables = json!({ "area": story.streets.street.to_string(), "first": first });
        assert_eq!(hub.error_code(&story.streets.staff, query, variables).await, "BAD_NUMBER");
    }
});

/// Talks of a unit in a street.
fn offer(story: &TwoNeeds, unit: Option<UnitId>, quantity: i64) -> Value {
    let mut offer = json!({ "title": "反诈讲座", "categoryId": category("safety.anti_fraud").to_string(),
        "areaId": story.streets.street.to_string(), "measure": "SESSIONS", "quantity": quantity,
        "startsAt": monday(), "endsAt": monday() + TimeDelta::days(60) });
    if let Some(unit) = unit {
        offer["unitId"] = json!(unit.to_string());
    }
    json!({ "input": { "offer": offer } })
}

both!(an_offer_is_judged_before_it_is_made, |hub| {
    let story = hub.two_needs().await;
    let (library, librarian) = hub.unit(story.streets.street, "图书馆").await;
    let mine = hub.data(&librarian, WORTH, offer(&story, Some(library), 9)).await;
    let streets = hub.data(&story.streets.coordinator, WORTH, offer(&story, Some(library), 9)).await;
    insta::assert_json_snapshot!("offer_worth", json!({ "liaison": mine, "coordinator": streets }));
    let found = hub.data(&story.streets.coordinator, WORTH, offer(&story, None, 9)).await;
    assert_eq!(found["offerWorth"]["used"], 2);
});

both!(an_offer_is_judged_for_its_unit_and_its_street_alone, |hub| {
    let story = hub.two_needs().await;
    let (library, librarian) = hub.unit(story.streets.street, "图书馆").await;
    let (far, far_liaison) = hub.unit(story.streets.far_street, "远处的图书馆").await;
    for (viewer, unit, code) in [
        (&librarian, None, "FORBIDDEN"),
        (&story.liaison, Some(library), "FORBIDDEN"),
        (&far_liaison, Some(far), "FORBIDDEN"),
        (&story.streets.staff, Some(library), "FORBIDDEN"),
        (&story.streets.far_coordinator, Some(library), "FORBIDDEN"),
        (&Viewer::public(), None, "UNAUTHENTICATED"),
    ] {
        assert_eq!(hub.error_code(viewer, WORTH, offer(&story, unit, 1)).await, code, "{viewer:?}");
    }
    assert_eq!(path(hub, &librarian, offer(&story, Some(library), 0)).await, "offer.quantity");
    let mut nowhere = offer(&story, Some(library), 1);
    nowhere["input"]["offer"]["areaId"] = json!("area_00000000000000000000000000000009");
    assert_eq!(path(hub, &librarian, nowhere).await, "offer.areaId");
});

async fn path(hub: &Hub, viewer: &Viewer, variables: Value) -> String {
    let answer = hub.ask(viewer, WORTH, variables).await;
    let field = answer["errors"][0]["extensions"]["field"].as_array().expect("a field").clone();
    field.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(".")
}
