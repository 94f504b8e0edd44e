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
        ("nesting", format!("{{ a(b: {}{}) }}", "[".repeat(62), "]".repeat(62)), "[".repeat(65)),
    ] {
        assert_eq!(refused(&fits, Value::Null), None, "{limit}");
        assert_eq!(refused(&does_not, Value::Null).as_deref(), Some(limit));
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

#[test]
fn pages_inside_pages_multiply() {
    let query = |outer: &str, inner: &str| {
        format!(
            "query($n: Int = 100) {{ a(first: {outer}) {{ nodes {{ b({inner}) {{ edges {{ node {{ c d e f }} }} }} }} }} }}"
        )
    };
    assert_eq!(refused(&query("20", "first: 20"), Value::Null), None);
    assert_eq!(refused(&query("100", "last: 100"), Value::Null).as_deref(), Some("cost"));
    assert_eq!(refused(&query("100", "first: $n"), Value::Null).as_deref(), Some("cost"));
    assert_eq!(refused(&query("100", "first: $n"), json!({ "n": 5 })), None);
    assert_eq!(refused(&query("100", "orderBy: NAME"), Value::Null), None, "20 rows unless told");
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
