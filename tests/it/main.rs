//! Every story of the hub, told on SQLite and on PostgreSQL. `tests/run` starts a PostgreSQL for them; without one
//! (`GONGJIAN_TEST_POSTGRES_URL`) they fail.
#![allow(missing_docs, reason = "tests are read by their names")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "stories may fail loudly")]

mod alliance_join;
mod builders;
mod contact_show;
mod event_trail;
mod hub;
mod match_claims;
mod match_dropped;
mod match_fit;
mod match_interleavings;
mod match_invariants;
mod match_lists;
mod match_rights;
mod match_story;
mod need_add;
mod need_follow;
mod need_history;
mod need_life;
mod service_capacity;
mod service_edit;
mod service_life;
mod service_list;
mod unit_register;
