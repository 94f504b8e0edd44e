//! A diagram of nodes and links: no cycles, no node twice.

use crate::domain::service::Measure;
use crate::domain::text::{Lang, TextEnum};
use crate::graph::limits::annotation::list_size;
use crate::graph::matching::Quantity;
use crate::store::flow::{Asked, Delivered};
use async_graphql::{Enum, ID, SimpleObject};
use std::collections::BTreeMap;

/// What a node of a flow stands for.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FlowNodeKind {
    /// A partner unit that delivered.
    Unit,
    /// A root of the category tree.
    Category,
    /// A community, or the street where the street itself asked.
    Place,
    /// How the hub came to know of needs.
    Source,
    /// Where needs stand now.
    State,
}

/// A node of a flow.
#[derive(SimpleObject, Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FlowNode {
    /// What it stands for.
    kind: FlowNodeKind,
    /// The name, in Chinese.
    name: String,
    /// Its key, which the links name; unique in the diagram.
    id: ID,
    /// The name in English, or an English gloss of it.
    name_en: Option<String>,
}

/// A link of a flow.
#[derive(SimpleObject)]
pub struct FlowLink {
    /// The key of the node that it comes from.
    source: ID,
    /// The key of the node that it leads to.
    target: ID,
    /// How many deliveries, or how many needs.
    count: i64,
    /// How many people the deliveries reached; null where needs are counted.
    people: Option<i64>,
    /// How much, by what it is counted in: quantities of different measures cannot be added.
    quantities: Vec<Quantity>,
}

/// A diagram of nodes and links. Links lead from one column to the next, so there are no cycles.
#[derive(SimpleObject)]
pub struct Sankey {
    /// The nodes, by kind and name.
    #[graphql(directive = list_size::apply(Some(50), None))]
    nodes: Vec<FlowNode>,
    /// The links, in the order of their nodes.
    #[graphql(directive = list_size::apply(Some(100), None))]
    links: Vec<FlowLink>,
}

#[derive(Default)]
struct Sum {
    count: i64,
    people: Option<i64>,
    quantities: BTreeMap<Measure, i64>,
}

/// Adds up rows to a diagram.
#[derive(Default)]
pub(super) struct Builder(BTreeMap<(FlowNode, FlowNode), Sum>);

impl Builder {
    /// Adds what was delivered: from the unit to the category, and from there to the place.
    pub(super) fn deliver(&mut self, row: &Delivered) {
        let unit = node(FlowNodeKind::Unit, &row.unit_id, &row.unit_name, row.unit_name_en.as_deref());
        let category =
            node(FlowNodeKind::Category, &row.category_id, &row.category_name, Some(&row.category_name_en));
        let place = node(FlowNodeKind::Place, &row.place_id, &row.place_name, row.place_name_en.as_deref());
        for pair in [(unit, category.clone()), (category, place)] {
            self.add(pair, row.deliveries, Some(row.people), row.measure, row.quantity);
        }
    }

    /// Adds what was asked for: from the place to the source, and from there to the state.
    pub(super) fn ask(&mut self, row: &Asked) {
        let place = node(FlowNodeKind::Place, &row.place_id, &row.place_name, row.place_name_en.as_deref());
        let source = value(FlowNodeKind::Source, "source", row.source);
        let state = value(FlowNodeKind::State, "state", row.state);
        for pair in [(place, source.clone()), (source, state)] {
            self.add(pair, row.needs, None, row.measure, row.quantity);
        }
    }

    fn add(
        &mut self,
        pair: (FlowNode, FlowNode),
        count: i64,
        people: Option<i64>,
        measure: Measure,
        quantity: i64,
    ) {
        let sum = self.0.entry(pair).or_default();
        sum.count += count;
        sum.people = people.map(|people| sum.people.unwrap_or_default() + people);
        *sum.quantities.entry(measure).or_default() += quantity;
    }

    pub(super) fn build(self) -> Sankey {
        let mut nodes: Vec<FlowNode> =
            self.0.keys().flat_map(|(source, target)| [source.clone(), target.clone()]).collect();
        nodes.sort_unstable();
        nodes.dedup();
        let links = self.0.into_iter().map(|((source, target), sum)| FlowLink {
            source: source.id,
            target: target.id,
            count: sum.count,
            people: sum.people,
            quantities: Quantity::list(sum.quantities),
        });
        Sankey { links: links.collect(), nodes }
    }
}

fn node(kind: FlowNodeKind, id: &impl ToString, name: &str, name_en: Option<&str>) -> FlowNode {
    FlowNode {
        kind,
        name: name.to_owned(),
        id: id.to_string().into(),
        name_en: name_en.map(ToOwned::to_owned),
    }
}

fn value<T: TextEnum>(kind: FlowNodeKind, prefix: &str, value: T) -> FlowNode {
    let key = format!("{prefix}_{}", value.as_str());
    node(kind, &key, value.label(Lang::Zh), Some(value.label(Lang::En)))
}
