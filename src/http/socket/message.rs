//! The messages of `graphql-transport-ws`.

use async_graphql::Response;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// What a client says.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Said {
    /// It signs in.
    ConnectionInit {
        /// Its token, where it has one.
        payload: Option<Map<String, Value>>,
    },
    /// It begins an operation.
    Subscribe {
        /// A name of its choice.
        id: String,
        /// The request.
        payload: Value,
    },
    /// It has heard enough of an operation.
    Complete {
        /// The operation's name.
        id: String,
    },
    /// It wants to know whether we are there.
    Ping {
        /// What is to come back.
        payload: Option<Map<String, Value>>,
    },
    /// It is there.
    Pong {},
}

/// The next answer of an operation, its fields in the order in which they were asked for.
#[derive(Serialize)]
pub struct Next<'a> {
    /// The operation's name.
    pub id: &'a str,
    /// Always `next`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The answer.
    pub payload: &'a Response,
}

/// We are there.
pub fn pong(payload: Option<Map<String, Value>>) -> Value {
    match payload {
        Some(payload) => json!({ "type": "pong", "payload": payload }),
        None => json!({ "type": "pong" }),
    }
}
