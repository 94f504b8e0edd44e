use crate::builders::{Streets, need_facts, service_facts};
use crate::hub::{Hub, administrator, both};
use gongjian_hub::domain::event::Event;
use gongjian_hub::domain::id::{NeedId, ServiceId};
use gongjian_hub::domain::matches::Match;
use gongjian_hub::domain::need::Need;
use gongjian_hub::domain::refusal::Code;
use gongjian_hub::domain::viewer::Viewer;
use gongjian_hub::store::error::Error;
use gongjian_hub::store::matches::{self, Suggestion};
use gongjian_hub::store::need::NeedFacts;
use gongjian_hub::store::sql::Sql;
use gongjian_hub::store::world::{self, Reach};
use serde_json::{Value, json};

const FIELDS: &str =
    "matches { state initiator quantity score reasons { part points text } need { title claimed } }";

/// Two needs of five sessions, and talks of two units for eight in all.
struct Story {
    streets: Streets,
    needs: [NeedId; 2],
    services: [ServiceId; 2],
    liaison: Viewer,
}

async fn two_needs(hub: &Hub) -> Story {
    let streets = hub.streets().await;
    let (police, liaison) = hub.unit(streets.street, "公安分局").await;
    let (bank, _) = hub.unit(streets.street, "银行").await;
    let services = [
        hub.listed_service(police, service_facts("反诈讲座", streets.street), 5).await,
        hub.listed_service(bank, service_facts("理财防骗", streets.street), 3).await,
    ];
    let facts = |title: &str| NeedFacts { quantity: 5, ..need_facts(title) };
    let needs = [
        hub.open_need(streets.community, None, facts("反诈讲座")).await,
        hub.open_need(streets.other_community, None, facts("理财防骗")).await,
    ];
    Story { streets, needs, services, liaison }
}

impl Story {
    fn input(&self) -> Value {
        json!({ "areaId": self.streets.street.to_string() })
    }

    async fn apply(&self, hub: &Hub, input: Value) -> Value {
        hub.mutate(&self.streets.coordinator, "applyMatching", input, FIELDS).await
    }
}

fn quantities(payload: &Value) -> Vec<i64> {
    let matches = payload["matches"].as_array().expect("matches").iter();
    matches.map(|one| one["quantity"].as_i64().unwrap()).collect()
}

both!(a_matching_becomes_suggested_matches_that_hold_their_quantity, |hub| {
    let story = two_needs(hub).await;
    let mut input = story.input();
    input["fingerprint"] = json!(hub.fingerprint(&story.streets).await);
    let payload = story.apply(hub, input).await;
    insta::assert_json_snapshot!("matching_applied", payload);
    for (service, held) in story.services.iter().zip([5, 3]) {
        let query = "query($id: ID!) { service(id: $id) { capacities { held left } } }";
        let told = hub.data(&story.streets.coordinator, query, json!({ "id": service.to_string() })).await;
        assert_eq!(told["service"]["capacities"][0], json!({ "held": held, "left": 0 }));
    }
});

both!(applying_twice_does_not_book_twice, |hub| {
    let story = two_needs(hub).await;
    assert_eq!(quantities(&story.apply(hub, story.input()).await).iter().sum::<i64>(), 8);
    assert_eq!(quantities(&story.apply(hub, story.input()).await), [0; 0]);
    let mut keyed = story.input();
    keyed["idempotencyKey"] = json!("k-1");
    assert_eq!(story.apply(hub, keyed.clone()).await, story.apply(hub, keyed).await);
});

both!(a_repeated_request_gives_the_same_matches, |hub| {
    let story = two_needs(hub).await;
    let mut keyed = story.input();
    keyed["idempotencyKey"] = json!("k-1");
    let first =
        hub.mutate(&story.streets.coordinator, "applyMatching", keyed.clone(), "matches { id }").await;
    let second = hub.mutate(&story.streets.coordinator, "applyMatching", keyed, "matches { id }").await;
    assert_eq!(first, second);
    assert!(!first["matches"].as_array().unwrap().is_empty());
});

both!(a_part_of_a_matching_can_be_taken, |hub| {
    let story = two_needs(hub).await;
    let mut none = story.input();
    none["needIds"] = json!([]);
    assert_eq!(quantities(&story.apply(hub, none).await), [0; 0]);
    let mut pair = story.input();
    pair["pairs"] =
        json!([{ "needId": story.needs[0].to_string(), "serviceId": story.services[0].to_string() }]);
    let taken = story.apply(hub, pair.clone()).await;
    assert_eq!(taken["matches"][0]["need"]["title"], "反诈讲座");
    assert_eq!(quantities(&taken), [5]);
    let gone = hub.refused(&story.streets.coordinator, "applyMatching", pair).await;
    assert_eq!(gone, ("WORLD_MOVED".into(), "pairs.0".into()));
    let mut needs = story.input();
    needs["needIds"] = json!([story.needs[1].to_string()]);
    assert_eq!(quantities(&story.apply(hub, needs.clone()).await), [3]);
    let gone = hub.refused(&story.streets.coordinator, "applyMatching", needs).await;
    assert_eq!(gone, ("WORLD_MOVED".into(), "needIds.0".into()));
});

both!(a_world_that_moved_is_named_and_nothing_is_done, |hub| {
    let story = two_needs(hub).await;
    let mut input = story.input();
    input["fingerprint"] = json!(hub.fingerprint(&story.streets).await);
    hub.store.clock.advance(chrono::TimeDelta::hours(1));
    assert_eq!(hub.fingerprint(&story.streets).await, input["fingerprint"], "time alone moves nothing");
    hub.use_capacity(hub.capacity(story.services[0]).await, 1, 0).await;
    let payload = story.apply(hub, input).await;
    insta::assert_json_snapshot!("world_moved", payload);
    let query = "query($id: ID!) { need(id: $id) { claimed } }";
    let need = hub.data(&story.streets.coordinator, query, json!({ "id": story.needs[0].to_string() })).await;
    assert_eq!(need["need"]["claimed"], 0);
});

both!(two_coordinators_at_once_book_what_there_is_once, |hub| {
    let story = two_needs(hub).await;
    let other = hub.other_process().await;
    let apply = async |store: &gongjian_hub::store::Store| {
        let application = gongjian_hub::store::application::Application {
            area: story.streets.street,
            category: None,
            needs: None,
            pairs: None,
            fingerprint: None,
            respond_in_hours: None,
        };
        let mut tx = store.begin(&story.streets.coordinator).await.unwrap();
        let id = gongjian_hub::store::application::apply(&mut tx, &application).await.unwrap();
        tx.commit().await.unwrap();
        let mut conn = store.read().await.unwrap();
        let viewer = &story.streets.coordinator;
        let taken = gongjian_hub::store::application::taken(&mut conn, viewer, id).await.unwrap();
        taken.iter().map(|one| one.quantity).sum::<i64>()
    };
    let (first, second) = tokio::join!(apply(&hub.store), apply(&other));
    assert_eq!((first.min(second), first.max(second)), (0, 8));
    other.close().await;
});

both!(only_the_streets_coordinator_applies, |hub| {
    let story = two_needs(hub).await;
    let query = "mutation($input: ApplyMatchingInput!) { applyMatching(input: $input) { errors { code } } }";
    let input = json!({ "input": story.input() });
    for (viewer, code) in [
        (&story.streets.far_coordinator, "FORBIDDEN"),
        (&story.streets.staff, "FORBIDDEN"),
        (&story.liaison, "FORBIDDEN"),
        (&Viewer::public(), "UNAUTHENTICATED"),
    ] {
        assert_eq!(hub.error_code(viewer, query, input.clone()).await, code);
    }
});

both!(bad_input_is_refused, |hub| {
    let story = two_needs(hub).await;
    for (field, value, refusal) in [
        ("areaId", json!("x"), ("BAD_ID", "areaId")),
        ("needIds", json!([story.services[0].to_string()]), ("BAD_ID", "needIds.0")),
        ("pairs", json!([{ "needId": "x", "serviceId": "x" }]), ("BAD_ID", "pairs.0.needId")),
        ("respondInHours", json!(0), ("BAD_NUMBER", "respondInHours")),
        ("fingerprint", json!("rubbish"), ("WORLD_MOVED", "fingerprint")),
    ] {
        let mut input = story.input();
        input[field] = value;
        let refused = hub.refused(&story.streets.coordinator, "applyMatching", input).await;
        assert_eq!(refused, (refusal.0.into(), refusal.1.into()));
    }
});

/// Suggestions of each service for each need, so that both are used up by several.
async fn crossing(hub: &Hub, story: &Story) -> Vec<Suggestion> {
    let matching = hub.store.clock.id();
    let mut suggestions = Vec::new();
    for (need, service, quantity) in [(0, 0, 3), (0, 1, 2), (1, 0, 1), (1, 1, 1)] {
        suggestions.push(Suggestion {
            need: story.needs[need],
            service: story.services[service],
            capacity: hub.capacity(story.services[service]).await,
            quantity,
            score: 7_000,
            reasons: Vec::new(),
            matching,
            respond_in_hours: Some(24),
        });
    }
    suggestions
}

async fn suggest_all(hub: &Hub, story: &Story, new: Vec<Suggestion>) -> Result<(), Error> {
    let mut tx = hub.store.begin(&story.streets.coordinator).await?;
    let reach = Reach::Area { area: story.streets.street, category: None };
    let world = world::lock(&mut tx, &reach).await?;
    matches::suggest_all(&mut tx, &world, new).await?;
    tx.commit().await
}

both!(many_at_once_are_as_one_after_the_other, |hub| {
    let other = if hub.url.starts_with("sqlite") { Hub::sqlite().await } else { Hub::postgres().await };
    let mut told = Vec::new();
    for hub in [hub, &other] {
        let story = two_needs(hub).await;
        let new = crossing(hub, &story).await;
        if told.is_empty() {
            suggest_all(hub, &story, new).await.unwrap();
        } else {
            let mut tx = hub.store.begin(&story.streets.coordinator).await.unwrap();
            for new in new {
                matches::suggest(&mut tx, new).await.unwrap();
            }
            tx.commit().await.unwrap();
        }
        hub.require_sound().await;
        let events: Vec<Event> = hub.rows("SELECT * FROM event ORDER BY seq").await;
        let rows: Vec<Match> = hub.rows("SELECT * FROM match ORDER BY id").await;
        told.push((events, rows));
    }
    assert_eq!(told[0], told[1]);
    assert_eq!(told[0].1.len(), 4);
});

type Spoil = fn(&mut Vec<Suggestion>);

both!(of_many_one_that_does_not_fit_undoes_all, |hub| {
    let story = two_needs(hub).await;
    let spoilt: [(Spoil, (Code, &str)); 5] = [
        (|new| new[1].quantity = 3, (Code::NotEnoughNeed, "quantity")),
        (|new| new[2].quantity = 3, (Code::NotEnoughCapacity, "quantity")),
        (
            |new| (new[1].service, new[1].capacity) = (new[0].service, new[0].capacity),
            (Code::AlreadyExists, "capacityId"),
        ),
        (|new| new[3].capacity = new[2].capacity, (Code::NotFound, "capacityId")),
        (|new| new[0].respond_in_hours = Some(0), (Code::BadNumber, "respondInHours")),
    ];
    for (spoil, (code, field)) in spoilt {
        let mut new = crossing(hub, &story).await;
        spoil(&mut new);
        let refused = suggest_all(hub, &story, new).await;
        let Err(Error::Refused(refusal)) = refused else { panic!("{refused:?}") };
        assert_eq!((refusal.code, refusal.field.join(".").as_str()), (code, field));
        assert_eq!(hub.rows::<(i64,)>("SELECT COUNT(*) FROM match").await[0].0, 0);
    }
    hub.require_sound().await;
});

both!(a_world_holds_its_needs_as_they_are, |hub| {
    let story = two_needs(hub).await;
    let mut tx = hub.store.begin(&administrator()).await.unwrap();
    // Every column has a value of its own, so that none is taken for another.
    let sql = "UPDATE need SET title_en = 'talks', description = '\u{201c}两场\u{201d}\\', reason = '重办', smallest_lot = 2, \
               most_services = 4, quantity = 9, claimed = 5, delivered = 3, reopened = 6, version = 7, \
               state = 'partially_claimed', outcome = 'partly_solved' WHERE id = $1";
    tx.execute(Sql::new(sql, vec![story.needs[1].into()])).await.unwrap();
    tx.commit().await.unwrap();
    let mut conn = hub.store.read().await.unwrap();
    let reach = Reach::Area { area: story.streets.street, category: None };
    let world = world::load(&mut conn, &administrator(), hub.store.clock.now(), &reach).await.unwrap();
    let needs: Vec<Need> = hub.rows("SELECT * FROM need ORDER BY id").await;
    assert_eq!(world.needs, needs);
});
