use crate::builders::needs::step_input;
use crate::builders::{Streets, category, need_facts};
use crate::hub::{Hub, both, monday};
use chrono::TimeDelta;
use gongjian_hub::domain::id::{NeedId, UnitId};
use gongjian_hub::domain::need::{NeedAction, NeedState, Source, Urgency};
use gongjian_hub::domain::service::{Measure, TargetGroup, TargetGroups};
use gongjian_hub::domain::viewer::Viewer;
use gongjian_hub::store::need::NeedFacts;
use serde_json::{Value, json};
use std::collections::HashSet;

/// The titles of the needs that a filter lets through, in the order of the list, and that the count says the same.
async fn titles(hub: &Hub, viewer: &Viewer, filter: Value) -> Vec<String> {
    let query =
        "query($filter: NeedFilter) { needs(filter: $filter, first: 100) { totalCount nodes { title } } }";
    let found = hub.data(viewer, query, json!({ "filter": filter })).await;
    let nodes = found["needs"]["nodes"].as_array().unwrap();
    assert_eq!(found["needs"]["totalCount"], json!(nodes.len()));
    let mut titles: Vec<String> =
        nodes.iter().map(|node| node["title"].as_str().unwrap().to_owned()).collect();
    titles.sort();
    titles
}

/// Four open needs, each unlike the others.
async fn four(hub: &Hub, streets: &Streets, asking: UnitId) {
    let add = |title: &'static str, area, asking, change: fn(&mut NeedFacts)| {
        let mut facts = need_facts(title);
        change(&mut facts);
        hub.open_need(area, asking, facts)
    };
    add("反诈讲座", streets.community, None, |_| {}).await;
    add("老人体检", streets.other_community, None, |facts| {
        facts.category = category("health.clinic");
        facts.urgency = Urgency::Urgent;
        facts.target_groups = TargetGroups::from_iter([TargetGroup::Elderly, TargetGroup::Disabled]);
        facts.source = Source::Hotline;
        facts.measure = Measure::Visits;
    })
    .await;
    add("校园急救", streets.street, Some(asking), |facts| {
        facts.category = category("safety");
        facts.urgency = Urgency::High;
        facts.target_groups = TargetGroups::from_iter([TargetGroup::Pupils]);
        facts.source = Source::SelfReported;
    })
    .await;
    add("重阳晚会", streets.community, None, |facts| {
        facts.category = category("culture");
        facts.starts_at = monday() + TimeDelta::days(200);
        facts.ends_at = monday() + TimeDelta::days(230);
    })
    .await;
}

both!(each_filter_lets_through_what_it_says, |hub| {
    let streets = hub.streets().await;
    let (asking, _) = hub.unit(streets.street, "育英学校").await;
    four(hub, &streets, asking).await;
    hub.open_need(streets.far_community, None, need_facts("别处的讲座")).await;
    hub.draft_need(streets.community, need_facts("草稿")).await;
    let all = ["反诈讲座", "校园急救", "老人体检", "草稿", "重阳晚会"];
    let spring = monday() + TimeDelta::days(30);
    let asked = asking.to_string();
    for (filter, expected) in [
        (json!(null), &all[..]),
        (json!({ "states": [], "urgencies": [] }), &all),
        (json!({ "area": streets.street.to_string() }), &all),
        (json!({ "area": streets.community.to_string() }), &["反诈讲座", "草稿", "重阳晚会"]),
        (json!({ "area": streets.far_street.to_string() }), &[]),
        (json!({ "category": category("safety").to_string() }), &["反诈讲座", "校园急救", "草稿"]),
        (json!({ "category": category("safety.anti_fraud").to_string() }), &["反诈讲座", "草稿"]),
        (json!({ "urgencies": ["URGENT", "HIGH"] }), &["校园急救", "老人体检"]),
        (json!({ "states": ["OPEN"] }), &["反诈讲座", "校园急救", "老人体检", "重阳晚会"]),
        (json!({ "states": ["DRAFT", "CLOSED"] }), &["草稿"]),
        (json!({ "sources": ["HOTLINE", "SELF_REPORTED"] }), &["校园急救", "老人体检"]),
        (json!({ "measures": ["VISITS"] }), &["老人体检"]),
        (json!({ "targetGroups": ["DISABLED", "PUPILS"] }), &["校园急救", "老人体检"]),
        (json!({ "targetGroups": ["VETERANS"] }), &[]),
        (json!({ "askingUnit": asked }), &["校园急救"]),
        (json!({ "wantedFrom": spring }), &["重阳晚会"]),
        (json!({ "wantedUntil": spring }), &["反诈讲座", "校园急救", "老人体检", "草稿"]),
        (json!({ "wantedFrom": monday(), "wantedUntil": monday() + TimeDelta::days(7) }), &[]),
        (json!({ "text": "讲座" }), &["反诈讲座"]),
        (json!({ "text": "  讲  反诈 " }), &["反诈讲座"]),
        (json!({ "text": "%" }), &[]),
        (json!({ "text": "'; DROP TABLE need; --" }), &[]),
        (json!({ "text": "讲座", "states": ["DRAFT"] }), &[]),
    ] {
        assert_eq!(titles(hub, &streets.coordinator, filter.clone()).await, expected, "{filter}");
    }
});

/// Asks for pages of `size` until there are no more; after each of the first pages another need arrives.
async fn walk(hub: &Hub, streets: &Streets, order: &str, size: usize, forward: bool) -> Vec<String> {
    let arguments = if forward { "first: $size, after: $cursor" } else { "last: $size, before: $cursor" };
    let query = format!(
        "query($size: Int!, $cursor: String, $order: NeedOrder!) {{ needs(orderBy: $order, {arguments}) {{
            nodes {{ id }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}"
    );
    let (more, cursor_of) =
        if forward { ("hasNextPage", "endCursor") } else { ("hasPreviousPage", "startCursor") };
    let (mut seen, mut cursor) = (Vec::new(), Value::Null);
    for page_number in 0.. {
        let variables = json!({ "size": size, "cursor": cursor, "order": order });
        let mut page = hub.data(&streets.coordinator, &query, variables).await["needs"].take();
        let nodes = page["nodes"].as_array().unwrap();
        let ids: Vec<String> = nodes.iter().map(|node| node["id"].as_str().unwrap().to_owned()).collect();
        assert!(ids.len() <= size);
        let at = if forward { seen.len() } else { 0 };
        seen.splice(at..at, ids).for_each(drop);
        if page["pageInfo"][more] == json!(false) {
            break;
        }
        cursor = page["pageInfo"][cursor_of].take();
        if page_number < 4 {
            let mut late = need_facts("后来的需求");
            late.urgency = [Urgency::Urgent, Urgency::Low][page_number % 2];
            hub.draft_need(streets.community, late).await;
        }
    }
    seen
}

/// Needs among which many are equal by any order, in the order in which they came.
async fn many(hub: &Hub, streets: &Streets, count: usize) -> Vec<(NeedId, Urgency, i64)> {
    let mut needs = Vec::new();
    for at in 0..count {
        let mut facts = need_facts("同样的需求");
        facts.urgency = [Urgency::Normal, Urgency::High][at % 2];
        let days = i64::try_from(at % 3).unwrap() + 10;
        facts.ends_at = monday() + TimeDelta::days(days);
        let urgency = facts.urgency;
        needs.push((hub.draft_need(streets.community, facts).await, urgency, days));
        if at % 5 == 0 {
            hub.store.clock.advance(TimeDelta::seconds(1));
        }
    }
    needs
}

both!(pages_in_each_order_are_complete_while_needs_arrive, |hub| {
    let streets = hub.streets().await;
    let needs = many(hub, &streets, 17).await;
    let ids = |needs: &[(NeedId, Urgency, i64)]| -> Vec<String> {
        needs.iter().map(|(id, ..)| id.to_string()).collect()
    };
    let known: HashSet<String> = ids(&needs).into_iter().collect();
    for order in ["NEWEST", "URGENCY", "DEADLINE"] {
        let mut sorted = needs.clone();
        match order {
            "NEWEST" => sorted.reverse(),
            "URGENCY" => sorted.sort_by_key(|(id, urgency, _)| std::cmp::Reverse((*urgency, *id))),
            _ => sorted.sort_by_key(|(id, _, days)| (*days, *id)),
        }
        for (size, forward) in [(1, true), (3, true), (3, false), (7, true), (7, false), (100, true)] {
            let walked = walk(hub, &streets, order, size, forward).await;
            let distinct: HashSet<&String> = walked.iter().collect();
            assert_eq!(distinct.len(), walked.len(), "{order} {size}: nothing comes twice");
            let old: Vec<String> = walked.into_iter().filter(|id| known.contains(id)).collect();
            assert_eq!(old, ids(&sorted), "{order} {size} forward: {forward}");
        }
    }
});

both!(a_cursor_serves_its_own_order_only, |hub| {
    let streets = hub.streets().await;
    many(hub, &streets, 3).await;
    let first = "{ needs(first: 1, orderBy: NEWEST) { pageInfo { endCursor } } }";
    let cursor = hub.data(&streets.staff, first, json!({})).await["needs"]["pageInfo"]["endCursor"].take();
    let next = "query($after: String) { needs(orderBy: DEADLINE, after: $after) { totalCount } }";
    let response = hub.ask(&streets.staff, next, json!({ "after": cursor })).await;
    assert_eq!(response["errors"][0]["extensions"]["code"], "BAD_INPUT");
});

/// Needs with everything around them, of a street with so many needs.
async fn nested(hub: &Hub, count: usize) -> (u64, u64) {
    let streets = hub.streets().await;
    let (asking, _) = hub.unit(streets.street, "育英学校").await;
    let into = hub.open_need(streets.street, None, need_facts("并入的需求")).await;
    for at in 0..count {
        let area = [streets.community, streets.other_community][at % 2];
        let asking = (at % 3 == 0).then_some(asking);
        let mut facts = need_facts("反诈讲座");
        facts.category = category(["safety.anti_fraud", "safety", "culture"][at % 3]);
        let id = hub.open_need(area, asking, facts).await;
        if at % 4 == 0 {
            let (name, input) = step_input(NeedAction::Merge, id, into);
            hub.mutate(&streets.coordinator, name, input, "need { state }").await;
        }
    }
    let need = "title state possibleActions overdue ageDays contact { name masked } area { name } community { name } street { name }
        category { name needs(first: 2) { totalCount nodes { title } } }
        askingUnit { name needs(first: 2) { totalCount nodes { title area { name } } } }
        mergedInto { title mergedNeeds(first: 2) { totalCount nodes { title } } }";
    let root = format!("{{ needs(first: 100) {{ totalCount nodes {{ {need} }} }} }}");
    let below = format!(
        "query($area: ID!) {{ area(id: $area) {{ children {{ nodes {{ needs(orderBy: URGENCY) {{ totalCount nodes {{ {need} }} }} }} }} }} }}"
    );
    let variables = json!({ "area": streets.street.to_string() });
    let root = hub.statements(hub.data(&streets.coordinator, &root, json!({}))).await;
    (root, hub.statements(hub.data(&streets.coordinator, &below, variables)).await)
}

mod statements_follow_the_query_and_not_the_rows {
    use super::nested;
    use crate::hub::Hub;

    #[tokio::test]
    async fn sqlite() {
        let few = nested(&Hub::sqlite().await, 5).await;
        assert_eq!(nested(&Hub::sqlite().await, 50).await, few);
    }

    #[tokio::test]
    async fn postgres() {
        let few = nested(&Hub::postgres().await, 5).await;
        assert_eq!(nested(&Hub::postgres().await, 50).await, few);
    }
}

both!(a_need_is_overdue_until_it_is_delivered_or_given_up, |hub| {
    let streets = hub.streets().await;
    let talks = hub.talks(streets.street).await;
    let mut needs = Vec::new();
    for state in [NeedState::Open, NeedState::InService, NeedState::Delivered, NeedState::Withdrawn] {
        needs.push(hub.need_in(state, streets.community, None, talks).await);
    }
    let query = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Need { overdue ageDays } } }";
    let ids: Vec<String> = needs.iter().map(ToString::to_string).collect();
    for (days, overdue) in [(27, [false; 4]), (1, [true, true, false, false])] {
        hub.store.clock.advance(TimeDelta::days(days));
        let found = hub.data(&streets.staff, query, json!({ "ids": ids })).await;
        let said: Vec<bool> =
            found["nodes"].as_array().unwrap().iter().map(|need| need["overdue"] == json!(true)).collect();
        assert_eq!(said, overdue);
        assert_eq!(found["nodes"][3]["ageDays"], Value::Null, "never verified");
    }
});

both!(a_forged_cursor_is_refused, |hub| {
    use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
    let streets = hub.streets().await;
    let forged = json!(["urgency", { "text": "x" }, uuid::Uuid::nil()]).to_string();
    let query = "query($after: String!) { needs(orderBy: URGENCY, after: $after) { totalCount } }";
    let after = BASE64_URL_SAFE_NO_PAD.encode(forged);
    let response = hub.ask(&streets.staff, query, json!({ "after": after })).await;
    assert_eq!(response["errors"][0]["extensions"]["code"], "BAD_INPUT");
});
