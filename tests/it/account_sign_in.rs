use crate::door::{Answer, posted, query};
use crate::hub::{Hub, administrator, both};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use chrono::TimeDelta;
use gongjian_hub::domain::id::AccountId;
use gongjian_hub::domain::viewer::{Actor, Viewer};
use gongjian_hub::store::account::{self, OneTime};
use gongjian_hub::store::grant;
use serde_json::{Value, json};

const HOST: (&str, &str) = ("host", "hub.example");
const OWN: &str = "correct horse battery";

/// An account with its one-time password.
pub async fn account(hub: &Hub, login: &str, actor: Actor) -> (AccountId, String) {
    let one_time = OneTime::new().await.unwrap();
    let mut tx = hub.store.begin(&administrator()).await.unwrap();
    let id = account::add(&mut tx, login, "王敏", actor, Some(&one_time)).await.unwrap();
    tx.commit().await.unwrap();
    (id, one_time.password)
}

fn with(mut request: Request<Body>, path: &str, method: &str) -> Request<Body> {
    *request.uri_mut() = path.parse().unwrap();
    *request.method_mut() = method.parse().unwrap();
    request
}

async fn sign_in(hub: &Hub, login: &str, password: &str) -> Answer {
    let body = json!({ "login": login, "password": password }).to_string();
    hub.send(with(posted(body, &[HOST]), "/session", "POST")).await
}

/// The cookie that an answer sets.
fn cookie(answer: &Answer) -> String {
    answer.header("set-cookie").split(';').next().unwrap().to_owned()
}

async fn ask(hub: &Hub, cookie: &str, text: &str) -> Answer {
    hub.post(&query(text), &[HOST, ("cookie", cookie), ("sec-fetch-site", "same-origin")]).await
}

async fn role(hub: &Hub, cookie: &str) -> Value {
    ask(hub, cookie, "{ viewer { role } }").await.json()["data"]["viewer"]["role"].take()
}

async fn change(hub: &Hub, cookie: &str, before: &str, new: &str) -> Value {
    let text = "mutation($input: ChangePasswordInput!) { changePassword(input: $input) \
                { account { login passwordExpiresAt } errors { code field } } }";
    let body = json!({ "query": text, "variables": { "input": { "password": before, "newPassword": new } } });
    hub.post(&body, &[HOST, ("cookie", cookie)]).await.json()["data"]["changePassword"].take()
}

/// Signs in with the password of one's own.
async fn settled(hub: &Hub, login: &str, actor: Actor) -> String {
    let (_, password) = account(hub, login, actor).await;
    let cookie = cookie(&sign_in(hub, login, &password).await);
    assert_eq!(change(hub, &cookie, &password, OWN).await["errors"], json!([]));
    cookie
}

both!(a_one_time_password_is_good_for_choosing_ones_own, |hub| {
    let streets = hub.streets().await;
    let (_, password) = account(hub, "Wang.Min", Actor::Coordinator { street: streets.street }).await;
    let begun = sign_in(hub, " wang.min", &password).await;
    assert_eq!(begun.status, StatusCode::OK, "{}", begun.text);
    let set = begun.header("set-cookie");
    assert!(set.starts_with("__Host-gongjian="), "{set}");
    assert!(set.contains("; HttpOnly; SameSite=Lax; Secure"), "{set}");
    let cookie = cookie(&begun);
    assert_eq!(role(hub, &cookie).await, "PUBLIC", "until it is changed");
    let short = change(hub, &cookie, &password, "short").await;
    assert_eq!(short["errors"][0], json!({ "code": "BAD_TEXT", "field": ["newPassword"] }));
    let wrong = change(hub, &cookie, "not the password", OWN).await;
    assert_eq!(wrong["errors"][0], json!({ "code": "BAD_INPUT", "field": ["password"] }));
    let done = change(hub, &cookie, &password, OWN).await;
    assert_eq!(done["account"], json!({ "login": "wang.min", "passwordExpiresAt": null }));
    assert_eq!(role(hub, &cookie).await, "COORDINATOR");
    assert_eq!(sign_in(hub, "wang.min", &password).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(sign_in(hub, "wang.min", OWN).await.status, StatusCode::OK);
});

both!(whatever_is_wrong_the_answer_is_the_same, |hub| {
    let streets = hub.streets().await;
    settled(hub, "known", Actor::Coordinator { street: streets.street }).await;
    let (disabled, password) = account(hub, "disabled", Actor::Administrator).await;
    let (_, late) = account(hub, "late", Actor::Administrator).await;
    let mut tx = hub.store.begin(&administrator()).await.unwrap();
    account::set_disabled(&mut tx, disabled, true).await.unwrap();
    tx.commit().await.unwrap();
    hub.store.clock.advance(TimeDelta::days(8));
    let first = sign_in(hub, "known", "not the password").await;
    assert_eq!((first.status.as_u16(), first.code().as_str()), (401, "UNAUTHENTICATED"));
    for (login, password) in [
        ("unknown", OWN),
        ("disabled", password.as_str()),
        ("late", late.as_str()),
        ("", ""),
        ("' OR 1=1 --", OWN),
        ("known", &OWN.repeat(10_000)),
    ] {
        let answer = sign_in(hub, login, password).await;
        assert_eq!((answer.status, &answer.text), (first.status, &first.text), "{login}");
        assert_eq!(answer.header("set-cookie"), "");
    }
});

both!(guesses_run_out_for_known_and_unknown_names_alike, |hub| {
    settled(hub, "known", Actor::Administrator).await;
    for login in ["known", "unknown"] {
        let mut statuses = Vec::new();
        for _ in 0..21 {
            statuses.push(sign_in(hub, login, "guess, guess, guess").await.status.as_u16());
        }
        assert_eq!(statuses, [vec![401; 20], vec![429]].concat(), "{login}");
    }
    assert_eq!(sign_in(hub, "known", OWN).await.status.as_u16(), 429, "not even the right one");
    hub.store.clock.advance(TimeDelta::minutes(15));
    assert_eq!(sign_in(hub, "known", OWN).await.status.as_u16(), 200);
});

both!(parallel guesses_at_once_are_counted_each, |hub| {
    let attempts = (0..40).map(|_| sign_in(hub, "somebody", "guess, guess, guess"));
    let statuses: Vec<u16> =
        futures_util::future::join_all(attempts).await.iter().map(|answer| answer.status.as_u16()).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 401).count(), 20, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 20, "{statuses:?}");
});

both!(a_session_ends_by_want_of_use_by_age_and_by_hand, |hub| {
    let cookie = settled(hub, "known", Actor::Administrator).await;
    for _ in 0..14 {
        hub.store.clock.advance(TimeDelta::minutes(50));
        assert_eq!(role(hub, &cookie).await, "ADMINISTRATOR", "it is used");
    }
    hub.store.clock.advance(TimeDelta::minutes(25));
    assert_eq!(ask(hub, &cookie, "{ __typename }").await.status.as_u16(), 401, "older than 12 hours");
    let idle = crate::account_sign_in::cookie(&sign_in(hub, "known", OWN).await);
    hub.store.clock.advance(TimeDelta::minutes(61));
    assert_eq!(ask(hub, &idle, "{ __typename }").await.status.as_u16(), 401, "not used for an hour");
    let ended = crate::account_sign_in::cookie(&sign_in(hub, "known", OWN).await);
    let other = crate::account_sign_in::cookie(&sign_in(hub, "known", OWN).await);
    let out = with(posted("", &[HOST, ("cookie", &ended)]), "/session", "DELETE");
    let out = hub.send(out).await;
    assert_eq!(out.status, StatusCode::NO_CONTENT);
    assert!(out.header("set-cookie").starts_with("__Host-gongjian=; Path=/; Max-Age=0"));
    assert_eq!(ask(hub, &ended, "{ __typename }").await.status.as_u16(), 401);
    assert_eq!(role(hub, &other).await, "ADMINISTRATOR");
    let told = ask(hub, &other, "{ viewer { account { sessions { id current } } } }").await.json();
    let sessions = told["data"]["viewer"]["account"]["sessions"].as_array().unwrap().clone();
    let here = sessions.iter().find(|session| session["current"] == json!(true)).unwrap();
    let text = format!(
        "mutation {{ endSession(input: {{ id: {} }}) {{ account {{ login }} errors {{ code }} }} }}",
        here["id"]
    );
    assert_eq!(ask(hub, &other, &text).await.json()["data"]["endSession"]["errors"], json!([]));
    assert_eq!(ask(hub, &other, "{ __typename }").await.status.as_u16(), 401);
});

both!(a_cookie_serves_pages_of_this_site_only, |hub| {
    let cookie = settled(hub, "known", Actor::Administrator).await;
    let body = query("{ viewer { role } }");
    for (headers, status) in [
        (vec![("sec-fetch-site", "same-origin")], 200),
        (vec![("origin", "https://hub.example")], 200),
        (vec![("sec-fetch-site", "cross-site")], 403),
        (vec![("sec-fetch-site", "same-site")], 403),
        (vec![("origin", "https://evil.example")], 403),
        (vec![("origin", "https://hub.example.evil.example")], 403),
        (vec![("origin", "null")], 403),
        (vec![("sec-fetch-site", "cross-site"), ("origin", "https://hub.example")], 403),
    ] {
        let mut all = vec![HOST, ("cookie", &*cookie)];
        all.extend(&headers);
        assert_eq!(hub.post(&body, &all).await.status.as_u16(), status, "{headers:?}");
    }
    let secret = hub.secret(Actor::Administrator, 1).await;
    let bearer = format!("Bearer {secret}");
    let portal = [("authorization", &*bearer), ("sec-fetch-site", "cross-site")];
    assert_eq!(hub.post(&body, &portal).await.status.as_u16(), 200, "a token is sent on purpose");
    let login = json!({ "login": "known", "password": OWN }).to_string();
    let foreign = with(posted(login, &[HOST, ("origin", "https://evil.example")]), "/session", "POST");
    assert_eq!(hub.send(foreign).await.code(), "CROSS_SITE", "nor is anybody signed in by another site");
});

both!(a_session_acts_by_one_grant_at_a_time, |hub| {
    let streets = hub.streets().await;
    let (unit, _) = hub.unit(streets.far_street, "湖南省图书馆").await;
    let cookie = settled(hub, "both", Actor::Coordinator { street: streets.street }).await;
    let mut tx = hub.store.begin(&administrator()).await.unwrap();
    let id = account::by_login(&mut tx, "both").await.unwrap().unwrap().id;
    let given = grant::give(&mut tx, id, Actor::Liaison { unit }).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(role(hub, &cookie).await, "COORDINATOR");
    let act =
        |id: String| format!("mutation {{ actAs(input: {{ grantId: \"{id}\" }}) {{ errors {{ code }} }} }}");
    let done = ask(hub, &cookie, &act(given.to_string())).await.json();
    assert_eq!(done["data"]["actAs"]["errors"], json!([]));
    assert_eq!(role(hub, &cookie).await, "LIAISON");
    let other = settled(hub, "other", Actor::Coordinator { street: streets.far_street }).await;
    let refused = ask(hub, &other, &act(given.to_string())).await.json();
    assert_eq!(refused["data"]["actAs"]["errors"][0]["code"], "NOT_FOUND", "not by somebody else's");
    let mut tx = hub.store.begin(&administrator()).await.unwrap();
    grant::take_back(&mut tx, given).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(role(hub, &cookie).await, "PUBLIC", "what is taken back is gone at once");
});

both!(who_manages_accounts_manages_all_that_they_do, |hub| {
    let streets = hub.streets().await;
    let own = Viewer { principal: None, ..streets.coordinator.clone() };
    let (unit, liaison) = hub.unit(streets.street, "湖南省图书馆").await;
    let (far, _) = hub.unit(streets.far_street, "长沙图书馆").await;
    let input = |login: &str, role: &str, area: Option<String>, unit: Option<String>| json!({ "login": login, "name": "李秀英", "role": role, "areaId": area, "unitId": unit });
    let fine = input("li", "LIAISON", None, Some(unit.to_string()));
    let added = hub
        .mutate(&own, "addAccount", fine.clone(), "account { id login grants { role } } oneTimePassword")
        .await;
    assert_eq!(added["account"]["grants"][0]["role"], "LIAISON");
    assert_eq!(added["oneTimePassword"].as_str().map(str::len), Some(20));
    assert_eq!(
        hub.refused(&own, "addAccount", fine.clone()).await,
        ("ALREADY_EXISTS".into(), "login".into())
    );
    let denied = |viewer: Viewer, input: Value| async move {
        let text = "mutation($input: AddAccountInput!) { addAccount(input: $input) { oneTimePassword } }";
        hub.ask(&viewer, text, json!({ "input": input })).await["errors"][0]["extensions"]["code"].take()
    };
    for (viewer, given) in [
        (own.clone(), input("a1", "LIAISON", None, Some(far.to_string()))),
        (own.clone(), input("a2", "STAFF", Some(streets.far_community.to_string()), None)),
        (own.clone(), input("a3", "COORDINATOR", Some(streets.street.to_string()), None)),
        (own.clone(), input("a4", "ADMINISTRATOR", None, None)),
        (liaison, fine.clone()),
        (streets.staff.clone(), fine.clone()),
        (Viewer { scopes: vec![gongjian_hub::domain::viewer::Scope::Write], ..own.clone() }, fine.clone()),
    ] {
        assert_eq!(denied(viewer, given.clone()).await, "FORBIDDEN", "{given}");
    }
    assert_eq!(denied(Viewer::public(), fine).await, "UNAUTHENTICATED");
    // Once the account coordinates another street as well, whoever made it cannot take it over.
    let id = added["account"]["id"].clone();
    let far_grant =
        json!({ "accountId": id, "role": "COORDINATOR", "areaId": streets.far_street.to_string() });
    hub.mutate(&administrator(), "grantRole", far_grant, "account { id }").await;
    for name in ["resetPassword", "disableAccount"] {
        let kind = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
        let text =
            format!("mutation($input: {kind}Input!) {{ {name}(input: $input) {{ errors {{ code }} }} }}");
        let refused = hub.ask(&own, &text, json!({ "input": { "id": id } })).await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN", "{name}");
    }
    let seen = hub.data(&own, "{ accounts { nodes { login grants { role } } } }", json!({})).await;
    assert_eq!(seen["accounts"]["nodes"], json!([{ "login": "li", "grants": [{ "role": "LIAISON" }] }]));
    let far_view =
        hub.data(&streets.far_coordinator, "{ accounts { nodes { grants { role } } } }", json!({})).await;
    assert_eq!(far_view["accounts"]["nodes"], json!([{ "grants": [{ "role": "COORDINATOR" }] }]));
});

both!(a_repeated_request_tells_no_secret_again, |hub| {
    let input = json!({ "login": "once", "name": "王敏", "role": "ADMINISTRATOR", "idempotencyKey": "k1" });
    let first =
        hub.mutate(&administrator(), "addAccount", input.clone(), "account { id } oneTimePassword").await;
    let again = hub.mutate(&administrator(), "addAccount", input, "account { id } oneTimePassword").await;
    assert!(first["oneTimePassword"].is_string());
    assert_eq!((&again["account"], &again["oneTimePassword"]), (&first["account"], &Value::Null));
});
