//! The matrix of roles, streets and fields, walked whole: nothing of another street by any path, be it a row, a number,
//! an order, an error, or a change.

use crate::builders::two_worlds::Side;
use crate::hub::{Hub, administrator, both};
use crate::walk::{Ask, Shape, Tries, named};
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use gongjian_hub::domain::viewer::Viewer;
use gongjian_hub::store::sql::Sql;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const NEAR: &str = "zqa";
const FAR: &str = "zqb";
const BRIDGE: &str = "zqx";

/// Two streets, and what of each is private.
struct World {
    near: Side,
    far: Side,
    near_ids: BTreeSet<String>,
    far_ids: BTreeSet<String>,
}

/// Both streets; the far one's private things last, or not at all.
async fn world(hub: &Hub, with_far: bool) -> World {
    let streets = hub.streets().await;
    let near = hub.public_side(&streets, NEAR, true).await;
    let far = hub.public_side(&streets, FAR, false).await;
    let near_ids = hub.private_side(&near).await;
    let far_ids = if with_far { hub.private_side(&far).await } else { BTreeSet::new() };
    World { near, far, near_ids, far_ids }
}

/// All that an answer says, what is packed into cursors included.
fn said(answer: &Value, into: &mut String) {
    match answer {
        Value::String(text) => {
            into.push_str(text);
            into.push('\n');
            if let Ok(bytes) = BASE64_URL_SAFE_NO_PAD.decode(text) {
                into.push_str(&String::from_utf8_lossy(&bytes));
                into.push('\n');
            }
        }
        Value::Array(list) => list.iter().for_each(|one| said(one, into)),
        Value::Object(map) => map.values().for_each(|one| said(one, into)),
        _ => {}
    }
}

/// The ids in a text, however they are written.
fn ids_in(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !c.is_ascii_hexdigit() && c != '-')
        .map(|part| part.replace('-', ""))
        .filter(|part| part.len() == 32)
        .collect()
}

fn bare(ids: &BTreeSet<String>) -> BTreeSet<String> {
    ids.iter().filter_map(|id| id.split_once('_')).map(|(_, hex)| hex.to_owned()).collect()
}

/// Requests for everything that can be read: every field of the root with every value that is worth a try, and every
/// field of everything that has an id.
fn reads(
    shape: &Shape,
    ids: &BTreeSet<String>,
    texts: &[String],
    seen: &mut BTreeSet<(String, String)>,
) -> Vec<Ask> {
    let mut asks = Vec::new();
    let all: Vec<&String> = ids.iter().collect();
    for field in &shape.objects["Query"] {
        seen.insert(("Query".into(), field.name.clone()));
        if field.name == "nodes" || field.name == "_entities" {
            for kind in shape.objects.keys() {
                let Some(prefix) = prefix(kind) else { continue };
                let of: Vec<&&String> =
                    all.iter().filter(|id| id.starts_with(&format!("{prefix}_"))).collect();
                let selection = shape.selection(kind, 1, seen);
                asks.extend(of.chunks(100).map(|ids| by_ids(&field.name, kind, &selection, ids)));
            }
            continue;
        }
        let selection = if field.name == "node" {
            "{ __typename id }".to_owned()
        } else {
            shape.selection(&field.kind, 0, seen);
            shape.selection(&field.kind, 1, seen)
        };
        let of_kind = |name: &str| named_ids(name, &field.kind, &field.name, ids);
        let tries = Tries { ids: &of_kind, texts: texts.to_vec() };
        asks.extend(shape.asks("query", field, &selection, &tries));
    }
    asks
}

/// A request for many things of one kind: as everybody makes it, or as another gateway does.
fn by_ids(field: &str, kind: &str, selection: &str, ids: &[&&String]) -> Ask {
    if field == "nodes" {
        let text = format!("query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on {kind} {selection} }} }}");
        return Ask { text, variables: json!({ "ids": ids }) };
    }
    let text = format!(
        "query($them: [_Any!]!) {{ _entities(representations: $them) {{ ... on {kind} {selection} }} }}"
    );
    let them: Vec<Value> = ids.iter().map(|id| json!({ "__typename": kind, "id": id })).collect();
    Ask { text, variables: json!({ "them": them }) }
}

/// Requests for every change, each about a thing of `ids`.
fn changes(shape: &Shape, ids: &BTreeSet<String>) -> Vec<Ask> {
    let mut asks = Vec::new();
    for field in &shape.objects["Mutation"] {
        let mut seen = BTreeSet::new();
        let selection = shape.selection(&field.kind, 1, &mut seen);
        let of_kind = |name: &str| {
            let mut found = named_ids(name, "", &field.name, ids);
            found.truncate(3);
            found
        };
        let tries = Tries { ids: &of_kind, texts: vec!["甲乙丙丁".into()] };
        asks.extend(shape.asks("mutation", field, &selection, &tries));
    }
    asks
}

/// What the ids of a type of the graph begin with.
fn prefix(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "Area" => "area",
        "PartnerUnit" => "unit",
        "Alliance" => "alliance",
        "Service" => "service",
        "Need" => "need",
        "Match" => "match",
        "Fulfilment" => "fulfilment",
        "Rating" => "rating",
        "Directive" => "directive",
        "MatchingRun" => "run",
        "MatchingRunMatch" => "planned",
        "MatchingRunUnmet" => "unmet",
        "Event" => "event",
        "Account" => "account",
        "ApiToken" => "token",
        "Subgraph" => "subgraph",
        "SubgraphPublication" => "publication",
        "Supergraph" => "supergraph",
        _ => return None,
    })
}

/// The ids that an argument of this name may mean; where that is not clear, one of every kind.
fn named_ids(name: &str, kind: &str, field: &str, ids: &BTreeSet<String>) -> Vec<String> {
    let lower = name.to_lowercase();
    let known = [
        ("area", "area"),
        ("street", "area"),
        ("parent", "area"),
        ("coverage", "area"),
        ("communit", "area"),
        ("unit", "unit"),
        ("need", "need"),
        ("into", "need"),
        ("service", "service"),
        ("capacity", "capacity"),
        ("alliance", "alliance"),
        ("match", "match"),
        ("run", "run"),
        ("account", "account"),
        ("grant", "grant"),
        ("token", "token"),
        ("categor", "category"),
    ];
    let wanted = prefix(named(kind)).or_else(|| {
        if lower == "id" || lower == "ids" {
            let field = field.to_lowercase();
            return known.iter().find(|(word, _)| field.ends_with(word)).map(|(_, prefix)| *prefix);
        }
        None
    });
    let wanted = if lower == "id" || lower == "ids" {
        wanted
    } else {
        known.iter().find(|(word, _)| lower.contains(word)).map(|(_, prefix)| *prefix)
    };
    if wanted == Some("category") {
        return vec![crate::builders::category("safety.anti_fraud").to_string()];
    }
    if let Some(prefix) = wanted {
        return ids.iter().filter(|id| id.starts_with(&format!("{prefix}_"))).cloned().collect();
    }
    let mut one: BTreeMap<&str, &String> = BTreeMap::new();
    for id in ids {
        one.entry(id.split_once('_').map_or("", |(prefix, _)| prefix)).or_insert(id);
    }
    one.into_values().cloned().collect()
}

async fn answers(hub: &Hub, viewer: &Viewer, asks: &[Ask]) -> Vec<Value> {
    let mut all = Vec::with_capacity(asks.len());
    for ask in asks {
        let answer = hub.ask(viewer, &ask.text, ask.variables.clone()).await;
        let code = &answer["errors"][0]["extensions"]["code"];
        assert_ne!(*code, "INTERNAL", "{} {}", ask.text, ask.variables);
        assert_ne!((code, answer["errors"].is_array()), (&Value::Null, true), "{} {answer}", ask.text);
        all.push(answer);
    }
    all
}

/// Fails with the first answer that says something which it must not.
fn require_nothing_of(who: &str, asks: &[Ask], answers: &[Value], marks: &[&str], ids: &BTreeSet<String>) {
    for (ask, answer) in asks.iter().zip(answers) {
        let mut text = String::new();
        said(answer, &mut text);
        for mark in marks {
            assert!(!text.contains(mark), "{who} reads {mark}: {} {}\n{answer}", ask.text, ask.variables);
        }
        let leaked: Vec<String> = ids_in(&text).intersection(ids).cloned().collect();
        assert!(leaked.is_empty(), "{who} sees {leaked:?}: {} {}\n{answer}", ask.text, ask.variables);
    }
}

fn texts(cursors: &[Value]) -> Vec<String> {
    let mut found: Vec<String> = [NEAR, FAR, "反诈"].map(str::to_owned).into();
    let mut cursor = String::new();
    for answer in cursors {
        collect(answer, &mut |key, text| {
            if key.ends_with("_endCursor") && !text.is_empty() && cursor != text {
                text.clone_into(&mut cursor);
                found.push(cursor.clone());
            }
        });
    }
    found.sort();
    found.dedup();
    found.truncate(12);
    found
}

fn collect(answer: &Value, found: &mut impl FnMut(&str, &str)) {
    match answer {
        Value::Array(list) => list.iter().for_each(|one| collect(one, found)),
        Value::Object(map) => {
            for (key, value) in map {
                if let Value::String(text) = value {
                    found(key, text);
                }
                collect(value, found);
            }
        }
        _ => {}
    }
}

fn people(side: &Side) -> [(&'static str, Viewer); 4] {
    [
        ("liaison", side.liaison()),
        ("second liaison", side.second_liaison()),
        ("staff", side.staff()),
        ("coordinator", side.coordinator()),
    ]
}

both!(nothing_of_another_street_is_read_by_any_path, |hub| {
    let shape = Shape::new();
    let world = world(hub, true).await;
    let bridge = hub.bridge(&world.near, &world.far).await;
    let ids = hub.every_id().await;
    let mut seen = BTreeSet::new();
    let first = reads(&shape, &ids, &[], &mut seen);
    let all = answers(hub, &administrator(), &first).await;
    // The walk reaches all that it is said to reach, and the marks can be found where they may be seen.
    let reachable = shape.objects.iter().filter(|(kind, _)| {
        !kind.ends_with("Payload") && !kind.ends_with("Error") && !kind.ends_with("Event") || *kind == "Event"
    });
    // What a check finds is told by a mutation alone.
    let apart = ["Mutation", "Subscription", "SubgraphCheck"];
    let reachable = reachable.filter(|(kind, _)| !apart.contains(&kind.as_str()));
    let missed: Vec<String> = reachable
        .flat_map(|(kind, fields)| fields.iter().map(move |field| (kind.clone(), field.name.clone())))
        .filter(|pair| !seen.contains(pair))
        .map(|(kind, field)| format!("{kind}.{field}"))
        .collect();
    assert!(missed.is_empty(), "not walked: {missed:#?}");
    let mut text = String::new();
    for answer in &all {
        said(answer, &mut text);
    }
    for what in [
        "need-draft",
        "need-en",
        "description",
        "draft-service",
        "service-description",
        "eligibility",
        "reason-returned",
        "reason-merged",
        "reason-directive",
        "reason-cancelled",
        "evidence",
        "comment",
        "login",
        "账号",
        "token",
        "联系人",
    ] {
        for mark in [NEAR, FAR] {
            assert!(
                text.contains(&format!("{mark}-{what}")) || text.contains(&format!("{mark}{what}")),
                "{mark} {what}"
            );
        }
    }
    assert!(text.contains(&world.far.phone()) && text.contains(BRIDGE));
    let asks = reads(&shape, &ids, &texts(&all), &mut seen);
    let (near, far, across) = (bare(&world.near_ids), bare(&world.far_ids), bare(&bridge));
    let both: BTreeSet<String> = near.union(&far).cloned().collect();
    // The service is the near unit's own, and so is what happened to it.
    let theirs = |id: &&String| id.starts_with("need_") || id.starts_with("match_");
    let needs: BTreeSet<String> = bridge.iter().filter(theirs).cloned().collect();
    let foreign: BTreeSet<String> = far.union(&bare(&needs)).cloned().collect();
    let (near_phone, far_phone) = (world.near.phone(), world.far.phone());
    let public = Viewer::public();
    let told = answers(hub, &public, &asks).await;
    require_nothing_of("public", &asks, &told, &[NEAR, FAR, BRIDGE, &near_phone, &far_phone], &both);
    for (who, viewer) in people(&world.near) {
        let told = answers(hub, &viewer, &asks).await;
        if who == "second liaison" {
            require_nothing_of(who, &asks, &told, &["zqb-need", &far_phone], &far);
            let mut text = String::new();
            for answer in &told {
                said(answer, &mut text);
            }
            assert!(text.contains(BRIDGE) && !ids_in(&text).is_disjoint(&across), "it serves this one");
        } else {
            require_nothing_of(who, &asks, &told, &[FAR, BRIDGE, &far_phone], &foreign);
        }
    }
    for (who, viewer) in people(&world.far) {
        let told = answers(hub, &viewer, &asks).await;
        require_nothing_of(who, &asks, &told, &[NEAR, &near_phone], &near);
    }
    eprintln!(
        "{} fields, {} requests, {} viewers",
        seen.len(),
        asks.len(),
        2 + people(&world.near).len() * 2
    );
});

/// A hub without a past on the same kind of database.
async fn another(hub: &Hub) -> Hub {
    if hub.url.starts_with("sqlite") { Hub::sqlite().await } else { Hub::postgres().await }
}

/// Takes out of an answer what is drawn by lot, the first characters of a secret, and what is the whole hub's: its trail's
/// end, which is published.
fn forget_chance(answer: &mut Value) {
    match answer {
        Value::Array(list) => list.iter_mut().for_each(forget_chance),
        Value::Object(map) => {
            map.remove("ApiToken_prefix");
            map.remove("auditHead");
            map.values_mut().for_each(forget_chance);
        }
        _ => {}
    }
}

/// Gives services the counts that they have in another hub: how much of a service is taken is public.
async fn copy_counts(from: &Hub, to: &Hub) {
    for table in ["capacity", "unit_capacity"] {
        let read = match table {
            "capacity" => "SELECT id, held, committed FROM capacity",
            _ => "SELECT id, held, committed FROM unit_capacity",
        };
        let write = match table {
            "capacity" => "UPDATE capacity SET held = $1, committed = $2 WHERE id = $3",
            _ => "UPDATE unit_capacity SET held = $1, committed = $2 WHERE id = $3",
        };
        let rows: Vec<(uuid::Uuid, i64, i64)> =
            from.store.read().await.unwrap().all(Sql::new(read, vec![])).await.unwrap();
        let mut tx = to.store.begin(&administrator()).await.unwrap();
        for (id, held, committed) in rows {
            tx.execute(Sql::new(write, vec![held.into(), committed.into(), id.into()])).await.unwrap();
        }
        tx.commit().await.unwrap();
    }
}

both!(whether_another_street_has_anything_makes_no_difference, |hub| {
    let shape = Shape::new();
    let full = world(hub, true).await;
    let empty = another(hub).await;
    world(&empty, false).await;
    copy_counts(hub, &empty).await;
    let ids = hub.every_id().await;
    let mut seen = BTreeSet::new();
    let all = answers(hub, &administrator(), &reads(&shape, &ids, &[], &mut seen)).await;
    let asks = reads(&shape, &ids, &texts(&all), &mut seen);
    let mut viewers = people(&full.near).to_vec();
    viewers.push(("public", Viewer::public()));
    for (who, viewer) in &viewers {
        let (one, other) =
            futures_util::future::join(answers(hub, viewer, &asks), answers(&empty, viewer, &asks)).await;
        for ((ask, mut one), mut other) in asks.iter().zip(one).zip(other) {
            forget_chance(&mut one);
            forget_chance(&mut other);
            assert_eq!(one, other, "{who}: {} {}", ask.text, ask.variables);
        }
    }
    // Nor does it for whoever tries to change something there; and nothing there is changed.
    let mut survey = reads(&shape, &ids, &[], &mut seen);
    survey.retain(|ask| ask.text.contains("nodes(ids: $ids)"));
    let before = answers(hub, &administrator(), &survey).await;
    let asks = changes(&shape, &full.far_ids);
    for (who, viewer) in &viewers {
        let (one, other) =
            futures_util::future::join(answers(hub, viewer, &asks), answers(&empty, viewer, &asks)).await;
        require_nothing_of(who, &asks, &one, &[FAR], &bare(&full.far_ids));
        for ((ask, mut one), mut other) in asks.iter().zip(one).zip(other) {
            forget_chance(&mut one);
            forget_chance(&mut other);
            assert_eq!(one, other, "{who}: {} {}", ask.text, ask.variables);
        }
    }
    let after = answers(hub, &administrator(), &survey).await;
    for ((ask, before), after) in survey.iter().zip(before).zip(after) {
        assert_eq!(before, after, "somebody changed this of another street: {}", ask.text);
    }
    eprintln!("{} changes tried by {} viewers", asks.len(), viewers.len());
});

both!(another_streets_changes_are_not_followed, |hub| {
    let world = world(hub, true).await;
    let far = [
        format!("areaId: \"{}\"", world.far.street),
        format!("areaId: \"{}\"", world.far.community),
        format!("unitId: \"{}\"", world.far.unit),
    ];
    let runs: Vec<String> = world.far_ids.iter().filter(|id| id.starts_with("run_")).cloned().collect();
    assert_eq!(runs.len(), 1);
    let mut asks: Vec<String> = far
        .iter()
        .flat_map(|of| {
            [
                format!("subscription {{ needChanged({of}) {{ cursor need {{ title }} }} }}"),
                format!("subscription {{ matchChanged({of}) {{ cursor match {{ state }} }} }}"),
            ]
        })
        .collect();
    asks.push(format!("subscription {{ matchingRunChanged(id: \"{}\") {{ state }} }}", runs[0]));
    let mut viewers = people(&world.near).to_vec();
    viewers.push(("public", Viewer::public()));
    for (who, viewer) in viewers {
        for text in &asks {
            let may = text.contains("unitId") && matches!(who, "staff" | "coordinator");
            if may {
                continue;
            }
            let code = hub.subscribe(&viewer, text, json!({})).refusal().await;
            assert!(
                matches!(code.as_str(), "FORBIDDEN" | "UNAUTHENTICATED" | "NOT_FOUND"),
                "{who} {text}: {code}"
            );
        }
    }
    // Staff may follow any unit, and hear of it from their own street: of the far unit there is nothing.
    let from = world.near_start(hub).await;
    for viewer in [world.near.staff(), world.near.coordinator()] {
        for field in ["needChanged", "matchChanged"] {
            let text = format!(
                "subscription {{ {field}(unitId: \"{}\", after: \"{from}\") {{ cursor }} }}",
                world.far.unit
            );
            let mut followed = hub.subscribe(&viewer, &text, json!({}));
            let none = tokio::time::timeout(std::time::Duration::from_millis(300), followed.answer()).await;
            assert!(none.is_err(), "{field}: {none:?}");
        }
    }
});

impl World {
    /// The place in the trail before anything private happened.
    async fn near_start(&self, hub: &Hub) -> String {
        let trail = hub.trail().await;
        gongjian_hub::store::event::cursor(trail.first().expect("an event")).encode()
    }
}
