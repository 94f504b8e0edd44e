use crate::builders::{Streets, need_facts, service_facts};
use crate::hub::{Hub, administrator, both};
use gongjian_hub::domain::event::EventKind;
use gongjian_hub::domain::id::{Id as _, NeedId, ServiceId, UnitId};
use gongjian_hub::domain::matches::MatchState;
use gongjian_hub::domain::text::TextEnum as _;
use gongjian_hub::domain::viewer::{Scope, Viewer};
use gongjian_hub::store::contact::{Owner, show};
use gongjian_hub::store::need::{self, NeedFacts};
use gongjian_hub::store::sql::Sql;
use serde_json::{Value, json};

const LIAISON: &str = "query($id: ID!) { unit(id: $id) { liaison { name phone masked } } }";

struct People {
    streets: Streets,
    unit: UnitId,
    liaison: Viewer,
    other_liaison: Viewer,
    service: ServiceId,
    /// The community asks.
    need: NeedId,
    /// The other unit asks.
    unit_need: NeedId,
}

async fn people(hub: &Hub) -> People {
    let streets = hub.streets().await;
    let (unit, liaison) = hub.unit(streets.street, "国泰君安证券湖南分公司").await;
    let (other, other_liaison) = hub.unit(streets.far_street, "湖南省图书馆").await;
    let service = hub.listed_service(unit, service_facts("反诈讲座", streets.street), 20).await;
    let need = hub.draft_need(streets.community, need_facts("反诈讲座")).await;
    let unit_need = unit_need(hub, &streets, other, need_facts("义工培训")).await;
    People { streets, unit, liaison, other_liaison, service, need, unit_need }
}

async fn unit_need(hub: &Hub, streets: &Streets, unit: UnitId, facts: NeedFacts) -> NeedId {
    let mut tx = hub.store.begin(&administrator()).await.unwrap();
    let id = need::add(&mut tx, streets.far_community, Some(unit), facts).await.unwrap();
    tx.commit().await.unwrap();
    id
}

/// Whether the viewer gets to see the contact in full, which is told by the mask and by the trail alike.
async fn in_full(hub: &Hub, viewer: &Viewer, owner: Owner) -> bool {
    let before = hub.events_of(EventKind::ContactRead).await.len();
    let shown = show(&hub.store, viewer, &[owner]).await.unwrap();
    let logged = hub.events_of(EventKind::ContactRead).await.len() - before;
    let Some(shown) = shown.get(&owner) else {
        assert_eq!(logged, 0);
        return false;
    };
    assert_eq!(shown.masked, shown.contact.phone.contains('*'));
    assert_eq!(logged, usize::from(!shown.masked), "each read in full is logged, no other");
    !shown.masked
}

both!(a_liaison_is_shown_to_the_unit_and_its_street, |hub| {
    let People { streets, unit, liaison, other_liaison, .. } = people(hub).await;
    let mut answers = Vec::new();
    for (who, viewer) in [
        ("the unit", &liaison),
        ("the street", &streets.coordinator),
        ("the administrator", &administrator()),
        ("another unit", &other_liaison),
        ("another street", &streets.far_coordinator),
        ("a community", &streets.staff),
        ("the public", &Viewer::public()),
    ] {
        let data = hub.data(viewer, LIAISON, json!({ "id": unit.to_string() })).await;
        answers.push(json!({ who: data["unit"]["liaison"] }));
    }
    insta::assert_json_snapshot!("liaison_shown", answers);
    let reads = hub.events_of(EventKind::ContactRead).await;
    let of: Vec<&Value> = reads.iter().map(|read| &read.data["of"]).collect();
    assert_eq!(of, vec![&json!(unit.to_string()); 3], "the first three reads, and no other");
    let trail = serde_json::to_string(&reads.iter().map(|read| &read.data).collect::<Vec<_>>()).unwrap();
    assert!(!trail.contains("1300"), "the trail holds no personal data");
});

both!(a_token_without_the_scope_sees_masks_only, |hub| {
    let People { unit, need, .. } = people(hub).await;
    let viewer = Viewer { scopes: vec![Scope::Read, Scope::Write], ..administrator() };
    assert!(!in_full(hub, &viewer, Owner::Unit(unit)).await);
    assert!(!in_full(hub, &viewer, Owner::Need(need)).await);
});

both!(a_needs_contact_is_shown_to_its_asking_side_and_its_street, |hub| {
    let People { streets, liaison, other_liaison, need, unit_need, .. } = people(hub).await;
    for (viewer, need, expected) in [
        (&streets.staff, need, true),
        (&streets.coordinator, need, true),
        (&administrator(), need, true),
        (&streets.far_coordinator, need, false),
        (&streets.far_staff, need, false),
        (&liaison, need, false),
        (&Viewer::public(), need, false),
        (&other_liaison, unit_need, true),
        (&streets.far_coordinator, unit_need, true),
        (&streets.far_staff, unit_need, false),
        (&liaison, unit_need, false),
    ] {
        assert_eq!(in_full(hub, viewer, Owner::Need(need)).await, expected, "{viewer:?} {need}");
    }
});

both!(an_agreed_match_shows_both_sides_to_each_other, |hub| {
    let People { streets, unit, liaison, other_liaison, service, need, unit_need } = people(hub).await;
    for (at, state) in MatchState::ALL.iter().enumerate() {
        let agreed = state.is_agreed();
        let first = hub.matched(need, service, *state).await;
        let second = hub.matched(unit_need, service, *state).await;
        assert_eq!(in_full(hub, &liaison, Owner::Need(need)).await, agreed, "{state:?}");
        assert_eq!(in_full(hub, &liaison, Owner::Need(unit_need)).await, agreed, "{state:?}");
        assert_eq!(in_full(hub, &streets.staff, Owner::Unit(unit)).await, agreed, "{state:?}");
        assert_eq!(in_full(hub, &other_liaison, Owner::Unit(unit)).await, agreed, "{state:?}");
        assert!(!in_full(hub, &streets.far_coordinator, Owner::Unit(unit)).await, "no party, {at}");
        assert!(!in_full(hub, &other_liaison, Owner::Need(need)).await, "no party, {at}");
        let mut tx = hub.store.begin(&administrator()).await.unwrap();
        let gone = Sql::new("DELETE FROM match WHERE id IN ($1, $2)", vec![first.into(), second.into()]);
        tx.execute(gone).await.unwrap();
        tx.commit().await.unwrap();
    }
});

both!(a_party_reads_both_contacts_of_a_match, |hub| {
    let People { streets, liaison, service, need, .. } = people(hub).await;
    hub.matched(need, service, MatchState::Confirmed).await;
    let query = "query($id: ID!) { service(id: $id) { matches { nodes {
        service { title } unit { liaison { phone masked } } need { contact { name phone masked } } } } } }";
    let mut answers = Vec::new();
    for (who, viewer) in [("the unit", &liaison), ("the asking side", &streets.staff)] {
        answers.push(json!({ who: hub.data(viewer, query, json!({ "id": service.to_string() })).await }));
    }
    insta::assert_json_snapshot!("contacts_of_a_match", answers);
    assert_eq!(hub.events_of(EventKind::ContactRead).await.len(), 4);
});

both!(where_the_trail_cannot_be_written_a_contact_stays_masked, |hub| {
    let People { unit, .. } = people(hub).await;
    let mut tx = hub.store.begin(&administrator()).await.unwrap();
    tx.execute(Sql::new("ALTER TABLE event RENAME TO lost", Vec::new())).await.unwrap();
    tx.commit().await.unwrap();
    let shown = show(&hub.store, &administrator(), &[Owner::Unit(unit)]).await.unwrap();
    let shown = &shown[&Owner::Unit(unit)];
    assert!(shown.masked && !shown.contact.phone.contains("1300"), "{}", shown.contact.id.uuid());
});

both!(many_contacts_take_as_many_statements_as_one, |hub| {
    let People { streets, need, unit, .. } = people(hub).await;
    let mut owners = vec![Owner::Unit(unit), Owner::Need(need)];
    let one = hub.statements(show(&hub.store, &administrator(), &owners)).await;
    for at in 0..20 {
        let (unit, _) = hub.unit(streets.street, &format!("单位{at}")).await;
        owners.push(Owner::Unit(unit));
        owners.push(Owner::Need(hub.draft_need(streets.community, need_facts("讲座")).await));
    }
    let reads = hub.events_of(EventKind::ContactRead).await.len();
    let many = hub.statements(show(&hub.store, &administrator(), &owners)).await;
    assert_eq!(one, many);
    assert_eq!(hub.events_of(EventKind::ContactRead).await.len() - reads, 42);
});
