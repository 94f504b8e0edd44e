use crate::builders::{category, need_facts, service_facts};
use crate::hub::{both, monday};
use gongjian_hub::domain::viewer::Viewer;
use gongjian_hub::store::need::NeedFacts;
use gongjian_hub::store::service::ServiceFacts;
use serde_json::{Value, json};

const OF_NEEDS: &str = "{ needs { nodes { title candidates(first: 5) { totalCount
    nodes { need { title } service { title } quantity firstStartsAt score reasons { part points } }
    excluded { constraint label count } } } } }";

const OF_SERVICES: &str = "{ services { nodes { title candidates(first: 5) { totalCount
    nodes { need { title } service { title } quantity score reasons { part points } }
    excluded { constraint count } } } } }";

/// The points of reasons add up to the score.
fn add_up(candidate: &Value) -> bool {
    let reasons = candidate["reasons"].as_array().unwrap().iter();
    candidate["score"].as_i64() == Some(reasons.map(|reason| reason["points"].as_i64().unwrap()).sum())
}

both!(candidates_are_ranked_with_reasons_and_what_was_excluded, |hub| {
    let streets = hub.streets().await;
    let (police, _) = hub.unit(streets.street, "公安分局").await;
    let (bank, _) = hub.unit(streets.street, "银行").await;
    hub.listed_service(police, service_facts("反诈讲座", streets.street), 3).await;
    let wider =
        ServiceFacts { category: category("safety"), ..service_facts("平安宣讲", streets.street) };
    hub.listed_service(bank, wider, 30).await;
    let film =
        ServiceFacts { category: category("culture.film"), ..service_facts("放电影", streets.street) };
    hub.listed_service(bank, film, 30).await;
    hub.listed_service(
        bank,
        ServiceFacts { lead_time_days: 90, ..service_facts("反诈宣传", streets.street) },
        30,
    )
    .await;
    hub.open_need(streets.community, None, need_facts("反诈讲座")).await;
    hub.draft_need(streets.community, need_facts("还没开放")).await;
    let told = hub.data(&streets.coordinator, OF_NEEDS, json!({})).await;
    let ranked = told["needs"]["nodes"][1]["candidates"]["nodes"].as_array().unwrap();
    assert!(ranked.iter().all(add_up));
    insta::assert_json_snapshot!("candidates_of_needs", told);
    let told = hub.data(&streets.coordinator, OF_SERVICES, json!({})).await;
    insta::assert_json_snapshot!("candidates_of_services", told);
});

both!(a_candidates_score_is_the_one_of_the_preview, |hub| {
    let streets = hub.streets().await;
    let (unit, _) = hub.unit(streets.street, "公安分局").await;
    hub.listed_service(unit, service_facts("反诈讲座", streets.street), 30).await;
    hub.listed_service(unit, service_facts("防骗宣传", streets.community), 30).await;
    hub.open_need(streets.community, None, need_facts("反诈讲座")).await;
    let of_need = hub.data(&streets.coordinator, OF_NEEDS, json!({})).await;
    let of_services = hub.data(&streets.coordinator, OF_SERVICES, json!({})).await;
    let preview = hub.preview(&streets.coordinator, streets.street).await;
    let (best, planned) = (&of_need["needs"]["nodes"][0]["candidates"]["nodes"][0], &preview["matches"][0]);
    assert_eq!(best["score"], planned["score"]);
    let services = of_services["services"]["nodes"].as_array().unwrap().iter();
    let mut same = services.filter(|service| service["title"] == best["service"]["title"]);
    assert_eq!(same.next().unwrap()["candidates"]["nodes"][0]["score"], best["score"]);
});

both!(a_liaison_is_told_the_scores_of_the_own_unit_only, |hub| {
    let streets = hub.streets().await;
    let (police, liaison) = hub.unit(streets.street, "公安分局").await;
    let (bank, other) = hub.unit(streets.street, "银行").await;
    hub.listed_service(police, service_facts("反诈讲座", streets.street), 30).await;
    hub.listed_service(bank, service_facts("防骗宣传", streets.street), 30).await;
    hub.open_need(streets.community, None, need_facts("反诈讲座")).await;
    let told = hub.data(&liaison, OF_NEEDS, json!({})).await;
    let candidates = &told["needs"]["nodes"][0]["candidates"];
    assert_eq!(candidates["totalCount"], 2);
    assert_eq!(candidates["excluded"], json!([]));
    for candidate in candidates["nodes"].as_array().unwrap() {
        if candidate["service"]["title"] == "反诈讲座" {
            assert!(add_up(candidate));
        } else {
            assert_eq!((&candidate["score"], &candidate["reasons"]), (&Value::Null, &json!([])));
        }
    }
    for viewer in [&other, &streets.far_coordinator, &streets.far_staff, &Viewer::public()] {
        let told = hub.data(viewer, OF_SERVICES, json!({})).await;
        let mut services = told["services"]["nodes"].as_array().unwrap().iter();
        let talks = services.find(|service| service["title"] == "反诈讲座").unwrap();
        assert_eq!(talks["candidates"], Value::Null, "{viewer:?}");
    }
});

both!(candidates_load_in_a_constant_number_of_statements, |hub| {
    let streets = hub.streets().await;
    let mut counts = Vec::new();
    for (from, to) in [(0, 3), (3, 12)] {
        for number in from..to {
            let (unit, _) = hub.unit(streets.street, &format!("单位{number}")).await;
            hub.listed_service(unit, service_facts(&format!("讲座{number}"), streets.street), 3).await;
            let facts = NeedFacts { starts_at: monday(), ..need_facts(&format!("需求{number}")) };
            hub.open_need(streets.community, None, facts).await;
        }
        for query in [OF_NEEDS, OF_SERVICES] {
            counts.push(hub.statements(hub.data(&streets.coordinator, query, json!({}))).await);
        }
    }
    assert_eq!(counts[..2], counts[2..]);
});

both!(how_many_candidates_is_checked, |hub| {
    let streets = hub.streets().await;
    hub.open_need(streets.community, None, need_facts("反诈讲座")).await;
    for first in [0, -1, 101] {
        let query = "query($first: Int) { needs { nodes { candidates(first: $first) { totalCount } } } }";
        let code = hub.error_code(&streets.coordinator, query, json!({ "first": first })).await;
        assert_eq!(code, "BAD_NUMBER", "{first}");
    }
});
