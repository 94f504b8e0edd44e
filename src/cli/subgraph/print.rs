use super::text;
use crate::cli::{Desk, table};
use crate::domain::subgraph::{SubgraphState, SupergraphCause};
use crate::domain::text::{Lang, TextEnum};
use serde_json::Value;
use std::fmt::Write as _;
use std::str::FromStr;

fn rows(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// What a person reads for a value of an enum of the graph.
fn label<E: TextEnum + FromStr>(value: &Value, lang: Lang) -> String {
    let name = value.as_str().unwrap_or_default();
    name.to_lowercase().parse::<E>().map_or_else(|_| name.to_owned(), |known| known.label(lang).to_owned())
}

fn number(value: &Value) -> String {
    value.as_i64().map_or_else(|| "-".to_owned(), |number| number.to_string())
}

/// What checking a schema found.
pub(super) fn found(desk: &Desk, found: &Value) -> String {
    let mut told = String::new();
    let problems = rows(&found["problems"]);
    if problems.is_empty() {
        told += desk.pick("没有问题。\n", "Nothing is wrong with it.\n");
    } else {
        let mut table = table(desk.pick(["位置", "对象", "问题"], ["place", "of what", "problem"]));
        for problem in problems {
            let place = match problem["line"].as_i64() {
                Some(line) => format!("{line}:{}", number(&problem["column"])),
                None => "-".to_owned(),
            };
            table.add_row([place.as_str(), text(problem, "/path"), text(problem, "/message")]);
        }
        let _ = writeln!(told, "{table}");
    }
    let breaking = rows(&found["breakingChanges"]);
    if !breaking.is_empty() {
        let mut table = table(desk.pick(["位置", "破坏兼容的改动"], ["where", "what breaks"]));
        for change in breaking {
            table.add_row([text(change, "/path"), text(change, "/text")]);
        }
        let _ = writeln!(told, "{table}");
    }
    let names =
        |list: &str| rows(&found[list]).iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ");
    for (list, zh, en) in [("adds", "新增字段", "adds"), ("reads", "会收到的枢纽字段", "is sent")]
    {
        let names = names(list);
        if !names.is_empty() {
            let _ = writeln!(told, "{}: {names}", desk.pick(zh, en));
        }
    }
    told
}

/// What became of a publication.
pub(super) fn published(desk: &Desk, name: &str, publication: &Value) -> String {
    let number = number(&publication["number"]);
    match text(publication, "/state") {
        "LIVE" => desk.pick(
            format!("{name} 第{number}次发布已上线。\n"),
            format!("Publication {number} of {name} is live.\n"),
        ),
        "WAITING" => desk.pick(
            format!("{name} 第{number}次发布待街道批准。批准：gongjian subgraph approve {name}\n"),
            format!("Publication {number} of {name} waits for the street. To approve: gongjian subgraph approve {name}\n"),
        ),
        _ => desk.pick(
            format!("{name} 第{number}次发布未通过检查，已上线的版本不受影响。\n"),
            format!("Publication {number} of {name} was not sound; what is live stays live.\n"),
        ),
    }
}

/// Subgraphs, and the versions of the graph of all.
pub(super) fn list(desk: &Desk, found: &Value) -> String {
    let mut told = String::new();
    let header = desk.pick(
        ["名称", "单位", "状态", "上线", "待批准", "接口", "备注"],
        ["name", "unit", "state", "live", "waiting", "endpoint", "note"],
    );
    let mut subgraphs = table(header);
    for one in rows(&found["subgraphs"]["nodes"]) {
        let note = match (one["pollFailure"].as_str(), one["driftedAt"].as_str()) {
            (Some(code), _) => desk.pick(format!("访问失败 {code}"), format!("does not answer: {code}")),
            (None, Some(_)) => desk.pick("与上线的不一致", "differs from what is live").to_owned(),
            (None, None) => String::new(),
        };
        subgraphs.add_row([
            text(one, "/name"),
            text(one, "/unit/name"),
            &label::<SubgraphState>(&one["state"], desk.lang),
            &number(&one["live"]["number"]),
            &number(&one["waiting"]["number"]),
            text(one, "/url"),
            &note,
        ]);
    }
    let _ = writeln!(told, "{subgraphs}\n");
    let live = found["live"]["number"].as_i64();
    let header = desk.pick(["总图", "原因", "子图", "时间", ""], ["version", "cause", "subgraph", "at", ""]);
    let mut versions = table(header);
    for one in rows(&found["supergraphs"]["nodes"]) {
        let cause = label::<SupergraphCause>(&one["cause"], desk.lang);
        let cause = match one["restored"].as_i64() {
            Some(restored) => format!("{cause} {restored}"),
            None => cause,
        };
        let is_live = one["number"].as_i64() == live;
        let note = if is_live { desk.pick("当前", "live") } else { "" };
        versions.add_row([
            number(&one["number"]),
            cause,
            text(one, "/subgraph/name").to_owned(),
            text(one, "/createdAt").to_owned(),
            note.to_owned(),
        ]);
    }
    let _ = writeln!(told, "{versions}");
    told
}
