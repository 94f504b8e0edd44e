use crate::door::query;
use crate::hub::Hub;
use serde_json::json;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

#[tokio::test]
async fn a_limit_is_named_with_its_value_in_the_readers_language() {
    let hub = Hub::sqlite().await;
    let wide = query(&format!("{{ {} }}", "__typename ".repeat(21)));
    let chinese = hub.post(&wide, &[]).await.json();
    let english = hub.post(&wide, &[("accept-language", "en")]).await.json();
    insta::assert_json_snapshot!("root_fields_refused", [chinese, english]);
}

#[tokio::test]
async fn a_bomb_of_fragments_is_refused_before_anything_expands_it() {
    let hub = Hub::sqlite().await;
    let mut bomb = "{ ...F30 } fragment F0 on Query { __typename }".to_owned();
    for at in 1..=30 {
        let _ = write!(bomb, " fragment F{at} on Query {{ ...F{0} ...F{0} }}", at - 1);
    }
    assert!(bomb.len() < 2_048);
    let mut fastest = Duration::MAX;
    // The fastest of several, since others use the machine too.
    for _ in 0..5 {
        let begun = Instant::now();
        let answer = hub.post(&query(&bomb), &[]).await;
        fastest = fastest.min(begun.elapsed());
        assert_eq!(answer.code(), "LIMIT_REACHED");
    }
    assert!(fastest < Duration::from_millis(100), "{fastest:?}");
}

#[tokio::test]
async fn thousands_of_brackets_do_not_break_the_parser() {
    let hub = Hub::sqlite().await;
    for bracket in ["{a", "[", "(", "{a(b:["] {
        let answer = hub.post(&query(&bracket.repeat(100_000)), &[]).await;
        assert_eq!(answer.code(), "LIMIT_REACHED", "{bracket}");
    }
}

#[tokio::test]
async fn mistakes_without_number_are_told_up_to_a_point() {
    let hub = Hub::sqlite().await;
    let fields: Vec<String> = (0..900).map(|at| format!("unknown{at}")).collect();
    let asked = format!("{{ node(id: \"x\") {{ {} }} }}", fields.join(" "));
    let answer = hub.post(&query(&asked), &[]).await;
    let errors = answer.json()["errors"].as_array().cloned().unwrap_or_default();
    assert_eq!(errors.len(), 21);
    let told = &errors[20];
    assert_eq!(told["extensions"], json!({ "code": "LIMIT_REACHED", "limit": "errors", "value": 20 }));
    assert!(told["message"].as_str().unwrap_or_default().contains("880"), "{told}");
    assert!(answer.text.len() < 8_192, "{} bytes", answer.text.len());
}
