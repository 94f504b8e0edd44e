//! Which service for which need, and why: pure functions over a snapshot of the street.

pub mod assign;
pub mod likeness;
