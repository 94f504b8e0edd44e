use crate::domain::subgraph::{HeardHealth, SubgraphCircuit};
use async_graphql::Object;
use chrono::{DateTime, Utc};

/// How a partner's endpoint answers, as one gateway sees it.
pub struct SubgraphHealth(pub HeardHealth);

/// How a partner's endpoint answers, as one gateway sees it.
#[Object]
impl SubgraphHealth {
    /// What the gateway does about it.
    async fn circuit(&self) -> SubgraphCircuit {
        self.0.circuit
    }

    /// Requests of the last minute or so.
    async fn requests(&self) -> i64 {
        self.0.requests
    }

    /// Those of them that failed.
    async fn failures(&self) -> i64 {
        self.0.failures
    }

    /// Half of them took no longer than so many milliseconds.
    async fn p50_millis(&self) -> i64 {
        self.0.p50_millis
    }

    /// All but one in a hundred took no longer than so many milliseconds.
    async fn p99_millis(&self) -> i64 {
        self.0.p99_millis
    }

    /// The last failure, for programs: `TIMEOUT`, `HTTP_503`, …; null where there was none.
    async fn last_failure(&self) -> Option<&str> {
        self.0.last_failure.as_deref()
    }

    /// When that was.
    async fn last_failure_at(&self) -> Option<DateTime<Utc>> {
        self.0.last_failure_at
    }

    /// When the gateway told this.
    async fn heard_at(&self) -> DateTime<Utc> {
        self.0.heard_at
    }
}
