use crate::builders::{Streets, need_facts, service_facts};
use crate::hub::{Hub, both};
use gongjian_hub::domain::id::{NeedId, ServiceId};
use gongjian_hub::domain::need::Urgency;
use gongjian_hub::domain::viewer::Viewer;
use gongjian_hub::store::need::NeedFacts;
use serde_json::{Value, json};

/// A need of little urgency, an urgent one, and talks for no more than six.
struct Scarce {
    streets: Streets,
    patient: NeedId,
    talks: ServiceId,
    liaison: Viewer,
}

async fn scarce(hub: &Hub) -> Scarce {
    let streets = hub.streets().await;
    let (unit, liaison) = hub.unit(streets.street, "公安分局").await;
    let talks = hub.listed_service(unit, service_facts("反诈讲座", streets.street), 6).await;
    let facts = |title: &str, urgency| NeedFacts { urgency, quantity: 5, ..need_facts(title) };
    let patient = hub.open_need(streets.community, None, facts("可缓", Urgency::Low)).await;
    hub.open_need(streets.community, None, facts("紧急", Urgency::Urgent)).await;
    Scarce { streets, patient, talks, liaison }
}

impl Scarce {
    fn pair(&self, quantity: Option<i64>) -> Value {
        let mut input = json!({
            "needId": self.patient.to_string(),
            "serviceId": self.talks.to_string(),
            "reason": "社区已与单位约好",
        });
        if let Some(quantity) = quantity {
            input["quantity"] = json!(quantity);
        }
        input
    }
}

fn plan(planned: &[(String, String, i64)]) -> Vec<(&str, i64)> {
    planned.iter().map(|(need, _, quantity)| (need.as_str(), *quantity)).collect()
}

both!(a_pin_is_honoured_first_until_it_is_lifted, |hub| {
    let story = scarce(hub).await;
    assert_eq!(plan(&hub.planned(&story.streets).await), [("可缓", 1), ("紧急", 5)]);
    let fields = "directive { id kind quantity reason need { title } service { title } liftedAt }";
    let mut pinned = hub.mutate(&story.streets.coordinator, "pinMatch", story.pair(Some(4)), fields).await;
    let id = pinned["directive"]["id"].take();
    insta::assert_json_snapshot!("directive_pinned", pinned);
    assert_eq!(plan(&hub.planned(&story.streets).await), [("可缓", 4), ("紧急", 2)]);
    let lift = json!({ "id": id, "reason": "约定取消" });
    let lifted = hub.mutate(&story.streets.coordinator, "liftDirective", lift.clone(), fields).await;
    assert_ne!(lifted["directive"]["liftedAt"], Value::Null);
    assert_eq!(plan(&hub.planned(&story.streets).await), [("可缓", 1), ("紧急", 5)]);
    let again = hub.refused(&story.streets.coordinator, "liftDirective", lift).await;
    assert_eq!(again, ("ILLEGAL_TRANSITION".into(), "id".into()));
});

both!(a_forbidden_pair_is_in_no_matching, |hub| {
    let story = scarce(hub).await;
    hub.mutate(&story.streets.coordinator, "forbidMatch", story.pair(None), "directive { id }").await;
    assert_eq!(plan(&hub.planned(&story.streets).await), [("紧急", 5)]);
    let preview = hub.preview(&story.streets.coordinator, story.streets.street).await;
    assert_eq!(preview["unmet"][0]["constraint"], "PROHIBITION");
    let twice = hub.refused(&story.streets.coordinator, "pinMatch", story.pair(None)).await;
    assert_eq!(twice, ("ALREADY_EXISTS".into(), String::new()));
});

both!(a_pin_that_cannot_be_honoured_says_why, |hub| {
    let story = scarce(hub).await;
    hub.mutate(&story.streets.coordinator, "pinMatch", story.pair(None), "directive { id }").await;
    hub.use_capacity(hub.capacity(story.talks).await, 0, 3).await;
    let preview = hub.preview(&story.streets.coordinator, story.streets.street).await;
    insta::assert_json_snapshot!("pin_too_large", preview["unplacedPins"]);
    hub.use_capacity(hub.capacity(story.talks).await, 0, 6).await;
    let preview = hub.preview(&story.streets.coordinator, story.streets.street).await;
    insta::assert_json_snapshot!("pin_without_capacity", preview["unplacedPins"]);
});

both!(directives_are_the_streets_own_matter, |hub| {
    let story = scarce(hub).await;
    let query = "mutation($input: PinMatchInput!) { pinMatch(input: $input) { errors { code field } } }";
    let input = json!({ "input": story.pair(None) });
    for (viewer, code) in [
        (&story.streets.staff, "FORBIDDEN"),
        (&story.liaison, "FORBIDDEN"),
        (&Viewer::public(), "UNAUTHENTICATED"),
    ] {
        assert_eq!(hub.error_code(viewer, query, input.clone()).await, code);
    }
    let far = hub.refused(&story.streets.far_coordinator, "pinMatch", story.pair(None)).await;
    assert_eq!(far, ("NOT_FOUND".into(), "needId".into()));
    let pinned =
        hub.mutate(&story.streets.coordinator, "pinMatch", story.pair(None), "directive { id }").await;
    let lists = "query($need: ID!, $street: ID!, $directive: ID!) {
        need(id: $need) { directives { totalCount } }
        area(id: $street) { directives { totalCount } }
        node(id: $directive) { id }
    }";
    let variables = json!({
        "need": story.patient.to_string(),
        "street": story.streets.street.to_string(),
        "directive": pinned["directive"]["id"],
    });
    for (viewer, seen) in
        [(&story.streets.staff, 1), (&story.liaison, 0), (&story.streets.far_coordinator, 0)]
    {
        let data = hub.data(viewer, lists, variables.clone()).await;
        assert_eq!(data["area"]["directives"]["totalCount"], seen);
        assert_eq!(data["node"].is_null(), seen == 0);
        assert_eq!(data["need"]["directives"]["totalCount"].as_i64().unwrap_or_default(), seen);
    }
});

both!(a_directive_needs_a_reason_and_a_sensible_quantity, |hub| {
    let story = scarce(hub).await;
    let mut blank = story.pair(None);
    blank["reason"] = json!("  ");
    let refused = hub.refused(&story.streets.coordinator, "pinMatch", blank).await;
    assert_eq!(refused, ("BAD_TEXT".into(), "reason".into()));
    for quantity in [0, -1, 6] {
        let refused = hub.refused(&story.streets.coordinator, "pinMatch", story.pair(Some(quantity))).await;
        assert_eq!(refused, ("BAD_NUMBER".into(), "quantity".into()));
    }
});
