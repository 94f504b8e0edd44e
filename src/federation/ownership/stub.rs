//! The hub's types in a partner's schema.

use super::{ADDABLE, Judge};
use crate::domain::subgraph::{Problem, SubgraphProblemCode as Code};
use crate::federation::hub::{Field, Kind, bare, key};
use async_graphql::parser::Pos;
use async_graphql::parser::types::{
    FieldDefinition, ObjectType, ServiceDocument, TypeDefinition, TypeKind, TypeSystemDefinition,
};
use std::collections::{BTreeMap, HashMap};

pub(super) fn check(judge: &mut Judge<'_>, definition: &TypeDefinition, kind: &Kind) {
    let (name, pos) = (definition.name.node.as_str(), definition.name.pos);
    match (kind, &definition.kind) {
        (Kind::Entity { keys, fields }, TypeKind::Object(object)) => {
            judge.only(name, &definition.directives, &["key", "extends"]);
            for directive in &definition.directives {
                if let Some(fields) = key(&directive.node).filter(|fields| !keys.contains(fields)) {
                    let known = keys.join("、");
                    let zh = format!("{name} 的键只能是 {known}，不能是“{fields}”。");
                    let en = format!("{name} is known by {}; \"{fields}\" is no key of it.", keys.join(", "));
                    judge.problem(Code::RedefinesHub, directive.pos, name, zh, en);
                }
            }
            implements_nothing(judge, name, object, pos);
            for field in &object.fields {
                entity_field(judge, name, &field.node, keys, fields);
            }
        }
        (Kind::Shared(fields), TypeKind::Object(object)) => {
            judge.only(name, &definition.directives, &["shareable", "extends"]);
            implements_nothing(judge, name, object, pos);
            for field in &object.fields {
                shared_field(judge, name, &field.node, fields);
            }
        }
        (Kind::Scalar, TypeKind::Scalar) => judge.only(name, &definition.directives, &["specifiedBy"]),
        _ => {
            let own = judge.own.kinds();
            let zh = format!("类型 {name} 是枢纽的，子图不能再定义。请删去，或改名为 {own}{name}。");
            let en = format!(
                "The type {name} is the hub's; a subgraph cannot define it. Leave it out, or call yours {own}{name}."
            );
            judge.problem(Code::RedefinesHub, pos, name, zh, en);
        }
    }
}

fn implements_nothing(judge: &mut Judge<'_>, name: &str, object: &ObjectType, pos: Pos) {
    if !object.implements.is_empty() {
        let zh = format!("{name} 是枢纽的类型，子图不能让它实现接口，请删去 implements。");
        let en = format!(
            "{name} is the hub's; a subgraph cannot make it implement anything. Leave `implements` out."
        );
        judge.problem(Code::RedefinesHub, pos, name, zh, en);
    }
}

fn entity_field(
    judge: &mut Judge<'_>,
    kind: &str,
    field: &FieldDefinition,
    keys: &[String],
    known: &HashMap<String, Field>,
) {
    let (name, pos) = (field.name.node.as_str(), field.name.pos);
    let path = format!("{kind}.{name}");
    let Some(hubs) = known.get(name) else {
        if ADDABLE.contains(&kind) {
            return judge.added(kind, field);
        }
        let (zh_list, en_list) = (ADDABLE.join("、"), ADDABLE.join(", "));
        let zh = format!("不能给 {kind} 添加字段 {name}：子图只能给 {zh_list} 添加字段。");
        let en = format!("{kind} cannot be given the field {name}: fields may be added to {en_list} only.");
        return judge.problem(Code::RedefinesHub, pos, path, zh, en);
    };
    let is_external = field.directives.iter().any(|one| bare(one.node.name.node.as_str()) == "external");
    if keys.iter().any(|key| key.split(' ').any(|part| part == name)) {
        judge.only(&path, &field.directives, &["external", "shareable"]);
    } else if is_external {
        judge.only(&path, &field.directives, &["external"]);
        judge.found.reads.push(path.clone());
    } else {
        let own = judge.own.fields();
        let zh = format!(
            "字段 {path} 是枢纽的，子图不能再提供（包括用 @shareable）。请改名为 {own}{name}；如只为 @requires 使用，请标 @external。"
        );
        let en = format!(
            "The field {path} is the hub's; a subgraph cannot provide it, not even with @shareable. Call yours {own}{name}, or mark it @external where it is only for @requires."
        );
        return judge.problem(Code::RedefinesHub, pos, path, zh, en);
    }
    require_same(judge, &path, field, hubs);
}

fn shared_field(judge: &mut Judge<'_>, kind: &str, field: &FieldDefinition, known: &HashMap<String, Field>) {
    let name = field.name.node.as_str();
    let path = format!("{kind}.{name}");
    judge.only(&path, &field.directives, &["shareable"]);
    if let Some(hubs) = known.get(name) {
        return require_same(judge, &path, field, hubs);
    }
    let zh = format!("{kind} 须与枢纽的定义一致，没有字段 {name}，请删去。");
    let en = format!("{kind} has to be as the hub has it, without the field {name}. Leave it out.");
    judge.problem(Code::RedefinesHub, field.name.pos, path, zh, en);
}

/// What is the hub's has the hub's type: another would change it for everybody.
fn require_same(judge: &mut Judge<'_>, path: &str, field: &FieldDefinition, hubs: &Field) {
    let own = Field::of(field);
    if own == *hubs {
        return;
    }
    let shown = |field: &Field| {
        let arguments: Vec<String> =
            field.arguments.iter().map(|(name, kind)| format!("{name}: {kind}")).collect();
        if arguments.is_empty() {
            field.kind.clone()
        } else {
            format!("({}): {}", arguments.join(", "), field.kind)
        }
    };
    let (own, hubs) = (shown(&own), shown(hubs));
    let zh = format!("字段 {path} 须与枢纽一致，写作 {hubs}，现在是 {own}。");
    let en = format!("The field {path} has to be as the hub has it, {hubs}; it is {own}.");
    judge.problem(Code::RedefinesHub, field.name.pos, path, zh, en);
}

/// Every type of the hub that has keys is referred to by one of them.
pub(super) fn require_keys(judge: &mut Judge<'_>, document: &ServiceDocument) {
    let mut seen: BTreeMap<&str, (Pos, bool)> = BTreeMap::new();
    for definition in &document.definitions {
        let TypeSystemDefinition::Type(definition) = definition else { continue };
        let definition = &definition.node;
        let name = definition.name.node.as_str();
        if matches!(
            (judge.hub.kind(name), &definition.kind),
            (Some(Kind::Entity { .. }), TypeKind::Object(_))
        ) {
            let has_key = definition.directives.iter().any(|one| key(&one.node).is_some());
            seen.entry(name).or_insert((definition.name.pos, false)).1 |= has_key;
        }
    }
    let own = judge.own.kinds();
    for (name, (pos, _)) in seen.into_iter().filter(|(_, (_, has_key))| !has_key) {
        let problem = Problem::new(
            Code::NotFederation,
            name,
            format!(
                "{name} 是枢纽的实体：如要引用，请写明键，type {name} @key(fields: \"id\")，不加字段时再加 resolvable: false；如是自己的类型，请改名为 {own}{name}。"
            ),
            format!(
                "{name} is an entity of the hub. To refer to it, name its key: type {name} @key(fields: \"id\"), with resolvable: false where no field is added. If it is a type of your own, call it {own}{name}."
            ),
        );
        judge.found.problems.push(problem.at(pos.line, pos.column));
    }
}
