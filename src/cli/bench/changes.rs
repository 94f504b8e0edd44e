//! Changes to a solved instance, one by one, and whether the answer stays an optimum.

use super::instance;
use super::matching::{Part, Scale};
use super::measure::{often, once};
use super::random::{Random, mix};
use super::solver::size;
use crate::matching::assign::{assign, certify};
use crate::matching::live::{ChangeError, Live};
use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Rounds of changes that are each set back at once.
const ROUNDS: usize = 1_000;
/// In one round of so many, a whole service goes and comes back: that is the hardest change there is.
const HARD: usize = 10;
/// Changes of all kinds that are not set back.
const MIXED: usize = 1_000;
/// The same changes are made so often, and the least time of each counts: others share the machine.
const REPLAYS: usize = 5;

/// What changes took.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Changes {
    pub scale: Scale,
    pub part: Part,
    pub needs: usize,
    pub services: usize,
    pub pairs: usize,
    /// Seconds of the processor for solving the whole instance.
    pub solve_cpu_s: f64,
    pub kinds: Vec<Took>,
    pub mixed: Mixed,
}

/// What changes of a kind took, in microseconds of the processor.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Took {
    pub kind: Kind,
    pub changes: usize,
    pub p50_us: f64,
    pub p90_us: f64,
    pub p99_us: f64,
    pub max_us: f64,
}

/// Changes of all kinds one after the other, and a fresh answer to what they lead to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Mixed {
    pub changes: usize,
    /// Seconds of the processor for all of them.
    pub cpu_s: f64,
    pub objective: i64,
    /// What the fresh answer costs: the same, or nothing is reported.
    pub fresh_objective: i64,
    /// Seconds of the processor for the fresh answer.
    pub fresh_cpu_s: f64,
}

/// What changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A need comes in.
    Insert,
    /// A need is taken back.
    Withdraw,
    /// A service has up to ten units more or less.
    Capacity,
    /// A pair that is made use of is forbidden.
    Forbid,
    /// It is allowed again.
    Allow,
    /// A whole service goes, or comes back.
    Service,
}

/// What a change sets.
#[derive(Debug, Clone, Copy)]
enum Set {
    /// How many units a need asks for.
    Quantity(usize, u32),
    /// How many units a service has.
    Capacity(usize, u32),
    /// How many units a pair may have.
    AtMost(usize, u32),
}

type Change = (Kind, Set);

impl Kind {
    const ALL: [Self; 6] =
        [Self::Insert, Self::Withdraw, Self::Capacity, Self::Forbid, Self::Allow, Self::Service];
}

impl Set {
    fn make(self, live: &mut Live) -> Result<(), ChangeError> {
        match self {
            Self::Quantity(demand, units) => live.set_quantity(demand, units),
            Self::Capacity(supply, units) => live.set_capacity(supply, units),
            Self::AtMost(pair, units) => live.set_at_most(pair, units),
        }
    }
}

/// Solves an instance and changes it.
pub fn measure(scale: Scale, seed: u64) -> Result<Changes> {
    let problem = instance::build(size(scale), seed).problem;
    let (answer, _, solve) = often(|| assign(&problem, None, &mut ()))?;
    let live = Live::new(problem, &answer)?;
    let mut choice = Choice::new(&live, seed)?;
    let changes = choice.set_back();
    let (end, times) = replay(&live, &changes)?;
    ensure!(
        end.objective() == live.objective(),
        "{} after all was set back, not {}",
        end.objective(),
        live.objective()
    );
    certify(end.problem(), &end.answer())?;
    let mixed = mixed(&live, &choice.mixed())?;
    let problem = live.problem();
    Ok(Changes {
        scale,
        part: Part::Changes,
        needs: problem.demands.len(),
        services: problem.supplies.len(),
        pairs: problem.pairs.len(),
        solve_cpu_s: solve.as_secs_f64(),
        kinds: Kind::ALL.iter().filter_map(|kind| took(*kind, &changes, &times)).collect(),
        mixed,
    })
}

/// Makes changes of all kinds, and proves that they end where a fresh answer is.
fn mixed(live: &Live, changes: &[Change]) -> Result<Mixed> {
    let (end, times) = replay(live, changes)?;
    certify(end.problem(), &end.answer())?;
    let (fresh, _, fresh_cpu) = often(|| assign(end.problem(), None, &mut ()))?;
    let (objective, fresh_objective) = (end.objective(), fresh.objective);
    ensure!(objective == fresh_objective, "{objective} after the changes, {fresh_objective} afresh");
    Ok(Mixed {
        changes: changes.len(),
        cpu_s: times.iter().sum::<Duration>().as_secs_f64(),
        objective,
        fresh_objective,
        fresh_cpu_s: fresh_cpu.as_secs_f64(),
    })
}

/// Makes the same changes several times and tells the least that each took.
fn replay(live: &Live, changes: &[Change]) -> Result<(Live, Vec<Duration>)> {
    let mut least = vec![Duration::MAX; changes.len()];
    let mut end = live.clone();
    for replay in 0..REPLAYS {
        if replay > 0 {
            end.clone_from(live);
        }
        for (least, (_, set)) in least.iter_mut().zip(changes) {
            *least = (*least).min(once(|| set.make(&mut end))?);
        }
    }
    Ok((end, least))
}

/// What the changes of a kind took, if there are any.
fn took(kind: Kind, changes: &[Change], times: &[Duration]) -> Option<Took> {
    let mut times: Vec<Duration> =
        changes.iter().zip(times).filter(|(change, _)| change.0 == kind).map(|(_, time)| *time).collect();
    times.sort_unstable();
    let last = times.len().checked_sub(1)?;
    let at = |part: usize| times[last * part / 100].as_secs_f64() * 1e6;
    Some(Took { kind, changes: times.len(), p50_us: at(50), p90_us: at(90), p99_us: at(99), max_us: at(100) })
}

/// Chooses what changes.
struct Choice<'l> {
    live: &'l Live,
    random: Random,
    /// Pairs that the answer makes use of: to forbid another changes nothing.
    used: Vec<usize>,
}

impl<'l> Choice<'l> {
    fn new(live: &'l Live, seed: u64) -> Result<Self> {
        let used: Vec<usize> =
            (0..).zip(live.quantities()).filter(|(_, units)| **units > 0).map(|(pair, _)| pair).collect();
        ensure!(!used.is_empty(), "nothing is served");
        Ok(Self { live, random: Random::new(mix(seed)), used })
    }

    /// Changes of all kinds, each set back at once.
    fn set_back(&mut self) -> Vec<Change> {
        let mut changes = Vec::new();
        for round in 0..ROUNDS {
            let (demand, asked) = self.demand();
            changes.push((Kind::Withdraw, Set::Quantity(demand, 0)));
            changes.push((Kind::Insert, Set::Quantity(demand, asked)));
            let (supply, offered) = self.supply();
            changes.push((Kind::Capacity, Set::Capacity(supply, self.about(offered))));
            changes.push((Kind::Capacity, Set::Capacity(supply, offered)));
            let (pair, at_most) = self.pair();
            changes.push((Kind::Forbid, Set::AtMost(pair, 0)));
            changes.push((Kind::Allow, Set::AtMost(pair, at_most)));
            if round % HARD == 0 {
                let (supply, offered) = self.supply();
                changes.push((Kind::Service, Set::Capacity(supply, 0)));
                changes.push((Kind::Service, Set::Capacity(supply, offered)));
            }
        }
        changes
    }

    /// Changes of all kinds that stay.
    fn mixed(&mut self) -> Vec<Change> {
        let one = |_| match self.random.below(4) {
            0 => (Kind::Withdraw, Set::Quantity(self.demand().0, 0)),
            1 => {
                let (demand, asked) = self.demand();
                (Kind::Insert, Set::Quantity(demand, asked + self.random.between(1, 10)))
            }
            2 => {
                let (supply, offered) = self.supply();
                (Kind::Capacity, Set::Capacity(supply, self.about(offered)))
            }
            _ => (Kind::Forbid, Set::AtMost(self.pair().0, 0)),
        };
        (0..MIXED).map(one).collect()
    }

    fn demand(&mut self) -> (usize, u32) {
        let demands = &self.live.problem().demands;
        let demand = any(&mut self.random, demands.len());
        (demand, demands[demand].quantity)
    }

    fn supply(&mut self) -> (usize, u32) {
        let supplies = &self.live.problem().supplies;
        let supply = any(&mut self.random, supplies.len());
        (supply, supplies[supply].capacity)
    }

    fn pair(&mut self) -> (usize, u32) {
        let pair = *self.random.pick(&self.used);
        (pair, self.live.problem().pairs[pair].at_most)
    }

    /// Up to ten more or less.
    fn about(&mut self, units: u32) -> u32 {
        let shift = self.random.between(1, 10);
        if self.random.in_hundred(50) { units + shift } else { units.saturating_sub(shift) }
    }
}

fn any(random: &mut Random, count: usize) -> usize {
    random.below(u32::try_from(count).unwrap_or(u32::MAX)) as usize
}
