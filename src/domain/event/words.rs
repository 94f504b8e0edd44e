//! An event in words, for people: when, who, what, and what was before and after.

use super::{Event, EventKind};
use crate::domain::day::UTC_AHEAD;
use crate::domain::id::Kind;
use crate::domain::matches::{MatchAction, MatchState, Side};
use crate::domain::need::{NeedState, Outcome, Source, Urgency};
use crate::domain::service::{Measure, Mode, ServiceState};
use crate::domain::subgraph::{SubgraphPublicationState, SubgraphState};
use crate::domain::text::{Lang, TextEnum};
use crate::domain::unit::UnitKind;
use crate::domain::viewer::Role;
use chrono::{DateTime, Utc};
use serde_json::Value;

/// What something is called in an event, and in both languages.
const FIELDS: [(&str, &str, &str); 31] = [
    ("title", "标题", "title"),
    ("title_en", "英文标题", "English title"),
    ("description", "说明", "description"),
    ("name", "名称", "name"),
    ("name_en", "英文名称", "English name"),
    ("kind", "类型", "kind"),
    ("credit_code", "统一社会信用代码", "credit code"),
    ("address", "地址", "address"),
    ("place", "位置", "place"),
    ("category", "类别", "category"),
    ("mode", "方式", "mode"),
    ("target_groups", "面向人群", "target groups"),
    ("eligibility", "适用条件", "eligibility"),
    ("lead_time_days", "提前天数", "lead time in days"),
    ("coverage", "覆盖区划", "coverage"),
    ("availability", "可用时段", "availability"),
    ("urgency", "紧急程度", "urgency"),
    ("source", "来源", "source"),
    ("measure", "计量单位", "measure"),
    ("quantity", "数量", "quantity"),
    ("claimed", "已认领", "claimed"),
    ("delivered", "已办理", "delivered"),
    ("released", "已释放", "released"),
    ("smallest_lot", "最小认领量", "smallest lot"),
    ("most_services", "承办服务上限", "most services"),
    ("starts_at", "开始时间", "start"),
    ("ends_at", "结束时间", "end"),
    ("contact", "联系人", "contact"),
    ("liaison", "联络员", "liaison"),
    ("state", "状态", "state"),
    ("url", "接口地址", "endpoint"),
];

/// One thing that an event changed, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its name, for programs.
    pub field: String,
    /// Its name, for people.
    pub label: String,
    /// What was there before; `None` where nothing was, or where it is not kept.
    pub before: Option<String>,
    /// What is there now.
    pub after: Option<String>,
}

impl Event {
    /// What it changed, in the order of the alphabet, the state first.
    #[must_use]
    pub fn changes(&self, lang: Lang) -> Vec<Change> {
        let state = self.data.get("from").zip(self.data.get("to")).filter(|(from, to)| from != to);
        let state = state.map(|(from, to)| self.change("state", Some(from), Some(to), lang));
        let none = serde_json::Map::new();
        let object = |name: &str| self.data.get(name).and_then(Value::as_object);
        let (before, after) = (object("before").unwrap_or(&none), object("after").unwrap_or(&none));
        let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
        names.sort_unstable();
        names.dedup();
        let differ = names.into_iter().filter(|name| before.get(*name) != after.get(*name));
        let rest = differ.map(|name| self.change(name, before.get(name), after.get(name), lang));
        let also =
            self.data.get("also").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        let also = also.map(|name| self.change(name, None, None, lang));
        state.into_iter().chain(rest).chain(also).collect()
    }

    fn change(&self, field: &str, before: Option<&Value>, after: Option<&Value>, lang: Lang) -> Change {
        let known = FIELDS.iter().find(|(name, ..)| *name == field);
        let label = known.map_or_else(|| field.to_owned(), |(_, zh, en)| lang.pick(*zh, *en).to_owned());
        let told = |value: Option<&Value>| value.and_then(|value| self.value(field, value, lang));
        Change { field: field.to_owned(), label, before: told(before), after: told(after) }
    }

    fn value(&self, field: &str, value: &Value, lang: Lang) -> Option<String> {
        match value {
            Value::Number(number) => Some(number.to_string()),
            Value::String(text) => match field {
                "state" => Some(state(self.subject, text, lang)),
                "urgency" => label::<Urgency>(text, lang),
                "measure" => label::<Measure>(text, lang),
                "source" => label::<Source>(text, lang),
                "mode" => label::<Mode>(text, lang),
                "kind" => label::<UnitKind>(text, lang),
                "starts_at" | "ends_at" => text.parse().ok().map(|at| moment(at, lang)),
                // An id says nothing to people.
                "category" | "contact" | "liaison" => None,
                _ => Some(text.clone()),
            },
            _ => None,
        }
    }

    /// The whole event in one sentence. `by_name` also tells whoever did it by the last digits of their pseudonym.
    #[must_use]
    pub fn sentence(&self, lang: Lang, by_name: bool) -> String {
        let (when, who) = (moment(self.at, lang), self.who(lang, by_name));
        let mut told = lang.pick(
            format!("{when}，{who}{}", self.what(lang)),
            format!("{when}: the {who} {}", self.what(lang)),
        );
        if let Some(side) = self.stand_in("side").and_then(|side| label::<Side>(side, lang)) {
            let why = self.stand_in("reason").unwrap_or_default();
            told += &lang.pick(
                format!("（代{side}，理由：{why}）"),
                format!(" (standing in for the {side}, because: {why})"),
            );
        }
        if let Some(outcome) = self.text("outcome").and_then(|outcome| label::<Outcome>(outcome, lang)) {
            told += &lang.pick(format!("，结果：{outcome}"), format!("; outcome: {outcome}"));
        }
        if let Some(reason) = self.reason() {
            told += &lang.pick(format!("，理由：{reason}"), format!("; reason: {reason}"));
        }
        told + lang.pick("。", ".")
    }

    fn who(&self, lang: Lang, by_name: bool) -> String {
        let role = match (self.role, self.actor_id) {
            (Role::Administrator, None) => lang.pick("系统", "hub").to_owned(),
            (role, _) => role.label(lang).to_owned(),
        };
        match self.actor_id.filter(|_| by_name) {
            Some(id) => {
                let digits = id.simple().to_string();
                let last = &digits[digits.len() - 4..];
                lang.pick(format!("{role}（尾号{last}）"), format!("{role} …{last}"))
            }
            None => role,
        }
    }

    fn what(&self, lang: Lang) -> String {
        let thing = self.subject.label(lang);
        match self.kind {
            EventKind::Added => {
                let details = [("state", self.data.get("state")), ("quantity", self.data.get("quantity"))];
                let details = details.into_iter().filter_map(|(name, value)| {
                    let told = self.change(name, None, value, lang);
                    Some(format!("{} {}", told.label, told.after?))
                });
                let details = join(&details.collect::<Vec<_>>(), lang);
                lang.pick(format!("新增了{thing}{details}"), format!("added the {thing}{details}"))
            }
            EventKind::Moved | EventKind::Counted | EventKind::Edited => self.altered(thing, lang),
            EventKind::ContactRead => lang.pick(format!("查看了{thing}"), format!("read the {thing}")),
            EventKind::ContactErased => {
                lang.pick(format!("抹除了{thing}的联系人信息"), format!("erased the contact of the {thing}"))
            }
            EventKind::SignedIn => lang.pick("登录了".to_owned(), "signed in".to_owned()),
            EventKind::SignedOut => lang.pick("退出了登录".to_owned(), "signed out".to_owned()),
            EventKind::SignInRefused => lang.pick("登录被拒绝".to_owned(), "was not let in".to_owned()),
            EventKind::Denied => {
                lang.pick("的操作因无权限被拒绝".to_owned(), "was refused for want of a right".to_owned())
            }
        }
    }

    fn altered(&self, thing: &str, lang: Lang) -> String {
        let action = self.text("action").filter(|_| self.subject == Kind::Match);
        let action = action.and_then(|action| label::<MatchAction>(action, lang));
        let changes = self.changes(lang).into_iter().map(|change| match (change.before, change.after) {
            (None, None) => change.label,
            (before, after) => {
                let none = || lang.pick("无", "none").to_owned();
                let (before, after) = (before.unwrap_or_else(none), after.unwrap_or_else(none));
                lang.pick(
                    format!("{}由“{before}”改为“{after}”", change.label),
                    format!("{} from \"{before}\" to \"{after}\"", change.label),
                )
            }
        });
        let changes = join(&changes.collect::<Vec<_>>(), lang);
        match action {
            Some(action) => lang.pick(
                format!("办理了“{action}”{changes}"),
                format!("changed the {thing} ({action}){changes}"),
            ),
            None => lang.pick(format!("更改了{thing}{changes}"), format!("changed the {thing}{changes}")),
        }
    }

    fn stand_in(&self, name: &str) -> Option<&str> {
        self.data.get("stand_in")?.get(name)?.as_str()
    }

    /// For which side a coordinator stood in, and why, where they did.
    #[must_use]
    pub fn stands_in(&self) -> Option<(Side, &str)> {
        Some((self.stand_in("side")?.parse().ok()?, self.stand_in("reason")?))
    }
}

fn join(parts: &[String], lang: Lang) -> String {
    if parts.is_empty() {
        return String::new();
    }
    lang.pick("：", ": ").to_owned() + &parts.join(lang.pick("，", ", "))
}

fn label<E: TextEnum + std::str::FromStr>(text: &str, lang: Lang) -> Option<String> {
    Some(text.parse::<E>().ok()?.label(lang).to_owned())
}

fn state(of: Kind, text: &str, lang: Lang) -> String {
    let known = match of {
        Kind::Need => label::<NeedState>(text, lang),
        Kind::Match => label::<MatchState>(text, lang),
        Kind::Service => label::<ServiceState>(text, lang),
        Kind::Subgraph => label::<SubgraphState>(text, lang),
        Kind::Publication => label::<SubgraphPublicationState>(text, lang),
        _ => None,
    };
    known.unwrap_or_else(|| text.to_owned())
}

fn moment(at: DateTime<Utc>, lang: Lang) -> String {
    let local = at.naive_utc() + UTC_AHEAD;
    local.format(lang.pick("%Y年%-m月%-d日 %H:%M", "%-d %B %Y %H:%M")).to_string()
}
