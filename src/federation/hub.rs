//! The hub's own part, as far as others' parts are held against it.

use async_graphql::Positioned;
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    ConstDirective, FieldDefinition, InputValueDefinition, ServiceDocument, TypeKind, TypeSystemDefinition,
};
use async_graphql_value::ConstValue;
use std::collections::{HashMap, HashSet};

/// The names of the roots.
pub(super) const ROOTS: [&str; 3] = ["Query", "Mutation", "Subscription"];

/// A field: its type, and its arguments with theirs.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) kind: String,
    pub(super) arguments: Vec<(String, String)>,
}

impl Field {
    pub(super) fn of(field: &FieldDefinition) -> Self {
        let argument = |argument: &Positioned<InputValueDefinition>| {
            (argument.node.name.node.to_string(), argument.node.ty.node.to_string())
        };
        let mut arguments: Vec<_> = field.arguments.iter().map(argument).collect();
        arguments.sort();
        Self { kind: field.ty.node.to_string(), arguments }
    }
}

/// What others may do about a type of the hub.
#[derive(Debug)]
pub(super) enum Kind {
    /// Refer to it by one of its keys; perhaps add fields.
    Entity { keys: Vec<String>, fields: HashMap<String, Field> },
    /// Have the same.
    Shared(HashMap<String, Field>),
    /// Use it.
    Scalar,
    /// Nothing.
    Closed,
}

/// The types and directives of the hub.
#[derive(Debug, Default)]
pub(super) struct Hub {
    kinds: HashMap<String, Kind>,
    directives: HashSet<String>,
}

impl Hub {
    pub(super) fn new(sdl: &str) -> Self {
        match parse_schema(sdl) {
            Ok(document) => Self::of(&document),
            Err(error) => {
                // Nothing joins then: what composing says of it is in the log at the start.
                tracing::error!(%error, "the hub's own part cannot be read");
                Self::default()
            }
        }
    }

    fn of(document: &ServiceDocument) -> Self {
        let mut hub = Self::default();
        for definition in &document.definitions {
            match definition {
                TypeSystemDefinition::Type(definition) => {
                    let definition = &definition.node;
                    let name = definition.name.node.to_string();
                    if !ROOTS.contains(&name.as_str()) {
                        hub.kinds.insert(name, kind(&definition.kind, &definition.directives));
                    }
                }
                TypeSystemDefinition::Directive(directive) => {
                    hub.directives.insert(directive.node.name.node.to_string());
                }
                TypeSystemDefinition::Schema(_) => {}
            }
        }
        hub
    }

    pub(super) fn kind(&self, name: &str) -> Option<&Kind> {
        self.kinds.get(name)
    }

    pub(super) fn has_directive(&self, name: &str) -> bool {
        self.directives.contains(name)
    }
}

fn kind(kind: &TypeKind, directives: &[Positioned<ConstDirective>]) -> Kind {
    let fields = |fields: &[Positioned<FieldDefinition>]| {
        fields.iter().map(|field| (field.node.name.node.to_string(), Field::of(&field.node))).collect()
    };
    match kind {
        TypeKind::Scalar => Kind::Scalar,
        TypeKind::Object(object) => {
            let keys: Vec<String> = directives.iter().filter_map(|one| key(&one.node)).collect();
            if !keys.is_empty() {
                Kind::Entity { keys, fields: fields(&object.fields) }
            } else if directives.iter().any(|one| bare(one.node.name.node.as_str()) == "shareable") {
                Kind::Shared(fields(&object.fields))
            } else {
                Kind::Closed
            }
        }
        _ => Kind::Closed,
    }
}

/// The name of a directive of the federation without the prefix that it may bear.
pub(super) fn bare(name: &str) -> &str {
    name.strip_prefix("federation__").unwrap_or(name)
}

/// The fields of a `@key`, with one space between each.
pub(super) fn key(directive: &ConstDirective) -> Option<String> {
    (bare(directive.name.node.as_str()) == "key").then(|| {
        let fields = text(directive, "fields").unwrap_or_default();
        fields.replace(',', " ").split_whitespace().collect::<Vec<_>>().join(" ")
    })
}

/// A text that a directive is given.
pub(super) fn text<'a>(directive: &'a ConstDirective, argument: &str) -> Option<&'a str> {
    match directive.get_argument(argument).map(|value| &value.node) {
        Some(ConstValue::String(text)) => Some(text),
        _ => None,
    }
}
