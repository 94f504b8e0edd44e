//! The schema says that it is a subgraph of federation version 2, and calls the directives by their own names: else what
//! they do could not be told from their names.

use super::Judge;
use crate::domain::subgraph::{Problem, SubgraphProblemCode as Code};
use crate::federation::hub::{ROOTS, bare, text};
use async_graphql::parser::Pos;
use async_graphql::parser::types::{ConstDirective, SchemaDefinition, ServiceDocument, TypeSystemDefinition};
use async_graphql_value::ConstValue;

const FEDERATION: &str = "https://specs.apollo.dev/federation/v2.";
const LINK: &str = "https://specs.apollo.dev/link/";
/// The newest 2.x that composing understands.
const NEWEST: u8 = 9;

pub(super) fn check(judge: &mut Judge<'_>, document: &ServiceDocument) {
    let mut links = 0;
    for definition in &document.definitions {
        let TypeSystemDefinition::Schema(schema) = definition else { continue };
        roots(judge, &schema.node);
        for directive in &schema.node.directives {
            match bare(directive.node.name.node.as_str()) {
                "link" => links += usize::from(link(judge, &directive.node, directive.pos)),
                _ => judge.applied("schema", std::slice::from_ref(directive)),
            }
        }
    }
    if links != 1 {
        judge.found.problems.push(Problem::new(
            Code::NotFederation,
            "",
            "schema 须用一次 @link 声明 federation v2：extend schema @link(url: \"https://specs.apollo.dev/federation/v2.3\", import: [\"@key\"])。",
            "The schema has to link federation v2, once: extend schema @link(url: \"https://specs.apollo.dev/federation/v2.3\", import: [\"@key\"]).",
        ));
    }
}

fn roots(judge: &mut Judge<'_>, schema: &SchemaDefinition) {
    for (root, name) in [&schema.query, &schema.mutation, &schema.subscription].into_iter().zip(ROOTS) {
        if let Some(root) = root.as_ref().filter(|root| root.node.as_str() != name) {
            let zh = format!("根类型须命名为 {name}，现在是 {}。", root.node);
            let en = format!("This root type has to be called {name}; it is called {}.", root.node);
            judge.problem(Code::NotFederation, root.pos, root.node.to_string(), zh, en);
        }
    }
}

/// Whether a link is the one to federation version 2.
fn link(judge: &mut Judge<'_>, directive: &ConstDirective, pos: Pos) -> bool {
    let url = text(directive, "url").unwrap_or_default();
    let minor = url.strip_prefix(FEDERATION).and_then(|minor| minor.parse::<u8>().ok());
    let is_federation = minor.is_some_and(|minor| minor <= NEWEST);
    if !is_federation && !url.starts_with(LINK) {
        let shown: String = url.chars().take(100).collect();
        let (code, path) = (Code::NotFederation, "@link");
        let zh = format!("@link 只能引用 federation v2.0 至 v2.{NEWEST}，现在引用的是“{shown}”。");
        let en = format!("Only federation v2.0 to v2.{NEWEST} may be linked; this links \"{shown}\".");
        judge.problem(code, pos, path, zh, en);
    }
    let renames = directive.get_argument("as").is_some()
        || match directive.get_argument("import").map(|value| &value.node) {
            Some(ConstValue::List(imports)) => {
                imports.iter().any(|one| !matches!(one, ConstValue::String(_)))
            }
            Some(_) => true,
            None => false,
        };
    if renames {
        let zh = "@link 不能改名（as），import 只列指令原名，如 import: [\"@key\"]。".to_owned();
        let en =
            "@link must not rename (`as`): import directives by their own names, as in import: [\"@key\"]."
                .to_owned();
        judge.problem(Code::NotFederation, pos, "@link", zh, en);
    }
    is_federation
}
