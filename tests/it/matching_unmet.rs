use crate::builders::{Streets, category, need_facts, service_facts};
use crate::hub::{Hub, both, monday};
use chrono::TimeDelta;
use gongjian_hub::domain::need::Urgency;
use gongjian_hub::domain::service::{Measure, TargetGroup};
use gongjian_hub::store::need::NeedFacts;
use gongjian_hub::store::service::ServiceFacts;
use serde_json::{Value, json};

/// Why the needs of a street stay unmet, by title: the reason, the constraint and the sentence.
async fn unmet(hub: &Hub, streets: &Streets) -> Value {
    let mut preview = hub.preview(&streets.coordinator, streets.street).await;
    let mut unmet: Vec<Value> = preview["unmet"].take().as_array().unwrap().clone();
    unmet.sort_by_key(|one| one["need"]["title"].as_str().unwrap().to_owned());
    json!(unmet)
}

both!(each_need_says_which_constraint_stands_against_it, |hub| {
    let streets = hub.streets().await;
    let (unit, _) = hub.unit(streets.street, "公安分局").await;
    let facts = || ServiceFacts { lead_time_days: 5, ..service_facts("反诈讲座", streets.community) };
    let elderly = [TargetGroup::Elderly].into_iter().collect();
    hub.listed_service(unit, ServiceFacts { target_groups: elderly, ..facts() }, 50).await;
    let need = |title: &str| NeedFacts { target_groups: elderly, ..need_facts(title) };
    let past = monday() - TimeDelta::days(9);
    let needs = [
        (streets.community, NeedFacts { category: category("culture.film"), ..need("1 类别") }),
        (streets.community, NeedFacts { measure: Measure::Hours, ..need("2 计量") }),
        (streets.community, NeedFacts { ..need_facts("3 人群") }),
        (streets.other_community, need("4 范围")),
        (
            streets.community,
            NeedFacts { starts_at: past, ends_at: past + TimeDelta::days(2), ..need("5 时间") },
        ),
        (
            streets.community,
            NeedFacts { starts_at: monday(), ends_at: monday() + TimeDelta::days(4), ..need("6 预约") },
        ),
    ];
    for (area, facts) in needs {
        hub.open_need(area, None, facts).await;
    }
    hub.open_need(streets.community, Some(unit), need("7 本单位")).await;
    insta::assert_json_snapshot!("unmet_constraints", unmet(hub, &streets).await);
});

both!(what_is_used_up_says_by_whom, |hub| {
    let streets = hub.streets().await;
    let (unit, _) = hub.unit(streets.street, "公安分局").await;
    hub.listed_service(unit, service_facts("反诈讲座", streets.street), 12).await;
    let urgent = NeedFacts { urgency: Urgency::Urgent, ..need_facts("紧急") };
    hub.open_need(streets.community, None, urgent).await;
    hub.open_need(streets.community, None, need_facts("一般")).await;
    insta::assert_json_snapshot!("unmet_more_urgent", unmet(hub, &streets).await);
});

both!(what_is_too_large_says_what_there_is_and_what_is_taken_says_so, |hub| {
    let streets = hub.streets().await;
    let (unit, _) = hub.unit(streets.street, "公安分局").await;
    let talks = hub.listed_service(unit, service_facts("反诈讲座", streets.street), 4).await;
    hub.open_need(streets.community, None, need_facts("讲座")).await;
    insta::assert_json_snapshot!("unmet_not_enough", unmet(hub, &streets).await);
    hub.use_capacity(hub.capacity(talks).await, 1, 3).await;
    insta::assert_json_snapshot!("unmet_no_capacity", unmet(hub, &streets).await);
});
