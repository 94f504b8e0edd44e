use crate::door::{Answer, query};
use crate::hub::{Hub, both};
use chrono::TimeDelta;
use gongjian_hub::domain::viewer::Actor;
use gongjian_hub::store::token;
use serde_json::json;

const ADD: &str =
    "mutation($input: AddAreaInput!) { addArea(input: $input) { area { name } errors { code } } }";

async fn add_area(hub: &Hub, street: &str, name: &str, authorization: &str) -> Answer {
    let input = json!({ "parentId": street, "kind": "COMMUNITY", "name": name });
    let body = json!({ "query": ADD, "variables": { "input": input } });
    let headers = [("authorization", authorization)];
    hub.post(&body, if authorization.is_empty() { &[] } else { &headers }).await
}

both!(a_token_says_who_is_asking, |hub| {
    let streets = hub.streets().await;
    let street = streets.street.to_string();
    let own = hub.secret(Actor::Coordinator { street: streets.street }, 1).await;
    let other = hub.secret(Actor::Coordinator { street: streets.far_street }, 1).await;
    let done = add_area(hub, &street, "向韶社区", &format!("Bearer {own}")).await;
    assert_eq!(done.json()["data"]["addArea"]["area"]["name"], "向韶社区");
    assert_eq!(add_area(hub, &street, "曙光社区", &format!("bearer  {other}")).await.code(), "FORBIDDEN");
    assert_eq!(add_area(hub, &street, "曙光社区", "").await.code(), "UNAUTHENTICATED");
});

both!(a_bad_expired_or_revoked_token_is_401, |hub| {
    let streets = hub.streets().await;
    let secret = hub.secret(Actor::Coordinator { street: streets.street }, 1).await;
    let revoked = hub.secret(Actor::Administrator, 9).await;
    let mut tx = hub.store.begin(&crate::hub::administrator()).await.unwrap();
    let newest = token::all(&mut tx).await.unwrap().remove(0);
    token::revoke(&mut tx, newest.id).await.unwrap();
    tx.commit().await.unwrap();
    let works = format!("Bearer {secret}");
    let ask = |authorization: String| async move {
        let answer = hub.post(&query("{ __typename }"), &[("authorization", &authorization)]).await;
        (answer.status.as_u16(), answer.header("www-authenticate").to_owned(), answer)
    };
    assert_eq!(ask(works.clone()).await.0, 200);
    hub.store.clock.advance(TimeDelta::days(1));
    for authorization in [
        works.clone(),
        format!("Bearer {revoked}"),
        "Bearer gjh_unknown".into(),
        "Bearer".into(),
        "Bearer ' OR 1=1 --".into(),
        format!("Bearer gjh_{}", "x".repeat(5_000)),
        format!("Basic {secret}"),
        secret.clone(),
    ] {
        let (status, challenge, answer) = ask(authorization.clone()).await;
        assert_eq!((status, challenge.as_str()), (401, "Bearer"), "{authorization}");
        assert_eq!(answer.code(), "UNAUTHENTICATED");
    }
});
