//! `@provides` says that a partner knows fields of another type as well. Of the hub's types it does not: the hub alone
//! says what is true of them.

use super::Judge;
use crate::domain::subgraph::SubgraphProblemCode as Code;
use crate::federation::hub::{bare, text};
use crate::federation::syntax::is_flat;
use async_graphql::parser::parse_query;
use async_graphql::parser::types::{
    BaseType, DocumentOperations, FieldDefinition, Selection, SelectionSet, ServiceDocument, Type, TypeKind,
    TypeSystemDefinition,
};
use std::collections::HashMap;

/// The types of the fields of the document's types.
type Fields<'a> = HashMap<(&'a str, &'a str), &'a str>;

pub(super) fn check(judge: &mut Judge<'_>, document: &ServiceDocument) {
    let all: Vec<(&str, &FieldDefinition)> = document
        .definitions
        .iter()
        .filter_map(|definition| match definition {
            TypeSystemDefinition::Type(definition) => Some(&definition.node),
            _ => None,
        })
        .flat_map(|definition| {
            let fields = match &definition.kind {
                TypeKind::Object(object) => object.fields.as_slice(),
                TypeKind::Interface(interface) => interface.fields.as_slice(),
                _ => &[],
            };
            fields.iter().map(|field| (definition.name.node.as_str(), &field.node))
        })
        .collect();
    let fields: Fields<'_> =
        all.iter().map(|(kind, field)| ((*kind, field.name.node.as_str()), named(&field.ty.node))).collect();
    for (kind, field) in all {
        for directive in &field.directives {
            if bare(directive.node.name.node.as_str()) != "provides" {
                continue;
            }
            let selection = text(&directive.node, "fields").unwrap_or_default();
            if !is_own(judge, &fields, named(&field.ty.node), selection) {
                let path = format!("{kind}.{}", field.name.node);
                let zh = format!(
                    "{path} 的 @provides 只能给出本子图自己类型的字段，枢纽的字段只由枢纽提供。请删去。"
                );
                let en = format!(
                    "The @provides of {path} may name fields of this subgraph's own types only; the hub alone provides the hub's. Leave it out."
                );
                judge.problem(Code::ForbiddenDirective, directive.pos, path, zh, en);
            }
        }
    }
}

fn named(kind: &Type) -> &str {
    match &kind.base {
        BaseType::Named(name) => name.as_str(),
        BaseType::List(inner) => named(inner),
    }
}

/// Whether all that is selected is the partner's own. What cannot be read is left to composing, which refuses it.
fn is_own(judge: &Judge<'_>, fields: &Fields<'_>, kind: &str, selection: &str) -> bool {
    if !is_flat(selection) {
        return false;
    }
    let Ok(document) = parse_query(format!("{{ {selection} }}")) else { return false };
    match &document.operations {
        DocumentOperations::Single(operation) if document.fragments.is_empty() => {
            walk(judge, fields, kind, &operation.node.selection_set.node)
        }
        _ => false,
    }
}

fn walk(judge: &Judge<'_>, fields: &Fields<'_>, kind: &str, set: &SelectionSet) -> bool {
    set.items.iter().all(|item| match &item.node {
        Selection::Field(field) => {
            let name = field.node.name.node.as_str();
            let inner = fields.get(&(kind, name)).copied().unwrap_or_default();
            judge.hub.kind(kind).is_none() && walk(judge, fields, inner, &field.node.selection_set.node)
        }
        Selection::InlineFragment(fragment) => {
            let inner = fragment.node.type_condition.as_ref().map_or(kind, |on| on.node.on.node.as_str());
            walk(judge, fields, inner, &fragment.node.selection_set.node)
        }
        Selection::FragmentSpread(_) => false,
    })
}
