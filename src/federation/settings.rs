use serde::Deserialize;

/// How other graphs join this one.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Hosts with their ports, `library.intra:8443`, that may have addresses inside the network and be asked without
    /// encryption. All others have to be public, and encrypted.
    pub inside: Vec<String>,
    /// Subgraphs at most.
    pub subgraphs: i64,
    /// Bytes of a subgraph's schema.
    pub sdl_bytes: usize,
    /// Types of a subgraph's schema.
    pub sdl_types: usize,
    /// Seconds that an endpoint may take to tell its schema.
    pub fetch_seconds: u64,
    /// Seconds that putting all graphs together may take.
    pub compose_seconds: u64,
    /// Mebibytes of memory that putting all graphs together may take.
    pub compose_mebibytes: usize,
    /// Minutes after which a live subgraph's endpoint is looked at again; 0 for never.
    pub poll_minutes: i64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            inside: Vec::new(),
            subgraphs: 50,
            sdl_bytes: 256 << 10,
            sdl_types: 500,
            fetch_seconds: 10,
            compose_seconds: 30,
            compose_mebibytes: 512,
            poll_minutes: 10,
        }
    }
}
