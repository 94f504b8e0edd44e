//! Partners learn who asks by a token that they can check, and by nothing else.

use crate::hub::both;
use crate::partner::Partner;
use crate::world::World;
use chrono::TimeDelta;
use gongjian_hub::clock::Clock;
use gongjian_hub::domain::viewer::{Actor, Viewer};
use gongjian_hub::store::signing_key;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::{Value, json};

/// What the last token says that a partner got, by the published keys.
fn claims(world: &World, partner: &Partner, audience: &str) -> Value {
    let got = partner.got();
    let got = got.last().expect("a call");
    let token = got.headers["authorization"].to_str().unwrap().strip_prefix("Bearer ").unwrap();
    let keys: JwkSet = serde_json::from_str(&world.beyond.keys()).unwrap();
    assert!(!world.beyond.keys().contains("\"d\""), "no private part is published");
    let kid = decode_header(token).unwrap().kid.unwrap();
    let key = DecodingKey::from_jwk(keys.find(&kid).expect("the key")).unwrap();
    let mut rules = Validation::new(Algorithm::EdDSA);
    rules.set_audience(&[audience]);
    rules.set_issuer(&["http://hub.example"]);
    let mut others = rules.clone();
    others.set_audience(&["another"]);
    assert!(decode::<Value>(token, &key, &others).is_err(), "it is for one partner only");
    decode::<Value>(token, &key, &rules).unwrap().claims
}

both!(a_token_says_the_part_and_a_name_that_differs_at_each_partner, |hub| {
    let world = World::new(hub).await;
    let viewer = Viewer::local(Actor::Liaison { unit: world.unit });
    let ask = async |viewer: &Viewer| world.ask(hub, viewer, "{ library_hello bank_hello }", json!({})).await;
    ask(&viewer).await;
    let library = claims(&world, &world.library, "library");
    let bank = claims(&world, &world.bank, "bank");
    assert_eq!(library["role"], "liaison");
    assert_eq!(library["unit"], world.unit.to_string());
    assert_eq!(library["exp"].as_i64().unwrap() - library["iat"].as_i64().unwrap(), 60);
    assert!(library.get("sub").is_none_or(|name| Some(name) != bank.get("sub")), "{library} {bank}");
    ask(&Viewer::public()).await;
    let public = claims(&world, &world.library, "library");
    assert_eq!((public["role"].clone(), public.get("sub")), (json!("public"), None));
});

both!(nothing_of_the_callers_own_reaches_a_partner, |hub| {
    let world = World::new(hub).await;
    world.data(hub, "{ library_hello }").await;
    let got = world.library.got();
    assert!(got[0].body["query"].as_str().unwrap().contains("library_hello"));
    let mut names: Vec<&str> = got[0].headers.keys().map(axum::http::HeaderName::as_str).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "accept",
            "accept-language",
            "authorization",
            "content-length",
            "content-type",
            "host",
            "user-agent"
        ]
    );
});

both!(keys_follow_each_other_and_are_known_before_they_sign, |hub| {
    let first = signing_key::current(&hub.store).await.unwrap();
    let again = signing_key::current(&hub.store).await.unwrap();
    assert_eq!((first.signing.number, again.signing.number), (1, 1));
    assert_eq!(first.signing.seed, again.signing.seed);
    let at = |days: i64, minutes: i64| {
        let now = hub.store.clock.now() + TimeDelta::days(days) + TimeDelta::minutes(minutes);
        hub.store.with_clock(Clock::fake(now))
    };
    let numbers = |keys: &signing_key::Keys| keys.published.iter().map(|key| key.number).collect::<Vec<_>>();
    let followed = signing_key::current(&at(30, 1)).await.unwrap();
    assert_eq!((followed.signing.number, numbers(&followed)), (1, vec![2, 1]), "it is published first");
    let later = signing_key::current(&at(30, 20)).await.unwrap();
    assert_eq!((later.signing.number, numbers(&later)), (2, vec![2, 1]), "the old one is still known");
    let third = signing_key::current(&at(61, 0)).await.unwrap();
    assert_eq!(
        (third.signing.number, numbers(&third)),
        (2, vec![3, 2]),
        "and forgotten when nobody needs it"
    );
    assert_eq!(third.salt, first.salt);
});
