//! The matching as a coordinator reads it: who serves what and why, and what stays unmet and why.

use super::story::Story;
use crate::cli::table;
use crate::domain::need::{Need, Urgency};
use crate::domain::service::Measure;
use crate::domain::text::{Lang, TextEnum as _};
use crate::matching::explain;
use crate::matching::solve::{Matching, Placement};
use crate::matching::world::World;
use comfy_table::{ContentArrangement, Table};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Parts of a score that the table names.
const PARTS: usize = 3;
/// The width of the tables where nobody looks at a terminal.
const WIDTH: u16 = 160;

/// The whole report.
pub fn matching(lang: Lang, tale: &Story, world: &World, matching: &Matching) -> String {
    let mut text = summary(lang, tale, world, matching);
    let _ =
        writeln!(text, "\n{}\n{}", lang.pick("一、匹配结果", "1. Matched"), matched(lang, world, matching));
    let _ =
        writeln!(text, "\n{}\n{}", lang.pick("二、未满足的需求", "2. Unmet"), unmet(lang, world, matching));
    text
}

fn summary(lang: Lang, tale: &Story, world: &World, matching: &Matching) -> String {
    let short: BTreeSet<usize> = matching.unmet.iter().map(|unmet| unmet.need).collect();
    let served: BTreeSet<usize> = matching.placements.iter().map(|placed| placed.candidate.need).collect();
    let (all, whole, part, none) = (
        world.needs.len(),
        served.difference(&short).count(),
        served.intersection(&short).count(),
        short.difference(&served).count(),
    );
    let (report, made_up) = tale.origins();
    let (units, services) = (world.units.len(), world.offers.len());
    lang.pick(
        format!(
            "\n朝阳街道 · 需求与服务匹配\n\
             数据：{report} 项出自新闻报道，{made_up} 项为演示虚构（见数据文件中的 origin）。\n\
             待认领需求 {all} 项，{units} 家单位提供服务 {services} 项。\n\
             可全部满足 {whole} 项，部分满足 {part} 项，无法满足 {none} 项；结果已证明为全局最优（总分 {}）。\n",
            matching.total
        ),
        format!(
            "\nChaoyang Street: needs and services, matched\n\
             Data: {report} things are from a newspaper report, {made_up} are made up (see origin in the data file).\n\
             {all} needs to be claimed; {services} services of {units} units.\n\
             {whole} can be met in full, {part} in part, {none} not at all; proven to be the best for the whole street (total score {}).\n",
            matching.total
        ),
    )
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
    told.join(lang.pick("；", "; "))
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

/// The tokens, each with whom it is for.
pub fn tokens(lang: Lang, tokens: &[(String, String)]) -> String {
    let mut text = lang
        .pick(
            "演示令牌（放入请求头 Authorization: Bearer …，有效期30天）：\n",
            "Tokens of the demo (send as Authorization: Bearer …, good for 30 days):\n",
        )
        .to_owned();
    for (secret, bearer) in tokens {
        let _ = writeln!(text, "  {secret}  {bearer}");
    }
    text
}
