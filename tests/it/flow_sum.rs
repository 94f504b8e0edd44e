use crate::builders::{Streets, need_facts, service_facts};
use crate::hub::{Hub, administrator, both};
use chrono::NaiveDate;
use gongjian_hub::domain::id::{NeedId, ServiceId};
use gongjian_hub::domain::matches::MatchState;
use gongjian_hub::domain::need::{Source, Urgency};
use gongjian_hub::domain::viewer::Viewer;
use gongjian_hub::store::need::NeedFacts;
use gongjian_hub::store::sql::Sql;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const FLOW: &str = "query($area: ID!, $from: NaiveDate!, $to: NaiveDate!) { flow(areaId: $area, from: $from, to: $to) {
    down { nodes { id kind name nameEn } links { source target count people quantities { measure quantity } } }
    up { nodes { id kind name nameEn } links { source target count people quantities { measure quantity } } }
} }";

impl Hub {
    /// Delivers two of a need on a day.
    async fn deliver(&self, need: NeedId, service: ServiceId, day: u32, people: i64) {
        let id = self.matched(need, service, MatchState::Delivered).await;
        let day = NaiveDate::from_ymd_opt(2026, 3, day).unwrap();
        let mut tx = self.store.begin(&administrator()).await.unwrap();
        let values = vec![self.store.clock.id().into(), id.into(), day.into(), people.into(), tx.now.into()];
        let insert =
            "INSERT INTO fulfilment (id, match_id, delivered_on, quantity, people_reached, created_at)
            VALUES ($1, $2, $3, 2, $4, $5)";
        tx.execute(Sql::new(insert, values)).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn flow(&self, viewer: &Viewer, streets: &Streets) -> Value {
        self.data(viewer, FLOW, march(streets)).await["flow"].take()
    }
}

fn march(streets: &Streets) -> Value {
    json!({ "area": streets.street.to_string(), "from": "2026-03-01", "to": "2026-03-31" })
}

/// Two units, of which one delivered to both communities, in and outside of March.
async fn delivered(hub: &Hub) -> (Streets, Viewer) {
    let streets = hub.streets().await;
    let (police, liaison) = hub.unit(streets.street, "公安分局").await;
    let (bank, _) = hub.unit(streets.street, "银行").await;
    let talks = hub.listed_service(police, service_facts("反诈讲座", streets.street), 50).await;
    let advice = hub.listed_service(bank, service_facts("防骗咨询", streets.street), 50).await;
    let near = hub.open_need(streets.community, None, need_facts("反诈讲座")).await;
    let hotline = NeedFacts { source: Source::Hotline, urgency: Urgency::High, ..need_facts("防骗咨询") };
    let far = hub.open_need(streets.other_community, None, hotline).await;
    hub.deliver(near, talks, 10, 40).await;
    hub.deliver(far, talks, 31, 25).await;
    hub.deliver(near, advice, 1, 5).await;
    (streets, liaison)
}

/// Puts the names of nodes in place of their keys.
fn named(mut flow: Value) -> Value {
    for way in ["down", "up"] {
        let names: Vec<(Value, Value)> = flow[way]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|node| (node["id"].clone(), node["name"].clone()))
            .collect();
        let text = names
            .iter()
            .fold(flow[way].to_string(), |text, (id, name)| text.replace(&id.to_string(), &name.to_string()));
        flow[way] = serde_json::from_str(&text).unwrap();
    }
    flow
}

both!(the_flow_adds_up_what_came_down_and_what_went_up, |hub| {
    let (streets, _) = delivered(hub).await;
    let flow = hub.flow(&streets.coordinator, &streets).await;
    insta::assert_json_snapshot!("flow_of_a_street", named(flow.clone()));
    for way in ["down", "up"] {
        let ids: Vec<&str> =
            flow[way]["nodes"].as_array().unwrap().iter().map(|node| node["id"].as_str().unwrap()).collect();
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "no node twice");
    }
    let april = json!({ "area": streets.street.to_string(), "from": "2026-04-01", "to": "2026-04-30" });
    let april = hub.data(&streets.coordinator, FLOW, april).await;
    assert_eq!(april["flow"]["down"]["links"], json!([]));
    assert_eq!(april["flow"]["up"]["links"], json!([]));
});

both!(a_unit_sees_its_own_deliveries_only, |hub| {
    let (streets, liaison) = delivered(hub).await;
    let flow = named(hub.flow(&liaison, &streets).await);
    let sources: BTreeSet<&str> = flow["down"]["links"]
        .as_array()
        .unwrap()
        .iter()
        .map(|link| link["source"].as_str().unwrap())
        .collect();
    assert_eq!(sources, BTreeSet::from(["公安分局", "平安安全"]));
    assert_eq!(flow["up"]["links"], json!([]));
});

both!(the_flow_is_for_those_who_work_in_the_street, |hub| {
    let (streets, _) = delivered(hub).await;
    for viewer in [&streets.staff, &administrator()] {
        assert!(!hub.flow(viewer, &streets).await["down"]["links"].as_array().unwrap().is_empty());
    }
    for (viewer, code) in [
        (&streets.far_coordinator, "FORBIDDEN"),
        (&streets.far_staff, "FORBIDDEN"),
        (&Viewer::public(), "UNAUTHENTICATED"),
    ] {
        assert_eq!(hub.error_code(viewer, FLOW, march(&streets)).await, code);
    }
    for (from, to) in [("2026-03-02", "2026-03-01"), ("2000-01-01", "2026-01-01")] {
        let variables = json!({ "area": streets.street.to_string(), "from": from, "to": to });
        assert_eq!(hub.error_code(&streets.coordinator, FLOW, variables).await, "BAD_TIME");
    }
});

both!(the_flow_takes_a_constant_number_of_statements, |hub| {
    let (streets, _) = delivered(hub).await;
    let before = hub.statements(hub.flow(&streets.coordinator, &streets)).await;
    for number in 0..6 {
        let (unit, _) = hub.unit(streets.street, &format!("单位{number}")).await;
        let service = hub.listed_service(unit, service_facts("讲座", streets.street), 50).await;
        let need = hub.open_need(streets.community, None, need_facts(&format!("需求{number}"))).await;
        hub.deliver(need, service, 5, 10).await;
    }
    assert_eq!(hub.statements(hub.flow(&streets.coordinator, &streets)).await, before);
});
