use crate::domain::id::Id as _;
use crate::domain::refusal::Code;
use crate::domain::service::ServiceAction;
use crate::graph::mutation::{Mutation, parse};
use crate::store::conn::Tx;
use crate::store::service;
use async_graphql::{ID, InputObject};
use uuid::Uuid;

/// Declares the input of an action that moves a service to another state.
macro_rules! action {
    ($(#[doc = $doc:literal])+ $input:ident, $name:literal => $action:ident) => {
        $(#[doc = $doc])+
        #[derive(InputObject, Debug)]
        pub struct $input {
            /// The service.
            id: ID,
            /// The version that you have read; left out, whatever is there is moved.
            version: Option<i64>,
            /// A key of your own choice, by which a repeated request has the effect of one.
            idempotency_key: Option<String>,
        }

        impl Mutation for $input {
            const NAME: &'static str = $name;
            const CODES: &'static [Code] = &[Code::IllegalTransition, Code::Outdated];

            fn key(&self) -> Option<&str> {
                self.idempotency_key.as_deref()
            }

            async fn work(&self, tx: &mut Tx) -> crate::store::error::Result<Uuid> {
                let id = parse("id", &self.id)?;
                Ok(service::advance(tx, id, ServiceAction::$action, self.version).await?.uuid())
            }
        }
    };
}

action! {
    /// A draft to be approved.
    ReviewServiceInput, "ReviewService" => Review
}
action! {
    /// A reviewed service to be put on offer.
    ListServiceInput, "ListService" => List
}
action! {
    /// A listed service to be taken off for a while.
    PauseServiceInput, "PauseService" => Pause
}
action! {
    /// A paused service to be put back on offer.
    ResumeServiceInput, "ResumeService" => Resume
}
action! {
    /// A service to be taken off for good.
    RetireServiceInput, "RetireService" => Retire
}
