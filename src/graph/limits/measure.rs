//! Measures a document: each selection once, each fragment once, however often it is used.

use crate::graph::page::{DEFAULT_ROWS, MAX_ROWS};
use async_graphql::parser::types::{ExecutableDocument, Field, Selection, SelectionSet};
use async_graphql::{Name, Positioned, Value, Variables};
use std::collections::HashMap;

/// How large a selection is, with the fragments in it written out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Size {
    /// Fields and fragments, at all levels.
    pub fields: u64,
    /// Fields that are renamed, wherever they stand; those of a fragment count once.
    pub aliases: u64,
    /// Fields of the first level.
    pub width: u64,
    /// Levels of fields.
    pub depth: u64,
    /// Levels of fields below `__schema` or `__type`.
    pub introspection_depth: u64,
    /// Lists inside each other below `__schema` or `__type`.
    pub introspection_lists: u64,
    /// Fields, those inside a list counted once for each of its rows.
    pub cost: u64,
    /// Lists inside each other, were this a part of an introspection.
    lists: u64,
    /// Whether the first level holds the rows of a page.
    paged: bool,
}

impl Size {
    fn beside(self, other: Self) -> Self {
        Self {
            fields: self.fields.saturating_add(other.fields),
            aliases: self.aliases.saturating_add(other.aliases),
            width: self.width.saturating_add(other.width),
            depth: self.depth.max(other.depth),
            introspection_depth: self.introspection_depth.max(other.introspection_depth),
            introspection_lists: self.introspection_lists.max(other.introspection_lists),
            cost: self.cost.saturating_add(other.cost),
            lists: self.lists.max(other.lists),
            paged: self.paged || other.paged,
        }
    }
}

pub(super) struct Measure<'a> {
    document: &'a ExecutableDocument,
    /// The values of the variables, or their defaults: sizes of pages are among them.
    variables: HashMap<&'a str, &'a Value>,
    /// The fragments measured so far; `None` while one is being measured.
    fragments: HashMap<&'a str, Option<Size>>,
}

impl<'a> Measure<'a> {
    pub(super) fn new(document: &'a ExecutableDocument, variables: &'a Variables) -> Self {
        let definitions =
            document.operations.iter().flat_map(|(_, operation)| &operation.node.variable_definitions);
        let variables = definitions
            .filter_map(|definition| {
                let name = definition.node.name.node.as_str();
                Some((name, variables.get(name).or(definition.node.default_value())?))
            })
            .collect();
        Self { document, variables, fragments: HashMap::new() }
    }

    /// The size of all operations together, but for the width, which is that of the widest; `None` where fragments
    /// refer to each other in a circle.
    pub(super) fn all(mut self) -> Option<Size> {
        let document = self.document;
        let mut all = Size::default();
        for (_, operation) in document.operations.iter() {
            let size = self.set(&operation.node.selection_set)?;
            let width = all.width.max(size.width);
            all = Size { width, ..all.beside(size) };
        }
        for name in document.fragments.keys() {
            // One that nobody uses adds nothing but its aliases, which were counted where it was measured first.
            let unused = !self.fragments.contains_key(name.as_str());
            let size = self.fragment(name)?;
            all.aliases = all.aliases.saturating_add(if unused { size.aliases } else { 0 });
        }
        Some(all)
    }

    fn set(&mut self, set: &'a Positioned<SelectionSet>) -> Option<Size> {
        set.node.items.iter().try_fold(Size::default(), |sum, selection| {
            Some(sum.beside(match &selection.node {
                Selection::Field(field) => self.field(&field.node)?,
                Selection::InlineFragment(inline) => self.spread(&inline.node.selection_set)?,
                Selection::FragmentSpread(spread) => {
                    let known = self.fragments.contains_key(spread.node.fragment_name.node.as_str());
                    let size = self.fragment(&spread.node.fragment_name.node)?;
                    let aliases = if known { 0 } else { size.aliases };
                    Size { fields: size.fields.saturating_add(1), aliases, ..size }
                }
            }))
        })
    }

    fn spread(&mut self, set: &'a Positioned<SelectionSet>) -> Option<Size> {
        let size = self.set(set)?;
        Some(Size { fields: size.fields.saturating_add(1), ..size })
    }

    fn fragment(&mut self, name: &'a Name) -> Option<Size> {
        if let Some(measured) = self.fragments.get(name.as_str()) {
            return *measured;
        }
        let Some(fragment) = self.document.fragments.get(name) else { return Some(Size::default()) };
        self.fragments.insert(name, None);
        let size = self.set(&fragment.node.selection_set)?;
        self.fragments.insert(name, Some(size));
        Some(size)
    }

    fn field(&mut self, field: &'a Field) -> Option<Size> {
        let inside = self.set(&field.selection_set)?;
        let rows = if inside.paged { self.rows(field) } else { 1 };
        let mut size = Size {
            fields: inside.fields.saturating_add(1),
            aliases: inside.aliases.saturating_add(u64::from(field.alias.is_some())),
            width: 1,
            depth: inside.depth + 1,
            cost: inside.cost.saturating_mul(rows).saturating_add(1),
            lists: inside.lists + u64::from(is_introspection_list(&field.name.node)),
            paged: matches!(field.name.node.as_str(), "nodes" | "edges"),
            ..inside
        };
        if matches!(field.name.node.as_str(), "__schema" | "__type") {
            size.introspection_depth = size.depth;
            size.introspection_lists = size.lists;
            (size.depth, size.cost) = (1, 1);
        }
        Some(size)
    }

    /// How many rows a page has at most.
    fn rows(&self, field: &Field) -> u64 {
        let argument = field.get_argument("first").or_else(|| field.get_argument("last"));
        let known =
            |name: Name| Ok::<_, ()>(self.variables.get(name.as_str()).copied().cloned().unwrap_or_default());
        let asked = match argument.map(|argument| argument.node.clone().into_const_with(known)) {
            Some(Ok(Value::Number(number))) => number.as_u64(),
            _ => None,
        };
        let rows = |rows: i32| u64::try_from(rows).unwrap_or_default();
        asked.unwrap_or(rows(DEFAULT_ROWS)).min(rows(MAX_ROWS))
    }
}

fn is_introspection_list(name: &str) -> bool {
    matches!(name, "fields" | "inputFields" | "interfaces" | "possibleTypes")
}
