use crate::builders::live::{NEED_CHANGED, add_need};
use crate::builders::need_facts;
use crate::hub::{Hub, administrator, both};
use chrono::TimeDelta;
use futures_util::future::join_all;
use gongjian_hub::domain::id::AreaId;
use gongjian_hub::domain::viewer::{Actor, Viewer};
use gongjian_hub::store::{need, unit};
use serde_json::{Value, json};

fn area(area: AreaId, after: &str) -> Value {
    json!({ "area": area.to_string(), "after": after })
}

both!(a_change_is_told_with_the_need_as_it_is, |hub| {
    let streets = hub.streets().await;
    let mut subscriber = hub.subscribe(&streets.staff, NEED_CHANGED, area(streets.street, &hub.now().await));
    add_need(&hub.store, streets.community, "反诈讲座").await;
    insta::assert_json_snapshot!("need_added", subscriber.change().await, { ".cursor" => "[cursor]" });
});

both!(a_unit_hears_when_a_need_is_opened, |hub| {
    let streets = hub.streets().await;
    let (unit, liaison) = hub.unit(streets.street, "湖南省图书馆").await;
    let mut subscriber =
        hub.subscribe(&liaison, NEED_CHANGED, json!({ "unit": unit.to_string(), "after": hub.now().await }));
    let withdrawn = hub.open_need(streets.community, None, need_facts("撤回的需求")).await;
    let mut tx = hub.store.begin(&streets.coordinator).await.unwrap();
    need::withdraw(&mut tx, withdrawn, "居民已自行解决").await.unwrap();
    tx.commit().await.unwrap();
    hub.open_need(streets.community, None, need_facts("反诈讲座")).await;
    let mut changes = Vec::new();
    for _ in 0..4 {
        changes.push(subscriber.change().await);
    }
    insta::assert_json_snapshot!("need_opened", changes, { "[].cursor" => "[cursor]" });
});

both!(without_a_cursor_only_what_comes_is_told, |hub| {
    let streets = hub.streets().await;
    add_need(&hub.store, streets.community, "以前的需求").await;
    let variables = json!({ "area": streets.street.to_string() });
    let mut subscriber = hub.subscribe(&streets.coordinator, NEED_CHANGED, variables);
    let writing = async {
        loop {
            add_need(&hub.store, streets.community, "以后的需求").await;
        }
    };
    let title = tokio::select! { title = subscriber.title() => title, () = writing => unreachable!() };
    assert_eq!(title, "以后的需求");
});

both!(another_process_is_heard, |hub| {
    let streets = hub.streets().await;
    let _listening = hub.listening();
    let other = hub.other_process().await;
    let mut subscriber =
        hub.subscribe(&streets.staff, NEED_CHANGED, area(streets.community, &hub.now().await));
    for title in ["第一场", "第二场"] {
        add_need(&other, streets.community, title).await;
        assert_eq!(subscriber.title().await, title);
    }
});

both!(nothing_is_lost_or_repeated_over_reconnects, |hub| {
    let streets = hub.streets().await;
    let _listening = hub.listening();
    let other = hub.other_process().await;
    let mut cursor = hub.now().await;
    let writers = join_all((0..4).map(|writer| {
        let store = if writer % 2 == 0 { &hub.store } else { &other };
        async move {
            for n in 0..15 {
                add_need(store, streets.community, &format!("{writer}-{n}")).await;
            }
        }
    }));
    let reader = async {
        let mut titles = Vec::new();
        for connection in 0.. {
            let mut subscriber =
                hub.subscribe(&streets.coordinator, NEED_CHANGED, area(streets.street, &cursor));
            for _ in 0..=connection % 5 {
                let change = subscriber.change().await;
                change["cursor"].as_str().unwrap().clone_into(&mut cursor);
                titles.push(change["need"]["title"].as_str().unwrap().to_owned());
                if titles.len() == 60 {
                    return titles;
                }
            }
        }
        unreachable!()
    };
    let (_, titles) = tokio::join!(writers, reader);
    let trail = hub.trail().await;
    let written: Vec<_> = trail.iter().filter_map(|event| event.data["title"].as_str()).collect();
    assert_eq!(titles, written);
});

both!(a_long_absence_is_read_in_parts_and_only_when_asked_for, |hub| {
    let streets = hub.streets().await;
    let from = hub.now().await;
    let mut tx = hub.store.begin(&administrator()).await.unwrap();
    for n in 0..250 {
        need::add(&mut tx, streets.community, None, need_facts(&n.to_string())).await.unwrap();
    }
    tx.commit().await.unwrap();
    let mut subscriber = hub.subscribe(&streets.staff, NEED_CHANGED, area(streets.street, &from));
    let statements = hub.statements(subscriber.title()).await;
    assert!(statements < 10, "{statements} statements for the first of 250");
    for n in 1..250 {
        assert_eq!(subscriber.title().await, n.to_string());
    }
    add_need(&hub.store, streets.community, "以后的需求").await;
    assert_eq!(subscriber.title().await, "以后的需求");
});

both!(a_subscriber_hears_of_what_they_may_see_and_asked_for, |hub| {
    let streets = hub.streets().await;
    let (unit, liaison) = hub.unit(streets.street, "湖南省图书馆").await;
    let (_, far_liaison) = hub.unit(streets.far_street, "长沙市图书馆").await;
    let now = hub.now().await;
    let by_unit = json!({ "unit": unit.to_string(), "after": now });
    let mut own = hub.subscribe(&liaison, NEED_CHANGED, by_unit.clone());
    let mut far = hub.subscribe(&streets.far_coordinator, NEED_CHANGED, by_unit.clone());
    let mut beside = hub.subscribe(&streets.staff, NEED_CHANGED, area(streets.other_community, &now));

    add_need(&hub.store, streets.community, "草稿，单位看不到").await;
    add_need(&hub.store, streets.other_community, "隔壁社区").await;
    let mut tx = hub.store.begin(&liaison).await.unwrap();
    need::add(&mut tx, streets.community, Some(unit), need_facts("本单位的需求")).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = hub.store.begin(&administrator()).await.unwrap();
    let today = tx.now.date_naive();
    unit::check_in(&mut tx, unit, streets.far_street, today).await.unwrap();
    need::add(&mut tx, streets.far_community, Some(unit), need_facts("在另一个街道")).await.unwrap();
    tx.commit().await.unwrap();

    assert_eq!(own.title().await, "本单位的需求");
    assert_eq!(own.title().await, "在另一个街道");
    assert_eq!(far.title().await, "在另一个街道", "of a far unit only what lies in their own street");
    assert_eq!(beside.title().await, "隔壁社区");
    for (viewer, code) in [(far_liaison, "FORBIDDEN"), (Viewer::public(), "UNAUTHENTICATED")] {
        assert_eq!(hub.subscribe(&viewer, NEED_CHANGED, by_unit.clone()).refusal().await, code);
    }
});

both!(another_streets_area_is_refused, |hub| {
    let streets = hub.streets().await;
    let (_, far_liaison) = hub.unit(streets.far_street, "长沙市图书馆").await;
    for (viewer, code) in [
        (&streets.far_coordinator, "FORBIDDEN"),
        (&streets.far_staff, "FORBIDDEN"),
        (&far_liaison, "FORBIDDEN"),
        (&Viewer::public(), "UNAUTHENTICATED"),
    ] {
        let mut subscriber =
            hub.subscribe(viewer, NEED_CHANGED, json!({ "area": streets.community.to_string() }));
        assert_eq!(subscriber.refusal().await, code);
    }
});

both!(a_wrong_question_is_refused, |hub| {
    let streets = hub.streets().await;
    let (unit, _) = hub.unit(streets.street, "湖南省图书馆").await;
    let (street, unit) = (streets.street.to_string(), unit.to_string());
    let unknown = street.replace(&street[10..], &"0".repeat(street.len() - 10));
    let ahead = {
        let other = Hub::sqlite().await;
        let far = other.streets().await;
        for n in 0..20 {
            add_need(&other.store, far.community, &n.to_string()).await;
        }
        other.now().await
    };
    for (variables, code) in [
        (json!({}), "BAD_INPUT"),
        (json!({ "area": street, "unit": unit }), "BAD_INPUT"),
        (json!({ "area": unit }), "BAD_ID"),
        (json!({ "area": unknown }), "NOT_FOUND"),
        (json!({ "area": street, "after": "?" }), "BAD_INPUT"),
        (json!({ "area": street, "after": ahead }), "BAD_INPUT"),
    ] {
        let mut subscriber = hub.subscribe(&streets.coordinator, NEED_CHANGED, variables.clone());
        assert_eq!(subscriber.refusal().await, code, "{variables}");
    }
});

both!(a_revoked_token_ends_what_it_follows, |hub| {
    let streets = hub.streets().await;
    let (token, viewer) = hub.signed_in(Actor::Coordinator { street: streets.street }, 30).await;
    let mut subscriber = hub.subscribe(&viewer, NEED_CHANGED, area(streets.street, &hub.now().await));
    add_need(&hub.store, streets.community, "第一场").await;
    add_need(&hub.store, streets.community, "第二场").await;
    assert_eq!(subscriber.title().await, "第一场");
    hub.revoke(token).await;
    assert_eq!(subscriber.refusal().await, "UNAUTHENTICATED", "what was read before is not told after");
});

both!(an_expired_token_ends_what_it_follows, |hub| {
    let streets = hub.streets().await;
    let (_, viewer) = hub.signed_in(Actor::Coordinator { street: streets.street }, 1).await;
    let mut subscriber = hub.subscribe(&viewer, NEED_CHANGED, area(streets.street, &hub.now().await));
    add_need(&hub.store, streets.community, "第一场").await;
    assert_eq!(subscriber.title().await, "第一场");
    hub.store.clock.advance(TimeDelta::days(1));
    add_need(&hub.store, streets.far_community, "别处的事也能唤醒").await;
    assert_eq!(subscriber.refusal().await, "UNAUTHENTICATED");
});

#[tokio::test]
async fn a_killed_connection_is_mended_and_nothing_is_lost() {
    let hub = Hub::postgres().await;
    let streets = hub.streets().await;
    let _listening = hub.listening();
    let other = hub.other_process().await;
    let mut subscriber = hub.subscribe(&streets.staff, NEED_CHANGED, area(streets.street, &hub.now().await));
    for title in ["第一场", "第二场", "第三场"] {
        while hub.kill_listener().await == 0 {}
        add_need(&other, streets.community, title).await;
        assert_eq!(subscriber.title().await, title);
    }
}
