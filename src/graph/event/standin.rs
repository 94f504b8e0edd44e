use crate::domain::need::{self, NeedState};
use async_graphql::{ID, Object};

/// What is asked for.
pub struct Need(need::Need);

impl From<need::Need> for Need {
    fn from(row: need::Need) -> Self {
        Self(row)
    }
}

/// What is asked for.
#[Object]
impl Need {
    /// The global id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The title.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// The state.
    async fn state(&self) -> NeedState {
        self.0.state
    }
}
