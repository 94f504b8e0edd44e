use crate::builders::{need_facts, service_facts};
use crate::hub::both;
use gongjian_hub::domain::need::{Need, NeedState};
use gongjian_hub::domain::service::{Service, ServiceState};
use gongjian_hub::store::entity::get;

both!(needs_and_services_begin_as_drafts, |hub| {
    let streets = hub.streets().await;
    let (unit, liaison) = hub.unit(streets.street, "国泰君安证券湖南分公司").await;
    let need = hub.draft_need(streets.community, need_facts("反诈讲座")).await;
    let service = hub.draft_service(unit, service_facts("防范电信诈骗讲座", streets.street), 20).await;
    let mut conn = hub.store.read().await.unwrap();
    let need: Need = get(&mut conn, &streets.staff, need).await.unwrap();
    let service: Service = get(&mut conn, &liaison, service).await.unwrap();
    assert_eq!((need.state, need.left()), (NeedState::Draft, 10));
    assert_eq!(service.state, ServiceState::Draft);
    assert!(get::<Need>(&mut conn, &streets.far_staff, need.id).await.is_err());
    assert!(get::<Need>(&mut conn, &liaison, need.id).await.is_err(), "a draft is not for units to see");
    assert!(get::<Service>(&mut conn, &streets.far_coordinator, service.id).await.is_err());
});
