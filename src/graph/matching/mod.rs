//! The matching in the graph: candidates, previews, and turning these into suggested matches.

mod apply;
mod candidates;
mod parts;
mod planned;
mod preview;
mod settings;
mod unmet;

pub use apply::MatchingMutation;
pub use candidates::{Candidates, of_need, of_service};
pub use parts::Quantity;
pub use preview::MatchingQuery;
pub use settings::{MatchingSettings, MatchingSettingsMutation, of_street};
