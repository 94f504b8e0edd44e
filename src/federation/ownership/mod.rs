//! What a partner may bring: fields for the hub's units, services and needs, and types and fields of its own, all under
//! its own name. What is the hub's, it may refer to, and nothing more.

mod link;
mod provides;
mod stub;

use super::hub::{Hub, ROOTS, bare};
use crate::domain::subgraph::{Namespace, Problem, SubgraphProblemCode as Code};
use async_graphql::Positioned;
use async_graphql::parser::Pos;
use async_graphql::parser::types::{
    ConstDirective, DirectiveDefinition, FieldDefinition, InputValueDefinition, ServiceDocument,
    TypeDefinition, TypeKind, TypeSystemDefinition,
};

/// The hub's types that others may add fields to.
pub(super) const ADDABLE: [&str; 3] = ["PartnerUnit", "Service", "Need"];
/// Scalars and types that the specification lays down and some tools print.
const SPECIFIED: [&str; 10] =
    ["_Any", "_Entity", "_Service", "_FieldSet", "FieldSet", "ID", "Int", "Float", "String", "Boolean"];
/// Directives of the language and of the federation, which some tools print.
const KNOWN: [&str; 22] = [
    "skip",
    "include",
    "deprecated",
    "specifiedBy",
    "oneOf",
    "link",
    "key",
    "external",
    "requires",
    "provides",
    "shareable",
    "inaccessible",
    "tag",
    "override",
    "extends",
    "composeDirective",
    "interfaceObject",
    "authenticated",
    "requiresScopes",
    "policy",
    "context",
    "fromContext",
];
/// Directives by which a part takes over what another has.
const FORBIDDEN: [&str; 4] = ["override", "interfaceObject", "composeDirective", "fromContext"];

/// What holding a schema against the hub's found.
#[derive(Debug, Default)]
pub(super) struct Judged {
    pub(super) problems: Vec<Problem>,
    pub(super) adds: Vec<String>,
    pub(super) reads: Vec<String>,
}

/// Holds a schema against the hub's and against the partner's own name.
pub(super) fn judge(document: &ServiceDocument, hub: &Hub, own: &Namespace) -> Judged {
    let mut judge = Judge { hub, own, found: Judged::default() };
    link::check(&mut judge, document);
    for definition in &document.definitions {
        match definition {
            TypeSystemDefinition::Schema(_) => {}
            TypeSystemDefinition::Directive(directive) => judge.directive(&directive.node, directive.pos),
            TypeSystemDefinition::Type(definition) => judge.kind(&definition.node),
        }
    }
    stub::require_keys(&mut judge, document);
    provides::check(&mut judge, document);
    let Judged { problems, adds, reads } = &mut judge.found;
    problems.sort_by_key(|problem| (problem.line, problem.column));
    for list in [adds, reads] {
        list.sort();
        list.dedup();
    }
    judge.found
}

struct Judge<'a> {
    hub: &'a Hub,
    own: &'a Namespace,
    found: Judged,
}

impl Judge<'_> {
    fn problem(&mut self, code: Code, pos: Pos, path: impl Into<String>, zh: String, en: String) {
        self.found.problems.push(Problem::new(code, path, zh, en).at(pos.line, pos.column));
    }

    fn directive(&mut self, directive: &DirectiveDefinition, pos: Pos) {
        let name = directive.name.node.as_str();
        let printed = KNOWN.contains(&bare(name)) || name.starts_with("link__");
        if printed || name.starts_with(self.own.fields()) {
            return;
        }
        let path = format!("@{name}");
        if self.hub.has_directive(name) {
            let zh = format!("指令 @{name} 是枢纽定义的，子图不能再定义，请删去。");
            let en =
                format!("The directive @{name} is the hub's; a subgraph cannot define it. Leave it out.");
            self.problem(Code::RedefinesHub, pos, path, zh, en);
        } else {
            let prefix = self.own.fields();
            let zh = format!("指令 @{name} 不在本子图的命名空间内，请改名为 @{prefix}{name}，或删去。");
            let en = format!(
                "The directive @{name} is outside this subgraph's namespace; call it @{prefix}{name}, or leave it out."
            );
            self.problem(Code::OutsideNamespace, pos, path, zh, en);
        }
    }

    fn kind(&mut self, definition: &TypeDefinition) {
        let name = definition.name.node.as_str();
        self.applied(name, &definition.directives);
        self.inside(name, &definition.kind);
        if ROOTS.contains(&name) {
            self.root(name, definition);
        } else if let Some(kind) = self.hub.kind(name) {
            stub::check(self, definition, kind);
        } else if !is_specified(definition) && !name.starts_with(self.own.kinds()) {
            let prefix = self.own.kinds();
            let zh = format!("类型 {name} 不在本子图的命名空间内，请改名为 {prefix}{name}。");
            let en = format!("The type {name} is outside this subgraph's namespace; call it {prefix}{name}.");
            self.problem(Code::OutsideNamespace, definition.name.pos, name, zh, en);
        }
    }

    /// Fields of the roots bear the partner's name.
    fn root(&mut self, name: &str, definition: &TypeDefinition) {
        let pos = definition.name.pos;
        let TypeKind::Object(object) = &definition.kind else {
            let zh = format!("{name} 必须是对象类型。");
            let en = format!("{name} has to be an object type.");
            return self.problem(Code::NotFederation, pos, name, zh, en);
        };
        if !object.implements.is_empty() {
            let zh = format!("{name} 不能实现接口，请删去 implements。");
            let en = format!("{name} implements no interface; leave `implements` out.");
            self.problem(Code::RedefinesHub, pos, name, zh, en);
        }
        self.only(name, &definition.directives, &["extends", "shareable"]);
        for field in object.fields.iter().map(|field| &field.node) {
            let field_name = field.name.node.as_str();
            if name == "Query" && matches!(field_name, "_service" | "_entities") {
                continue;
            }
            self.added(name, field);
        }
    }

    /// A field that is added to a root or to a type of the hub.
    fn added(&mut self, kind: &str, field: &FieldDefinition) {
        let name = field.name.node.as_str();
        let path = format!("{kind}.{name}");
        let prefix = self.own.fields();
        if name.starts_with(prefix) {
            self.found.adds.push(path);
            return;
        }
        let zh = format!("字段 {path} 不在本子图的命名空间内，请改名为 {prefix}{name}。");
        let en = format!("The field {path} is outside this subgraph's namespace; call it {prefix}{name}.");
        self.problem(Code::OutsideNamespace, field.name.pos, path, zh, en);
    }

    /// Directives that are applied to something: none by which it would take over what another has.
    fn applied(&mut self, path: &str, directives: &[Positioned<ConstDirective>]) {
        for directive in directives {
            let name = bare(directive.node.name.node.as_str());
            if FORBIDDEN.contains(&name) {
                let zh =
                    format!("{path} 使用了 @{name}：子图不能借此接管枢纽或其他单位的内容，请删去该指令。");
                let en = format!(
                    "{path} uses @{name}: a subgraph cannot take over what is the hub's or another partner's. Leave the directive out."
                );
                self.problem(Code::ForbiddenDirective, directive.pos, path, zh, en);
            }
        }
    }

    /// Only these directives are applied to something that is the hub's.
    fn only(&mut self, path: &str, directives: &[Positioned<ConstDirective>], allowed: &[&str]) {
        for directive in directives {
            let name = bare(directive.node.name.node.as_str());
            if !allowed.contains(&name) && !FORBIDDEN.contains(&name) {
                let zh = format!("{path} 属于枢纽，不能对其使用 @{name}，请删去该指令。");
                let en = format!(
                    "{path} is the hub's, so @{name} cannot be applied to it. Leave the directive out."
                );
                self.problem(Code::ForbiddenDirective, directive.pos, path, zh, en);
            }
        }
    }

    fn inside(&mut self, name: &str, kind: &TypeKind) {
        match kind {
            TypeKind::Object(object) => self.fields(name, &object.fields),
            TypeKind::Interface(interface) => self.fields(name, &interface.fields),
            TypeKind::InputObject(object) => self.inputs(name, &object.fields),
            TypeKind::Enum(values) => {
                for value in &values.values {
                    let path = format!("{name}.{}", value.node.value.node);
                    self.applied(&path, &value.node.directives);
                }
            }
            TypeKind::Scalar | TypeKind::Union(_) => {}
        }
    }

    fn fields(&mut self, name: &str, fields: &[Positioned<FieldDefinition>]) {
        for field in fields.iter().map(|field| &field.node) {
            let path = format!("{name}.{}", field.name.node);
            self.applied(&path, &field.directives);
            self.inputs(&path, &field.arguments);
        }
    }

    fn inputs(&mut self, name: &str, inputs: &[Positioned<InputValueDefinition>]) {
        for input in inputs.iter().map(|input| &input.node) {
            self.applied(&format!("{name}.{}", input.name.node), &input.directives);
        }
    }
}

/// Whether a type is one of those that the specification lays down.
fn is_specified(definition: &TypeDefinition) -> bool {
    let name = definition.name.node.as_str();
    let is_plain = matches!(definition.kind, TypeKind::Scalar | TypeKind::Enum(_));
    SPECIFIED.contains(&name)
        || (is_plain && (name.starts_with("federation__") || name.starts_with("link__")))
}
