//! What to ask for and who would gain or lose, in sentences.

use super::{NAMED, Sentence, gloss};
use crate::domain::day::local_day;
use crate::domain::need::Need;
use crate::domain::text::{Lang, TextEnum as _};
use crate::matching::advice::{Ask, Effect};
use crate::matching::compare::Change;
use crate::matching::world::World;
use chrono::Datelike as _;

/// What the street should ask for, and what would come of it.
#[must_use]
pub fn ask(world: &World, ask: &Ask) -> Sentence {
    Sentence::told(|lang| {
        let service = &ask.service;
        let category = world.categories.get(service.category);
        let category = category.map_or("", |category| lang.pick(&category.name, &category.name_en));
        let day = local_day(service.starts_at);
        let (year, month, measure) = (day.year(), day.month(), service.measure.label(lang));
        let what = lang.pick(
            format!("{year}年{month}月再征集“{category}”{}{measure}", service.quantity),
            format!("{} more {measure} of {category} in {year}-{month:02}", service.quantity),
        );
        format!("{what}{}{}", lang.pick("：", ": "), effect(lang, &ask.effect))
    })
}

/// What would come of an offer.
#[must_use]
pub fn worth(effect_of: &Effect) -> Sentence {
    Sentence::told(|lang| {
        let used = effect_of.used;
        if used == 0 {
            return lang.pick("目前没有需求用得上。", "No need could use it now.").to_owned();
        }
        let used = lang.pick(format!("可用上{used}；"), format!("{used} of it would be used; "));
        format!("{used}{}", effect(lang, effect_of))
    })
}

fn effect(lang: Lang, effect: &Effect) -> String {
    let (gains, losses) = (&effect.comparison.gains, &effect.comparison.losses);
    let full = gains.iter().filter(|gain| served(gain) >= gain.need.left()).count();
    let mut text = lang.pick(
        format!("{}项需求得到更多满足，其中{full}项全部满足", gains.len()),
        format!("{} need(s) are served more, {full} of them in full", gains.len()),
    );
    if let Some(people) = effect.people.filter(|people| *people > 0) {
        text += &lang.pick(format!("，约多惠及{people}人"), format!(", reaching about {people} people more"));
    }
    if !losses.is_empty() {
        text += &lang.pick(
            format!("，{}项需求会减少", losses.len()),
            format!(", {} need(s) are served less", losses.len()),
        );
    }
    let named: Vec<&str> = gains.iter().take(NAMED).map(|gain| title(lang, &gain.need)).collect();
    let more = if gains.len() > NAMED { lang.pick("等", " and others") } else { "" };
    let named = named.join(lang.pick("、", ", "));
    lang.pick(format!("{text}（{named}{more}）。"), format!("{text} ({named}{more})."))
}

/// What would change for a need.
#[must_use]
pub fn change(change: &Change) -> Sentence {
    Sentence::told(|lang| {
        let need = &change.need;
        let (before, after) = (change.before.iter().map(|(_, q)| q).sum::<i64>(), served(change));
        let (title, measure) = (title(lang, need), need.measure.label(lang));
        if before == after {
            return lang.pick(
                format!("“{title}”仍为{after}{measure}，改由其他服务承担。"),
                format!("“{title}” keeps {after} {measure}, from other services."),
            );
        }
        lang.pick(
            format!("“{title}”由{before}变为{after}{measure}（需要{}）。", need.left()),
            format!("“{title}” goes from {before} to {after} {measure} (of {} wanted).", need.left()),
        )
    })
}

fn served(change: &Change) -> i64 {
    change.after.iter().map(|(_, quantity)| quantity).sum()
}

fn title(lang: Lang, need: &Need) -> &str {
    gloss(lang, &need.title, need.title_en.as_deref())
}
