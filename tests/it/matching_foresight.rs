//! What last year says will be needed more later in the season is not given away to what can wait.

use crate::builders::{Streets, need_facts, service_facts};
use crate::hub::{Hub, administrator, both, monday};
use chrono::TimeDelta;
use gongjian_hub::clock::Clock;
use gongjian_hub::domain::id::{AreaId, Id as _, NeedId};
use gongjian_hub::domain::need::Urgency;
use gongjian_hub::domain::text::Lang;
use gongjian_hub::store::conn::Tx;
use gongjian_hub::store::need::NeedFacts;
use gongjian_hub::store::run;
use gongjian_hub::store::sql::Sql;
use serde_json::{Value, json};

const AHEAD: &str = "query($area: ID!, $whatIf: WhatIfInput) { matching(areaId: $area, whatIf: $whatIf) {
    cost provenCost servedCount fingerprint settings { foresight } foresight { expectedCount cost }
    matches { need { title } quantity } capacities { left keptBack }
    unmet { need { title } quantity reason keptBack awaited { category { code } needCount quantity startsAt } text }
    comparison { losses { need { title } difference } } } }";

impl Hub {
    /// A need of the past year, that was raised so many days after this day of last year, and has been served.
    async fn past_need(&self, area: AreaId, after: i64, facts: NeedFacts) -> NeedId {
        let at = monday() - TimeDelta::days(365) + TimeDelta::days(after);
        let then = self.twin(Clock::fake(at)).await;
        let facts = NeedFacts { starts_at: at, ends_at: at + TimeDelta::days(60), ..facts };
        let id = then.open_need(area, None, facts).await;
        let serve = async |tx: &mut Tx| {
            let mut sql = Sql::default();
            sql.push(
                "UPDATE need SET state = 'delivered', claimed = quantity, delivered = quantity WHERE id = ",
            );
            sql.bind(id.uuid());
            tx.execute(sql).await
        };
        assert_eq!(self.change(&administrator(), serve).await.unwrap(), 1);
        id
    }
}

/// A street with eight talks of which five are asked for, and that can wait, where six were urgently needed two weeks later a
/// year ago.
async fn season(hub: &Hub) -> Streets {
    let streets = hub.streets().await;
    let (police, _) = hub.unit(streets.street, "公安分局").await;
    hub.listed_service(police, service_facts("反诈讲座", streets.street), 8).await;
    let urgent = NeedFacts { quantity: 6, urgency: Urgency::Urgent, ..need_facts("紧急反诈宣传") };
    hub.past_need(streets.other_community, 14, urgent).await;
    let facts = NeedFacts {
        quantity: 5,
        urgency: Urgency::Low,
        starts_at: monday(),
        ends_at: monday() + TimeDelta::days(60),
        ..need_facts("反诈讲座进社区")
    };
    hub.open_need(streets.community, None, facts).await;
    streets
}

async fn ahead(hub: &Hub, streets: &Streets, what_if: Value) -> Value {
    let variables = json!({ "area": streets.street.to_string(), "whatIf": what_if });
    hub.data(&streets.coordinator, AHEAD, variables).await["matching"].take()
}

async fn set(hub: &Hub, streets: &Streets, percent: i64) {
    let input = json!({ "streetId": streets.street.to_string(), "foresight": percent });
    hub.mutate(&streets.coordinator, "setMatchingSettings", input, "").await;
}

both!(a_street_that_looks_ahead_keeps_back_what_last_year_needed_more_and_says_so, |hub| {
    let streets = season(hub).await;
    let today = ahead(hub, &streets, Value::Null).await;
    assert_eq!((&today["matches"][0]["quantity"], &today["foresight"]), (&json!(5), &Value::Null));
    set(hub, &streets, 100).await;
    let mut told = ahead(hub, &streets, Value::Null).await;
    assert_eq!(told["cost"], told["provenCost"]);
    let cost = told["cost"].as_f64().unwrap() - today["cost"].as_f64().unwrap();
    assert_eq!(told["foresight"]["cost"].as_f64(), Some(cost));
    let fingerprint = told["fingerprint"].take();
    insta::assert_json_snapshot!("foresight_previewed", told);
    let variables = json!({ "area": streets.street.to_string() });
    let english = hub.ask_in(Lang::En, &streets.coordinator, AHEAD, variables).await;
    assert_eq!(
        english["data"]["matching"]["unmet"][0]["text"],
        "3 sessions could be had today and are kept back for what is expected: as last year, 1 need(s) of \
         Fraud prevention from 2026-03-16 on, for 6 sessions."
    );
    let input = json!({ "areaId": streets.street.to_string(), "fingerprint": fingerprint });
    let made = hub.mutate(&streets.coordinator, "applyMatching", input, "matches { quantity }").await;
    assert_eq!(made["matches"], json!([{ "quantity": 2 }]));
    let held: Vec<(i64,)> = hub.rows("SELECT held FROM capacity").await;
    assert_eq!(held, [(2,)], "nothing but what is suggested is held");
});

both!(with_a_foresight_of_nothing_the_run_is_the_same_to_the_last_bit, |hub| {
    let streets = season(hub).await;
    let whole = async || {
        let preview = hub.preview(&streets.coordinator, streets.street).await;
        (preview, hub.fingerprint(&streets).await)
    };
    let before = whole().await;
    set(hub, &streets, 60).await;
    assert_ne!(whole().await, before);
    set(hub, &streets, 0).await;
    assert_eq!(whole().await, before);
    // And the same as where nothing ever happened.
    let forget = async |tx: &mut Tx| {
        let mut sql = Sql::default();
        sql.push("UPDATE need SET verified_at = NULL WHERE title = '紧急反诈宣传'");
        tx.execute(sql).await
    };
    assert_eq!(hub.change(&administrator(), forget).await.unwrap(), 1);
    assert_eq!(whole().await, before);
    set(hub, &streets, 60).await;
    let told = ahead(hub, &streets, Value::Null).await;
    assert_eq!((&told["foresight"], &told["servedCount"]), (&Value::Null, &json!(1)), "nothing is expected");
});

both!(a_run_keeps_how_far_it_looked_ahead, |hub| {
    let streets = season(hub).await;
    set(hub, &streets, 100).await;
    let id = hub.done_run(&streets).await;
    let fields = "settings { foresight } foresight { expectedCount cost } cost provenCost
        matches { nodes { need { title } quantity } } unmet { nodes { quantity reason text } }";
    insta::assert_json_snapshot!("foresight_run", hub.run_told(&streets.staff, id, fields).await);
    assert_eq!(hub.run_row(id).await.fingerprint.unwrap(), hub.fingerprint(&streets).await);
    let input = json!({ "id": id.to_string() });
    hub.mutate(&streets.coordinator, "applyMatchingRun", input, "").await;
    let made: Vec<(i64,)> = hub.rows("SELECT quantity FROM match").await;
    assert_eq!(made, [(2,)]);
});

both!(what_is_expected_is_another_on_another_day, |hub| {
    let streets = season(hub).await;
    set(hub, &streets, 100).await;
    let before = hub.fingerprint(&streets).await;
    let later = hub.twin(Clock::fake(monday() + TimeDelta::days(15))).await;
    let told = ahead(&later, &streets, Value::Null).await;
    assert_eq!((&told["foresight"], &told["matches"][0]["quantity"]), (&Value::Null, &json!(5)));
    let input = json!({ "areaId": streets.street.to_string(), "fingerprint": before });
    assert_eq!(later.refused(&streets.coordinator, "applyMatching", input).await.0, "WORLD_MOVED");
});

both!(looking_ahead_can_be_supposed, |hub| {
    let streets = season(hub).await;
    let before = hub.fingerprint(&streets).await;
    let told = ahead(hub, &streets, json!({ "foresight": 100 })).await;
    assert_eq!(told["settings"]["foresight"], 100);
    assert_eq!(told["comparison"]["losses"][0]["difference"], -3);
    assert_eq!(told["fingerprint"], json!(before), "what is only supposed does not show");
    let input = json!({ "areaId": streets.street.to_string(), "whatIf": { "foresight": 100 } });
    let asked = hub.mutate(&streets.coordinator, "startMatching", input, "run { id }").await;
    assert!(run::carry_out_next(&hub.store).await.unwrap());
    let id = asked["run"]["id"].as_str().unwrap().parse().unwrap();
    let told =
        hub.run_told(&streets.staff, id, "foresight { expectedCount } unmet { nodes { reason } }").await;
    assert_eq!(told["unmet"]["nodes"], json!([{ "reason": "KEPT_BACK" }]));
    assert_eq!(hub.run_row(id).await.fingerprint.unwrap(), before);
});

both!(only_what_was_asked_for_here_is_expected_here, |hub| {
    let streets = season(hub).await;
    set(hub, &streets, 100).await;
    let urgent = || NeedFacts { quantity: 6, urgency: Urgency::Urgent, ..need_facts("紧急反诈宣传") };
    hub.past_need(streets.far_community, 15, urgent()).await;
    // One that would have come again by now.
    hub.past_need(streets.community, -20, urgent()).await;
    assert_eq!(ahead(hub, &streets, Value::Null).await["foresight"]["expectedCount"], 1);
    let variables = json!({ "area": streets.community.to_string() });
    let community = hub.data(&streets.coordinator, AHEAD, variables).await;
    assert_eq!(community["matching"]["foresight"], Value::Null);
});

both!(foresight_is_a_percentage, |hub| {
    let streets = hub.streets().await;
    for percent in [-1, 101] {
        let input = json!({ "streetId": streets.street.to_string(), "foresight": percent });
        let refused = hub.refused(&streets.coordinator, "setMatchingSettings", input).await;
        assert_eq!(refused, ("BAD_NUMBER".into(), "foresight".into()));
        let variables = json!({ "area": streets.street.to_string(), "whatIf": { "foresight": percent } });
        assert_eq!(hub.error_code(&streets.coordinator, AHEAD, variables).await, "BAD_NUMBER");
    }
});
