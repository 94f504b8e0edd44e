//! What the solver takes for whole lots and what people may claim are the same.

use super::super::terms::{Terms, kept};
use crate::domain::need::{self, Need};
use crate::matching::assign::{Demand, NONE, Pair, Problem, Supply};
use crate::matching::tests::need;
use proptest::prelude::*;

/// Whether services could claim these quantities one after the other, in some order.
fn claimable(need: &Need, quantities: &[u32], serving: i64) -> bool {
    let mut wanted = quantities.iter().enumerate().filter(|(_, units)| **units > 0).peekable();
    if wanted.peek().is_none() {
        return true;
    }
    wanted.any(|(place, units)| {
        let quantity = i64::from(*units);
        let may =
            quantity <= need.left() && need.require_lot(quantity).and(need.require_room(serving)).is_ok();
        let mut rest = quantities.to_vec();
        rest[place] = 0;
        may && claimable(&Need { claimed: need.claimed + quantity, ..need.clone() }, &rest, serving + 1)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_solver_and_the_claims_keep_to_the_same_terms(
        (quantity, lot, most) in (1_u32..10, 0_u32..6, 0_u32..5),
        wanted in proptest::collection::vec(0_u32..8, 1..5),
    ) {
        let mut left = quantity;
        let mut take = |wanted: u32| {
            let taken = wanted.min(left);
            left -= taken;
            taken
        };
        let quantities: Vec<u32> = wanted.into_iter().map(&mut take).collect();
        let given = |limit: u32| Some(i64::from(limit)).filter(|limit| *limit > 0);
        let terms = need::Terms { smallest_lot: given(lot), most_services: given(most) };
        let need = Need { quantity: quantity.into(), terms, ..need(30) };
        let count = u32::try_from(quantities.len()).unwrap();
        let problem = Problem {
            demands: vec![Demand { quantity, penalty: 100, group: NONE }],
            supplies: vec![Supply { capacity: quantity, pool: NONE }; quantities.len()],
            pairs: (0..count).map(|supply| Pair { supply, cost: 1, at_most: quantity }).collect(),
            ends: vec![count],
            ..Problem::default()
        };
        let most_services = if most == 0 { u32::MAX } else { most };
        let is_kept = kept(&problem, &[Terms { smallest_lot: lot, most_services }], 0, &quantities);
        prop_assert_eq!(is_kept, claimable(&need, &quantities, 0), "{:?} of {} by {}", quantities, quantity, lot);
    }
}
