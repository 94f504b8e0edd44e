use crate::builders::need_facts;
use crate::builders::needs::{facts_input, serve, step_input};
use crate::hub::{administrator, both};
use gongjian_hub::domain::event::EventKind;
use gongjian_hub::domain::id::{Id as _, NeedId};
use gongjian_hub::domain::matches::MatchState;
use gongjian_hub::domain::need::{NeedAction, NeedState};
use gongjian_hub::domain::text::{Lang, TextEnum as _};
use gongjian_hub::domain::viewer::Viewer;
use gongjian_hub::store::need;
use gongjian_hub::store::sql::Sql;
use serde_json::{Value, json};

const SHOWN: &str =
    "need { state possibleActions quantity claimed delivered left reason outcome reopened version
    verifiedAt ageDays overdue }";

/// What the trail says of a need.
async fn trail(hub: &crate::hub::Hub, id: NeedId) -> Vec<(String, Value)> {
    let sql = "SELECT kind, data FROM event WHERE subject = 'need' AND subject_id = $1 ORDER BY seq";
    let told: Vec<(String, String)> =
        hub.store.read().await.unwrap().all(Sql::new(sql, vec![id.uuid().into()])).await.unwrap();
    told.into_iter().map(|(kind, data)| (kind, serde_json::from_str(&data).unwrap())).collect()
}

both!(a_need_lives_from_the_first_draft_to_the_closing_and_again, |hub| {
    let streets = hub.streets().await;
    let talks = hub.talks(streets.street).await;
    let input = json!({ "areaId": streets.community.to_string(), "facts": facts_input("反诈讲座") });
    let created = hub
        .mutate(
            &streets.staff,
            "createNeed",
            input,
            "need { id state title urgency source measure targetGroups quantity
            area { name } community { name } street { name } category { code } askingUnit { name } possibleActions }",
        )
        .await;
    let id: NeedId = created["need"]["id"].as_str().unwrap().parse().unwrap();
    let mut told = vec![("create", created)];
    for (viewer, action) in [
        (&streets.staff, NeedAction::Submit),
        (&streets.coordinator, NeedAction::Return),
        (&streets.staff, NeedAction::Edit),
        (&streets.staff, NeedAction::Submit),
        (&streets.coordinator, NeedAction::Verify),
        (&streets.coordinator, NeedAction::Open),
    ] {
        hub.store.clock.advance(chrono::TimeDelta::days(1));
        let (name, input) = step_input(action, id, id);
        told.push((name, hub.mutate(viewer, name, input, SHOWN).await));
    }
    hub.store.clock.advance(chrono::TimeDelta::days(40));
    let mut tx = hub.store.begin(&administrator()).await.unwrap();
    serve(&mut tx, id, talks, 10, MatchState::Confirmed, 10).await;
    tx.commit().await.unwrap();
    for action in [NeedAction::Close, NeedAction::Reopen, NeedAction::Withdraw] {
        let (name, input) = step_input(action, id, id);
        told.push((name, hub.mutate(&streets.staff, name, input, SHOWN).await));
    }
    insta::assert_json_snapshot!("need_life", told, { ".**.id" => "[id]" });
    insta::assert_json_snapshot!("need_trail", trail(hub, id).await, { ".**.category" => "[id]" });
});

both!(what_a_state_does_not_allow_is_refused_with_its_name, |hub| {
    let streets = hub.streets().await;
    let talks = hub.talks(streets.street).await;
    let into = hub.open_need(streets.community, None, need_facts("并入的需求")).await;
    let moved = |state| hub.need_in(state, streets.community, None, talks);
    for state in NeedState::ALL.iter().copied() {
        let mut id = moved(state).await;
        for action in NeedAction::ALL.iter().copied() {
            let before = hub.need_now(&streets.coordinator, id).await;
            assert_eq!(before["state"], json!(state.as_str().to_uppercase()));
            let (name, input) = step_input(action, id, into);
            let payload = hub.mutate(&streets.coordinator, name, input, "need { state }").await;
            let allowed = state.after(action).is_ok();
            let held = allowed && action == NeedAction::Withdraw && before["claimed"] != json!(0);
            if allowed && !held {
                assert_eq!(payload["errors"], json!([]), "{state:?} {action:?}");
                id = moved(state).await;
                continue;
            }
            let (error, named) = (&payload["errors"][0], if held { "对接" } else { state.label(Lang::Zh) });
            assert_eq!(error["code"], "ILLEGAL_TRANSITION", "{state:?} {action:?}");
            assert!(error["message"].as_str().unwrap().contains(named), "{error}");
            assert_eq!(hub.need_now(&streets.coordinator, id).await, before, "nothing may change");
        }
    }
});

both!(a_need_is_given_up_only_when_nothing_of_it_is_held, |hub| {
    let streets = hub.streets().await;
    let talks = hub.talks(streets.street).await;
    let id = hub.need_in(NeedState::InService, streets.community, None, talks).await;
    let (name, input) = step_input(NeedAction::Withdraw, id, id);
    let payload = hub.mutate(&streets.staff, name, input.clone(), "").await;
    insta::assert_json_snapshot!("need_held", payload);
    let mut tx = hub.store.begin(&administrator()).await.unwrap();
    let fail = "UPDATE match SET state = 'failed', released = quantity - delivered WHERE need_id = $1";
    tx.execute(Sql::new(fail, vec![id.uuid().into()])).await.unwrap();
    need::recount(&mut tx, id).await.unwrap();
    tx.commit().await.unwrap();
    let payload = hub.mutate(&streets.staff, name, input, "need { state claimed delivered left }").await;
    assert_eq!(payload["need"], json!({ "state": "WITHDRAWN", "claimed": 3, "delivered": 3, "left": 7 }));
});

both!(counting_again_follows_the_matches_and_tells_the_trail_once, |hub| {
    let streets = hub.streets().await;
    let talks = hub.talks(streets.street).await;
    let id = hub.need_in(NeedState::PartiallyClaimed, streets.community, None, talks).await;
    let before = trail(hub, id).await.len();
    let mut tx = hub.store.begin(&administrator()).await.unwrap();
    need::recount(&mut tx, id).await.unwrap();
    let more = "UPDATE match SET quantity = 6 WHERE need_id = $1";
    tx.execute(Sql::new(more, vec![id.uuid().into()])).await.unwrap();
    need::recount(&mut tx, id).await.unwrap();
    tx.commit().await.unwrap();
    let told = trail(hub, id).await.split_off(before);
    let counted = json!({
        "from": "partially_claimed",
        "to": "partially_claimed",
        "before": { "quantity": 10, "claimed": 4, "delivered": 0 },
        "after": { "quantity": 10, "claimed": 6, "delivered": 0 },
    });
    assert_eq!(told, [(EventKind::Counted.as_str().to_owned(), counted)]);
});

both!(more_than_is_asked_for_is_never_counted, |hub| {
    let streets = hub.streets().await;
    let talks = hub.talks(streets.street).await;
    let id = hub.need_in(NeedState::Claimed, streets.community, None, talks).await;
    let mut tx = hub.store.begin(&administrator()).await.unwrap();
    let more = "UPDATE match SET quantity = 11 WHERE need_id = $1";
    tx.execute(Sql::new(more, vec![id.uuid().into()])).await.unwrap();
    assert!(need::recount(&mut tx, id).await.unwrap_err().breaks_a_check());
});

both!(a_merged_need_shows_where_it_went_and_is_never_claimed, |hub| {
    let streets = hub.streets().await;
    let talks = hub.talks(streets.street).await;
    let into = hub.open_need(streets.community, None, need_facts("并入的需求")).await;
    let id = hub.need_in(NeedState::Submitted, streets.other_community, None, talks).await;
    let (name, input) = step_input(NeedAction::Merge, id, into);
    let shown = "need { state reason mergedInto { title mergedNeeds { totalCount nodes { title state } } } }";
    insta::assert_json_snapshot!("need_merged", hub.mutate(&streets.coordinator, name, input, shown).await);
    let mut tx = hub.store.begin(&administrator()).await.unwrap();
    let claim = "UPDATE need SET claimed = 1 WHERE id = $1";
    assert!(tx.execute(Sql::new(claim, vec![id.uuid().into()])).await.unwrap_err().breaks_a_check());
});

both!(a_need_is_merged_only_into_one_that_can_take_it_up, |hub| {
    let streets = hub.streets().await;
    let talks = hub.talks(streets.street).await;
    let id = hub.need_in(NeedState::Submitted, streets.community, None, talks).await;
    let far = hub.open_need(streets.far_community, None, need_facts("别处的需求")).await;
    let merge = |viewer: Viewer, into: NeedId| {
        let (name, input) = step_input(NeedAction::Merge, id, into);
        async move { hub.refused(&viewer, name, input).await }
    };
    let bad = ("BAD_INPUT".to_owned(), "intoId".to_owned());
    assert_eq!(merge(streets.coordinator.clone(), id).await, bad, "itself");
    assert_eq!(merge(administrator(), far).await, bad, "another street's");
    assert_eq!(
        merge(streets.coordinator.clone(), far).await,
        ("NOT_FOUND".into(), "intoId".into()),
        "another street's, unseen"
    );
    for state in [NeedState::Merged, NeedState::Withdrawn, NeedState::Closed] {
        let into = hub.need_in(state, streets.community, None, talks).await;
        assert_eq!(merge(streets.coordinator.clone(), into).await, bad, "{state:?}");
    }
});

both!(two_needs_are_never_merged_into_each_other, |hub| {
    let streets = hub.streets().await;
    let one = hub.open_need(streets.community, None, need_facts("甲")).await;
    let other = hub.open_need(streets.community, None, need_facts("乙")).await;
    let merge = |id, into| {
        let (name, input) = step_input(NeedAction::Merge, id, into);
        let viewer = streets.coordinator.clone();
        async move { hub.mutate(&viewer, name, input, "need { state }").await }
    };
    let (first, second) = tokio::join!(merge(one, other), merge(other, one));
    let refused = [&first, &second].iter().filter(|payload| payload["need"].is_null()).count();
    assert_eq!(refused, 1, "{first} {second}");
});

both!(a_unit_does_not_close_what_it_delivered, |hub| {
    let streets = hub.streets().await;
    let (unit, liaison) = hub.unit(streets.street, "湖南省图书馆").await;
    let service = hub.draft_service(unit, crate::builders::service_facts("讲座", streets.street), 50).await;
    let id = hub.need_in(NeedState::Delivered, streets.community, None, service).await;
    let (name, input) = step_input(NeedAction::Close, id, id);
    assert_eq!(hub.refused(&liaison, name, input).await, ("OWN_WORK".into(), String::new()));
    assert_eq!(hub.need_now(&streets.staff, id).await["state"], "DELIVERED");
});

both!(a_repeated_step_with_its_key_is_taken_once, |hub| {
    let streets = hub.streets().await;
    let talks = hub.talks(streets.street).await;
    let id = hub.need_in(NeedState::Closed, streets.community, None, talks).await;
    let (name, mut input) = step_input(NeedAction::Reopen, id, id);
    input["idempotencyKey"] = json!("reopen-1");
    let first = hub.mutate(&streets.staff, name, input.clone(), SHOWN).await;
    assert_eq!(hub.mutate(&streets.staff, name, input, SHOWN).await, first);
    assert_eq!(hub.need_now(&streets.staff, id).await["quantity"], 13);
});
