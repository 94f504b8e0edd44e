//! Which service for which need, and why: pure functions over a snapshot of the street.
//!
//! [`world`] holds the snapshot, [`candidates`] the pairs that hard constraints leave and [`exclusions`] what these
//! exclude, [`score`] how well each pair fits, [`settings`] how a street wants it done, [`rank`] the best for one need or
//! one service, [`solve`] the best answer for all needs at once, [`explain`] the reasons in sentences, [`fingerprint`]
//! whether anything has moved since, [`foreseen`] what last year says is still to come. Below them `index`, `points` and `search` keep all this quick where there are
//! millions of pairs.

pub mod advice;
pub mod assign;
pub mod candidates;
pub mod compare;
pub mod exclusions;
pub mod explain;
pub mod fairness;
pub mod fingerprint;
pub mod foreseen;
pub mod held;
mod index;
pub mod likeness;
pub mod live;
pub mod lots;
mod points;
pub mod rank;
pub mod score;
mod search;
pub mod season;
pub mod settings;
pub mod solve;
mod stages;
#[cfg(test)]
mod tests;
pub mod tree;
pub mod weights;
pub mod what_if;
pub mod world;
