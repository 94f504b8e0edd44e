//! Measures a document: each selection once, each fragment once, however often it is used.

use super::given::Given;
use async_graphql::parser::types::{Directive, ExecutableDocument, Field, Selection, SelectionSet};
use async_graphql::{Name, Positioned};
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
    /// Directives; those of a fragment count once.
    pub directives: u64,
    /// Pieces of the values in arguments.
    pub values: u64,
    /// Lists inside each other, were this a part of an introspection.
    lists: u64,
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
            directives: self.directives.saturating_add(other.directives),
            values: self.values.saturating_add(other.values),
            lists: self.lists.max(other.lists),
        }
    }
}

pub(super) struct Measure<'a> {
    document: &'a ExecutableDocument,
    given: &'a Given<'a>,
    /// The fragments measured so far; `None` while one is being measured.
    fragments: HashMap<&'a str, Option<Size>>,
}

impl<'a> Measure<'a> {
    pub(super) fn new(document: &'a ExecutableDocument, given: &'a Given<'a>) -> Self {
        Self { document, given, fragments: HashMap::new() }
    }

    /// The size of all operations together, but for the width, which is that of the widest; `None` where fragments
    /// refer to each other in a circle.
    pub(super) fn all(mut self) -> Option<Size> {
        let document = self.document;
        let mut all = Size::default();
        for (_, operation) in document.operations.iter() {
            let operation = &operation.node;
            let size = self.set(&operation.selection_set)?;
            let width = all.width.max(size.width);
            let variables = operation.variable_definitions.iter().map(|one| one.node.directives.len());
            let directives = operation.directives.len() + variables.sum::<usize>();
            all = Size { width, ..all.beside(size) };
            all.directives = all.directives.saturating_add(directives as u64);
        }
        for (name, fragment) in &document.fragments {
            // One that nobody uses adds nothing but what counts once, which was counted where it was measured first.
            let unused = !self.fragments.contains_key(name.as_str());
            let size = self.fragment(name)?;
            let (aliases, directives) = if unused { (size.aliases, size.directives) } else { (0, 0) };
            all.aliases = all.aliases.saturating_add(aliases);
            let own = fragment.node.directives.len() as u64;
            all.directives = all.directives.saturating_add(directives).saturating_add(own);
        }
        Some(all)
    }

    fn set(&mut self, set: &'a Positioned<SelectionSet>) -> Option<Size> {
        set.node.items.iter().try_fold(Size::default(), |sum, selection| {
            Some(sum.beside(match &selection.node {
                Selection::Field(field) => self.field(&field.node)?,
                Selection::InlineFragment(inline) => {
                    let size = self.set(&inline.node.selection_set)?;
                    self.marked(
                        Size { fields: size.fields.saturating_add(1), ..size },
                        &inline.node.directives,
                    )
                }
                Selection::FragmentSpread(spread) => {
                    let known = self.fragments.contains_key(spread.node.fragment_name.node.as_str());
                    let size = self.fragment(&spread.node.fragment_name.node)?;
                    let (aliases, directives) = if known { (0, 0) } else { (size.aliases, size.directives) };
                    let fields = size.fields.saturating_add(1);
                    self.marked(Size { fields, aliases, directives, ..size }, &spread.node.directives)
                }
            }))
        })
    }

    /// The size with the directives that stand at it.
    fn marked(&self, size: Size, directives: &[Positioned<Directive>]) -> Size {
        let values = directives.iter().flat_map(|one| &one.node.arguments);
        let values = values.map(|(_, value)| self.given.bulk(&value.node).pieces);
        Size {
            directives: size.directives.saturating_add(directives.len() as u64),
            values: values.fold(size.values, u64::saturating_add),
            ..size
        }
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
        let values = field.arguments.iter().map(|(_, value)| self.given.bulk(&value.node).pieces);
        let mut size = Size {
            fields: inside.fields.saturating_add(1),
            aliases: inside.aliases.saturating_add(u64::from(field.alias.is_some())),
            width: 1,
            depth: inside.depth + 1,
            lists: inside.lists + u64::from(is_introspection_list(&field.name.node)),
            values: values.fold(inside.values, u64::saturating_add),
            ..inside
        };
        if matches!(field.name.node.as_str(), "__schema" | "__type") {
            size.introspection_depth = size.depth;
            size.introspection_lists = size.lists;
            size.depth = 1;
        }
        Some(self.marked(size, &field.directives))
    }
}

fn is_introspection_list(name: &str) -> bool {
    matches!(name, "types" | "fields" | "inputFields" | "interfaces" | "possibleTypes")
}
