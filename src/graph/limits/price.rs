//! What a request costs, by the schema's own annotations: each selection is looked at once, each fragment once, however
//! often it is used.

use super::given::Given;
use crate::graph::page::DEFAULT_ROWS;
use async_graphql::Positioned;
use async_graphql::parser::types::{
    ExecutableDocument, Field, OperationDefinition, OperationType, Selection, SelectionSet,
};
use async_graphql::registry::{MetaDirectiveInvocation, MetaField, MetaType, MetaTypeName, Registry};
use async_graphql::{Name, Value};
use std::collections::HashMap;

/// What a look at the whole schema costs, and at one of its types: introspection has limits of its own.
const SCHEMA: u64 = 5_000;
const TYPE: u64 = 500;
/// What a change costs beside what is read afterwards: it waits for the disk.
const CHANGE: u64 = 20;
/// Entries of a list about which nothing is said.
const ASSUMED: u64 = 10;

/// What a selection costs: once, and again for each row of the page that it is a part of.
#[derive(Debug, Clone, Copy, Default)]
struct Price {
    once: u64,
    a_row: u64,
}

impl Price {
    fn plus(self, other: Self) -> Self {
        Self { once: self.once.saturating_add(other.once), a_row: self.a_row.saturating_add(other.a_row) }
    }

    fn of_rows(self, rows: u64) -> u64 {
        self.once.saturating_add(self.a_row.saturating_mul(rows))
    }
}

/// Prices the operations of a document that has no circles.
pub(super) struct Pricer<'a> {
    pub registry: &'a Registry,
    pub document: &'a ExecutableDocument,
    pub given: &'a Given<'a>,
    fragments: HashMap<&'a str, Price>,
}

impl<'a> Pricer<'a> {
    pub fn new(registry: &'a Registry, document: &'a ExecutableDocument, given: &'a Given<'a>) -> Self {
        Self { registry, document, given, fragments: HashMap::new() }
    }

    /// What the operation of a name costs; without a name, or where there is no such operation, the dearest.
    pub fn price(mut self, name: Option<&str>) -> u64 {
        let document = self.document;
        let named = document
            .operations
            .iter()
            .find(|(own, _)| name.is_some() && own.is_some_and(|own| Some(own.as_str()) == name));
        if let Some((_, operation)) = named {
            return self.operation(&operation.node);
        }
        let all = document.operations.iter();
        all.map(|(_, operation)| self.operation(&operation.node)).max().unwrap_or_default()
    }

    fn operation(&mut self, operation: &'a OperationDefinition) -> u64 {
        let root = match operation.ty {
            OperationType::Query => Some(&self.registry.query_type),
            OperationType::Mutation => self.registry.mutation_type.as_ref(),
            OperationType::Subscription => self.registry.subscription_type.as_ref(),
        };
        let root = root.and_then(|root| self.registry.types.get(root));
        let set = &operation.selection_set;
        let asked = self.set(set, root).of_rows(ASSUMED);
        let changes = if operation.ty == OperationType::Mutation { set.node.items.len() } else { 0 };
        asked.saturating_add(CHANGE.saturating_mul(changes as u64))
    }

    fn set(&mut self, set: &'a Positioned<SelectionSet>, of: Option<&'a MetaType>) -> Price {
        let prices = set.node.items.iter().map(|selection| match &selection.node {
            Selection::Field(field) => self.field(&field.node, of),
            Selection::InlineFragment(inline) => {
                let condition = inline.node.type_condition.as_ref();
                let of = condition.map_or(of, |on| self.registry.types.get(on.node.on.node.as_str()));
                self.set(&inline.node.selection_set, of)
            }
            Selection::FragmentSpread(spread) => self.fragment(&spread.node.fragment_name.node),
        });
        prices.fold(Price::default(), Price::plus)
    }

    fn fragment(&mut self, name: &'a Name) -> Price {
        if let Some(price) = self.fragments.get(name.as_str()) {
            return *price;
        }
        let Some(fragment) = self.document.fragments.get(name) else { return Price::default() };
        let of = self.registry.types.get(fragment.node.type_condition.node.on.node.as_str());
        let price = self.set(&fragment.node.selection_set, of);
        self.fragments.insert(name, price);
        price
    }

    fn field(&mut self, field: &'a Field, of: Option<&'a MetaType>) -> Price {
        let once = |once| Price { once, a_row: 0 };
        match field.name.node.as_str() {
            "__typename" => return once(0),
            "__schema" | "_service" => return once(SCHEMA),
            "__type" => return once(TYPE),
            _ => {}
        }
        let Some(known) = of.and_then(|of| of.field_by_name(&field.name.node)) else { return once(1) };
        let inside = self.registry.types.get(MetaTypeName::concrete_typename(&known.ty));
        let inside = self.set(&field.selection_set, inside);
        let weight = self.weight(field, known);
        if known.ty.starts_with('[') && !field.selection_set.node.items.is_empty() {
            let entry = inside.of_rows(ASSUMED).saturating_add(1);
            return match self.rows(field, known) {
                // The page around it says how many rows it holds.
                None if is_row_list(known) => Price { once: weight, a_row: entry },
                rows => once(weight.saturating_add(entry.saturating_mul(rows.unwrap_or(ASSUMED)))),
            };
        }
        let rows = self.rows(field, known).unwrap_or(ASSUMED);
        once(weight.saturating_add(inside.of_rows(rows)))
    }

    /// What the field costs by itself, with the arguments that it is given.
    fn weight(&self, field: &Field, known: &MetaField) -> u64 {
        let own = weight(&known.directive_invocations).unwrap_or(1);
        let arguments = known.args.iter().filter_map(|(name, argument)| {
            let weight = weight(&argument.directive_invocations)?;
            self.given.is_something(&field.get_argument(name)?.node).then_some(weight)
        });
        arguments.fold(own, u64::saturating_add)
    }

    /// How many rows the field has, where anything is said about it.
    fn rows(&self, field: &Field, known: &MetaField) -> Option<u64> {
        let annotation = known.directive_invocations.iter().find(|one| one.name == "listSize");
        let slicing = annotation.and_then(|one| match one.args.get("slicingArguments")? {
            Value::List(names) => Some(names),
            _ => None,
        });
        let said = |name: &str| self.given.length(&field.get_argument(name)?.node);
        let asked = match slicing {
            Some(names) => names.iter().find_map(|name| match name {
                Value::String(name) => said(name),
                _ => None,
            }),
            None if is_page(known) => said("first").or_else(|| said("last")),
            // The framework's own field, which carries no annotation of ours.
            None if field.name.node == "_entities" => said("representations"),
            None => None,
        };
        let assumed = annotation.and_then(|one| whole(one.args.get("assumedSize")?));
        let otherwise = assumed.or_else(|| is_page(known).then(|| u64::try_from(DEFAULT_ROWS).unwrap_or(1)));
        asked.or(otherwise)
    }
}

/// Whether a field leads to one page of a list.
fn is_page(field: &MetaField) -> bool {
    field.args.contains_key("first") && !field.ty.starts_with('[')
}

/// Whether a list holds the rows of the page that it belongs to.
fn is_row_list(field: &MetaField) -> bool {
    matches!(field.name.as_str(), "nodes" | "edges") && field.args.is_empty()
}

fn weight(annotations: &[MetaDirectiveInvocation]) -> Option<u64> {
    match annotations.iter().find(|one| one.name == "cost")?.args.get("weight")? {
        Value::String(weight) => weight.parse().ok(),
        other => whole(other),
    }
}

fn whole(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64(),
        _ => None,
    }
}
