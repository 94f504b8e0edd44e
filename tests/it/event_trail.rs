use crate::builders::live::add_need;
use crate::builders::need_facts;
use crate::hub::{administrator, both};
use chrono::NaiveDate;
use futures_util::future::join_all;
use gongjian_hub::domain::place::Place;
use gongjian_hub::domain::text::TextEnum as _;
use gongjian_hub::domain::unit::UnitKind;
use gongjian_hub::domain::viewer::Actor;
use gongjian_hub::store::matches;
use gongjian_hub::store::unit::{self, UnitFacts};
use std::sync::atomic::{AtomicBool, Ordering};

both!(every_change_leaves_an_event, |hub| {
    let streets = hub.streets().await;
    let (unit, liaison) = hub.unit(streets.street, "湖南省图书馆").await;
    let mut tx = hub.store.begin(&liaison).await.unwrap();
    let facts = UnitFacts {
        kind: UnitKind::PublicInstitution,
        name: "湖南图书馆".into(),
        name_en: None,
        credit_code: None,
        address: None,
        place: Place::default(),
        liaison: None,
    };
    unit::update(&mut tx, unit, None, facts).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = hub.store.begin(&streets.coordinator).await.unwrap();
    let on = NaiveDate::from_ymd_opt(2026, 3, 1).unwrap();
    unit::check_in(&mut tx, unit, streets.community, on).await.unwrap();
    tx.commit().await.unwrap();
    let need = hub.open_need(streets.community, None, need_facts("反诈讲座")).await;
    let matched = hub.proposed_match(unit, &liaison, streets.street, need).await;
    let mut tx = hub.store.begin(&streets.staff).await.unwrap();
    matches::accept(&mut tx, matched, None).await.unwrap();
    tx.commit().await.unwrap();
    let (token, _) = hub.signed_in(Actor::Coordinator { street: streets.street }, 30).await;
    hub.revoke(token).await;

    let trail: Vec<String> = hub
        .trail()
        .await
        .iter()
        .map(|event| {
            format!(
                "{} {} {} {}",
                event.seq,
                event.role.as_str(),
                event.subject.as_str(),
                event.kind.as_str()
            )
        })
        .collect();
    insta::assert_json_snapshot!("trail", trail);
});

both!(numbers_have_no_gaps_and_follow_the_commits, |hub| {
    let streets = hub.streets().await;
    let other = hub.other_process().await;
    let begin = hub.trail().await.len();
    let done = AtomicBool::new(false);
    let writers = join_all((0..16).map(|writer| {
        let store = if writer % 2 == 0 { &hub.store } else { &other };
        async move {
            for n in 0..8 {
                add_need(store, streets.community, &format!("{writer}-{n}")).await;
            }
        }
    }));
    // Whoever reads while they write sees a trail without holes: no number is committed after a larger one.
    let reader = async {
        let mut seen = i64::try_from(begin).unwrap();
        loop {
            let complete = done.load(Ordering::Relaxed);
            for event in hub.trail_after(seen).await {
                assert_eq!(event.seq, seen + 1);
                seen = event.seq;
            }
            if complete {
                return seen;
            }
        }
    };
    let ((), last) = tokio::join!(
        async {
            writers.await;
            done.store(true, Ordering::Relaxed);
        },
        reader
    );
    assert_eq!(last, i64::try_from(begin + 16 * 8).unwrap());
    hub.require_whole().await;
});

both!(what_is_rolled_back_leaves_nothing, |hub| {
    let streets = hub.streets().await;
    let before = hub.trail().await;
    let mut tx = hub.store.begin(&administrator()).await.unwrap();
    gongjian_hub::store::need::add(&mut tx, streets.community, None, need_facts("反诈讲座")).await.unwrap();
    drop(tx);
    assert_eq!(hub.trail().await, before);
    add_need(&hub.store, streets.community, "反诈讲座").await;
    assert_eq!(hub.trail().await.len(), before.len() + 1);
});
