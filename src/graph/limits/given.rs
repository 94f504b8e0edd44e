//! What a request brings along: how large its values are, and what its variables stand for. Everything is walked once.

use async_graphql::parser::types::ExecutableDocument;
use async_graphql::{Value as Known, Variables};
use async_graphql_value::Value;
use std::collections::HashMap;

/// Bytes of text that count as one piece.
const BYTES: usize = 64;

/// How large a value is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Bulk {
    /// Scalars, lists and objects in it, long texts counted as several.
    pub pieces: u64,
    /// Lists and objects inside each other.
    pub depth: u64,
}

impl Bulk {
    fn beside(self, other: Self) -> Self {
        Self { pieces: self.pieces.saturating_add(other.pieces), depth: self.depth.max(other.depth) }
    }

    fn around(self) -> Self {
        Self { pieces: self.pieces.saturating_add(1), depth: self.depth + 1 }
    }

    fn text(length: usize) -> Self {
        Self { pieces: (1 + length / BYTES) as u64, depth: 0 }
    }
}

/// The variables of a request by their names, the defaults of the document among them.
pub(super) struct Given<'a> {
    variables: HashMap<&'a str, (&'a Known, Bulk)>,
    /// All values that came beside the document, whether it uses them or not.
    pub sent: Bulk,
}

impl<'a> Given<'a> {
    pub fn new(document: &'a ExecutableDocument, variables: &'a Variables) -> Self {
        let sized = |value: &'a Known| (value, known(value));
        let definitions =
            document.operations.iter().flat_map(|(_, operation)| &operation.node.variable_definitions);
        let mut given: HashMap<_, _> = definitions
            .filter_map(|one| Some((one.node.name.node.as_str(), sized(one.node.default_value()?))))
            .collect();
        given.extend(variables.iter().map(|(name, value)| (name.as_str(), sized(value))));
        let sent = variables.keys().filter_map(|name| Some(given.get(name.as_str())?.1));
        Self { sent: sent.fold(Bulk::default(), Bulk::beside), variables: given }
    }

    /// How large a value of the document is, its variables filled in.
    pub fn bulk(&self, value: &Value) -> Bulk {
        match value {
            Value::Variable(name) => {
                self.variables.get(name.as_str()).map(|(_, bulk)| *bulk).unwrap_or_default()
            }
            Value::String(text) => Bulk::text(text.len()),
            Value::List(entries) => {
                entries.iter().map(|entry| self.bulk(entry)).fold(Bulk::default(), Bulk::beside).around()
            }
            Value::Object(fields) => {
                fields.values().map(|field| self.bulk(field)).fold(Bulk::default(), Bulk::beside).around()
            }
            _ => Bulk::text(0),
        }
    }

    /// Whether a value of the document is anything at all.
    pub fn is_something(&self, value: &Value) -> bool {
        match value {
            Value::Variable(name) => {
                self.variables.get(name.as_str()).is_some_and(|(value, _)| **value != Known::Null)
            }
            value => *value != Value::Null,
        }
    }

    /// The length that a value of the document stands for: its number, or its own length where it is a list.
    pub fn length(&self, value: &Value) -> Option<u64> {
        match value {
            Value::Variable(name) => match self.variables.get(name.as_str())?.0 {
                Known::List(entries) => Some(entries.len() as u64),
                Known::Number(number) => number.as_u64(),
                _ => None,
            },
            Value::List(entries) => Some(entries.len() as u64),
            Value::Number(number) => number.as_u64(),
            _ => None,
        }
    }
}

fn known(value: &Known) -> Bulk {
    match value {
        Known::String(text) => Bulk::text(text.len()),
        Known::List(entries) => entries.iter().map(known).fold(Bulk::default(), Bulk::beside).around(),
        Known::Object(fields) => fields.values().map(known).fold(Bulk::default(), Bulk::beside).around(),
        _ => Bulk::text(0),
    }
}
