//! Gongjian Hub (共建): one graph on which a street office, its communities and partner units find each other.
//!
//! The map of the house, from the inside out; a room imports only from those above it:
//! [`clock`] time and ids; [`domain`] who, what and the rules; [`matching`] which service for which need, and why;
//! [`store`] all the SQL; [`federation`] how partners' own graphs join; [`graph`] the GraphQL schema;
//! [`exchange`] what comes in and goes out as files;
//! [`http`] the server; [`config`] how it is set up; [`app`] puts it together; [`cli`] the commands.

pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod domain;
pub mod exchange;
pub mod federation;
pub mod graph;
pub mod http;
pub mod matching;
pub mod store;
