//! The reasons in sentences, in both languages.

mod advice;
mod fact;
mod moves;

pub use advice::{ask, change, worth};
pub use moves::{moved, moves};

use super::score::{Part, Score};
use super::solve::{Awaited, Matching, Placement, RefusedPin, Reserve, Unmet, Why};
use super::world::World;
use crate::domain::day::local_day;
use crate::domain::matches::Reason;
use crate::domain::need::Need;
use crate::domain::service::Service;
use crate::domain::text::{Lang, TextEnum as _};

/// Needs that a sentence names at most.
const NAMED: usize = 3;

/// A sentence in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

impl Sentence {
    /// The sentence in the reader's language.
    #[must_use]
    pub fn text(&self, lang: Lang) -> &str {
        lang.pick(&self.zh, &self.en)
    }

    fn told(tell: impl Fn(Lang) -> String) -> Self {
        Self { zh: tell(Lang::Zh), en: tell(Lang::En) }
    }
}

fn gloss<'a>(lang: Lang, name: &'a str, name_en: Option<&'a str>) -> &'a str {
    lang.pick(name, name_en.unwrap_or(name))
}

/// A part of the score of a need and a service, with its points.
#[must_use]
pub fn part(world: &World, need: &Need, service: &Service, part: &Part) -> Sentence {
    Sentence::told(|lang| format!("{} +{}", fact::tell(world, need, service, &part.fact, lang), part.points))
}

/// The parts of a score as they are kept with a match.
#[must_use]
pub fn reasons(world: &World, need: &Need, service: &Service, score: &Score) -> Vec<Reason> {
    let told = |one: &Part| {
        let Sentence { zh, en } = part(world, need, service, one);
        Reason { part: one.kind.as_str().to_owned(), points: one.points, zh, en }
    };
    score.parts.iter().map(told).collect()
}

/// What taking the next best service instead would have cost; `None` where there is none.
#[must_use]
pub fn next_best(world: &World, placed: &Placement) -> Option<Sentence> {
    let next = placed.next_best?;
    let service = &world.offers[next.candidate.offer].service;
    Some(Sentence::told(|lang| {
        let title = gloss(lang, &service.title, service.title_en.as_deref());
        let (score, cost) = (next.score, next.cost);
        lang.pick(
            format!("次优为“{title}”（{score}分），改用它整体少{cost}分"),
            format!("next best is “{title}” ({score} points), which would cost the whole {cost} point(s)"),
        )
    }))
}

/// Why something stays unmet.
#[must_use]
pub fn unmet(world: &World, unmet: &Unmet) -> Sentence {
    let need = &world.needs[unmet.need];
    Sentence::told(|lang| why(world, need, &unmet.why, lang))
}

fn why(world: &World, need: &Need, why_so: &Why, lang: Lang) -> String {
    match why_so {
        Why::NoService => {
            let category = world.categories.get(need.category_id);
            let name = category.map_or("", |category| lang.pick(&category.name, &category.name_en));
            lang.pick(
                format!("本区域没有“{name}”类服务，可向共建单位征集。"),
                format!("No service around here is filed under {name}; ask the partner units for one."),
            )
        }
        Why::Excluded { constraint, services, of } => {
            let label = constraint.label(lang);
            lang.pick(
                format!("有{of}项此类服务，但都不符合条件，主要原因：{label}（{services}项）。"),
                format!(
                    "There are {of} such service(s), and all are excluded, mostly by: {label} ({services})."
                ),
            )
        }
        Why::Taken { by, more_urgent } => taken(world, by, *more_urgent, lang),
        Why::NotEnough { offered } => {
            let measure = need.measure.label(lang);
            lang.pick(
                format!("能服务的总量只有{offered}{measure}，不足以满足全部需求。"),
                format!("All that can serve it has {offered} {measure} left, which is not enough."),
            )
        }
        Why::KeptBack { quantity, awaited, rest } => {
            let kept = kept_back(world, need, *quantity, awaited, lang);
            let rest = rest.as_ref().map(|rest| why(world, need, rest, lang));
            rest.map_or_else(
                || kept.clone(),
                |rest| format!("{kept}{}{rest}", lang.pick("其余：", " The rest: ")),
            )
        }
    }
}

fn kept_back(world: &World, need: &Need, quantity: i64, awaited: &[Awaited], lang: Lang) -> String {
    let measure = need.measure.label(lang);
    let Some(most) = awaited.first() else {
        return lang.pick(
            format!("今天本可满足{quantity}{measure}，为预计的需求留着。"),
            format!("{quantity} {measure} could be had today and are kept back for what is expected."),
        );
    };
    let category = world.categories.get(most.category);
    let category = category.map_or("", |category| lang.pick(&category.name, &category.name_en));
    let (needs, kept, from) = (most.needs, most.quantity, local_day(most.from));
    let others = if awaited.len() > 1 { lang.pick("等", " and others") } else { "" };
    lang.pick(
        format!(
            "今天本可满足{quantity}{measure}，为预计的需求留着：按去年同期，{from}起预计有“{category}”类需求{needs}项、共{kept}{measure}{others}。"
        ),
        format!(
            "{quantity} {measure} could be had today and are kept back for what is expected: as last year, {needs} need(s) of {category} from {from} on, for {kept} {measure}{others}."
        ),
    )
}

fn taken(world: &World, by: &[usize], more_urgent: bool, lang: Lang) -> String {
    let named: Vec<String> = by
        .iter()
        .take(NAMED)
        .map(|need| {
            let need = &world.needs[*need];
            let (title, urgency) =
                (gloss(lang, &need.title, need.title_en.as_deref()), need.urgency.label(lang));
            lang.pick(format!("“{title}”（{urgency}）"), format!("“{title}” ({urgency})"))
        })
        .collect();
    let more = by.len().saturating_sub(NAMED);
    let more = match more {
        0 => String::new(),
        _ => lang.pick(format!("等{}项", by.len()), format!(" and {more} more")),
    };
    let named = named.join(lang.pick("、", ", "));
    let why = lang.pick(
        if more_urgent { "更紧急的需求" } else { "更合适的需求" },
        if more_urgent { "more urgent needs" } else { "needs where it does more good" },
    );
    lang.pick(
        format!("可用的服务容量已分配给{why}：{named}{more}。"),
        format!("What could serve it goes to {why}: {named}{more}."),
    )
}

/// What looking ahead means for an answer; `None` where it did not.
#[must_use]
pub fn foresight(matching: &Matching) -> Option<Sentence> {
    let Reserve { expected, kept, cost } = matching.reserve.as_ref()?;
    let lines = kept.iter().filter(|kept| **kept > 0).count();
    Some(Sentence::told(|lang| {
        lang.pick(
            format!(
                "按去年同期，预计还有{expected}项需求；为其在{lines}条容量中留出一部分，今天的结果因此相差{cost}分，在此前提下已证明为最优。"
            ),
            format!(
                "As last year, {expected} need(s) are still expected; a part of {lines} line(s) of capacity is kept back for them, \
                 which costs {cost} point(s) today. With that kept back the answer is proven to be the best."
            ),
        )
    }))
}

/// Why a pin could not be honoured in full.
#[must_use]
pub fn refused_pin(world: &World, pin: &RefusedPin) -> Sentence {
    Sentence::told(|lang| {
        let missing =
            format!("{}{}{}", pin.quantity, lang.pick("", " "), world.needs[pin.need].measure.label(lang));
        match (pin.offer, pin.constraint) {
            (None, _) => lang.pick(
                format!("指定的服务当前未上架或不覆盖本区域，{missing}未能安排。"),
                format!("The pinned service is not on offer around here; {missing} could not be placed."),
            ),
            (Some(_), Some(constraint)) => {
                let label = constraint.label(lang);
                lang.pick(
                    format!("指定的对接不符合条件：{label}，{missing}未能安排。"),
                    format!("The pinned pair is excluded: {label}; {missing} could not be placed."),
                )
            }
            (Some(_), None) => lang.pick(
                format!("余量不足，指定的对接还有{missing}未能安排。"),
                format!("Too little is left; {missing} of the pin could not be placed."),
            ),
        }
    })
}
