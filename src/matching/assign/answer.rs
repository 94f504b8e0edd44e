//! The answer that an optimal tree stands for.

use super::{
    Assignment, Prices,
    lowest::lower,
    network::id,
    problem::{Problem, Supply},
    simplex::Simplex,
};

/// Reads quantities and prices off the tree.
pub(super) fn answer(simplex: &mut Simplex) -> Assignment {
    let problem = simplex.network.problem;
    let quantities = quantities(simplex);
    let unmet = unmet(problem, &quantities);
    lower(simplex, &quantities, &unmet);
    let mut answer = Assignment { quantities, unmet, objective: 0, prices: prices(simplex) };
    price_demands(simplex, &mut answer);
    if (0..problem.supplies.len()).any(|supply| simplex.network.is_closed(supply)) {
        price_closed(simplex, &mut answer.prices);
    }
    answer.objective = objective(problem, &answer);
    answer
}

/// The pairs that carry units are those in the tree, and the full ones outside.
fn quantities(simplex: &Simplex) -> Vec<u32> {
    let network = &*simplex.network;
    let pairs = &network.problem.pairs;
    let mut quantities = vec![0; pairs.len()];
    for node in 0..network.pool_node(0) {
        let hold = simplex.tree.hold(node);
        if hold.flow > 0
            && let Some(units) = quantities.get_mut(hold.link.arc())
        {
            *units = hold.flow;
        }
    }
    for pair in network.full_pairs() {
        quantities[pair] = pairs[pair].at_most;
    }
    quantities
}

fn unmet(problem: &Problem, quantities: &[u32]) -> Vec<u32> {
    let served = |demand| quantities[problem.row(demand)].iter().sum::<u32>();
    problem.demands.iter().enumerate().map(|(demand, asked)| asked.quantity - served(demand)).collect()
}

/// Gives each demand its price: what its last unit costs, that of the dearest pair through which it is served, or
/// of leaving it unmet.
fn price_demands(simplex: &Simplex, answer: &mut Assignment) {
    let network = &*simplex.network;
    let problem = network.problem;
    for (demand, &unmet) in answer.unmet.iter().enumerate() {
        let row = problem.row(demand);
        let used =
            problem.pairs[row.clone()].iter().zip(&answer.quantities[row]).filter(|&(_, &units)| units > 0);
        let costs = used.map(|(pair, _)| i64::from(pair.cost) + simplex.potentials[pair.supply as usize]);
        answer.prices.demands[demand] = if unmet > 0 {
            i64::from(problem.demands[demand].penalty) + simplex.potential(network.above(demand))
        } else {
            costs.max().unwrap_or(0)
        };
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
fn objective(problem: &Problem, answer: &Assignment) -> i64 {
    let served = problem.pairs.iter().zip(&answer.quantities);
    let served: i64 = served.map(|(pair, &units)| i64::from(pair.cost) * i64::from(units)).sum();
    let mut unmet = vec![0_u64; problem.groups.len()];
    let mut missed = 0;
    for (demand, &units) in problem.demands.iter().zip(&answer.unmet) {
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
