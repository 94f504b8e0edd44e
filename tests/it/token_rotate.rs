use crate::door::query;
use crate::hub::{Hub, administrator, both};
use chrono::TimeDelta;
use gongjian_hub::domain::id::{AreaId, UnitId};
use gongjian_hub::domain::viewer::{Actor, Scope, Viewer};
use serde_json::{Value, json};

async fn status(hub: &Hub, secret: &Value) -> u16 {
    let bearer = format!("Bearer {}", secret.as_str().expect("a secret"));
    hub.post(&query("{ __typename }"), &[("authorization", &bearer)]).await.status.as_u16()
}

fn input(role: &str, area: Option<AreaId>, unit: Option<UnitId>) -> Value {
    json!({ "name": "门户", "role": role, "areaId": area.map(|id| id.to_string()), "unitId": unit.map(|id| id.to_string()), "scopes": ["READ", "WRITE"], "days": 30 })
}

async fn code(hub: &Hub, viewer: &Viewer, name: &str, input: Value) -> Value {
    let kind = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
    let text = format!("mutation($input: {kind}Input!) {{ {name}(input: $input) {{ errors {{ code }} }} }}");
    hub.ask(viewer, &text, json!({ "input": input })).await["errors"][0]["extensions"]["code"].take()
}

both!(a_new_secret_works_beside_the_old_one_for_a_while, |hub| {
    let made = hub
        .mutate(
            &administrator(),
            "createToken",
            input("ADMINISTRATOR", None, None),
            "token { id prefix } secret",
        )
        .await;
    let (id, old) = (&made["token"]["id"], &made["secret"]);
    assert_eq!(status(hub, old).await, 200);
    let turn = json!({ "id": id, "overlapHours": 2 });
    let rotated =
        hub.mutate(&administrator(), "rotateToken", turn, "token { prefix previousUntil } secret").await;
    assert_ne!(rotated["token"]["prefix"], made["token"]["prefix"]);
    assert_eq!(rotated["token"]["previousUntil"], "2026-03-02T03:00:00+00:00");
    let new = &rotated["secret"];
    assert_eq!((status(hub, old).await, status(hub, new).await), (200, 200));
    hub.store.clock.advance(TimeDelta::hours(2));
    assert_eq!((status(hub, old).await, status(hub, new).await), (401, 200));
    let turn = json!({ "id": id, "overlapHours": 24 });
    let third = hub.mutate(&administrator(), "rotateToken", turn, "secret").await;
    hub.mutate(&administrator(), "revokeToken", json!({ "id": id }), "token { revokedAt }").await;
    assert_eq!(
        (status(hub, new).await, status(hub, &third["secret"]).await),
        (401, 401),
        "revoked is revoked"
    );
    let late = hub.refused(&administrator(), "rotateToken", json!({ "id": id })).await;
    assert_eq!(late, ("ILLEGAL_TRANSITION".into(), "id".into()));
});

both!(last_use_is_kept_once_a_minute, |hub| {
    let made = hub
        .mutate(&administrator(), "createToken", input("ADMINISTRATOR", None, None), "token { id } secret")
        .await;
    let used = || async {
        let text = "query($id: ID!) { node(id: $id) { ... on ApiToken { usedAt } } }";
        hub.data(&administrator(), text, json!({ "id": made["token"]["id"] })).await["node"]["usedAt"].take()
    };
    assert_eq!(used().await, Value::Null);
    status(hub, &made["secret"]).await;
    assert_eq!(used().await, "2026-03-02T01:00:00+00:00");
    hub.store.clock.advance(TimeDelta::seconds(59));
    let first = hub.statements(status(hub, &made["secret"])).await;
    assert_eq!(first, 1, "the look-up alone");
    assert_eq!(used().await, "2026-03-02T01:00:00+00:00");
    hub.store.clock.advance(TimeDelta::seconds(1));
    status(hub, &made["secret"]).await;
    assert_eq!(used().await, "2026-03-02T01:01:00+00:00");
});

both!(nobody_makes_a_token_that_may_more_than_they, |hub| {
    let streets = hub.streets().await;
    let (unit, _) = hub.unit(streets.street, "湖南省图书馆").await;
    let (far, _) = hub.unit(streets.far_street, "长沙图书馆").await;
    let own = &streets.coordinator;
    let made =
        hub.mutate(own, "createToken", input("LIAISON", None, Some(unit)), "token { id scopes }").await;
    assert_eq!(made["token"]["scopes"], json!(["READ", "WRITE"]));
    for given in [
        input("LIAISON", None, Some(far)),
        input("STAFF", Some(streets.far_community), None),
        input("COORDINATOR", Some(streets.street), None),
        input("ADMINISTRATOR", None, None),
    ] {
        assert_eq!(code(hub, own, "createToken", given.clone()).await, "FORBIDDEN", "{given}");
    }
    let staff = input("STAFF", Some(streets.community), None);
    for scopes in [vec![Scope::Read, Scope::Write], vec![Scope::Write, Scope::Identity], vec![Scope::Read]] {
        let few = Viewer { scopes: scopes.clone(), ..own.clone() };
        assert_eq!(code(hub, &few, "createToken", staff.clone()).await, "FORBIDDEN", "{scopes:?}");
    }
    assert_eq!(code(hub, &streets.far_coordinator, "createToken", staff).await, "FORBIDDEN");
    let id = made["token"]["id"].clone();
    for name in ["rotateToken", "revokeToken"] {
        assert_eq!(
            hub.refused(&streets.far_coordinator, name, json!({ "id": id })).await.0,
            "NOT_FOUND",
            "{name}"
        );
    }
    let seen = hub.data(&streets.far_coordinator, "{ tokens { totalCount } }", json!({})).await;
    assert_eq!(seen["tokens"]["totalCount"], 0);
});

both!(a_bearer_rotates_their_own_token_and_no_other, |hub| {
    let streets = hub.streets().await;
    let (id, bearer) = hub.signed_in(Actor::Coordinator { street: streets.street }, 5).await;
    let (other, _) = hub.signed_in(Actor::Coordinator { street: streets.street }, 5).await;
    let own = json!({ "id": id.to_string() });
    let done = hub.mutate(&bearer, "rotateToken", own, "token { expiresAt } secret").await;
    assert_eq!(done["token"]["expiresAt"], "2026-03-07T01:00:00+00:00");
    let longer = json!({ "id": id.to_string(), "days": 100 });
    assert_eq!(
        code(hub, &bearer, "rotateToken", longer).await,
        "FORBIDDEN",
        "nor does it live longer by itself"
    );
    let not_own = json!({ "id": other.to_string() });
    assert_eq!(hub.refused(&bearer, "rotateToken", not_own).await.0, "NOT_FOUND");
    let seen = hub
        .data(&bearer, "{ viewer { role token { id } account { id } } tokens { totalCount } }", json!({}))
        .await;
    assert_eq!(
        seen["viewer"],
        json!({ "role": "COORDINATOR", "token": { "id": id.to_string() }, "account": null })
    );
    assert_eq!(seen["tokens"]["totalCount"], 1);
});

both!(a_token_makes_none_that_outlives_it, |hub| {
    let streets = hub.streets().await;
    let (unit, _) = hub.unit(streets.street, "湖南省图书馆").await;
    let (_, bearer) = hub.signed_in(Actor::Coordinator { street: streets.street }, 5).await;
    let bearer = Viewer { scopes: vec![Scope::Read, Scope::Write, Scope::Identity], ..bearer };
    let made =
        hub.mutate(&bearer, "createToken", input("LIAISON", None, Some(unit)), "token { expiresAt }").await;
    assert_eq!(made["token"]["expiresAt"], "2026-03-07T01:00:00+00:00", "not after 30 days");
});
