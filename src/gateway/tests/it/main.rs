//! The gateway, with hubs and partners of the tests' own.
#![allow(missing_docs, reason = "tests are read by their names")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "stories may fail loudly")]

#[path = "../../../../tests/it/hub.rs"]
#[allow(dead_code, reason = "the harness of the hub's own stories can do more than these need")]
mod hub;
mod partner;
mod query;
mod supergraph;
mod swap;
mod token;
mod trouble;
mod world;
