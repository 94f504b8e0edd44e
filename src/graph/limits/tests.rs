use super::*;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::time::{Duration, Instant};

/// The limit that refuses a request, or the code where it is no limit.
fn refused(query: &str, variables: Value) -> Option<String> {
    let error = Limits::default().read(Lang::En, query, &Variables::from_json(variables)).err()?;
    let extensions = json!(error.extensions);
    let told = extensions.get("limit").or(extensions.get("code")).and_then(Value::as_str);
    Some(told.expect("a code").to_owned())
}

fn nested(levels: usize) -> String {
    format!("{}a{}", "{a".repeat(levels - 1).replace('a', "a ") + "{", "}".repeat(levels))
}

#[test]
fn each_limit_lets_its_value_through_and_refuses_one_more() {
    let many = |count: usize, part: fn(usize) -> String| -> String {
        let parts: Vec<String> = (0..count).map(part).collect();
        format!("{{ a {{ {} }} }}", parts.join(" "))
    };
    for (limit, fits, does_not) in [
        ("tokens", many(994, |_| "b".into()), many(1_996, |_| "b".into())),
        ("fields", many(999, |_| "b".into()), many(1_000, |_| "b".into())),
        ("aliases", many(30, |at| format!("c{at}: b")), many(31, |at| format!("c{at}: b"))),
        ("rootFields", format!("{{ {} }}", "a ".repeat(20)), format!("{{ {} }}", "a ".repeat(21))),
        ("depth", nested(15), nested(16)),
        ("directives", format!("{{ a {} }}", "@b ".repeat(30)), format!("{{ a {} }}", "@b ".repeat(31))),
        (
            "bytes",
            format!("{{ a #{} }}\n }}", "b".repeat(65_000)),
            format!("{{ a }} #{}", "b".repeat(66_000)),
        ),
        ("name", format!("{{ {} }}", "a".repeat(200)), format!("{{ {} }}", "a".repeat(201))),
        ("nesting", format!("{{ a(b: {}{}) }}", "[".repeat(62), "]".repeat(62)), "[".repeat(65)),
    ] {
        assert_eq!(refused(&fits, Value::Null), None, "{limit}");
        assert_eq!(refused(&does_not, Value::Null).as_deref(), Some(limit));
    }
}

#[test]
fn values_are_weighed_as_often_as_they_are_used() {
    let uses = |count: usize| format!("query($v: [String]) {{ a {{ {} }} }}", "b(c: $v) ".repeat(count));
    let texts = |count: usize, length: usize| json!({ "v": vec!["x".repeat(length); count] });
    for (query, variables, limit) in [
        (uses(1), texts(9_000, 1), None),
        (uses(1), texts(10_000, 1), Some("values")),
        (uses(100), texts(90, 1), None),
        (uses(100), texts(100, 1), Some("values")),
        (uses(1), texts(1, 600_000), None),
        (uses(1), texts(1, 700_000), Some("values")),
        ("{ a }".to_owned(), texts(10_000, 1), Some("values")),
        ("{ a @b(c: $v) }".to_owned(), json!({ "v": [[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]] }), None),
        (
            "{ a @b(c: $v) }".to_owned(),
            json!({ "v": [[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]] }),
            Some("valueDepth"),
        ),
        (
            format!("{{ a(b: \"{0}\") ...F ...F }} fragment F on Q {{ a(b: \"{0}\") }}", "x".repeat(20_000)),
            Value::Null,
            None,
        ),
        (
            format!(
                "{{ x {{ {} }} }} fragment F on Q {{ a(b: \"{}\") }}",
                "...F ".repeat(50),
                "x".repeat(20_000)
            ),
            Value::Null,
            Some("values"),
        ),
    ] {
        assert_eq!(refused(&query, variables).as_deref(), limit, "{}", &query[..40.min(query.len())]);
    }
}

#[test]
fn fragments_count_as_often_as_they_are_used_but_their_aliases_once() {
    let wide = "fragment F on Q { a a a a a a a a a a } { x { ...F ...F } }";
    let root = "fragment F on Q { a a a a a a a a a a } { ...F ...F ...F }";
    let deep = format!("fragment F on Q {} {{ a {{ ...F }} }}", nested(15));
    let aliases =
        "fragment F on Q { a: b c: b d: b e: b } { x { ...F } y { ...F } z { ...F ...F ...F ...F ...F } }";
    assert_eq!(refused(wide, Value::Null), None);
    assert_eq!(refused(root, Value::Null).as_deref(), Some("rootFields"));
    assert_eq!(refused(&deep, Value::Null).as_deref(), Some("depth"));
    assert_eq!(refused(aliases, Value::Null), None);
}

/// What the schema says that a request costs. The request runs into nothing, since it has no store.
async fn cost(query: &str, variables: Value) -> u64 {
    let schema = crate::graph::schema().extension(Gate::new(Limits { cost: u64::MAX, ..Limits::default() }));
    let request = async_graphql::Request::new(query).variables(Variables::from_json(variables));
    let response = schema.finish().execute(request).await;
    let cost = json!(response.extensions)["cost"]["requested"].as_u64();
    cost.unwrap_or_else(|| panic!("{query}: {:?}", response.errors))
}

#[tokio::test]
async fn pages_inside_pages_multiply() {
    let query = |outer: &str, inner: &str| {
        format!(
            "query($n: Int = 100) {{ areas(first: {outer}) {{ nodes {{ needs({inner}) {{ edges {{ node {{ id }} }} }} }} }} x: needs(first: $n) {{ totalCount }} }}"
        )
    };
    // For each row: the row, the list in it, its edges, and for each of these the edge, the node and its id.
    let of = |outer: u64, inner: u64| 1 + 1 + outer * (1 + 1 + 1 + inner * 3) + 1 + 10;
    for (outer, inner, variables, expected) in [
        ("20", "first: 20", Value::Null, of(20, 20)),
        ("100", "last: 100", Value::Null, of(100, 100)),
        ("100", "first: $n", Value::Null, of(100, 100)),
        ("100", "first: $n", json!({ "n": 5 }), of(100, 5)),
        ("100", "first: null", Value::Null, of(100, 20)),
    ] {
        assert_eq!(cost(&query(outer, inner), variables).await, expected, "{outer} {inner}");
    }
}

#[tokio::test]
async fn what_is_dear_says_so_in_the_schema() {
    for (query, least, most) in [
        ("{ __schema { types { name fields { name } } } __typename }", 5_000, 5_000),
        ("{ matching(areaId: \"x\") { total } }", 2_000, 2_010),
        ("{ matching(areaId: \"x\", whatIf: {}) { total } }", 4_000, 4_010),
        ("query($w: WhatIfInput) { matching(areaId: \"x\", whatIf: $w) { total } }", 2_000, 2_010),
        (
            "{ matching(areaId: \"x\") { advice(first: 10) { __typename } dial { __typename } } }",
            10_000,
            10_030,
        ),
        ("{ nodes(ids: [\"a\", \"b\", \"c\"]) { id } }", 10, 10),
        ("{ a: node(id: \"a\") { ...on Need { candidates(first: 7) { nodes { score } } } } }", 200, 220),
        ("mutation { a: startMatching(input: { areaId: \"x\" }) { errors { code } } }", 520, 550),
    ] {
        let cost = cost(query, Value::Null).await;
        assert!((least..=most).contains(&cost), "{query}: {cost}");
    }
}

#[tokio::test]
async fn only_the_operation_that_runs_is_priced() {
    let document = "query Small { __typename } query Dear { needs(first: 100) { nodes { id } } }";
    let schema = crate::graph::schema().extension(Gate::new(Limits::default())).finish();
    let response = schema.execute(async_graphql::Request::new(document).operation_name("Small")).await;
    assert_eq!(json!(response.extensions)["cost"]["requested"], 10);
}

#[tokio::test]
async fn a_document_is_priced_in_one_pass_whatever_its_fragments() {
    let mut bomb = "{ needs(first: 100) { ...F8 } }".to_owned();
    for at in 1..=8 {
        let _ = write!(
            bomb,
            " fragment F{at} on NeedConnection {{ nodes {{ mergedNeeds(first: 100) {{ ...F{} }} }} }}",
            at - 1
        );
    }
    bomb += " fragment F0 on NeedConnection { totalCount }";
    let dear = Limits::default();
    let schema = crate::graph::schema().extension(Gate::new(Limits { depth: 99, ..dear })).finish();
    let errors = schema.execute(bomb).await.errors;
    let extensions = json!(errors[0].extensions);
    assert_eq!((&extensions["limit"], &extensions["value"]), (&json!("cost"), &json!(dear.cost)));
}

#[test]
fn tools_may_look_at_the_schema_but_not_without_end() {
    let types = "ofType { ".repeat(9) + "name" + &" }".repeat(9);
    let tool = format!("{{ __schema {{ types {{ fields {{ args {{ type {{ {types} }} }} }} }} }} }}");
    let greedy = "{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }";
    let deep = format!("{{ __schema {{ types {{ {}name{} }} }} }}", "ofType {".repeat(24), "}".repeat(24));
    assert_eq!(refused(&tool, Value::Null), None);
    assert_eq!(refused(greedy, Value::Null).as_deref(), Some("introspectionLists"));
    assert_eq!(refused(&deep, Value::Null).as_deref(), Some("introspectionDepth"));
}

#[test]
fn circles_and_broken_documents_are_told_apart() {
    let circle = "fragment A on Q { ...B } fragment B on Q { a { ...A } } { ...A }";
    assert_eq!(refused(circle, Value::Null).as_deref(), Some("GRAPHQL_VALIDATION_FAILED"));
    for broken in ["", "{", "{ a(b: ) }", "query {} }", "\u{0}"] {
        assert_eq!(refused(broken, Value::Null).as_deref(), Some("GRAPHQL_PARSE_FAILED"), "{broken}");
    }
}

#[test]
fn a_bomb_of_fragments_costs_next_to_nothing() {
    let mut bomb = "{ ...F40 } fragment F0 on Query { a }".to_owned();
    for at in 1..=40 {
        let _ = write!(bomb, " fragment F{at} on Query {{ ...F{0} ...F{0} }}", at - 1);
    }
    let once = || {
        let begun = Instant::now();
        assert_eq!(refused(&bomb, Value::Null).as_deref(), Some("fields"));
        begun.elapsed()
    };
    // The fastest of several, since others use the machine too.
    let fastest = (0..5).map(|_| once()).min().unwrap_or_default();
    assert!(fastest < Duration::from_millis(50), "{fastest:?}");
}
