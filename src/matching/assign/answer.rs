//! The answer that an optimal tree stands for.

use super::{
    Assignment, Prices,
    network::id,
    problem::{NONE, Problem},
    simplex::Simplex,
};

/// Reads quantities and prices off the tree.
pub(super) fn answer(simplex: &Simplex) -> Assignment {
    let problem = simplex.network.problem;
    let flows = flows(simplex);
    let mut answer = Assignment {
        quantities: vec![0; problem.pairs.len()],
        unmet: problem.demands.iter().map(|demand| demand.quantity).collect(),
        objective: 0,
        prices: prices(simplex),
    };
    spread(simplex, &flows, &mut answer);
    if simplex.network.has_closed {
        price_closed(simplex, &mut answer.prices);
    }
    answer.objective = objective(problem, &answer);
    answer
}

/// The arcs that carry units, and how many: those in the tree, and the full ones outside. In the order of the
/// arcs, which is that of the demands.
fn flows(simplex: &Simplex) -> Vec<(u32, u32)> {
    let network = &*simplex.network;
    let mut flows = Vec::new();
    for node in 0..network.pool_node(0) {
        let hold = simplex.tree.hold(node);
        if hold.flow > 0 && hold.link.arc() < network.arcs.len() {
            flows.push((id(hold.link.arc()), hold.flow));
        }
    }
    for demand in 0..network.demands() {
        let start = network.row(demand).start;
        for arc in start..start + network.must(demand) {
            if network.arcs[arc].is_full() {
                flows.push((id(arc), network.most[arc]));
            }
        }
    }
    flows.sort_unstable();
    flows
}

/// Gives each pair its units, and each demand its price: what its last unit costs, that of the dearest pair
/// through which it is served, or of leaving it unmet.
fn spread(simplex: &Simplex, flows: &[(u32, u32)], answer: &mut Assignment) {
    let network = &*simplex.network;
    let problem = network.problem;
    let mut served = vec![0; network.supplies()];
    let mut flows = flows.iter().peekable();
    for demand in 0..network.demands() {
        let end = network.row(demand).end;
        let mut price = 0;
        let mut any = false;
        let own = || flows.next_if(|flow| (flow.0 as usize) < end);
        for &(arc, units) in std::iter::from_fn(own) {
            let at = network.arcs[arc as usize];
            served[at.supply()] = units;
            answer.unmet[demand] -= units;
            price = price.max(i64::from(at.cost) + simplex.potential(network.supply_node(at.supply())));
            any = true;
        }
        if answer.unmet[demand] > 0 {
            price = i64::from(problem.demands[demand].penalty) + simplex.potential(network.above(demand));
        }
        answer.prices.demands[demand] = price;
        if any {
            let row = problem.row(demand);
            for (pair, units) in problem.pairs[row.clone()].iter().zip(&mut answer.quantities[row]) {
                *units = std::mem::take(&mut served[pair.supply as usize]);
            }
        }
    }
}

/// The potentials as prices. A supply's potential includes its pool's.
fn prices(simplex: &Simplex) -> Prices {
    let network = &*simplex.network;
    let price = |node| simplex.potential(node) - simplex.potential(network.above(node));
    Prices {
        supplies: (0..network.supplies()).map(|supply| price(network.supply_node(supply))).collect(),
        pools: (0..network.problem.pools.len()).map(|pool| price(network.pool_node(pool))).collect(),
        groups: (0..network.problem.groups.len())
            .map(|group| simplex.potential(network.group_node(group)))
            .collect(),
        demands: vec![0; network.demands()],
    }
}

/// What has no capacity was left out of the network. Its price is what the best unit of it would be worth: the
/// supply's if that is what lacks it, else the pool's.
fn price_closed(simplex: &Simplex, prices: &mut Prices) {
    let network = &*simplex.network;
    let problem = network.problem;
    for demand in 0..network.demands() {
        for pair in &problem.pairs[problem.row(demand)] {
            if pair.at_most == 0 || !network.is_closed(pair.supply as usize) {
                continue;
            }
            let supply = &problem.supplies[pair.supply as usize];
            let worth = prices.demands[demand] - i64::from(pair.cost);
            let price = if supply.capacity == 0 {
                let pool = if supply.pool == NONE { 0 } else { prices.pools[supply.pool as usize] };
                (&mut prices.supplies[pair.supply as usize], worth - pool)
            } else {
                (&mut prices.pools[supply.pool as usize], worth)
            };
            *price.0 = (*price.0).max(price.1);
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
