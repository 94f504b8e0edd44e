//! The chain of events: whole under all that is done through the hub, and broken by all that is done beside it.

use crate::builders::live::add_need;
use crate::builders::need_facts;
use crate::door::posted;
use crate::hub::{Hub, administrator, both};
use axum::extract::ConnectInfo;
use futures_util::future::join_all;
use gongjian_hub::domain::event::EventKind;
use gongjian_hub::domain::event::entry::{GENESIS, Head};
use gongjian_hub::domain::event::origin::Origin;
use gongjian_hub::domain::event::verdict::{Verdict, Wrong};
use gongjian_hub::domain::id::Id as _;
use gongjian_hub::domain::viewer::{Actor, Principal, Viewer};
use gongjian_hub::store::chain;
use gongjian_hub::store::sql::Sql;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value, json};
use std::net::SocketAddr;

impl Hub {
    /// The end of the trail.
    pub async fn head(&self) -> Head {
        chain::head(&mut self.store.read().await.unwrap()).await.unwrap()
    }

    /// Reads the whole trail.
    pub async fn audit(&self, published: &[Head]) -> Verdict {
        let mut conn = self.store.read().await.unwrap();
        chain::verify(&mut conn, published, |_| {}).await.unwrap()
    }

    /// The trail is whole to its end.
    pub async fn require_whole(&self) {
        let verdict = self.audit(&[]).await;
        assert_eq!((verdict.fault, verdict.sound), (None, self.head().await));
    }

    /// Does to the database what the hub never does, as somebody could who runs it.
    pub async fn tamper(&self, statements: &[&'static str]) {
        let mut tx = self.store.begin(&administrator()).await.unwrap();
        let guards: &[&'static str] = if tx.is_postgres() {
            &["ALTER TABLE event DISABLE TRIGGER USER"]
        } else {
            &["DROP TRIGGER event_is_not_changed", "DROP TRIGGER event_is_not_removed"]
        };
        for statement in guards.iter().chain(statements) {
            tx.execute(Sql::new(statement, Vec::new())).await.expect(statement);
        }
        if tx.is_postgres() {
            tx.execute(Sql::new("ALTER TABLE event ENABLE TRIGGER USER", Vec::new())).await.unwrap();
        }
        tx.commit().await.unwrap();
        chain_guard_again(self).await;
    }
}

async fn chain_guard_again(hub: &Hub) {
    let mut tx = hub.store.begin(&administrator()).await.unwrap();
    chain::guard(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
}

/// A trail of some thirty events.
async fn grown(hub: &Hub) {
    let streets = hub.streets().await;
    let (unit, liaison) = hub.unit(streets.street, "芙蓉区公安分局").await;
    let need = hub.open_need(streets.community, None, need_facts("反诈讲座")).await;
    hub.proposed_match(unit, &liaison, streets.street, need).await;
    for at in 0..6 {
        add_need(&hub.store, streets.community, &format!("讲座{at}")).await;
    }
}

both!(the_chain_is_the_same_on_both_databases, |hub| {
    grown(hub).await;
    hub.require_whole().await;
    // The one snapshot of both: whoever changes what is hashed breaks every published head.
    insta::assert_snapshot!("chain_head", hub.head().await.to_string());
});

const EDIT: &[&str] = &["UPDATE event SET data = '{\"name\":\"别的单位\"}' WHERE seq = 5"];
const EDIT_WHO: &[&str] = &["UPDATE event SET role = 'liaison' WHERE seq = 5"];
const UNREADABLE: &[&str] = &["UPDATE event SET hash = NULL WHERE seq = 5"];
const REMOVE: &[&str] = &["DELETE FROM event WHERE seq = 5"];
const CLOSE_UP: &[&str] =
    &["DELETE FROM event WHERE seq = 5", "UPDATE event SET seq = 5 WHERE seq = (SELECT MAX(seq) FROM event)"];
const SWAP: &[&str] = &[
    "UPDATE event SET seq = -5 WHERE seq = 5",
    "UPDATE event SET seq = 5 WHERE seq = 6",
    "UPDATE event SET seq = 6 WHERE seq = -5",
];
const CUT: &[&str] = &["DELETE FROM event WHERE seq >= 5"];
const BEFORE_THE_FIRST: &[&str] = &["UPDATE event SET seq = 0 WHERE seq = 5"];
const CUT_WITH_HEAD: &[&str] = &[
    "DELETE FROM event WHERE seq >= 5",
    "UPDATE event_head SET seq = 4, hash = (SELECT hash FROM event WHERE seq = 4)",
];
const BEYOND: &[&str] = &["UPDATE event_head SET seq = 4, hash = (SELECT hash FROM event WHERE seq = 4)"];
const HEAD_ALONE: &[&str] = &["UPDATE event_head SET hash = (SELECT hash FROM event WHERE seq = 4)"];

macro_rules! found {
    ($($name:ident: $statements:ident, $wrong:ident at $seq:expr;)+) => {$(
        both!($name, |hub| {
            grown(hub).await;
            let published = hub.head().await;
            assert_eq!(hub.audit(std::slice::from_ref(&published)).await.fault, None);
            hub.tamper($statements).await;
            let fault = hub.audit(std::slice::from_ref(&published)).await.fault.expect("a fault");
            let at: fn(i64) -> i64 = $seq;
            assert_eq!((fault.seq, fault.wrong), (at(published.seq), Wrong::$wrong));
        });
    )+};
}

found! {
    an_edited_event_is_found: EDIT, Edited at |_| 5;
    an_event_with_another_author_is_found: EDIT_WHO, Edited at |_| 5;
    an_event_without_its_hash_is_found: UNREADABLE, Edited at |_| 5;
    a_removed_event_is_found: REMOVE, Removed at |_| 5;
    a_removed_event_is_found_where_the_gap_is_filled: CLOSE_UP, Edited at |_| 5;
    events_in_another_order_are_found: SWAP, Edited at |_| 5;
    a_tail_that_was_cut_off_is_found: CUT, CutOff at |_| 5;
    a_tail_that_was_cut_off_with_its_head_is_found_by_the_published_one: CUT_WITH_HEAD, CutOff at |_| 5;
    an_event_before_the_first_is_found: BEFORE_THE_FIRST, Inserted at |_| 0;
    events_beyond_the_head_are_found: BEYOND, Inserted at |_| 5;
    a_head_that_is_not_the_last_events_is_found: HEAD_ALONE, Rewritten at |last| last;
}

both!(a_row_that_cannot_be_read_is_named_too, |hub| {
    grown(hub).await;
    let is_postgres = hub.store.read().await.unwrap().is_postgres();
    // PostgreSQL keeps no text in a column of ids; it holds what SQLite would take.
    hub.tamper(&[if is_postgres {
        "UPDATE event SET data = 'no JSON' WHERE seq = 5"
    } else {
        "UPDATE event SET id = 'no id', at = 'tomorrow' WHERE seq = 5"
    }])
    .await;
    let verdict = hub.audit(&[]).await;
    assert_eq!(verdict.fault.map(|fault| (fault.seq, fault.wrong)), Some((5, Wrong::Edited)));
});

both!(a_trail_written_anew_from_the_first_event_is_found_by_a_published_head, |hub| {
    grown(hub).await;
    let published = hub.head().await;
    // Without the guards, somebody edits the first event and has the hub chain all of it again.
    hub.tamper(&[
        "UPDATE event SET data = '{}' WHERE seq = 1",
        "UPDATE event SET hash = NULL",
        "UPDATE event_head SET hash = '0000000000000000000000000000000000000000000000000000000000000000'",
    ])
    .await;
    hub.store.migrate().await.unwrap();
    assert_eq!(hub.audit(&[]).await.fault, None, "in itself it is whole");
    let fault = hub.audit(std::slice::from_ref(&published)).await.fault.unwrap();
    assert_eq!((fault.seq, fault.wrong), (published.seq, Wrong::Rewritten));
});

both!(a_trail_from_before_the_chain_is_chained_once, |hub| {
    grown(hub).await;
    let head = hub.head().await;
    hub.tamper(&[
        "UPDATE event SET hash = NULL",
        "UPDATE event_head SET hash = '0000000000000000000000000000000000000000000000000000000000000000'",
    ])
    .await;
    assert_eq!(hub.head().await, Head { seq: head.seq, hash: GENESIS.into() });
    for _ in 0..2 {
        hub.store.migrate().await.unwrap();
        assert_eq!(hub.head().await, head);
        hub.require_whole().await;
    }
});

both!(the_database_refuses_to_change_or_remove_events, |hub| {
    grown(hub).await;
    let mut statements = vec![
        "UPDATE event SET data = '{}' WHERE seq = 5",
        "UPDATE event SET hash = NULL",
        "DELETE FROM event WHERE seq = 5",
        "DELETE FROM event",
    ];
    if hub.store.read().await.unwrap().is_postgres() {
        statements.push("TRUNCATE event");
    }
    for statement in statements {
        let mut tx = hub.store.begin(&administrator()).await.unwrap();
        let refused = tx.execute(Sql::new(statement, Vec::new())).await.expect_err(statement);
        assert!(format!("{refused:?}").contains("the trail is appended to"), "{statement}: {refused:?}");
    }
    hub.require_whole().await;
});

both!(the_chain_holds_under_many_writers_and_a_reader, |hub| {
    let streets = hub.streets().await;
    let other = hub.other_process().await;
    let writers = join_all((0..16).map(|writer| {
        let store = if writer % 2 == 0 { &hub.store } else { &other };
        async move {
            for n in 0..8 {
                add_need(store, streets.community, &format!("{writer}-{n}")).await;
            }
        }
    }));
    let reader = async {
        for _ in 0..12 {
            assert_eq!(hub.audit(&[]).await.fault, None, "whoever reads meanwhile finds nothing wrong");
            tokio::task::yield_now().await;
        }
    };
    tokio::join!(writers, reader);
    hub.require_whole().await;
});

both!(many_events_take_few_statements_and_one_takes_three, |hub| {
    let streets = hub.streets().await;
    let append = async |count: usize| {
        let mut tx = hub.store.begin(&administrator()).await.unwrap();
        for at in 0..count {
            tx.event(streets.community, Some(streets.street), EventKind::Edited, json!({ "at": at }));
        }
        tx.commit().await.unwrap();
    };
    assert_eq!(hub.statements(append(1)).await, 3);
    assert_eq!(hub.statements(append(500)).await, 3);
    assert_eq!(hub.statements(append(3_000)).await, 2 + 6);
    hub.require_whole().await;
});

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        Just(json!(-0.0)),
        Just(json!(1e300)),
        // With what PostgreSQL's JSONB would refuse or write another way.
        any::<String>().prop_map(Value::from),
        Just(json!("\u{0}\u{7f}\u{2028}反诈")),
    ];
    leaf.prop_recursive(4, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            prop::collection::vec((any::<String>(), inner), 0..8)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

both!(any_document_keeps_its_hash_in_the_database, |hub| {
    let streets = hub.streets().await;
    let mut runner = TestRunner::deterministic();
    let documents: Vec<Value> =
        (0..400).map(|_| any_json().new_tree(&mut runner).unwrap().current()).collect();
    for chunk in documents.chunks(40) {
        let mut tx = hub.store.begin(&administrator()).await.unwrap();
        for document in chunk {
            tx.event(streets.community, None, EventKind::Edited, document.clone());
        }
        tx.commit().await.unwrap();
    }
    hub.require_whole().await;
    let trail = hub.trail().await;
    let kept: Vec<String> =
        trail[trail.len() - documents.len()..].iter().map(|event| event.data.to_string()).collect();
    let written: Vec<String> = documents
        .iter()
        .map(|document| serde_json::from_str::<Value>(&document.to_string()).unwrap().to_string())
        .collect();
    assert_eq!(kept, written);
    // The same documents have the same hashes on either database.
    insta::assert_snapshot!("chain_head_of_documents", hub.head().await.to_string());
});

both!(an_event_tells_on_whose_behalf_and_from_where, |hub| {
    let streets = hub.streets().await;
    let (unit, liaison) = hub.unit(streets.street, "湖南省图书馆").await;
    let origin = Origin::new(Some("203.0.113.77".parse().unwrap()), Some("r-1".into()));
    let store = hub.store.asked_from(origin);
    let mut told = Vec::new();
    for viewer in [&administrator(), &streets.coordinator, &streets.staff, &liaison] {
        let viewer = Viewer {
            principal: Some(Principal::Token(gongjian_hub::domain::id::TokenId::new(uuid::Uuid::from_u128(
                7,
            )))),
            ..viewer.clone()
        };
        let mut tx = store.begin(&viewer).await.unwrap();
        tx.event(unit, Some(streets.street), EventKind::Edited, json!({}));
        tx.commit().await.unwrap();
        let trail = hub.trail().await;
        let event = trail.last().unwrap();
        assert_eq!(event.actor_id, Some(uuid::Uuid::from_u128(7)));
        told.push((event.behalf_id, event.address.clone(), event.request.clone()));
    }
    let behalf = [None, Some(streets.street.uuid()), Some(streets.community.uuid()), Some(unit.uuid())];
    let expected: Vec<_> = behalf
        .into_iter()
        .map(|behalf| (behalf, Some("203.0.113.0/24".into()), Some("r-1".into())))
        .collect();
    assert_eq!(told, expected);
    hub.require_whole().await;
});

both!(a_request_is_traced_to_its_network_whatever_it_says_of_itself, |hub| {
    let streets = hub.streets().await;
    let token = hub.secret(Actor::Coordinator { street: streets.street }, 1).await;
    let input = json!({ "parentId": streets.street.to_string(), "kind": "COMMUNITY", "name": "向韶社区" });
    let query = "mutation($input: AddAreaInput!) { addArea(input: $input) { errors { code } } }";
    let body = json!({ "query": query, "variables": { "input": input } }).to_string();
    let authorization = format!("Bearer {token}");
    let forged = [
        ("authorization", authorization.as_str()),
        ("x-gongjian-network", "1.2.3.0/24"),
        ("x-request-id", "forged"),
    ];
    let mut request = posted(body, &forged);
    let peer: SocketAddr = "203.0.113.77:40000".parse().unwrap();
    request.extensions_mut().insert(ConnectInfo(peer));
    let answer = hub.send(request).await;
    assert_eq!(answer.json()["data"]["addArea"]["errors"], json!([]));
    let trail = hub.trail().await;
    let event = trail.last().unwrap();
    assert_eq!(event.address.as_deref(), Some("203.0.113.0/24"));
    assert_eq!(event.request.as_deref(), Some(answer.header("x-request-id")));
});
