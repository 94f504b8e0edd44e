//! The matching as a coordinator reads it: who serves what and why, and what stays unmet and why.

use super::Report;
use crate::cli::table;
use crate::domain::id::AreaId;
use crate::domain::need::{Need, Urgency};
use crate::domain::service::Measure;
use crate::domain::text::{Lang, TextEnum as _};
use crate::matching::advice::Ask;
use crate::matching::compare::{Comparison, Totals, servings};
use crate::matching::explain::{self, Sentence};
use crate::matching::fairness::{DialStep, WHOLE, shares};
use crate::matching::solve::{Matching, Placement};
use crate::matching::world::World;
use comfy_table::{ContentArrangement, Table};
use std::fmt::Write as _;

/// Parts of a score that the table names.
const PARTS: usize = 3;
/// Changes of a kind that are shown; the rest is counted.
const CHANGES: usize = 10;
/// The length of a bar that stands for everything.
const BAR: i64 = 20;
/// The width of the tables where nobody looks at a terminal.
const WIDTH: u16 = 160;

/// The whole report of an area.
pub fn report(lang: Lang, area: &str, report: &Report) -> String {
    let Report { world, matching, .. } = report;
    let title =
        lang.pick(format!("\n{area} · 需求与服务匹配\n"), format!("\n{area}: needs and services, matched\n"));
    let ahead = explain::foresight(matching).map(|ahead| format!("{}\n", ahead.text(lang)));
    format!("{title}{}{}{}", summary(lang, world, matching), ahead.unwrap_or_default(), body(lang, report))
}

/// The report below its heading.
pub fn body(lang: Lang, report: &Report) -> String {
    let Report { world, matching, comparison, asks, dial, .. } = report;
    let mut parts = vec![
        (lang.pick("匹配结果", "Matched"), matched(lang, world, matching).to_string()),
        (lang.pick("未满足的需求", "Unmet"), unmet(lang, world, matching).to_string()),
    ];
    if let Some(moved) = explain::moved(matching) {
        parts.push((
            lang.pick("已推荐、待答复的对接", "Suggested and not answered yet"),
            moves(lang, world, matching, &moved),
        ));
    }
    if let Some(comparison) = comparison {
        parts.push((lang.pick("与现状对照", "Beside what is"), compared(lang, comparison)));
    }
    if !asks.is_empty() {
        parts.push((lang.pick("下一步征集建议", "What to ask for next"), asked(lang, world, asks)));
    }
    parts.push((
        lang.pick("公平度：各社区缺口", "Fairness: what each is left with"),
        fairness(lang, world, matching),
    ));
    if !dial.is_empty() {
        parts.push((lang.pick("公平度各档", "The steps of the dial"), steps(lang, dial).to_string()));
    }
    let mut text = String::new();
    for (number, (heading, part)) in (1..).zip(parts) {
        let _ = writeln!(text, "\n{number}. {heading}\n{part}");
    }
    text
}

/// The matching in one sentence.
pub fn summary(lang: Lang, world: &World, matching: &Matching) -> String {
    let totals = Totals::of(world, &servings(world, matching));
    let (units, services) = (world.units.len(), world.offers.len());
    let Totals { needs, served, partly_served, unmet } = totals;
    // Where something is kept back, the sentence about that says what is proven.
    let best = matching.reserve.is_none();
    lang.pick(
        format!(
            "待认领需求 {needs} 项，{units} 家单位提供服务 {services} 项。\n\
             可全部满足 {served} 项，部分满足 {partly_served} 项，无法满足 {unmet} 项{}。\n",
            if best { "；结果已证明为全局最优" } else { "" }
        ),
        format!(
            "{needs} needs to be claimed; {services} services of {units} units.\n\
             {served} can be met in full, {partly_served} in part, {unmet} not at all{}.\n",
            if best { "; proven to be the best for the whole" } else { "" }
        ),
    )
}

/// What stays as it was suggested, and what moves and why.
fn moves(lang: Lang, world: &World, matching: &Matching, moved: &Sentence) -> String {
    let told = explain::moves(world, matching);
    let lines = told.iter().map(|one| format!("    {}", lang.pick(&one.zh, &one.en)));
    std::iter::once(format!("  {}", moved.text(lang))).chain(lines).collect::<Vec<_>>().join("\n")
}

/// What to ask for next, numbered.
fn asked(lang: Lang, world: &World, asks: &[Ask]) -> String {
    let lines = asks
        .iter()
        .enumerate()
        .map(|(place, ask)| format!("  {}) {}", place + 1, explain::ask(world, ask).text(lang)));
    lines.collect::<Vec<_>>().join("\n")
}

/// Who gains and who loses.
fn compared(lang: Lang, comparison: &Comparison) -> String {
    let totals = |totals: &Totals| {
        let Totals { needs, served, partly_served, unmet } = totals;
        format!("{needs} / {served} / {partly_served} / {unmet}")
    };
    let mut text = format!(
        "  {}: {} → {}\n",
        lang.pick("需求 / 全部满足 / 部分满足 / 未满足", "needs / in full / in part / unmet"),
        totals(&comparison.before),
        totals(&comparison.after),
    );
    for (heading, changes) in [
        (lang.pick("受益", "gain"), &comparison.gains),
        (lang.pick("受损", "lose"), &comparison.losses),
        (lang.pick("换服务", "move"), &comparison.moves),
    ] {
        let _ = writeln!(text, "  {heading} ({})", changes.len());
        for change in changes.iter().take(CHANGES) {
            let _ = writeln!(text, "    {}", explain::change(change).text(lang));
        }
        if changes.len() > CHANGES {
            let _ = writeln!(text, "    …");
        }
    }
    text.trim_end().to_owned()
}

/// The share of its needs that each community, and each target group, is left with.
fn fairness(lang: Lang, world: &World, matching: &Matching) -> String {
    let shares = shares(world, matching);
    let mut table = table(lang.pick(
        ["社区、人群", "需求", "全部满足", "缺口", ""],
        ["community, group", "needs", "in full", "unmet", ""],
    ));
    let name = |id: &AreaId| {
        let area = world.areas.get(*id);
        area.map(|area| gloss(lang, &area.name, area.name_en.as_deref()).to_owned()).unwrap_or_default()
    };
    let communities = shares.communities.iter().map(|(id, share)| (name(id), share));
    let groups = shares.groups.iter().map(|(group, share)| (group.label(lang).to_owned(), share));
    for (name, share) in communities.chain(groups) {
        table.add_row([
            name,
            share.needs.to_string(),
            share.served.to_string(),
            percent(share.unmet()),
            "█".repeat(usize::try_from(share.unmet() * BAR / WHOLE).unwrap_or_default()),
        ]);
    }
    table.to_string()
}

fn steps(lang: Lang, dial: &[DialStep]) -> Table {
    let mut table = table(lang.pick(
        ["档", "全部满足", "平均缺口", "最大社区缺口", "代价（分）"],
        ["step", "in full", "unmet on average", "worst community", "cost (points)"],
    ));
    for step in dial {
        table.add_row([
            step.fairness.step().to_string(),
            step.shares.all.served.to_string(),
            percent(step.shares.all.unmet()),
            percent(step.shares.worst()),
            step.cost.to_string(),
        ]);
    }
    table
}

fn percent(thousandths: i64) -> String {
    format!("{}.{}%", thousandths / 10, thousandths % 10)
}

fn matched(lang: Lang, world: &World, matching: &Matching) -> Table {
    let mut placements: Vec<&Placement> = matching.placements.iter().collect();
    placements.sort_by_key(|placed| rank(world, placed.candidate.need));
    let mut table = wide(lang.pick(
        ["需求", "社区", "紧急", "服务 · 单位", "数量", "得分", "理由"],
        ["need", "community", "urgency", "service · unit", "quantity", "score", "reasons"],
    ));
    for placed in placements {
        let need = &world.needs[placed.candidate.need];
        let service = &world.offers[placed.candidate.offer].service;
        let unit = world.units.get(&service.unit_id);
        let unit = unit.map(|unit| gloss(lang, &unit.name, unit.name_en.as_deref())).unwrap_or_default();
        table.add_row([
            gloss(lang, &need.title, need.title_en.as_deref()).to_owned(),
            place(lang, world, need).to_owned(),
            need.urgency.label(lang).to_owned(),
            format!("{} · {unit}", gloss(lang, &service.title, service.title_en.as_deref())),
            counted(lang, placed.quantity, need.quantity, need.measure),
            placed.score.total.to_string(),
            reasons(lang, world, placed),
        ]);
    }
    table
}

fn unmet(lang: Lang, world: &World, matching: &Matching) -> Table {
    let mut rows: Vec<_> = matching.unmet.iter().collect();
    rows.sort_by_key(|unmet| rank(world, unmet.need));
    let mut table = wide(
        lang.pick(["需求", "社区", "紧急", "缺口", "原因"], ["need", "community", "urgency", "unmet", "why"]),
    );
    for unmet in rows {
        let need = &world.needs[unmet.need];
        table.add_row([
            gloss(lang, &need.title, need.title_en.as_deref()).to_owned(),
            place(lang, world, need).to_owned(),
            need.urgency.label(lang).to_owned(),
            counted(lang, unmet.quantity, need.quantity, need.measure),
            explain::unmet(world, unmet).text(lang).to_owned(),
        ]);
    }
    table
}

/// The most urgent first, then by community and title.
fn rank(world: &World, need: usize) -> (std::cmp::Reverse<Urgency>, String, String) {
    let need = &world.needs[need];
    (std::cmp::Reverse(need.urgency), place(Lang::Zh, world, need).to_owned(), need.title.clone())
}

fn reasons(lang: Lang, world: &World, placed: &Placement) -> String {
    let need = &world.needs[placed.candidate.need];
    let service = &world.offers[placed.candidate.offer].service;
    let mut parts: Vec<_> = placed.score.parts.iter().filter(|part| part.points > 0).collect();
    parts.sort_by_key(|part| std::cmp::Reverse(part.points));
    let told: Vec<String> = parts
        .iter()
        .take(PARTS)
        .map(|part| explain::part(world, need, service, part).text(lang).to_owned())
        .collect();
    let next = explain::next_best(world, placed).map(|next| next.text(lang).to_owned());
    told.into_iter().chain(next).collect::<Vec<_>>().join(lang.pick("；", "; "))
}

fn place<'w>(lang: Lang, world: &'w World, need: &Need) -> &'w str {
    let area = world.areas.get(need.community_id.unwrap_or(need.area_id));
    area.map(|area| gloss(lang, &area.name, area.name_en.as_deref())).unwrap_or_default()
}

fn counted(lang: Lang, quantity: i64, of: i64, measure: Measure) -> String {
    format!("{quantity}/{of} {}", measure.label(lang))
}

fn gloss<'a>(lang: Lang, name: &'a str, name_en: Option<&'a str>) -> &'a str {
    lang.pick(name, name_en.unwrap_or(name))
}

fn wide<const COLUMNS: usize>(header: [&str; COLUMNS]) -> Table {
    let mut table = table(header);
    let (_, columns) = console::Term::stdout().size_checked().unwrap_or((0, WIDTH));
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(columns.max(80));
    table
}
