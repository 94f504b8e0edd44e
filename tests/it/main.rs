//! Every story of the hub, told on SQLite and on PostgreSQL. `tests/run` starts a PostgreSQL for them; without one
//! (`GONGJIAN_TEST_POSTGRES_URL`) they fail.
#![allow(missing_docs, reason = "tests are read by their names")]

mod areas_import;
mod builders;
mod door;
mod http_auth;
mod http_graphql;
mod http_limits;
mod http_pages;
mod http_socket;
mod hub;
mod layers;
mod schema_check;
mod schema_descriptions;
mod unit_register;
