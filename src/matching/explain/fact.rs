//! What a part of a score was given for.

use super::gloss;
use crate::domain::id::AreaId;
use crate::domain::need::Need;
use crate::domain::service::Service;
use crate::domain::text::Lang;
use crate::matching::score::{Aim, Fact};
use crate::matching::world::{Record, Served, World};
use chrono::NaiveDate;

/// Tells a fact in one language.
pub(super) fn tell(world: &World, need: &Need, service: &Service, fact: &Fact, lang: Lang) -> String {
    match *fact {
        Fact::Category { steps } => category(world, need, service, steps, lang),
        Fact::Nearness { steps, area } => nearness(world, steps, area, lang),
        Fact::Distance { metres, area } => distance(world, metres, area, lang),
        Fact::Time { day, wait } => time(day, wait, lang),
        Fact::TargetGroup(aim) => target_group(aim, lang).to_owned(),
        Fact::Likeness(thousandths) => {
            let percent = thousandths / 10;
            lang.pick(format!("文字相近度{percent}%"), format!("the texts are {percent}% alike"))
        }
        Fact::Record(record) => track(record, lang),
        Fact::Equity(served) => equity(served, lang),
    }
}

fn category(world: &World, need: &Need, service: &Service, steps: usize, lang: Lang) -> String {
    let name =
        |id| world.categories.get(id).map_or("", |category| lang.pick(&category.name, &category.name_en));
    let (needed, offered) = (name(need.category_id), name(service.category_id));
    match steps {
        0 => lang.pick(format!("类别完全一致（{needed}）"), format!("the same category ({needed})")),
        _ => lang.pick(
            format!("类别相容（{offered}涵盖{needed}）"),
            format!("a wider category ({offered} holds {needed})"),
        ),
    }
}

fn nearness(world: &World, steps: usize, area: AreaId, lang: Lang) -> String {
    let area = world.areas.get(area).map_or("", |area| gloss(lang, &area.name, area.name_en.as_deref()));
    match steps {
        0 => lang.pick(format!("服务或报到就在{area}"), format!("serves or has checked in right at {area}")),
        _ => lang.pick(
            format!("服务或报到在{area}（上{steps}级）"),
            format!("serves or has checked in at {area}, {steps} level(s) up"),
        ),
    }
}

fn distance(world: &World, metres: i64, area: AreaId, lang: Lang) -> String {
    let area = world.areas.get(area).map_or("", |area| gloss(lang, &area.name, area.name_en.as_deref()));
    let (zh, en) = if metres < 1_000 {
        let tens = (metres + 5) / 10 * 10;
        (format!("{tens}米"), format!("{tens} m"))
    } else {
        let hundreds = (metres + 50) / 100;
        let kilometres = format!("{}.{}", hundreds / 10, hundreds % 10);
        (format!("{kilometres}公里"), format!("{kilometres} km"))
    };
    lang.pick(
        format!("单位距{area}直线约{zh}"),
        format!("the unit is about {en} from {area}, as the crow flies"),
    )
}

fn time(day: NaiveDate, wait: i64, lang: Lang) -> String {
    match wait {
        0 => lang.pick(format!("{day}即可办理，无需等待"), format!("can be had on {day}, without waiting")),
        _ => lang.pick(
            format!("最早{day}可办理，需等{wait}天"),
            format!("can be had on {day}, after {wait} day(s)"),
        ),
    }
}

fn target_group(aim: Aim, lang: Lang) -> &'static str {
    match aim {
        Aim::Exact => lang.pick("服务对象完全一致", "for just those who need it"),
        Aim::Among => lang.pick("服务对象包含需求人群", "for those who need it, among others"),
        Aim::Everyone => lang.pick("面向全体居民", "for everyone"),
    }
}

fn track(Record { confirmed, no_shows }: Record, lang: Lang) -> String {
    match (confirmed, no_shows) {
        (0, 0) => lang.pick("单位尚无履约记录", "the unit has no record yet").to_owned(),
        _ => lang.pick(
            format!("单位已办结{confirmed}次，爽约{no_shows}次"),
            format!("the unit has kept its word {confirmed} time(s) and broken it {no_shows} time(s)"),
        ),
    }
}

fn equity(Served { asked, waiting }: Served, lang: Lang) -> String {
    lang.pick(
        format!("所在社区{asked}项需求中{waiting}项待满足"),
        format!("{waiting} of the community's {asked} need(s) still wait"),
    )
}
