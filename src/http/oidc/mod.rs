//! Signing in by an OpenID provider: the authorisation code with PKCE, state and nonce.

mod flow;
mod provider;
mod secret;

pub use flow::{come_back, go};
pub use provider::{BadProvider, Oidc};
pub use secret::Secret;

use serde::Deserialize;

/// An OpenID provider, and what the hub is called there.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The provider: its address, as it writes it itself. `https` but on the machine itself.
    pub issuer: String,
    /// What the hub is called there.
    pub client_id: String,
    /// By what it proves itself; left out, it is a public client.
    pub client_secret: Option<Secret>,
    /// Where the provider sends people back to: the hub's own `https://…/oidc/callback`.
    pub redirect_url: String,
    /// Where they go from there.
    #[serde(default = "query_page")]
    pub home: String,
    /// For how many seconds the provider's keys are not asked for again, whatever comes in.
    #[serde(default = "minute")]
    pub refetch_seconds: i64,
}

fn query_page() -> String {
    "/graphiql".to_owned()
}

fn minute() -> i64 {
    60
}
