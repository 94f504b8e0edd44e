//! What keeps a service from serving a need: each reason refuses a claim, and says so.

use crate::builders::matches::{Pair, proposal};
use crate::builders::{category, need_facts, service_facts, year};
use crate::hub::{Hub, administrator, both, monday};
use chrono::{NaiveDate, NaiveTime, TimeDelta};
use gongjian_hub::domain::id::{NeedId, ServiceId};
use gongjian_hub::domain::matches::{Match, Side};
use gongjian_hub::domain::service::{Measure, ServiceAction, TargetGroup, TargetGroups};
use gongjian_hub::domain::text::Lang;
use gongjian_hub::domain::viewer::Viewer;
use gongjian_hub::store::conn::Tx;
use gongjian_hub::store::error::Error;
use gongjian_hub::store::need::NeedFacts;
use gongjian_hub::store::service::{self, NewAvailability, NewCapacity, ServiceFacts};
use gongjian_hub::store::sql::Sql;

/// The code, the field and the sentence with which a claim of one session is refused.
async fn refused(hub: &Hub, viewer: &Viewer, need: NeedId, service: ServiceId) -> String {
    let claim = proposal(need, service, Side::Offering, 1);
    match hub.propose(viewer, &claim).await {
        Err(Error::Refused(refusal)) => {
            format!("{:?} at {}: {}", refusal.code, refusal.field.join("."), refusal.message(Lang::En))
        }
        other => panic!("expected a refusal, got {other:?}"),
    }
}

/// A listed service with lines and rules of its own.
async fn offered(
    hub: &Hub,
    pair: &Pair,
    facts: ServiceFacts,
    lines: &[NewCapacity],
    rules: &[NewAvailability],
) -> ServiceId {
    let add = async |tx: &mut Tx| {
        let id = service::add(tx, pair.unit, facts.clone(), lines, rules).await?;
        service::advance(tx, id, ServiceAction::Review, None).await?;
        service::advance(tx, id, ServiceAction::List, None).await
    };
    hub.change(&administrator(), add).await.unwrap()
}

both!(each_constraint_refuses_a_claim_and_is_named, |hub| {
    let pair = hub.pair(20).await;
    let street = pair.streets.street;
    let facts = || service_facts("讲座", street);
    let groups = TargetGroups::from_iter([TargetGroup::Pupils]);
    let last_year = NewCapacity { starts_at: monday() - TimeDelta::days(90), ends_at: monday(), ..year(5) };
    let sundays = NewAvailability {
        rrule: Some("FREQ=YEARLY;BYMONTH=9".into()),
        festival: None,
        starts_on: NaiveDate::from_ymd_opt(2026, 1, 1).unwrap(),
        ends_on: None,
        start_time: NaiveTime::MIN,
        minutes: 60,
    };
    let mut told = Vec::new();
    for (facts, line, rules) in [
        (ServiceFacts { category: category("health"), ..facts() }, year(5), vec![]),
        (facts(), NewCapacity { measure: Measure::Seats, ..year(5) }, vec![]),
        (ServiceFacts { target_groups: groups, ..facts() }, year(5), vec![]),
        (ServiceFacts { coverage: vec![pair.streets.other_community], ..facts() }, year(5), vec![]),
        (facts(), last_year, vec![]),
        (facts(), year(5), vec![sundays]),
        (ServiceFacts { lead_time_days: 40, ..facts() }, year(5), vec![]),
    ] {
        let service = offered(hub, &pair, facts, &[line], &rules).await;
        told.push(refused(hub, &pair.liaison, pair.need, service).await);
    }
    insta::assert_debug_snapshot!("match_does_not_fit", told);
    hub.require_sound().await;
});

both!(a_wider_category_and_a_wider_place_fit, |hub| {
    let pair = hub.pair(20).await;
    let facts =
        ServiceFacts { category: category("safety"), ..service_facts("安全讲座", pair.streets.street) };
    let service = hub.listed_service(pair.unit, facts, 3).await;
    let id = hub.propose(&pair.liaison, &proposal(pair.need, service, Side::Offering, 1)).await.unwrap();
    let made: Match = hub.get(id).await;
    let facts = need_facts("");
    assert_eq!((made.starts_at, made.ends_at), (facts.starts_at, facts.ends_at));
});

both!(what_is_not_on_offer_or_not_open_is_refused, |hub| {
    let pair = hub.pair(2).await;
    let draft = hub.draft_service(pair.unit, service_facts("草稿", pair.streets.street), 5).await;
    let closed = hub.draft_need(pair.streets.community, need_facts("草稿")).await;
    let mut told = vec![refused(hub, &pair.liaison, pair.need, draft).await];
    told.push(refused(hub, &pair.liaison, closed, pair.service).await);
    let merge = async |tx: &mut Tx| {
        let into =
            gongjian_hub::store::need::add(tx, pair.streets.community, None, need_facts("并入")).await?;
        gongjian_hub::store::need::merge(tx, pair.need, into, "同一件事").await
    };
    let need = hub.open_need(pair.streets.community, None, need_facts("第二件")).await;
    hub.change(&administrator(), merge).await.unwrap();
    let staffs = proposal(pair.need, pair.service, Side::Asking, 1);
    told.push(format!("{:?}", hub.propose(&pair.streets.staff, &staffs).await.map_err(|e| e.to_string())));
    hub.propose(&pair.liaison, &proposal(need, pair.service, Side::Offering, 1)).await.unwrap();
    told.push(refused(hub, &pair.liaison, need, pair.service).await);
    let third = hub.open_need(pair.streets.community, None, need_facts("第三件")).await;
    let much = proposal(third, pair.service, Side::Offering, 2);
    told.push(format!("{:?}", hub.propose(&pair.liaison, &much).await.map_err(|e| e.to_string())));
    insta::assert_debug_snapshot!("match_not_on_offer", told);
    hub.require_sound().await;
});

both!(a_unit_acts_where_it_has_checked_in_and_never_for_itself, |hub| {
    let pair = hub.pair(20).await;
    let (far, far_liaison) = hub.unit(pair.streets.far_street, "外街道单位").await;
    let service = hub.listed_service(far, service_facts("讲座", pair.streets.street), 5).await;
    let unseen = refused(hub, &far_liaison, pair.need, service).await;
    assert!(unseen.starts_with("NotFound at needId"), "{unseen}");
    let asked = proposal(pair.need, service, Side::Asking, 1);
    let asked = hub.propose(&pair.streets.staff, &asked).await.map_err(|error| error.to_string());
    assert!(format!("{asked:?}").contains("unit not checked in there"), "{asked:?}");
    let own = hub.open_need(pair.streets.street, Some(pair.unit), need_facts("自己的需求")).await;
    let refusal = refused(hub, &pair.liaison, own, pair.service).await;
    assert!(refusal.contains("the unit's own need"), "{refusal}");
    let asked = hub.propose(&pair.liaison, &proposal(own, pair.service, Side::Asking, 1)).await;
    assert!(asked.is_err(), "nor when it asks itself");
});

both!(a_forbidden_pair_is_refused_until_the_prohibition_is_lifted, |hub| {
    let pair = hub.pair(20).await;
    let forbid = async |tx: &mut Tx| {
        let mut sql = Sql::default();
        sql.push(
            "INSERT INTO directive (id, street_id, kind, need_id, service_id, reason, created_at) VALUES ",
        )
        .rows([vec![
            hub.store.clock.id().into(),
            pair.streets.street.into(),
            "prohibition".into(),
            pair.need.into(),
            pair.service.into(),
            "曾有纠纷".into(),
            monday().into(),
        ]]);
        tx.execute(sql).await
    };
    hub.change(&administrator(), forbid).await.unwrap();
    let refusal = refused(hub, &pair.liaison, pair.need, pair.service).await;
    assert!(refusal.starts_with("Forbidden at serviceId"), "{refusal}");
    let lift = async |tx: &mut Tx| {
        let mut sql = Sql::default();
        sql.push("UPDATE directive SET lifted_at = ").bind(monday());
        tx.execute(sql).await
    };
    hub.change(&administrator(), lift).await.unwrap();
    hub.propose(&pair.liaison, &pair.claim(1)).await.unwrap();
});

both!(the_first_line_that_has_enough_left_is_taken, |hub| {
    let pair = hub.pair(1).await;
    let (from, to) = (monday(), monday() + TimeDelta::days(60));
    let early = NewCapacity { starts_at: from, ends_at: to, total: 2, ..year(2) };
    let late = NewCapacity { starts_at: from + TimeDelta::days(1), ends_at: to, total: 6, ..year(6) };
    let service = offered(hub, &pair, service_facts("两季", pair.streets.street), &[late, early], &[]).await;
    for (quantity, total) in [(2, 2), (5, 6)] {
        let need = NeedFacts { quantity, ..need_facts("场次") };
        let need = hub.open_need(pair.streets.community, None, need).await;
        let id =
            hub.propose(&pair.liaison, &proposal(need, service, Side::Offering, quantity)).await.unwrap();
        let made: Match = hub.get(id).await;
        let mut sql = Sql::default();
        sql.push("SELECT total FROM capacity WHERE id = ").bind(made.capacity_id);
        let (found,): (i64,) = hub.store.read().await.unwrap().one(sql).await.unwrap();
        assert_eq!(found, total);
    }
    hub.require_sound().await;
});
