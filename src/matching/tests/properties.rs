use super::*;
use crate::domain::text::TextEnum as _;
use crate::matching::score::BEST;
use crate::matching::settings::Settings;
use proptest::prelude::*;

/// Worlds of a few needs and services with all that may differ between them.
pub(super) fn any_world() -> impl Strategy<Value = Snapshot> {
    let urgency = proptest::sample::select(Urgency::ALL.to_vec());
    let place = proptest::sample::select(vec![STREET, COMMUNITY, OTHER_COMMUNITY, COMPOUND]);
    let group =
        proptest::sample::select(vec![TargetGroup::Everyone, TargetGroup::Elderly, TargetGroup::LivingAlone]);
    let needs = prop::collection::vec((1_i64..9, urgency, place.clone(), group.clone()), 0..7);
    let filed = proptest::sample::select(vec![SAFETY, ANTI_FRAUD, CULTURE]);
    let services = prop::collection::vec((0_i64..12, filed, place, group, 0_i64..40), 0..6);
    let directives = prop::collection::vec((any::<bool>(), 0_u128..7, 0_u128..6, 1_i64..9), 0..4);
    (needs, services, directives).prop_map(|(needs, services, directives)| {
        let mut rows = empty();
        for (number, (quantity, urgency, place, group)) in (30..).zip(needs) {
            let target_groups = [group].into_iter().collect();
            rows =
                rows.with_need(Need { quantity, urgency, area_id: id(place), target_groups, ..need(number) });
        }
        for (number, (total, filed, place, group, lead_time_days)) in (40..).zip(services) {
            let target_groups = [group].into_iter().collect();
            let offered =
                Service { category_id: id(filed), target_groups, lead_time_days, ..service(number, LIBRARY) };
            rows = rows.with_service(offered, total);
            rows.coverage.push((id(number), id(place)));
        }
        for (pin, need, service, quantity) in directives {
            let kind = if pin { DirectiveKind::Pin } else { DirectiveKind::Prohibition };
            rows = rows.with_directive(kind, 30 + need, 40 + service, Some(quantity));
        }
        rows
    })
}

/// The rows in another order.
fn shuffled(mut rows: Snapshot, seed: u64) -> Snapshot {
    fn mix<T>(items: &mut [T], seed: u64) {
        for place in 1..items.len() {
            items.swap(
                place,
                usize::try_from(seed.wrapping_mul(place as u64 + 7) >> 33).unwrap_or(0) % (place + 1),
            );
        }
    }
    mix(&mut rows.needs, seed);
    mix(&mut rows.services, seed);
    mix(&mut rows.capacities, seed);
    mix(&mut rows.coverage, seed);
    mix(&mut rows.directives, seed);
    mix(&mut rows.categories, seed);
    mix(&mut rows.areas, seed);
    rows
}

proptest! {
    #[test]
    fn the_order_of_the_rows_decides_nothing(rows in any_world(), seed in any::<u64>()) {
        let other = shuffled(rows.clone(), seed);
        let usual = Settings::default();
        prop_assert_eq!(rows.world().fingerprint(&usual), other.world().fingerprint(&usual));
        prop_assert_eq!(rows.solved(), other.solved());
    }

    #[test]
    fn everything_adds_up(rows in any_world()) {
        let (world, matching) = (rows.world(), rows.solved());
        prop_assert_eq!(matching.certificate.primal, matching.certificate.dual);
        for (place, need) in world.needs.iter().enumerate() {
            let placed = matching.placements.iter().filter(|placed| placed.candidate.need == place);
            let unmet = matching.unmet.iter().filter(|unmet| unmet.need == place).map(|unmet| unmet.quantity);
            prop_assert_eq!(placed.map(|placed| placed.quantity).chain(unmet).sum::<i64>(), need.left());
        }
        for (left, line) in matching.left.iter().zip(&world.lines) {
            prop_assert!((0..=line.capacity.left()).contains(left));
        }
        for placed in &matching.placements {
            prop_assert!((0..=BEST).contains(&placed.score.total));
            prop_assert_eq!(placed.score.parts.iter().map(|part| part.points).sum::<i64>(), placed.score.total);
            if placed.pinned == 0 && placed.next_best.is_some_and(|next| next.cost < 0) {
                return Err(TestCaseError::fail("a better service was passed over"));
            }
        }
    }

    #[test]
    fn prohibitions_are_kept(rows in any_world()) {
        let forbidden: Vec<_> = rows
            .directives
            .iter()
            .filter(|directive| directive.kind == DirectiveKind::Prohibition)
            .map(|directive| (directive.need_id.uuid().as_u128(), directive.service_id.uuid().as_u128()))
            .collect();
        for (need, service, _) in served(&rows) {
            prop_assert!(!forbidden.contains(&(need, service)));
        }
    }
}
