//! The answer that an optimal tree stands for.

use super::{
    Assignment, Priced, Prices,
    lowest::lower,
    network::id,
    problem::{Problem, Supply},
    simplex::Simplex,
};

/// A pair that carries units: few do, so what concerns only these need not go through all.
#[derive(Clone, Copy)]
pub(super) struct Used {
    pub(super) demand: u32,
    pub(super) pair: u32,
    pub(super) units: u32,
}

/// Reads quantities and prices off the tree.
pub(super) fn answer(simplex: &mut Simplex, priced: Priced) -> Assignment {
    let problem = simplex.network.problem;
    let used = used(simplex);
    let quantities = quantities(problem, &used);
    let unmet = unmet(problem, &used);
    if priced == Priced::Lowest {
        lower(simplex, &used, &quantities, &unmet);
    }
    let mut answer = Assignment { quantities, unmet, objective: 0, prices: prices(simplex) };
    price_demands(simplex, &used, &mut answer);
    if (0..problem.supplies.len()).any(|supply| simplex.network.is_closed(supply)) {
        price_closed(simplex, &mut answer.prices);
    }
    answer.objective = objective(problem, &used, &answer.unmet);
    answer
}

/// The pairs that carry units are those in the tree, and the full ones outside.
fn used(simplex: &Simplex) -> Vec<Used> {
    let network = &*simplex.network;
    let mut used = Vec::with_capacity(network.demands());
    for node in 0..network.pool_node(0) {
        let hold = simplex.tree.hold(node);
        if hold.flow > 0 && hold.link.arc() < network.pairs() {
            let demand = if node < network.demands() { id(node) } else { hold.parent };
            used.push(Used { demand, pair: id(hold.link.arc()), units: hold.flow });
        }
    }
    for pair in network.full_pairs() {
        let demand = network.problem.ends.partition_point(|&end| end as usize <= pair);
        let units = network.problem.pairs[pair].at_most;
        used.push(Used { demand: id(demand), pair: id(pair), units });
    }
    used
}

fn quantities(problem: &Problem, used: &[Used]) -> Vec<u32> {
    let mut quantities = vec![0; problem.pairs.len()];
    for used in used {
        quantities[used.pair as usize] = used.units;
    }
    quantities
}

fn unmet(problem: &Problem, used: &[Used]) -> Vec<u32> {
    let mut unmet: Vec<u32> = problem.demands.iter().map(|demand| demand.quantity).collect();
    for used in used {
        unmet[used.demand as usize] -= used.units;
    }
    unmet
}

/// Gives each demand its price: what its last unit costs, that of the dearest pair through which it is served, or
/// of leaving it unmet.
fn price_demands(simplex: &Simplex, used: &[Used], answer: &mut Assignment) {
    let network = &*simplex.network;
    let prices = &mut answer.prices.demands;
    for &Used { demand, pair, .. } in used {
        let pair = &network.problem.pairs[pair as usize];
        let price = &mut prices[demand as usize];
        *price = (i64::from(pair.cost) + simplex.potentials[pair.supply as usize]).max(*price);
    }
    for (demand, (price, &unmet)) in prices.iter_mut().zip(&answer.unmet).enumerate() {
        if unmet > 0 {
            let penalty = i64::from(network.problem.demands[demand].penalty);
            *price = penalty + simplex.potential(network.above(demand));
        }
    }
}

/// The potentials as prices. A supply's potential includes its pool's.
fn prices(simplex: &Simplex) -> Prices {
    let network = &*simplex.network;
    let price = |node| simplex.potential(node) - simplex.potential(network.above(node));
    let supply_price =
        |supply| if network.is_closed(supply) { 0 } else { price(network.supply_node(id(supply))) };
    Prices {
        supplies: (0..network.supplies()).map(supply_price).collect(),
        pools: (0..network.problem.pools.len()).map(|pool| price(network.pool_node(pool))).collect(),
        groups: (0..network.problem.groups.len())
            .map(|group| simplex.potential(network.group_node(group)))
            .collect(),
        demands: vec![0; network.demands()],
    }
}

/// The simplex never came near what has no capacity. Its price is what the best unit of it would be worth: the
/// pool's if only that lacks it, and else the supply's, beside what its pool costs.
fn price_closed(simplex: &Simplex, prices: &mut Prices) {
    for_closed(simplex, &prices.demands, |supply, pool, worth| {
        if supply.1.capacity > 0
            && let Some(price) = prices.pools.get_mut(pool)
        {
            *price = worth.max(*price);
        }
    });
    for_closed(simplex, &prices.demands, |supply, pool, worth| {
        if supply.1.capacity == 0 {
            let price = &mut prices.supplies[supply.0];
            *price = (worth - prices.pools.get(pool).unwrap_or(&0)).max(*price);
        }
    });
}

/// Tells of each pair to a supply that can give nothing: the supply, its pool, and what a unit would be worth.
fn for_closed(simplex: &Simplex, demands: &[i64], mut tell: impl FnMut((usize, &Supply), usize, i64)) {
    let network = &*simplex.network;
    let problem = network.problem;
    for (demand, price) in demands.iter().enumerate() {
        for pair in &problem.pairs[problem.row(demand)] {
            let number = pair.supply as usize;
            if pair.at_most > 0 && network.is_closed(number) {
                let supply = &problem.supplies[number];
                tell((number, supply), supply.pool as usize, price - i64::from(pair.cost));
            }
        }
    }
}

/// What an optimum costs. It cannot overflow: leaving everything unmet is no cheaper, and the check of the
/// problem made sure that even that fits.
fn objective(problem: &Problem, used: &[Used], unmet_units: &[u32]) -> i64 {
    let cost = |used: &Used| i64::from(problem.pairs[used.pair as usize].cost) * i64::from(used.units);
    let served: i64 = used.iter().map(cost).sum();
    let mut unmet = vec![0_u64; problem.groups.len()];
    let mut missed = 0;
    for (demand, &units) in problem.demands.iter().zip(unmet_units) {
        missed += i64::from(demand.penalty) * i64::from(units);
        if let Some(sum) = unmet.get_mut(demand.group as usize) {
            *sum += u64::from(units);
        }
    }
    let mut shared = 0;
    for (group, mut left) in problem.groups.iter().zip(unmet) {
        for step in &group.steps {
            let filled = left.min(u64::from(step.units));
            shared += i64::from(step.cost) * filled.cast_signed();
            left -= filled;
        }
        shared += group.steps.last().map_or(0, |step| i64::from(step.cost)) * left.cast_signed();
    }
    served + missed + shared
}
