//! Changes, whole lots and seasons as tables.

use super::super::changes::{Changes, Kind};
use super::super::lots::WholeLots;
use super::super::matching::Measured;
use super::super::season::{Seasons, Way};
use super::{seconds, size};
use crate::cli::table;
use crate::domain::text::Lang;
use comfy_table::Table;

/// The tables and their titles.
pub fn tables(lang: Lang, measured: &[Measured]) -> [(&'static str, Table); 4] {
    let changes =
        || measured.iter().filter_map(|one| if let Measured::Changes(one) = one { Some(one) } else { None });
    let lots = measured.iter().filter_map(|one| if let Measured::Lots(one) = one { Some(one) } else { None });
    let seasons =
        measured.iter().filter_map(|one| if let Measured::Season(one) = one { Some(one) } else { None });
    [
        (
            lang.pick(
                "三、对已求解实例逐一改动，每次改动后仍是最优解",
                "3. Changes to a solved instance one by one, the answer an optimum after each",
            ),
            single(lang, changes()),
        ),
        (
            lang.pick(
                "四、各类改动混合并累积，结果与重新求解一致（已核对）",
                "4. Mixed changes that add up; a fresh solve has the same objective (checked)",
            ),
            mixed(lang, changes()),
        ),
        (lang.pick("五、整份求解，差距有证明", "5. Whole lots, with a proven gap"), whole_lots(lang, lots)),
        (
            lang.pick(
                "六、需求分批到来的季度，占事后最优价值的比例",
                "6. A season in batches: the share of the value that hindsight has",
            ),
            season(lang, seasons),
        ),
    ]
}

/// What changes of each kind take.
fn single<'m>(lang: Lang, all: impl Iterator<Item = &'m Changes>) -> Table {
    let mut table = table(lang.pick(
        ["规模", "改动", "次数", "CPU µs p50", "p90", "p99", "最大", "重新求解 CPU s"],
        ["size", "change", "count", "CPU µs p50", "p90", "p99", "max", "fresh solve CPU s"],
    ));
    for changes in all {
        for took in &changes.kinds {
            table.add_row([
                size(lang, changes.scale, changes.needs, changes.services),
                kind(lang, took.kind).to_owned(),
                took.changes.to_string(),
                format!("{:.1}", took.p50_us),
                format!("{:.1}", took.p90_us),
                format!("{:.1}", took.p99_us),
                format!("{:.1}", took.max_us),
                seconds(changes.solve_cpu_s),
            ]);
        }
    }
    table
}

/// Where changes that stay lead to.
fn mixed<'m>(lang: Lang, all: impl Iterator<Item = &'m Changes>) -> Table {
    let mut table = table(lang.pick(
        ["规模", "次数", "CPU s", "目标值", "重新求解目标值", "重新求解 CPU s"],
        ["size", "count", "CPU s", "objective", "objective afresh", "CPU s afresh"],
    ));
    for changes in all {
        let mixed = &changes.mixed;
        table.add_row([
            size(lang, changes.scale, changes.needs, changes.services),
            mixed.changes.to_string(),
            seconds(mixed.cpu_s),
            mixed.objective.to_string(),
            mixed.fresh_objective.to_string(),
            seconds(mixed.fresh_cpu_s),
        ]);
    }
    table
}

/// What whole lots take and cost.
fn whole_lots<'m>(lang: Lang, all: impl Iterator<Item = &'m WholeLots>) -> Table {
    let mut table = table(lang.pick(
        [
            "规模",
            "每份至少",
            "最多服务数",
            "已证差距 %",
            "高于可拆分 %",
            "CPU s",
            "可拆分 CPU s",
            "倍数",
            "目标值",
        ],
        [
            "size",
            "lots of",
            "most services",
            "gap %",
            "over the flow %",
            "CPU s",
            "flow CPU s",
            "times",
            "objective",
        ],
    ));
    for lots in all {
        table.add_row([
            size(lang, lots.scale, lots.needs, lots.services),
            lots.smallest_lot.to_string(),
            lots.most_services.to_string(),
            format!("{:.3}", lots.gap_percent),
            format!("{:.3}", lots.over_flow_percent),
            seconds(lots.cpu_s),
            seconds(lots.flow_cpu_s),
            format!("{:.1}", lots.times_flow),
            lots.objective.to_string(),
        ]);
    }
    table
}

/// What seasons bring.
fn season<'m>(lang: Lang, all: impl Iterator<Item = &'m Seasons>) -> Table {
    let mut table = table(lang.pick(
        ["规模", "批数", "每批", "占事后最优 %", "CPU s", "目标值", "事后最优目标值"],
        ["size", "batches", "each batch", "of hindsight %", "CPU s", "objective", "objective in hindsight"],
    ));
    for seasons in all {
        for season in &seasons.played {
            table.add_row([
                size(lang, seasons.scale, seasons.needs, seasons.services),
                season.batches.to_string(),
                way(lang, season.way).to_owned(),
                format!("{:.2}", season.share_percent),
                seconds(season.cpu_s),
                season.objective.to_string(),
                seasons.hindsight_objective.to_string(),
            ]);
        }
    }
    table
}

/// What a person reads for a kind of change.
fn kind(lang: Lang, kind: Kind) -> &'static str {
    match kind {
        Kind::Insert => lang.pick("加入需求", "a need comes in"),
        Kind::Withdraw => lang.pick("撤回需求", "a need is withdrawn"),
        Kind::Capacity => lang.pick("名额增减 1–10", "capacity, by 1 to 10"),
        Kind::Forbid => lang.pick("禁止在用配对", "a used pair is forbidden"),
        Kind::Allow => lang.pick("重新允许配对", "it is allowed again"),
        Kind::Service => lang.pick("整项服务退出或恢复", "a whole service goes or comes"),
    }
}

/// What a person reads for how batches are answered.
fn way(lang: Lang, way: Way) -> &'static str {
    match way {
        Way::Alone => lang.pick("只看本批", "alone"),
        Way::Planned => lang.pick("参照往年样本", "with a past year in view"),
    }
}
