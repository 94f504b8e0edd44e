use crate::builders::need_facts;
use crate::builders::needs::{facts_input, step_input};
use crate::hub::{Hub, both, monday};
use chrono::TimeDelta;
use gongjian_hub::domain::need::{NeedAction, NeedState};
use gongjian_hub::domain::text::Lang;
use serde_json::{Value, json};

/// Facts that are wrong in one place, and what is to be said about it.
fn wrong_facts() -> Vec<(&'static str, Value, &'static str)> {
    let long = "长".repeat(10_000);
    vec![
        ("title", json!(""), "BAD_TEXT"),
        ("title", json!(" \t "), "BAD_TEXT"),
        ("title", json!(long), "BAD_TEXT"),
        ("title", json!("两行\n标题"), "BAD_TEXT"),
        ("titleEn", json!("long ".repeat(2_000)), "BAD_TEXT"),
        ("description", json!(long), "BAD_TEXT"),
        ("description", json!("\u{0}"), "BAD_TEXT"),
        ("quantity", json!(0), "BAD_NUMBER"),
        ("quantity", json!(-1), "BAD_NUMBER"),
        ("quantity", json!(1_000_000_001), "BAD_NUMBER"),
        ("quantity", json!(i64::MAX), "BAD_NUMBER"),
        ("endsAt", json!(monday() + TimeDelta::days(7)), "BAD_TIME"),
        ("endsAt", json!(monday()), "BAD_TIME"),
        ("endsAt", json!("9999-01-01T00:00:00Z"), "BAD_TIME"),
        ("targetGroups", json!([]), "BAD_INPUT"),
        ("targetGroups", json!(vec!["EVERYONE"; 101]), "LIMIT_REACHED"),
        ("categoryId", json!("category_00000000000000000000000000000001"), "NOT_FOUND"),
        ("categoryId", json!("类别"), "BAD_ID"),
        ("contact", json!({ "name": "", "phone": "13000000001" }), "BAD_TEXT"),
        ("contact", json!({ "name": "张桂兰", "phone": "call me" }), "BAD_TEXT"),
    ]
}

/// How many needs there are, and how much was told of them.
async fn world(hub: &Hub) -> (i64, i64) {
    let sql = "SELECT (SELECT COUNT(*) FROM need), (SELECT COUNT(*) FROM event)";
    hub.store.read().await.unwrap().one(gongjian_hub::store::sql::Sql::new(sql, vec![])).await.unwrap()
}

both!(wrong_facts_are_told_with_their_field_and_change_nothing, |hub| {
    let streets = hub.streets().await;
    let id = hub.draft_need(streets.community, need_facts("反诈讲座")).await;
    let before = world(hub).await;
    for (field, value, code) in wrong_facts() {
        let mut facts = facts_input("反诈讲座");
        facts[field] = value;
        let create = json!({ "areaId": streets.community.to_string(), "facts": facts });
        let update = json!({ "id": id.to_string(), "facts": facts });
        for (name, input) in [("createNeed", create), ("updateNeed", update)] {
            let (found, path) = hub.refused(&streets.coordinator, name, input).await;
            assert_eq!(found, code, "{name} {field}");
            assert!(path.starts_with(&format!("facts.{field}")), "{name} {field}: {path}");
        }
    }
    assert_eq!(world(hub).await, before);
});

both!(wrong_places_are_told_and_change_nothing, |hub| {
    let streets = hub.streets().await;
    let talks = hub.talks(streets.street).await;
    let city = "query { areas(filter: { code: \"4301\" }) { nodes { id } } }";
    let city = hub.data(&streets.staff, city, json!({})).await["areas"]["nodes"][0]["id"].take();
    let before = world(hub).await;
    for (field, value, code) in [
        ("areaId", city, "BAD_INPUT"),
        ("areaId", json!("area_00000000000000000000000000000001"), "NOT_FOUND"),
        ("areaId", json!(talks.to_string()), "BAD_ID"),
        ("areaId", json!(""), "BAD_ID"),
        ("askingUnitId", json!("unit_00000000000000000000000000000001"), "NOT_FOUND"),
        ("askingUnitId", json!(streets.community.to_string()), "BAD_ID"),
    ] {
        let mut input = json!({ "areaId": streets.community.to_string(), "facts": facts_input("反诈讲座") });
        input[field] = value;
        let refused = hub.refused(&streets.coordinator, "createNeed", input).await;
        assert_eq!(refused, (code.to_owned(), field.to_owned()));
    }
    assert_eq!(world(hub).await, before);
});

both!(steps_with_wrong_inputs_are_refused, |hub| {
    let streets = hub.streets().await;
    let talks = hub.talks(streets.street).await;
    let far = hub.open_need(streets.far_community, None, need_facts("别处的需求")).await;
    for (action, state, field, value, code) in [
        (NeedAction::Submit, NeedState::Draft, "id", json!(far.to_string()), "NOT_FOUND"),
        (NeedAction::Submit, NeedState::Draft, "id", json!(talks.to_string()), "BAD_ID"),
        (NeedAction::Submit, NeedState::Draft, "id", json!("need_7"), "BAD_ID"),
        (NeedAction::Return, NeedState::Submitted, "reason", json!("  "), "BAD_TEXT"),
        (NeedAction::Return, NeedState::Submitted, "reason", json!("长".repeat(10_000)), "BAD_TEXT"),
        (NeedAction::Merge, NeedState::Submitted, "intoId", json!(talks.to_string()), "BAD_ID"),
        (NeedAction::Merge, NeedState::Submitted, "intoId", json!(far.to_string()), "NOT_FOUND"),
        (NeedAction::Withdraw, NeedState::Open, "reason", json!(""), "BAD_TEXT"),
        (NeedAction::Reopen, NeedState::Closed, "quantity", json!(0), "BAD_NUMBER"),
        (NeedAction::Reopen, NeedState::Closed, "quantity", json!(-3), "BAD_NUMBER"),
        (NeedAction::Reopen, NeedState::Closed, "quantity", json!(999_999_991), "BAD_NUMBER"),
        (NeedAction::Reopen, NeedState::Closed, "reason", json!(""), "BAD_TEXT"),
    ] {
        let id = hub.need_in(state, streets.community, None, talks).await;
        let before = hub.need_now(&streets.coordinator, id).await;
        let (name, mut input) = step_input(action, id, far);
        input[field] = value;
        let refused = hub.refused(&streets.coordinator, name, input).await;
        assert_eq!(refused, (code.to_owned(), field.to_owned()), "{action:?}");
        assert_eq!(hub.need_now(&streets.coordinator, id).await, before);
    }
});

both!(what_was_verified_stays_and_the_rest_may_change, |hub| {
    let streets = hub.streets().await;
    let talks = hub.talks(streets.street).await;
    let kept = [
        ("categoryId", json!(crate::builders::category("safety").to_string())),
        ("targetGroups", json!(["ELDERLY"])),
        ("source", json!("HOTLINE")),
        ("measure", json!("HOURS")),
        ("startsAt", json!(monday())),
    ];
    for state in [NeedState::Verified, NeedState::Open, NeedState::InService] {
        let id = hub.need_in(state, streets.community, None, talks).await;
        for (field, value) in kept.clone() {
            let mut facts = facts_input("反诈讲座");
            facts[field] = value;
            let input = json!({ "id": id.to_string(), "facts": facts });
            let refused = hub.refused(&streets.staff, "updateNeed", input).await;
            assert_eq!(refused, ("BAD_INPUT".to_owned(), format!("facts.{field}")), "{state:?}");
        }
        let mut facts = facts_input("新标题");
        facts["urgency"] = json!("URGENT");
        facts["endsAt"] = json!(monday() + TimeDelta::days(60));
        facts["description"] = json!("地点改在社区礼堂");
        facts["contact"] = json!({ "name": "刘志强", "phone": "13000000009" });
        let input = json!({ "id": id.to_string(), "facts": facts });
        let selection = "need { title urgency description endsAt }";
        let payload = hub.mutate(&streets.staff, "updateNeed", input, selection).await;
        assert_eq!(payload["errors"], json!([]));
        assert_eq!(payload["need"]["title"], "新标题");
    }
    let id = hub.need_in(NeedState::Returned, streets.community, None, talks).await;
    let mut facts = facts_input("新标题");
    for (field, value) in kept {
        facts[field] = value;
    }
    let input = json!({ "id": id.to_string(), "facts": facts });
    let selection = "need { category { code } targetGroups source measure startsAt }";
    let payload = hub.mutate(&streets.staff, "updateNeed", input, selection).await;
    insta::assert_json_snapshot!("need_rewritten", payload);
    let found =
        hub.data(&streets.staff, "{ needs(filter: { text: \"新标题\" }) { totalCount } }", json!({})).await;
    assert_eq!(found["needs"]["totalCount"], 4, "what was edited is found by its new words");
});

both!(a_new_quantity_moves_the_need_and_never_cuts_what_is_claimed, |hub| {
    let streets = hub.streets().await;
    let talks = hub.talks(streets.street).await;
    let id = hub.need_in(NeedState::PartiallyClaimed, streets.community, None, talks).await;
    let edit = |quantity: i64| {
        let mut facts = facts_input("反诈讲座");
        facts["quantity"] = json!(quantity);
        let (viewer, input) = (streets.staff.clone(), json!({ "id": id.to_string(), "facts": facts }));
        async move {
            let payload = hub.mutate(&viewer, "updateNeed", input, "need { state quantity left }").await;
            if payload["need"].is_null() { payload["errors"][0].clone() } else { payload["need"].clone() }
        }
    };
    let refused = edit(3).await;
    assert_eq!((&refused["code"], &refused["field"]), (&json!("BAD_NUMBER"), &json!(["facts", "quantity"])));
    assert!(refused["message"].as_str().unwrap().contains("应在4到"), "{refused}");
    assert_eq!(edit(4).await, json!({ "state": "CLAIMED", "quantity": 4, "left": 0 }));
    assert_eq!(edit(12).await, json!({ "state": "PARTIALLY_CLAIMED", "quantity": 12, "left": 8 }));
});

both!(an_edit_does_not_overwrite_anothers, |hub| {
    let streets = hub.streets().await;
    let id = hub.draft_need(streets.community, need_facts("反诈讲座")).await;
    let input = |title: &str| json!({ "id": id.to_string(), "version": 1, "facts": facts_input(title) });
    let edit =
        |title: &'static str| hub.mutate(&streets.staff, "updateNeed", input(title), "need { version }");
    assert_eq!(edit("第一个").await["need"]["version"], 2);
    let refused = hub.refused(&streets.coordinator, "updateNeed", input("第二个")).await;
    assert_eq!(refused, ("OUTDATED".into(), "version".into()));
});

both!(bad_questions_are_answered_in_the_readers_language, |hub| {
    let streets = hub.streets().await;
    let area = streets.street.to_string();
    let id = hub.draft_need(streets.community, need_facts("反诈讲座")).await.to_string();
    for (query, code) in [
        (format!("{{ need(id: \"{area}\") {{ id }} }}"), "BAD_ID"),
        ("{ need(id: \"need_\") { id } }".to_owned(), "BAD_ID"),
        (format!("{{ needs(filter: {{ area: \"{id}\" }}) {{ totalCount }} }}"), "BAD_ID"),
        (format!("{{ area(id: \"{area}\") {{ needs(filter: {{ category: \"{id}\" }}) {{ totalCount }} }} }}"), "BAD_ID"),
        (format!("{{ needs(filter: {{ states: [{}] }}) {{ totalCount }} }}", "OPEN ".repeat(101)), "LIMIT_REACHED"),
        (
            "{ needs(filter: { wantedFrom: \"2026-03-02T00:00:00Z\", wantedUntil: \"2026-03-01T00:00:00Z\" }) { totalCount } }".to_owned(),
            "BAD_TIME",
        ),
        ("{ needs(first: 0) { totalCount } }".to_owned(), "BAD_NUMBER"),
        ("{ needs(first: -1) { totalCount } }".to_owned(), "BAD_NUMBER"),
        ("{ needs(first: 101) { totalCount } }".to_owned(), "BAD_NUMBER"),
        ("{ needs(last: 101) { totalCount } }".to_owned(), "BAD_NUMBER"),
        ("{ needs(first: 1, last: 1) { totalCount } }".to_owned(), "BAD_INPUT"),
        ("{ needs(after: \"not a cursor\") { totalCount } }".to_owned(), "BAD_INPUT"),
        ("{ needs(before: \"\") { totalCount } }".to_owned(), "BAD_INPUT"),
        (format!("{{ area(id: \"{area}\") {{ needs(first: 101) {{ totalCount }} }} }}"), "BAD_NUMBER"),
    ] {
        let said = |lang| hub.ask_in(lang, &streets.coordinator, &query, json!({}));
        let (zh, en) = (said(Lang::Zh).await, said(Lang::En).await);
        assert_eq!(zh["errors"][0]["extensions"]["code"], code, "{query}: {zh}");
        assert_ne!(zh["errors"][0]["message"], en["errors"][0]["message"], "{query}");
    }
});
