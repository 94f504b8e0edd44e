//! The matching in the graph: candidates, previews, and turning these into suggested matches.

mod apart;
mod apply;
mod candidates;
mod comparison;
mod effect;
mod fairness;
mod moves;
mod parts;
mod planned;
mod preview;
mod settings;
mod unmet;
mod what_if;
mod worth;

pub use apart::Solves;
pub use apply::{MatchingMutation, MatchingPairInput, parse_pairs, taken};
pub use candidates::{Candidates, of_need, of_service};
pub use comparison::MatchingTotals;
pub use moves::SuggestionMove;
pub use parts::Quantity;
pub use preview::{MatchingForesight, MatchingQuery};
pub use settings::{MatchingSettings, MatchingSettingsMutation, of_street};
pub use what_if::WhatIfInput;
pub use worth::OfferWorthQuery;
