//! Questions that the hub and its partners answer together.

use crate::hub::both;
use crate::world::World;
use gongjian_hub::domain::viewer::{Actor, Viewer};
use serde_json::json;

both!(one_question_is_answered_by_the_hub_and_its_partners, |hub| {
    let world = World::new(hub).await;
    let query = "query($id: ID!) { unit(id: $id) { name library_events { title } bank_events { title } } school_hello }";
    let data = world.data(hub, query).await;
    let id = world.unit.to_string();
    assert_eq!(
        data,
        json!({
            "unit": {
                "name": "湖南图书馆",
                "library_events": [{ "title": format!("library {id}") }],
                "bank_events": [{ "title": format!("bank {id}") }],
            },
            "school_hello": "school",
        })
    );
});

both!(what_the_hub_knows_alone_never_reaches_the_engine, |hub| {
    let world = World::new(hub).await;
    let data = world.data(hub, "query($id: ID!) { unit(id: $id) { name checkIns { area { name } } } }").await;
    assert_eq!(
        data["unit"]["checkIns"][0]["area"]["name"], "朝阳街街道",
        "the small supergraph has no check-ins"
    );
    assert_eq!((world.library.calls(), world.bank.calls()), (0, 0));
});

both!(the_hub_fills_in_what_a_partner_names, |hub| {
    let world = World::new(hub).await;
    let data =
        world.data(hub, "query($id: ID!) { library_featured(id: $id) { name bank_events { title } } }").await;
    assert_eq!(data["library_featured"]["name"], "湖南图书馆");
    assert_eq!(data["library_featured"]["bank_events"][0]["title"], format!("bank {}", world.unit));
});

both!(a_partner_cannot_name_its_way_to_what_the_asker_may_not_see, |hub| {
    let world = World::new(hub).await;
    // An id of nothing, and one of another kind: null, and no error that would tell which.
    for id in ["unit_00000000000000000000000000000000", "need_00000000000000000000000000000000", "x"] {
        let query = "query($id: ID!) { library_featured(id: $id) { name } }";
        let answer = world.ask(hub, &Viewer::public(), query, json!({ "id": id })).await;
        assert_eq!(answer["data"]["library_featured"]["name"], json!(null), "{answer}");
    }
});

both!(introspection_shows_the_whole_graph, |hub| {
    let world = World::new(hub).await;
    let data = world.data(hub, "{ __type(name: \"PartnerUnit\") { fields { name } } }").await;
    let fields = data["__type"]["fields"].to_string();
    assert!(fields.contains("library_events") && fields.contains("school_events"), "{fields}");
});

both!(a_mutation_changes_hub_and_partner_one_after_the_other, |hub| {
    let world = World::new(hub).await;
    let mutation = "mutation($input: RegisterUnitInput!) {
        registerUnit(input: $input) { unit { name library_events { title } } errors { message } }
        library_reserve
    }";
    let street = world.street.to_string();
    let input = json!({
        "streetId": street, "areaIds": [street], "checkedInOn": "2026-03-01",
        "facts": { "kind": "STATE_ENTERPRISE", "name": "新单位" },
    });
    let coordinator = Viewer::local(Actor::Coordinator { street: world.street });
    let answer = world.ask(hub, &coordinator, mutation, json!({ "input": input })).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    assert_eq!(answer["data"]["registerUnit"]["unit"]["name"], "新单位");
    assert!(answer["data"]["registerUnit"]["unit"]["library_events"][0]["title"].is_string());
    assert_eq!(answer["data"]["library_reserve"], 7);
});

both!(what_nobody_knows_is_refused_with_its_place, |hub| {
    let world = World::new(hub).await;
    let answer = world.ask(hub, &Viewer::public(), "{ library_hello nonsense }", json!({})).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
    assert_eq!(answer["errors"][0]["locations"], json!([{ "line": 1, "column": 17 }]));
    assert_eq!(world.library.calls(), 0);
    let answer = world
        .ask(hub, &Viewer::public(), "query($id: ID!) { library_featured(id: $id) { name } }", json!({}))
        .await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED", "{answer}");
});

both!(the_limits_of_the_door_hold_for_what_goes_beyond, |hub| {
    let world = World::new(hub).await;
    let refused = async |query: &str| {
        let answer = world.ask(hub, &Viewer::public(), query, json!({})).await;
        let extensions = &answer["errors"][0]["extensions"];
        (extensions["code"].clone(), extensions["limit"].clone())
    };
    let aliases = (0..31).fold(String::new(), |text, n| text + &format!("a{n}: library_hello "));
    assert_eq!(refused(&format!("{{ {aliases} }}")).await, (json!("LIMIT_REACHED"), json!("aliases")));
    let roots: String = ["library_hello ", "bank_hello "].iter().cycle().take(21).copied().collect();
    assert_eq!(refused(&format!("{{ {roots} }}")).await, (json!("LIMIT_REACHED"), json!("rootFields")));
    let deep = format!("{{ library_hello {}x{} }}", "x { ".repeat(16), " }".repeat(16));
    assert_eq!(refused(&deep).await, (json!("LIMIT_REACHED"), json!("depth")));
    assert_eq!(world.library.calls() + world.bank.calls(), 0);
    let answer = world.ask(hub, &Viewer::public(), "{ library_hello }", json!({})).await;
    assert_eq!(answer["extensions"]["cost"]["limit"], world.config.limits.cost, "{answer}");
});
