use crate::hub::{administrator, both};
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};
use gongjian_hub::cli::printed;
use gongjian_hub::domain::text::TextEnum as _;
use gongjian_hub::domain::viewer::{Actor, Role, Scope, Viewer};
use gongjian_hub::graph::rules::{Rule, all, rule};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Every field of every object and interface of the schema.
fn fields() -> BTreeSet<(String, String)> {
    let document = parse_schema(printed()).unwrap();
    let mut found = BTreeSet::new();
    for definition in document.definitions {
        let TypeSystemDefinition::Type(definition) = definition else { continue };
        let kind = definition.node.name.node.to_string();
        let fields = match definition.node.kind {
            TypeKind::Object(object) => object.fields,
            // What is asked of an interface is asked of nothing more exact.
            TypeKind::Interface(interface) => interface.fields,
            _ => continue,
        };
        found.extend(fields.iter().map(|field| (kind.clone(), field.node.name.node.to_string())));
    }
    assert!(found.len() > 500, "the schema was read");
    found
}

#[test]
fn every_field_has_a_rule() {
    let lacking: Vec<(String, String)> =
        fields().into_iter().filter(|(kind, field)| rule(kind, field).is_none()).collect();
    assert!(lacking.is_empty(), "without a rule in src/graph/rules.rs: {lacking:#?}");
}

#[test]
fn every_mutation_says_who_makes_it() {
    for (kind, field) in fields() {
        let changes = matches!(rule(&kind, &field), Some(Rule::Change(_) | Rule::Identity | Rule::Own));
        assert_eq!(changes, kind == "Mutation", "{kind}.{field}");
    }
}

#[test]
fn no_rule_is_left_of_a_field_that_is_gone() {
    let fields = fields();
    let stale: Vec<(&str, &str)> = all()
        // What federation adds is in the schema only where it is switched on.
        .filter(|(kind, field)| !kind.starts_with('_') && !field.starts_with('_'))
        .filter(|(kind, field)| match kind.strip_prefix('*') {
            Some(ending) => !fields.iter().any(|(own, one)| own.ends_with(ending) && one == field),
            None => !fields.contains(&((*kind).to_owned(), (*field).to_owned())),
        })
        .collect();
    assert!(stale.is_empty(), "{stale:#?}");
}

/// A value for whatever a mutation takes: enough to get past the reading of the document.
fn given(document: &async_graphql::parser::types::ServiceDocument, kind: &str) -> Value {
    if let Some(list) = kind.trim_end_matches('!').strip_prefix('[') {
        return json!([given(document, list.trim_end_matches(']'))]);
    }
    let name = kind.trim_end_matches('!');
    let known = document.definitions.iter().find_map(|definition| match definition {
        TypeSystemDefinition::Type(one) if one.node.name.node == name => Some(&one.node.kind),
        _ => None,
    });
    match known {
        Some(TypeKind::Enum(values)) => json!(values.values[0].node.value.node.as_str()),
        Some(TypeKind::InputObject(object)) => object
            .fields
            .iter()
            .filter(|field| field.node.ty.node.to_string().ends_with('!'))
            .map(|field| (field.node.name.node.to_string(), given(document, &field.node.ty.node.to_string())))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        _ => match name {
            "Int" => json!(1),
            "Float" => json!(0.5),
            "Boolean" => json!(true),
            "ID" => json!("need_00000000000000000000000000000001"),
            "DateTime" => json!("2026-03-20T01:00:00Z"),
            "NaiveDate" => json!("2026-03-20"),
            "NaiveTime" => json!("09:00:00"),
            _ => json!("甲"),
        },
    }
}

both!(a_mutation_turns_away_whoever_its_rule_does_not_let_in, |hub| {
    let streets = hub.streets().await;
    let (_, liaison) = hub.unit(streets.street, "湖南省图书馆").await;
    let document = parse_schema(printed()).unwrap();
    let viewers: Vec<Viewer> = [liaison.actor, streets.staff.actor, streets.coordinator.actor]
        .into_iter()
        .chain([Actor::Public, Actor::Administrator])
        .flat_map(|actor| {
            [Scope::ALL.to_vec(), vec![Scope::Read], vec![Scope::Write], vec![Scope::Identity]]
                .map(|scopes| Viewer { scopes, ..Viewer::local(actor) })
        })
        .collect();
    let mut turned_away = 0;
    for (_, name) in fields().into_iter().filter(|(kind, _)| kind == "Mutation") {
        let kind = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
        let text = format!("mutation($input: {kind}!) {{ {name}(input: $input) {{ errors {{ code }} }} }}");
        let input = json!({ "input": given(&document, &kind) });
        let declared = rule("Mutation", &name).unwrap();
        for viewer in viewers.iter().filter(|viewer| !declared.admits(viewer)) {
            let answer = hub.ask(viewer, &text, input.clone()).await;
            let code = if viewer.role() == Role::Public { "UNAUTHENTICATED" } else { "FORBIDDEN" };
            assert_eq!(answer["errors"][0]["extensions"]["code"], code, "{name} {viewer:?}: {answer}");
            assert_eq!(answer["errors"][0]["path"], json!([name]));
            turned_away += 1;
        }
    }
    assert!(turned_away > 500, "{turned_away}");
});

both!(a_token_without_the_right_to_read_reads_nothing, |hub| {
    let writer = Viewer { scopes: vec![Scope::Write], ..administrator() };
    for text in ["{ areas { totalCount } }", "{ viewer { role } }", "{ needs { totalCount } }"] {
        let answer = hub.ask(&writer, text, json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN", "{text}");
    }
});
