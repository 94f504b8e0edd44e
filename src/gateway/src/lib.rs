//! The gateway: the hub and the graphs of its partner units as one graph, in one process, at one address.
//!
//! The hub's own door stays in front; what its graph can answer alone it answers alone. All else comes here (see
//! [`gongjian_hub::graph::beyond`]): [`engine`] plans it over the supergraph and runs the plan, the hub's part in process,
//! the partners' by [`partner`]; [`token`] says to partners who asks; [`cli`] puts it together.

pub mod cli;
pub mod engine;
pub mod partner;
pub mod samples;
pub mod source;
pub mod token;
pub mod watch;
