//! The gateway, with hubs and partners of the tests' own.
#![allow(missing_docs, reason = "tests are read by their names")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "stories may fail loudly")]

#[path = "../../../../tests/it/hub.rs"]
mod hub;
mod partner;
mod query;
mod supergraph;
mod swap;
mod token;
mod trouble;
mod world;
