//! Where areas and units are, so that nearness can be told in metres.

use crate::hub::both;
use gongjian_hub::domain::viewer::Viewer;
use serde_json::{Value, json};

both!(areas_and_units_are_somewhere, |hub| {
    let streets = hub.streets().await;
    let (unit, liaison) = hub.unit(streets.street, "湖南省图书馆").await;
    let place = json!({ "latitude": 28_194_780, "longitude": 112_998_450 });
    let fields = "area { place { latitude longitude } }";
    let input = json!({ "id": streets.community.to_string(), "place": place });
    let set = hub.mutate(&streets.coordinator, "setAreaPlace", input, fields).await;
    assert_eq!(set["area"]["place"], place);
    let new = json!({ "parentId": streets.community.to_string(), "kind": "COMPOUND", "name": "小区", "place": place });
    assert_eq!(hub.mutate(&streets.coordinator, "addArea", new, fields).await["area"]["place"], place);
    let facts = json!({ "kind": "PUBLIC_INSTITUTION", "name": "湖南图书馆", "place": place });
    let edit = json!({ "id": unit.to_string(), "facts": facts });
    let edited = hub.mutate(&liaison, "updateUnit", edit, "unit { place { latitude longitude } }").await;
    assert_eq!(edited["unit"]["place"], place);
    let cleared = json!({ "id": streets.community.to_string() });
    let set = hub.mutate(&streets.coordinator, "setAreaPlace", cleared, fields).await;
    assert_eq!(set["area"]["place"], Value::Null);
});

both!(there_is_no_place_beyond_the_poles, |hub| {
    let streets = hub.streets().await;
    for (latitude, longitude, field) in
        [(90_000_001, 0, "place.latitude"), (0, -180_000_001, "place.longitude")]
    {
        let place = json!({ "latitude": latitude, "longitude": longitude });
        let input = json!({ "id": streets.community.to_string(), "place": place });
        let refused = hub.refused(&streets.coordinator, "setAreaPlace", input).await;
        assert_eq!(refused, ("BAD_NUMBER".into(), field.into()));
    }
});

both!(a_place_is_told_by_the_street_alone, |hub| {
    let streets = hub.streets().await;
    let input = json!({ "input": { "id": streets.community.to_string() } });
    let query = "mutation($input: SetAreaPlaceInput!) { setAreaPlace(input: $input) { errors { code } } }";
    for (viewer, code) in [
        (&streets.staff, "FORBIDDEN"),
        (&streets.far_coordinator, "FORBIDDEN"),
        (&Viewer::public(), "UNAUTHENTICATED"),
    ] {
        assert_eq!(hub.error_code(viewer, query, input.clone()).await, code);
    }
});
