//! Who, what, and the rules that never break: plain data, state machines and checks, without I/O.

pub mod account;
pub mod alliance;
pub mod area;
pub mod availability;
pub mod category;
pub mod check;
pub mod contact;
pub mod credit_code;
pub mod day;
pub mod directive;
pub mod event;
pub mod festival;
pub mod fit;
pub mod id;
pub mod matches;
pub mod need;
pub mod place;
pub mod refusal;
pub mod run;
pub mod service;
pub mod subgraph;
pub mod text;
pub mod unit;
pub mod viewer;
