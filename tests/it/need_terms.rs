//! The terms on which a need is served: the smallest lot, and how many services may share it.

use crate::builders::matches::{Pair, code, proposal};
use crate::builders::needs::facts_input;
use crate::builders::{need_facts, service_facts};
use crate::hub::{Hub, both};
use futures_util::future::join_all;
use gongjian_hub::domain::id::ServiceId;
use gongjian_hub::domain::matches::Side;
use gongjian_hub::domain::need::Terms;
use gongjian_hub::domain::refusal::Code;
use gongjian_hub::domain::text::Lang;
use gongjian_hub::store::matches;
use gongjian_hub::store::need::NeedFacts;
use serde_json::json;

/// A need of 10 sessions on these terms, and a service with so many.
async fn on_terms(hub: &Hub, terms: Terms, total: i64) -> Pair {
    let mut pair = hub.pair(total).await;
    let facts = NeedFacts { terms, ..need_facts("反诈讲座") };
    pair.need = hub.open_need(pair.streets.community, None, facts).await;
    pair
}

both!(a_claim_takes_the_smallest_lot_or_all_that_is_left, |hub| {
    let pair = on_terms(hub, Terms { smallest_lot: Some(4), most_services: None }, 50).await;
    let input = json!({ "needId": pair.need.to_string(), "serviceId": pair.service.to_string(),
        "side": "OFFERING", "quantity": 3 });
    let refused = hub.mutate(&pair.liaison, "proposeMatch", input.clone(), "").await;
    insta::assert_json_snapshot!("lot_refused", refused);
    let query = "mutation($input: ProposeMatchInput!) { proposeMatch(input: $input) { errors { message } } }";
    let english = hub.ask_in(Lang::En, &pair.liaison, query, json!({ "input": input })).await;
    assert_eq!(
        english["data"]["proposeMatch"]["errors"][0]["message"],
        "Claim at least 4 sessions of this need at once, or all that is left of it."
    );
    let first = hub.propose(&pair.liaison, &pair.claim(4)).await.unwrap();
    let decline = async |tx: &mut _| matches::decline(tx, first, "改期").await;
    hub.change(&pair.streets.staff, decline).await.unwrap();
    hub.propose(&pair.liaison, &pair.claim(8)).await.unwrap();
    let (unit, _) = hub.unit(pair.streets.street, "别的单位").await;
    let other = hub.listed_service(unit, service_facts("防骗宣传", pair.streets.street), 5).await;
    let claim = |quantity| proposal(pair.need, other, Side::Asking, quantity);
    assert_eq!(code(hub.propose(&pair.streets.staff, &claim(1)).await), Code::BelowSmallestLot);
    hub.propose(&pair.streets.staff, &claim(2)).await.unwrap();
    hub.require_sound().await;
});

/// So many services of different units that fit the need, of 10 sessions each.
async fn services(hub: &Hub, pair: &Pair, count: usize) -> Vec<ServiceId> {
    let mut services = Vec::new();
    for number in 0..count {
        let (unit, _) = hub.unit(pair.streets.street, &format!("单位{number}")).await;
        let facts = service_facts(&format!("讲座{number}"), pair.streets.street);
        services.push(hub.listed_service(unit, facts, 10).await);
    }
    services
}

both!(no_more_services_share_a_need_than_it_allows, |hub| {
    let pair = on_terms(hub, Terms { smallest_lot: None, most_services: Some(2) }, 50).await;
    let others = services(hub, &pair, 2).await;
    let claim = |service, quantity| proposal(pair.need, service, Side::Asking, quantity);
    let first = hub.propose(&pair.streets.staff, &claim(others[0], 2)).await.unwrap();
    hub.propose(&pair.streets.staff, &claim(others[1], 2)).await.unwrap();
    let input = json!({ "needId": pair.need.to_string(), "serviceId": pair.service.to_string(),
        "side": "OFFERING", "quantity": 3 });
    insta::assert_json_snapshot!(
        "service_too_many",
        hub.mutate(&pair.liaison, "proposeMatch", input, "").await
    );
    // One that has withdrawn serves it no more.
    let decline = async |tx: &mut _| matches::decline(tx, first, "改期").await;
    hub.change(&pair.streets.staff, decline).await.unwrap();
    hub.propose(&pair.liaison, &pair.claim(3)).await.unwrap();
});

both!(parallel of_services_that_join_at_once_so_many_succeed, |hub| {
    let pair = on_terms(hub, Terms { smallest_lot: None, most_services: Some(3) }, 50).await;
    let others = services(hub, &pair, 8).await;
    let claims = others.iter().map(|service| async {
        hub.propose(&pair.streets.staff, &proposal(pair.need, *service, Side::Asking, 1)).await
    });
    let joined = join_all(claims).await.into_iter().flatten().count();
    assert_eq!(joined, 3);
    hub.require_sound().await;
});

both!(the_terms_of_a_need_are_told_and_edited, |hub| {
    let streets = hub.streets().await;
    let mut facts = facts_input("反诈讲座");
    facts["smallestLot"] = json!(5);
    facts["mostServices"] = json!(2);
    let input = json!({ "areaId": streets.community.to_string(), "facts": facts });
    let told = hub.mutate(&streets.staff, "createNeed", input, "need { id smallestLot mostServices }").await;
    assert_eq!((&told["need"]["smallestLot"], &told["need"]["mostServices"]), (&json!(5), &json!(2)));
    let edit = json!({ "id": told["need"]["id"], "facts": facts_input("反诈讲座") });
    let told = hub.mutate(&streets.staff, "updateNeed", edit, "need { smallestLot mostServices }").await;
    assert_eq!(told["need"], json!({ "smallestLot": null, "mostServices": null }));
});

both!(terms_that_make_no_sense_are_refused, |hub| {
    let streets = hub.streets().await;
    for (field, value) in [("smallestLot", 0), ("smallestLot", 11), ("mostServices", 0)] {
        let mut facts = facts_input("反诈讲座");
        facts[field] = json!(value);
        let input = json!({ "areaId": streets.community.to_string(), "facts": facts });
        let refused = hub.refused(&streets.staff, "createNeed", input).await;
        assert_eq!(refused, ("BAD_NUMBER".into(), format!("facts.{field}")));
    }
});
