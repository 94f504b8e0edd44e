//! What is kept back for what is expected, so that it is not given away to needs that can wait and are worth less.
//!
//! The world is solved twice. The first answer looks at nothing but what is asked for. Then what is asked for and what is
//! expected are served together, each unit of what is expected counting as much as the street's foresight says; what it
//! has there of each line is kept back, and what is left is solved again. What cannot wait, and what was suggested
//! already, is served just as in the first answer. So the second answer is proven too: none that keeps as much back and
//! serves as much of what cannot wait costs less. What looking ahead costs today is the difference of the two.

use super::{Draft, Solved, Unsolved, penalty, units};
use crate::domain::availability::any_within;
use crate::domain::fit::Pair as Fit;
use crate::domain::id::CategoryId;
use crate::matching::assign::{Assignment, Certificate, Demand, NONE, Pair, Problem, Watch};
use crate::matching::candidates::{Candidates, KEPT};
use crate::matching::score::{BEST, Scorer};
use crate::matching::season::{Expected, Outlook, Sample, keep_back, learn};
use crate::matching::settings::{Foresight, Settings};
use crate::matching::stages::Stages;
use crate::matching::world::World;
use chrono::{DateTime, TimeDelta, Utc};
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

/// What looking ahead means for an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reserve {
    /// How many needs are expected.
    pub expected: usize,
    /// How much of each line is kept back for them, in the order of [`World::lines`].
    pub kept: Vec<i64>,
    /// How many points the answer costs more than the best one that keeps nothing back.
    pub cost: i64,
}

/// Needs of one category that are expected and for which something is kept back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Awaited {
    /// Their category.
    pub category: CategoryId,
    /// How many there are.
    pub needs: usize,
    /// How much is kept back for them.
    pub quantity: i64,
    /// When the first is expected.
    pub from: DateTime<Utc>,
}

/// What is kept back, as the answer was found with it.
pub(super) struct KeptBack {
    /// The problem and the answer that look at nothing but what is asked for.
    pub today: (Problem, Assignment),
    /// What is kept back, and at which cost.
    pub reserve: Reserve,
    /// Served as in that answer, by need and line.
    settled: HashMap<(usize, usize), i64>,
    /// What that costs.
    settled_cost: i64,
    /// By need, what stays unmet there.
    unmet: Vec<i64>,
    /// By line, what is expected to draw on it, and how much, in parts of a unit.
    awaited: Vec<Vec<(usize, u32)>>,
    outlook: Outlook,
}

impl KeptBack {
    /// What of a need is served through a line whatever is kept back.
    pub fn settled(&self, need: usize, line: usize) -> i64 {
        self.settled.get(&(need, line)).copied().unwrap_or_default()
    }

    /// What that costs in all.
    pub fn settled_cost(&self) -> i64 {
        self.settled_cost
    }

    /// How much less of a need is served than would be if nothing were kept back.
    pub fn missed(&self, need: usize, unmet: i64) -> i64 {
        (unmet - self.unmet[need]).max(0)
    }

    /// For whom these lines are kept, the most first.
    pub fn awaited(&self, world: &World, lines: &[usize]) -> Vec<Awaited> {
        let mut parts: BTreeMap<usize, u64> = BTreeMap::new();
        for (place, part) in lines.iter().flat_map(|line| &self.awaited[*line]) {
            *parts.entry(*place).or_default() += u64::from(*part);
        }
        let mut by_category: BTreeMap<CategoryId, (usize, u64, DateTime<Utc>)> = BTreeMap::new();
        for (place, parts) in parts {
            let one = &world.foreseen[place];
            let sum = by_category.entry(one.need.category_id).or_insert((0, 0, one.at));
            *sum = (sum.0 + 1, sum.1 + parts, sum.2.min(one.at));
        }
        let told = |(category, (needs, parts, from))| {
            let quantity = i64::from(self.outlook.units(parts).max(1));
            Awaited { category, needs, quantity, from }
        };
        let mut awaited: Vec<Awaited> = by_category.into_iter().map(told).collect();
        awaited.sort_by_key(|one| Reverse(one.quantity));
        awaited
    }
}

/// Whether the settings look ahead in a world in which anything is expected.
pub(super) fn looks_ahead(world: &World, settings: &Settings) -> bool {
    settings.foresight.looks_ahead() && !world.foreseen.is_empty()
}

/// Goes on from the answer that looks at nothing but what is asked for.
///
/// # Errors
/// As [`Draft::solve`].
pub(super) fn solve<'w>(today: Solved<'w>, watch: &mut dyn Watch) -> Result<Solved<'w>, Unsolved> {
    let mut stages = Stages::of(watch);
    let (world, settings) = (today.draft.scorer.world, today.draft.settings);
    let future = world.ahead();
    let sample = sample(&future, world, settings);
    stages.end(0.2)?;
    let expected = expected(settings.foresight);
    let Some(outlook) = learn(&today.draft.problem, &sample, expected, stages.until(0.6))? else {
        return Ok(today);
    };
    let mut kept = outlook.kept(&sample, world.lines.len());
    let awaited = awaited(&sample, &outlook, &kept);
    let unmet = (0..world.needs.len()).map(|need| today.unmet(need)).collect();
    let waits = waiting(&today.draft, &awaited);
    let Solved { mut draft, answer, certificate } = today;
    let before = (draft.problem.clone(), answer);
    let (settled, settled_cost) = settle(&mut draft, &before.1, &waits);
    keep_back(&mut draft.problem, &mut kept);
    draft.fill_in_pairs();
    draft.kept_back = Some(Box::new(KeptBack {
        today: before,
        reserve: Reserve {
            expected: world.foreseen.len(),
            kept: kept.into_iter().map(i64::from).collect(),
            cost: 0,
        },
        settled,
        settled_cost,
        unmet,
        awaited,
        outlook,
    }));
    let mut solved = draft.best(stages.until(1.0))?;
    let Certificate { primal, dual } = solved.certificate;
    solved.certificate = Certificate { primal: primal + settled_cost, dual: dual + settled_cost };
    if let Some(kept_back) = &mut solved.draft.kept_back {
        kept_back.reserve.cost = solved.certificate.primal - certificate.primal;
    }
    Ok(solved)
}

/// What is expected counts so many hundredths of what is asked for, in small numbers.
fn expected(foresight: Foresight) -> Expected {
    let (percent, whole) = (u32::from(foresight.percent()), u32::from(Foresight::MOST));
    let shared = (1..=whole).rev().find(|by| percent.is_multiple_of(*by) && whole.is_multiple_of(*by));
    let shared = shared.unwrap_or(1);
    Expected { demands: percent / shared, of: whole / shared }
}

/// What is expected as demands, with the pairs that the constraints leave, judged as those of today are.
fn sample(future: &World, world: &World, settings: &Settings) -> Sample {
    let scorer = Scorer::new(future, &settings.weights);
    let candidates = Candidates::best(&scorer, KEPT, |_| false);
    let mut sample = Sample::default();
    for (place, need) in future.needs.iter().enumerate() {
        let quantity = units(need.quantity);
        sample.demands.push(Demand {
            quantity,
            penalty: i32::try_from(penalty(need.urgency)).unwrap_or(i32::MAX),
            group: NONE,
        });
        for pair in candidates.of(place) {
            let line = candidates.line(pair);
            if is_in_time(future, place, line, world.foreseen[place].at) {
                sample.pairs.push(Pair {
                    supply: u32::try_from(line).unwrap_or(u32::MAX),
                    cost: i32::try_from(BEST - candidates.score(pair)).unwrap_or(i32::MAX),
                    at_most: quantity,
                });
            }
        }
        sample.ends.push(u32::try_from(sample.pairs.len()).unwrap_or(u32::MAX));
    }
    sample
}

/// Whether a service could still be had for a need that is known only from a moment on.
fn is_in_time(future: &World, need: usize, line: usize, known: DateTime<Utc>) -> bool {
    let offer = future.offer_of(line);
    if offer.service.lead_time_days == 0 {
        return true;
    }
    let pair = future.pair(&future.needs[need], future.lines[line].offer, false, &[]);
    let (from, to) = Fit { now: known, ..pair }.window(&future.lines[line].capacity);
    any_within(&offer.rules, from, to).is_some()
}

/// By line, what is expected to draw on it, where anything is kept back.
fn awaited(sample: &Sample, outlook: &Outlook, kept: &[u32]) -> Vec<Vec<(usize, u32)>> {
    let mut awaited = vec![Vec::new(); kept.len()];
    let mut place = 0;
    for (number, (pair, part)) in sample.pairs.iter().zip(&outlook.parts).enumerate() {
        while sample.ends[place] as usize <= number {
            place += 1;
        }
        let line = pair.supply as usize;
        if *part > 0 && kept[line] > 0 {
            awaited[line].push((place, *part));
        }
    }
    awaited
}

/// By need, whether it can wait: whether it could still be served from what is kept back once the first of those is known
/// for whom that is done.
fn waiting(draft: &Draft, awaited: &[Vec<(usize, u32)>]) -> Vec<bool> {
    let world = draft.scorer.world;
    let known = |line: &Vec<(usize, u32)>| line.iter().map(|(place, _)| world.foreseen[*place].at).min();
    let known: Vec<Option<DateTime<Utc>>> = awaited.iter().map(known).collect();
    let can_wait = |need: usize, line: usize| {
        let Some(known) = known[line] else { return false };
        let offer = world.offer_of(line);
        let ready = known + TimeDelta::days(offer.service.lead_time_days);
        let (from, to) = draft.scorer.window(need, line);
        any_within(&offer.rules, from.max(ready), to).is_some()
    };
    let lines = |need| draft.candidates.of(need).map(|pair| draft.candidates.line(pair));
    (0..world.needs.len()).map(|need| lines(need).any(|line| can_wait(need, line))).collect()
}

/// Takes what cannot wait, and what is suggested, out of the problem as the answer serves it, and tells what that costs.
fn settle(draft: &mut Draft, answer: &Assignment, waits: &[bool]) -> (HashMap<(usize, usize), i64>, i64) {
    let (mut settled, mut cost) = (HashMap::new(), 0);
    let needs = waits.len();
    let problem = &mut draft.problem;
    let mut start = 0;
    for (demand, end) in problem.ends.iter().enumerate() {
        let row = start..*end as usize;
        start = row.end;
        let need = if demand < needs { demand } else { draft.suggestions.held[demand - needs].need };
        if demand < needs && waits[need] {
            continue;
        }
        for place in row.filter(|place| answer.quantities[*place] > 0) {
            let (pair, quantity) = (problem.pairs[place], answer.quantities[place]);
            *settled.entry((need, pair.supply as usize)).or_default() += i64::from(quantity);
            cost += i64::from(pair.cost) * i64::from(quantity);
            problem.demands[demand].quantity -= quantity;
            let supply = &mut problem.supplies[pair.supply as usize];
            supply.capacity -= quantity;
            if let Some(pool) = problem.pools.get_mut(supply.pool as usize) {
                pool.capacity -= quantity;
            }
        }
    }
    (settled, cost)
}
