//! Every story of the hub, told on SQLite and on PostgreSQL. `tests/run` starts a PostgreSQL for them; without one
//! (`GONGJIAN_TEST_POSTGRES_URL`) they fail.
#![allow(missing_docs, reason = "tests are read by their names")]

mod builders;
mod event_trail;
mod hub;
mod need_add;
mod need_follow;
mod need_life;
mod unit_register;
