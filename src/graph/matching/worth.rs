//! What an offer is worth before it is made.

use super::apart::apart;
use super::effect::MatchingEffect;
use super::preview::Solved;
use super::what_if::SupposedServiceInput;
use crate::domain::viewer::Role;
use crate::graph::error::{lang, refused, told};
use crate::graph::limits::annotation::cost;
use crate::graph::loader;
use crate::matching::advice::{NoWorth, worth};
use crate::matching::explain;
use crate::matching::solve::solve;
use crate::store::application::unsolved;
use crate::store::prospect;
use async_graphql::{Context, Error, InputObject, Object};
use std::sync::Arc;

/// An offer whose worth is asked for.
#[derive(InputObject, Debug)]
pub struct OfferWorthInput {
    /// What would be offered. Its area is the one whose needs are looked at. A unit's liaison names their own unit.
    offer: SupposedServiceInput,
}

/// Offers, to be judged before they are made.
#[derive(Default)]
pub struct OfferWorthQuery;

#[Object]
impl OfferWorthQuery {
    /// What an offer would bring if it were made: the needs of its area are matched with it and without it. For the
    /// liaison of a unit that has checked in there, and for the street's coordinator.
    #[graphql(directive = cost::apply("4000".into()))]
    async fn offer_worth(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What would be offered.")] input: OfferWorthInput,
    ) -> Result<MatchingEffect, Error> {
        let offer = input.offer.read("offer.").map_err(|error| told(ctx, &error))?;
        let loaders = loader(ctx)?.loader();
        let prospect = prospect::of_offer(&loaders.store, &loaders.viewer, &offer).await;
        let (world, settings) = prospect.map_err(|error| told(ctx, &error))?;
        let judged = apart(ctx, move |watch| {
            let solved = solve(&world, &settings, watch)?;
            let effect = worth(&world, &settings, &solved, &offer, watch)?;
            Ok::<_, NoWorth>((Solved { world, settings, solved, today: None }, effect))
        });
        let (today, effect) = judged.await?.map_err(|error| match error {
            NoWorth::Refused(mut refusal) => {
                // To the matching it is the first of the supposed services.
                refusal.field = refusal.field.split_off(refusal.field.len().min(2));
                refused(lang(ctx), &refusal.inside("offer"))
            }
            NoWorth::Unsolved(error) => told(ctx, &unsolved(&error)),
        })?;
        let text = explain::worth(&effect).text(lang(ctx)).to_owned();
        let is_told = loaders.viewer.role() != Role::Liaison;
        Ok(MatchingEffect::new(effect, is_told.then(|| [Arc::new(today)].into()), text))
    }
}
