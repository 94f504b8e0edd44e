//! What in a new schema breaks clients of an old one.

use crate::domain::subgraph::SchemaChange;
use async_graphql::Positioned;
use async_graphql::parser::types::{
    BaseType, EnumType, FieldDefinition, InputValueDefinition, SchemaDefinition, ServiceDocument, Type,
    TypeDefinition, TypeKind, TypeSystemDefinition,
};
use std::collections::BTreeMap;
use std::fmt::Display;

/// The changes from an old schema to a new one that break clients, in the order of the old one's names.
#[must_use]
pub fn breaking(old: &ServiceDocument, new: &ServiceDocument) -> Vec<SchemaChange> {
    let mut diff = Diff::default();
    let (before, after) = (types(old), types(new));
    for (name, old) in &before {
        match after.get(name) {
            None => diff.removed(*name),
            Some(new) => diff.kind(name, &old.kind, &new.kind),
        }
    }
    diff.roots(old, new);
    diff.directives(old, new);
    diff.0
}

fn types(document: &ServiceDocument) -> BTreeMap<&str, &TypeDefinition> {
    let definitions = document.definitions.iter().filter_map(|definition| match definition {
        TypeSystemDefinition::Type(definition) => Some(&definition.node),
        TypeSystemDefinition::Schema(_) | TypeSystemDefinition::Directive(_) => None,
    });
    definitions.map(|definition| (definition.name.node.as_str(), definition)).collect()
}

#[derive(Default)]
struct Diff(Vec<SchemaChange>);

impl Diff {
    fn push(&mut self, path: impl Into<String>, zh: impl Into<String>, en: impl Into<String>) {
        self.0.push(SchemaChange { path: path.into(), zh: zh.into(), en: en.into() });
    }

    fn removed(&mut self, path: impl Into<String>) {
        self.push(path, "已移除", "was removed");
    }

    fn retyped(&mut self, path: String, old: &impl Display, new: &impl Display) {
        self.push(path, format!("类型由 {old} 改为 {new}"), format!("changed its type from {old} to {new}"));
    }

    fn kind(&mut self, name: &str, old: &TypeKind, new: &TypeKind) {
        match (old, new) {
            (TypeKind::Scalar, TypeKind::Scalar) => {}
            (TypeKind::Object(old), TypeKind::Object(new)) => {
                self.names(name, " implements ", &old.implements, &new.implements);
                self.fields(name, &old.fields, &new.fields);
            }
            (TypeKind::Interface(old), TypeKind::Interface(new)) => {
                self.names(name, " implements ", &old.implements, &new.implements);
                self.fields(name, &old.fields, &new.fields);
            }
            (TypeKind::Union(old), TypeKind::Union(new)) => {
                self.names(name, " = ", &old.members, &new.members);
            }
            (TypeKind::Enum(old), TypeKind::Enum(new)) => self.names(name, ".", &values(old), &values(new)),
            (TypeKind::InputObject(old), TypeKind::InputObject(new)) => {
                self.inputs(&format!("{name}."), "", &old.fields, &new.fields);
            }
            _ => self.push(name, "换成了另一种类型", "became another kind of type"),
        }
    }

    fn names<N: Display + PartialEq>(
        &mut self,
        name: &str,
        between: &str,
        old: &[Positioned<N>],
        new: &[Positioned<N>],
    ) {
        for gone in old.iter().filter(|old| !new.iter().any(|new| new.node == old.node)) {
            self.removed(format!("{name}{between}{}", gone.node));
        }
    }

    fn fields(
        &mut self,
        name: &str,
        old: &[Positioned<FieldDefinition>],
        new: &[Positioned<FieldDefinition>],
    ) {
        for old in old.iter().map(|field| &field.node) {
            let path = format!("{name}.{}", old.name.node);
            let Some(new) = new.iter().map(|field| &field.node).find(|new| new.name.node == old.name.node)
            else {
                self.removed(path);
                continue;
            };
            if !gives(&old.ty.node, &new.ty.node) {
                self.retyped(path.clone(), &old.ty.node, &new.ty.node);
            }
            self.inputs(&format!("{path}("), ")", &old.arguments, &new.arguments);
        }
    }

    /// Arguments, or the fields of an input.
    fn inputs(
        &mut self,
        before: &str,
        after: &str,
        old: &[Positioned<InputValueDefinition>],
        new: &[Positioned<InputValueDefinition>],
    ) {
        let path = |input: &InputValueDefinition| format!("{before}{}{after}", input.name.node);
        for old in old.iter().map(|input| &input.node) {
            match new.iter().map(|input| &input.node).find(|new| new.name.node == old.name.node) {
                None => self.removed(path(old)),
                Some(new) => {
                    if !takes(&old.ty.node, &new.ty.node) {
                        self.retyped(path(old), &old.ty.node, &new.ty.node);
                    } else if required(new) && !required(old) {
                        self.push(path(old), "变为必填项", "became required");
                    }
                }
            }
        }
        for new in new.iter().map(|input| &input.node) {
            let known = old.iter().any(|old| old.node.name.node == new.name.node);
            if !known && required(new) {
                self.push(path(new), "新增的必填项", "is new and required");
            }
        }
    }

    fn roots(&mut self, old: &ServiceDocument, new: &ServiceDocument) {
        for ((name, old), (_, new)) in roots(old).into_iter().zip(roots(new)) {
            match (old, new) {
                (Some(_), None) => self.removed(format!("schema.{name}")),
                (Some(old), Some(new)) if old != new => self.retyped(format!("schema.{name}"), &old, &new),
                _ => {}
            }
        }
    }

    fn directives(&mut self, old: &ServiceDocument, new: &ServiceDocument) {
        let named = |document: &ServiceDocument| {
            let directives = document.definitions.iter().filter_map(|definition| match definition {
                TypeSystemDefinition::Directive(directive) => Some(directive.node.clone()),
                TypeSystemDefinition::Schema(_) | TypeSystemDefinition::Type(_) => None,
            });
            directives
                .map(|directive| (directive.name.node.to_string(), directive))
                .collect::<BTreeMap<_, _>>()
        };
        let after = named(new);
        for (name, old) in named(old) {
            match after.get(&name) {
                None => self.removed(format!("@{name}")),
                Some(new) => self.inputs(&format!("@{name}("), ")", &old.arguments, &new.arguments),
            }
        }
    }
}

fn required(input: &InputValueDefinition) -> bool {
    !input.ty.node.nullable && input.default_value.is_none()
}

fn values(kind: &EnumType) -> Vec<Positioned<async_graphql::Name>> {
    kind.values.iter().map(|value| value.node.value.clone()).collect()
}

fn roots(document: &ServiceDocument) -> [(&'static str, Option<String>); 3] {
    let schema: Option<&SchemaDefinition> =
        document.definitions.iter().find_map(|definition| match definition {
            TypeSystemDefinition::Schema(schema) => Some(&schema.node),
            TypeSystemDefinition::Type(_) | TypeSystemDefinition::Directive(_) => None,
        });
    let root = |pick: fn(&SchemaDefinition) -> &Option<Positioned<async_graphql::Name>>| {
        schema.and_then(|schema| pick(schema).as_ref()).map(|name| name.node.to_string())
    };
    [
        ("query", root(|schema| &schema.query)),
        ("mutation", root(|schema| &schema.mutation)),
        ("subscription", root(|schema| &schema.subscription)),
    ]
}

/// Whether a client that reads the old type can read the new one: the same, or never null where it could be.
fn gives(old: &Type, new: &Type) -> bool {
    (old.nullable || !new.nullable)
        && match (&old.base, &new.base) {
            (BaseType::Named(old), BaseType::Named(new)) => old == new,
            (BaseType::List(old), BaseType::List(new)) => gives(old, new),
            _ => false,
        }
}

/// Whether what fits the old type fits the new one: the same, or optional where it was required.
fn takes(old: &Type, new: &Type) -> bool {
    (new.nullable || !old.nullable)
        && match (&old.base, &new.base) {
            (BaseType::Named(old), BaseType::Named(new)) => old == new,
            (BaseType::List(old), BaseType::List(new)) => takes(old, new),
            _ => false,
        }
}
