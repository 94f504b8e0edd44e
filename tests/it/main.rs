//! Every story of the hub, told on SQLite and on PostgreSQL. `tests/run` starts a PostgreSQL for them; without one
//! (`GONGJIAN_TEST_POSTGRES_URL`) they fail.
#![allow(missing_docs, reason = "tests are read by their names")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "stories may fail loudly")]

mod alliance_join;
mod areas_import;
mod builders;
mod cli_match;
mod contact_show;
mod door;
mod event_trail;
mod flow_sum;
mod http_auth;
mod http_graphql;
mod http_limits;
mod http_pages;
mod http_socket;
mod hub;
mod layers;
mod match_claims;
mod match_dropped;
mod match_fit;
mod match_follow;
mod match_interleavings;
mod match_invariants;
mod match_lists;
mod match_rights;
mod match_story;
mod matching_advice;
mod matching_apply;
mod matching_candidates;
mod matching_direct;
mod matching_preview;
mod matching_run_apply;
mod matching_run_follow;
mod matching_run_life;
mod matching_run_rights;
mod matching_settings;
mod matching_unmet;
mod matching_what_if;
mod need_add;
mod need_follow;
mod need_history;
mod need_input;
mod need_life;
mod need_list;
mod need_rights;
mod need_terms;
mod process_killed;
mod schema_check;
mod schema_descriptions;
mod service_capacity;
mod service_edit;
mod service_life;
mod service_list;
mod unit_register;
