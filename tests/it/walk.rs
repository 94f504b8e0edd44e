//! Walks over the whole schema, made from the printed schema itself: a field that is added is walked from then on.

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};
use gongjian_hub::cli::printed;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// A field or an argument: its name, its type as it is written, and what it takes.
#[derive(Clone)]
pub struct Part {
    pub name: String,
    pub kind: String,
    pub takes: Vec<(String, String)>,
}

/// The schema, as far as a walk needs it.
pub struct Shape {
    pub objects: BTreeMap<String, Vec<Part>>,
    nodes: BTreeSet<String>,
    inputs: BTreeMap<String, Vec<(String, String)>>,
    enums: BTreeMap<String, Vec<String>>,
}

/// Something to be asked.
#[derive(Clone)]
pub struct Ask {
    pub text: String,
    pub variables: Value,
}

/// The type itself: `Need` of `[Need!]!`.
pub fn named(kind: &str) -> &str {
    kind.trim_matches(['[', ']', '!'])
}

impl Shape {
    pub fn new() -> Self {
        let mut shape = Self {
            objects: BTreeMap::new(),
            nodes: BTreeSet::new(),
            inputs: BTreeMap::new(),
            enums: BTreeMap::new(),
        };
        for definition in parse_schema(printed()).unwrap().definitions {
            let TypeSystemDefinition::Type(definition) = definition else { continue };
            let name = definition.node.name.node.to_string();
            match definition.node.kind {
                TypeKind::Object(object) => {
                    if object.implements.iter().any(|one| one.node == "Node") {
                        shape.nodes.insert(name.clone());
                    }
                    let fields = object.fields.into_iter().map(|field| Part {
                        name: field.node.name.node.to_string(),
                        kind: field.node.ty.node.to_string(),
                        takes: field
                            .node
                            .arguments
                            .iter()
                            .map(|one| (one.node.name.node.to_string(), one.node.ty.node.to_string()))
                            .collect(),
                    });
                    shape.objects.insert(name, fields.collect());
                }
                TypeKind::InputObject(object) => {
                    let fields = object
                        .fields
                        .iter()
                        .map(|one| (one.node.name.node.to_string(), one.node.ty.node.to_string()));
                    shape.inputs.insert(name, fields.collect());
                }
                TypeKind::Enum(values) => {
                    let values = values.values.iter().map(|one| one.node.value.node.to_string());
                    shape.enums.insert(name, values.collect());
                }
                _ => {}
            }
        }
        shape
    }

    /// All that a type tells, and what the things tell that it leads to, so many steps from one thing to the next. Names
    /// of what is selected are noted.
    pub fn selection(&self, kind: &str, steps: u32, seen: &mut BTreeSet<(String, String)>) -> String {
        self.select(named(kind), steps, &mut vec![named(kind).to_owned()], seen)
    }

    fn select(
        &self,
        kind: &str,
        steps: u32,
        path: &mut Vec<String>,
        seen: &mut BTreeSet<(String, String)>,
    ) -> String {
        if kind == "Node" {
            let each = self.nodes.iter().map(|one| {
                let of = self.select(one, steps, &mut vec![one.clone()], seen);
                format!("... on {one} {of}")
            });
            return format!("{{ __typename {} }}", each.collect::<Vec<_>>().join(" "));
        }
        let mut text = String::from("{ __typename");
        for field in &self.objects[kind] {
            let to = named(&field.kind);
            let leaf = !self.objects.contains_key(to) && to != "Node";
            let node = self.nodes.contains(to) || to == "Node";
            let connection = to.ends_with("Connection");
            let next = if node { steps.checked_sub(1) } else { Some(steps) };
            let Some(next) = next else { continue };
            if connection && steps == 0 {
                continue;
            }
            if !leaf && !node && path.iter().filter(|one| *one == to).count() > 0 {
                continue;
            }
            seen.insert((kind.to_owned(), field.name.clone()));
            let takes = field.takes.iter().filter(|(_, kind)| kind.ends_with('!'));
            let takes: Vec<String> = takes.map(|(name, kind)| format!("{name}: {}", literal(kind))).collect();
            let takes = if takes.is_empty() { String::new() } else { format!("({})", takes.join(", ")) };
            // Under names of their own, since types of one interface may tell different things under one name.
            let _ = write!(text, " {kind}_{}: {}{takes}", field.name, field.name);
            if !leaf {
                path.push(to.to_owned());
                text += " ";
                text += &self.select(to, next, path, seen);
                path.pop();
            }
        }
        text + " }"
    }

    /// Every value that is worth a try for an argument or a field of an input; ids come from outside.
    pub fn values(&self, name: &str, kind: &str, try_all: &Tries<'_>) -> Vec<Value> {
        let single = named(kind);
        let many = kind.starts_with('[');
        let wrap = |value: Value| if many { json!([value]) } else { value };
        if single == "ID" {
            return (try_all.ids)(name).into_iter().map(|id| wrap(json!(id))).collect();
        }
        if let Some(values) = self.enums.get(single) {
            return values.iter().map(|value| wrap(json!(value))).collect();
        }
        if let Some(fields) = self.inputs.get(single) {
            let base = self.base(single, try_all);
            let mut found = vec![wrap(base.clone().into())];
            for (field, kind) in fields {
                for value in self.values(field, kind, try_all) {
                    let mut one = base.clone();
                    one.insert(field.clone(), value);
                    found.push(wrap(one.into()));
                }
            }
            return found;
        }
        match single {
            "Boolean" => vec![wrap(json!(true)), wrap(json!(false))],
            "String" => try_all.texts.iter().map(|text| wrap(json!(text))).collect(),
            _ => vec![wrap(plain(single))],
        }
    }

    /// An input with all that it needs, and nothing else.
    fn base(&self, kind: &str, try_all: &Tries<'_>) -> Map<String, Value> {
        let needed = self.inputs[kind].iter().filter(|(_, kind)| kind.ends_with('!'));
        needed.filter_map(|(name, kind)| Some((name.clone(), self.first(name, kind, try_all)?))).collect()
    }

    fn first(&self, name: &str, kind: &str, try_all: &Tries<'_>) -> Option<Value> {
        let single = named(kind);
        let value = if single == "ID" {
            json!((try_all.ids)(name).into_iter().next()?)
        } else if let Some(values) = self.enums.get(single) {
            json!(values[0])
        } else if self.inputs.contains_key(single) {
            self.base(single, try_all).into()
        } else if single == "String" {
            json!("甲乙丙丁")
        } else {
            plain(single)
        };
        Some(if kind.starts_with('[') { json!([value]) } else { value })
    }

    /// One request for each value of each argument of a field of the root.
    pub fn asks(&self, operation: &str, field: &Part, selection: &str, try_all: &Tries<'_>) -> Vec<Ask> {
        let mut base = Map::new();
        for (name, kind) in field.takes.iter().filter(|(_, kind)| kind.ends_with('!')) {
            match self.first(name, kind, try_all) {
                Some(value) => base.insert(name.clone(), value),
                None => return Vec::new(),
            };
        }
        let mut all = vec![base.clone()];
        for (name, kind) in &field.takes {
            for value in self.values(name, kind, try_all) {
                let mut one = base.clone();
                one.insert(name.clone(), value);
                // Relay's arguments go in pairs.
                if name == "before" {
                    one.insert("last".into(), json!(5));
                }
                all.push(one);
            }
        }
        let kinds: BTreeMap<_, _> = field.takes.iter().cloned().collect();
        let asks = all.into_iter().map(|values| {
            let declared: Vec<String> =
                values.keys().map(|name| format!("${name}: {}", kinds[name])).collect();
            let takes: Vec<String> = values.keys().map(|name| format!("{name}: ${name}")).collect();
            let wrap = |open: &str, parts: Vec<String>, close: &str| {
                if parts.is_empty() { String::new() } else { format!("{open}{}{close}", parts.join(", ")) }
            };
            Ask {
                text: format!(
                    "{operation}{} {{ {}{} {selection} }}",
                    wrap("(", declared, ")"),
                    field.name,
                    wrap("(", takes, ")"),
                ),
                variables: values.into(),
            }
        });
        asks.collect()
    }
}

/// What a walk tries.
pub struct Tries<'a> {
    /// The ids for an argument of this name.
    pub ids: &'a dyn Fn(&str) -> Vec<String>,
    /// Texts: words to search for, cursors to go on from.
    pub texts: Vec<String>,
}

fn plain(kind: &str) -> Value {
    match kind {
        "Int" => json!(3),
        "Float" => json!(0.5),
        "Boolean" => json!(true),
        "DateTime" => json!("2026-03-20T01:00:00Z"),
        "NaiveDate" => json!("2026-03-01"),
        "NaiveTime" => json!("09:00:00"),
        _ => json!("甲乙丙丁"),
    }
}

fn literal(kind: &str) -> String {
    plain(named(kind)).to_string()
}
