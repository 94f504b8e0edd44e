use std::ops::ControlFlow;

use super::*;

/// Two demands for one supply of two units; the second is dearer to leave unmet.
fn contest() -> Problem {
    plain(&[(2, 50), (2, 80)], &[2], &[(0, 0, 5, 2), (1, 0, 10, 2)])
}

#[test]
fn nothing_asks_for_nothing() {
    assert_eq!(solved(&Problem::default()), Assignment::default());
}

#[test]
fn the_scarce_goes_where_it_saves_most() {
    let answer = solved(&contest());
    assert_eq!(answer.quantities, [0, 2]);
    assert_eq!(answer.unmet, [2, 0]);
    assert_eq!(answer.objective, 2 * 50 + 2 * 10);
    // One more unit would serve the first demand; one unit less of the second would do the same.
    assert_eq!(answer.prices.supplies, [45]);
    assert_eq!(answer.prices.demands, [50, 55]);
}

#[test]
fn a_price_is_what_one_more_unit_is_worth() {
    let two = |quantity| solved(&plain(&[(quantity, 100)], &[5, 5], &[(0, 0, 1, 9), (0, 1, 3, 9)]));
    assert_eq!(two(7).quantities, [5, 2]);
    assert_eq!(two(7).prices.supplies, [2, 0]);
    // All of the first is used, yet one more unit of it would be of no use.
    assert_eq!(two(5).prices.supplies, [0, 0]);
    assert_eq!(two(11).prices.supplies, [99, 97]);
}

#[test]
fn a_demand_without_pairs_stays_unmet() {
    let answer = solved(&plain(&[(3, 7), (0, 9)], &[4], &[]));
    assert_eq!((answer.unmet, answer.objective), (vec![3, 0], 21));
    assert_eq!(answer.prices.demands, [7, 0]);
}

#[test]
fn a_pair_carries_no_more_than_it_may() {
    let answer = solved(&plain(&[(5, 100)], &[9, 9], &[(0, 0, 1, 2), (0, 1, 3, 2)]));
    assert_eq!(answer.quantities, [2, 2]);
    assert_eq!(answer.unmet, [1]);
}

#[test]
fn what_has_no_capacity_has_a_price_all_the_same() {
    let mut problem = plain(&[(1, 50)], &[0, 3], &[(0, 0, 5, 1), (0, 1, 8, 0)]);
    let answer = solved(&problem);
    assert_eq!(answer.unmet, [1]);
    assert_eq!(answer.prices.supplies, [45, 0]);
    problem.supplies[0] = Supply { capacity: 1, pool: 0 };
    problem.pools = vec![Pool { capacity: 0 }];
    let pooled = solved(&problem);
    assert_eq!((pooled.prices.supplies, pooled.prices.pools), (vec![0, 0], vec![45]));
}

#[test]
fn a_pool_limits_its_supplies_together() {
    let mut problem = plain(&[(4, 50), (4, 40)], &[4, 4], &[(0, 0, 0, 4), (1, 1, 0, 4)]);
    for supply in &mut problem.supplies {
        supply.pool = 0;
    }
    problem.pools = vec![Pool { capacity: 5 }];
    let answer = solved(&problem);
    assert_eq!(answer.quantities, [4, 1]);
    assert_eq!(answer.prices.pools, [40]);
    assert_eq!(answer.prices.supplies, [0, 0]);
    assert_eq!(answer.prices.demands, [40, 40]);
}

#[test]
fn a_group_spreads_what_stays_unmet() {
    let mut problem = plain(&[(4, 50), (4, 50)], &[4], &[(0, 0, 0, 4), (1, 0, 1, 4)]);
    let steps = vec![Step { units: 2, cost: 0 }, Step { units: 9, cost: 30 }];
    problem.groups = vec![Group { steps: steps.clone() }, Group { steps }];
    problem.demands[0].group = 0;
    problem.demands[1].group = 1;
    let answer = solved(&problem);
    assert_eq!(answer.unmet, [2, 2]);
    assert_eq!(answer.objective, 4 * 50 + 2);
}

#[test]
fn a_groups_last_step_has_no_end() {
    let mut problem = plain(&[(9, 1)], &[], &[]);
    problem.demands[0].group = 0;
    problem.groups = vec![Group { steps: vec![Step { units: 2, cost: 3 }, Step { units: 3, cost: 5 }] }];
    let answer = solved(&problem);
    assert_eq!(answer.objective, 9 + 2 * 3 + 7 * 5);
    assert_eq!(answer.prices.groups, [5]);
    problem.groups = vec![Group::default()];
    assert_eq!(solved(&problem).objective, 9);
}

#[test]
fn a_start_from_the_optimum_stays_there() {
    let answer = solved(&contest());
    assert_eq!(assign(&contest(), Some(&answer), &mut ()), Ok(answer));
}

#[test]
fn a_start_of_another_shape_is_refused() {
    let mut answer = solved(&contest());
    answer.unmet.push(0);
    assert_eq!(assign(&contest(), Some(&answer), &mut ()), Err(AssignError::StartShape));
}

/// Breaks at the report with this number, and notes all of them.
struct Reports(Vec<f32>, usize);

impl Watch for Reports {
    fn progress(&mut self, done: f32) -> ControlFlow<()> {
        self.0.push(done);
        if self.0.len() == self.1 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

#[test]
fn a_watch_is_told_of_progress_that_never_falls() {
    let mut reports = Reports(Vec::new(), usize::MAX);
    assign(&contest(), None, &mut reports).unwrap();
    assert!(reports.0.is_sorted());
    assert_eq!(reports.0.first(), Some(&0.0));
    assert_eq!(reports.0.last(), Some(&1.0));
}

#[test]
fn a_watch_may_cancel() {
    for report in 1..=5 {
        let mut reports = Reports(Vec::new(), report);
        assert_eq!(assign(&contest(), None, &mut reports), Err(AssignError::Cancelled));
        assert_eq!(reports.0.len(), report);
    }
}
