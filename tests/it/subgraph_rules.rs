//! What a partner may bring, and how it is told what it may not.

use crate::builders::subgraphs::{LIBRARY, LINK, linked};
use crate::hub::{Hub, both};
use gongjian_hub::domain::text::Lang;
use gongjian_hub::domain::viewer::Viewer;
use serde_json::{Value, json};

async fn library(hub: &Hub) -> (Viewer, String) {
    let streets = hub.streets().await;
    let (unit, liaison) = hub.unit(streets.street, "湖南省图书馆").await;
    let id = hub.subgraph(&liaison, unit, "library").await;
    (liaison, id)
}

async fn check(hub: &Hub, lang: Lang, viewer: &Viewer, id: &str, sdl: &str) -> Value {
    let query = "mutation($id: ID!, $sdl: String!) { checkSubgraph(input: { id: $id, sdl: $sdl }) {
        check { problems { code path line message } reads adds } errors { message } } }";
    let mut answer = hub.ask_in(lang, viewer, query, json!({ "id": id, "sdl": sdl })).await;
    assert_eq!(answer["errors"], Value::Null, "{answer}");
    assert_eq!(answer["data"]["checkSubgraph"]["errors"], json!([]));
    answer["data"]["checkSubgraph"]["check"].take()
}

/// What is refused: the schema below the link, the code, and the place.
const REFUSED: [(&str, &str, &str); 36] = [
    ("type Reading { id: ID! }", "OUTSIDE_NAMESPACE", "Reading"),
    ("type Event { id: ID! }", "NOT_FEDERATION", "Event"),
    ("type LibraryEvent { id: ID! }", "OUTSIDE_NAMESPACE", "LibraryEvent"),
    ("type Bank_Event { id: ID! }", "OUTSIDE_NAMESPACE", "Bank_Event"),
    ("enum Kind { A }", "OUTSIDE_NAMESPACE", "Kind"),
    ("scalar Seats", "OUTSIDE_NAMESPACE", "Seats"),
    ("input In { a: Int }", "OUTSIDE_NAMESPACE", "In"),
    ("interface Thing { a: Int }", "OUTSIDE_NAMESPACE", "Thing"),
    ("union Any = Library_Event", "OUTSIDE_NAMESPACE", "Any"),
    ("type join__Graph { a: Int }", "OUTSIDE_NAMESPACE", "join__Graph"),
    ("directive @seats on FIELD_DEFINITION", "OUTSIDE_NAMESPACE", "@seats"),
    ("type Query { events: Int }", "OUTSIDE_NAMESPACE", "Query.events"),
    ("extend type Mutation { book: Int }", "OUTSIDE_NAMESPACE", "Mutation.book"),
    ("type Subscription { bank_x: Int }", "OUTSIDE_NAMESPACE", "Subscription.bank_x"),
    ("type Service @key(fields: \"id\") { id: ID! seats: Int }", "OUTSIDE_NAMESPACE", "Service.seats"),
    ("type Query { units: Int }", "OUTSIDE_NAMESPACE", "Query.units"),
    ("type Need @key(fields: \"id\") { id: ID! title: String! }", "REDEFINES_HUB", "Need.title"),
    ("type Need @key(fields: \"id\") { id: ID! title: String! @shareable }", "REDEFINES_HUB", "Need.title"),
    ("type Need @key(fields: \"id\") { id: ID library_x: Int }", "REDEFINES_HUB", "Need.id"),
    ("type Need @key(fields: \"title\") { title: String! @external }", "REDEFINES_HUB", "Need"),
    (
        "type Need @key(fields: \"id\") { id: ID! title: String @external library_x: Int @requires(fields: \"title\") }",
        "REDEFINES_HUB",
        "Need.title",
    ),
    ("type Area @key(fields: \"id\") { id: ID! library_x: Int }", "REDEFINES_HUB", "Area.library_x"),
    (
        "type Need implements Library_Any @key(fields: \"id\") { id: ID! } interface Library_Any { id: ID! }",
        "REDEFINES_HUB",
        "Need",
    ),
    ("enum NeedState { OPEN }", "REDEFINES_HUB", "NeedState"),
    ("interface Node { id: ID! }", "REDEFINES_HUB", "Node"),
    ("type Contact { phone: String }", "REDEFINES_HUB", "Contact"),
    ("input CreateNeedInput { title: String }", "REDEFINES_HUB", "CreateNeedInput"),
    ("type PageInfo @shareable { hasNextPage: Boolean! total: Int }", "REDEFINES_HUB", "PageInfo.total"),
    ("directive @listSize(a: Int) on FIELD_DEFINITION", "REDEFINES_HUB", "@listSize"),
    ("type Need { id: ID! library_x: Int }", "NOT_FEDERATION", "Need"),
    (
        "type Need @key(fields: \"id\") { id: ID! library_x: Int @override(from: \"hub\") }",
        "FORBIDDEN_DIRECTIVE",
        "Need.library_x",
    ),
    (
        "type Node @key(fields: \"id\") @interfaceObject { id: ID! library_x: Int }",
        "FORBIDDEN_DIRECTIVE",
        "Node",
    ),
    ("type Need @key(fields: \"id\") @inaccessible { id: ID! }", "FORBIDDEN_DIRECTIVE", "Need"),
    ("scalar DateTime @tag(name: \"x\")", "FORBIDDEN_DIRECTIVE", "DateTime"),
    ("type Need @key(fields: \"id\") { id: ID! @inaccessible }", "FORBIDDEN_DIRECTIVE", "Need.id"),
    (
        "type Library_Event { need: Need @provides(fields: \"title\") } type Need @key(fields: \"id\") { id: ID! title: String! @external }",
        "FORBIDDEN_DIRECTIVE",
        "Library_Event.need",
    ),
];

both!(each_rule_is_told_with_its_place_and_a_way_out, |hub| {
    let (liaison, id) = library(hub).await;
    for (sdl, code, path) in REFUSED {
        let found = check(hub, Lang::Zh, &liaison, &id, &linked(sdl)).await;
        let problems = found["problems"].as_array().unwrap();
        let told = problems.iter().find(|problem| problem["code"] == code && problem["path"] == path);
        let told = told.unwrap_or_else(|| panic!("{sdl}: {found}"));
        assert_eq!(told["line"], 2, "{sdl}");
    }
});

both!(a_rule_is_told_in_both_languages, |hub| {
    let (liaison, id) = library(hub).await;
    let sdl = linked("type Reading { id: ID! }\ntype Need @key(fields: \"id\") { id: ID! title: String! }");
    let mut told = Vec::new();
    for lang in [Lang::Zh, Lang::En] {
        told.push(check(hub, lang, &liaison, &id, &sdl).await["problems"].take());
    }
    insta::assert_json_snapshot!("subgraph_problems", told);
});

both!(a_schema_says_that_it_is_a_subgraph_and_renames_nothing, |hub| {
    let (liaison, id) = library(hub).await;
    let link = "https://specs.apollo.dev/federation";
    let plain = "type Query { library_x: Int }";
    for sdl in [
        plain.to_owned(),
        format!("extend schema @link(url: \"{link}/v1.0\") {plain}"),
        format!("extend schema @link(url: \"{link}/v2.99\") {plain}"),
        format!("extend schema @link(url: \"{link}/v2.3\", as: \"f\") {plain}"),
        format!(
            "extend schema @link(url: \"{link}/v2.3\", import: [{{ name: \"@override\", as: \"@o\" }}]) {plain}"
        ),
        format!(
            "extend schema @link(url: \"https://elsewhere.example/x/v1.0\") @link(url: \"{link}/v2.3\") {plain}"
        ),
        format!("{LINK}{LINK}{plain}"),
        format!("{LINK} schema {{ query: Root }} type Root {{ library_x: Int }}"),
    ] {
        let found = check(hub, Lang::Zh, &liaison, &id, &sdl).await;
        let codes: Vec<&Value> =
            found["problems"].as_array().unwrap().iter().map(|one| &one["code"]).collect();
        assert!(codes.contains(&&json!("NOT_FEDERATION")), "{sdl}: {found}");
    }
    let by_prefix = format!(
        "extend schema @link(url: \"{link}/v2.3\") type Query {{ library_x: Int @federation__override(from: \"hub\") }}"
    );
    let found = check(hub, Lang::Zh, &liaison, &id, &by_prefix).await;
    assert_eq!(found["problems"][0]["code"], "FORBIDDEN_DIRECTIVE");
});

both!(what_is_allowed_composes, |hub| {
    let (liaison, id) = library(hub).await;
    for (sdl, reads) in [
        (LIBRARY, json!([])),
        (
            "type Query { library_all: Library_EventConnection! } type PageInfo @shareable { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
             type Library_EventConnection { nodes: [Library_Event!]! pageInfo: PageInfo! } type Library_Event { id: ID! }",
            json!([]),
        ),
        (
            "extend type Need @key(fields: \"id\") { id: ID! @external title: String! @external
                library_hint: String @requires(fields: \"title\") }",
            json!(["Need.title"]),
        ),
        (
            "type Mutation { library_book(input: Library_BookInput!): Library_Booking }
             input Library_BookInput { day: NaiveDate! at: Library_Place = HALL } enum Library_Place { HALL ROOM }
             scalar NaiveDate interface Library_Any { id: ID! }
             type Library_Booking implements Library_Any { id: ID! by: Library_Who } union Library_Who = PartnerUnit
             type PartnerUnit @key(fields: \"id\", resolvable: false) { id: ID! }
             type Subscription { library_changed: Library_Booking } type Query { library_x: Int @inaccessible library_y: Int @tag(name: \"beta\") }",
            json!([]),
        ),
    ] {
        let found = check(hub, Lang::Zh, &liaison, &id, &linked(sdl)).await;
        assert_eq!(found["problems"], json!([]), "{sdl}");
        assert_eq!(found["reads"], reads);
    }
});

both!(a_name_is_a_name, |hub| {
    let streets = hub.streets().await;
    let (unit, liaison) = hub.unit(streets.street, "湖南省图书馆").await;
    for name in ["", "Library", "图书馆", "hub", "a_b", "a--b"] {
        let input = json!({ "unitId": unit.to_string(), "name": name, "url": "https://library.example/" });
        assert_eq!(
            hub.refused(&liaison, "registerSubgraph", input).await,
            ("BAD_TEXT".into(), "name".into())
        );
    }
});
