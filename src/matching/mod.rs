//! Which service for which need, and why: pure functions over a snapshot of the street.
//!
//! [`world`] holds the snapshot, [`candidates`] the pairs that hard constraints leave, [`score`] how well each fits,
//! [`settings`] how a street wants it done, [`rank`] the best for one need or one service, [`solve`] the best answer for all needs at once, [`explain`] the
//! reasons in sentences, [`fingerprint`] whether anything has moved since.

pub mod advice;
pub mod assign;
pub mod candidates;
pub mod compare;
pub mod explain;
pub mod fairness;
pub mod fingerprint;
pub mod likeness;
pub mod rank;
pub mod score;
pub mod settings;
pub mod solve;
#[cfg(test)]
mod tests;
pub mod tree;
pub mod weights;
pub mod what_if;
pub mod world;
