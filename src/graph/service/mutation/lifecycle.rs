use crate::domain::id::{Id as _, ServiceId};
use crate::domain::refusal::Code;
use crate::domain::service::ServiceAction;
use crate::graph::mutation::{Mutation, parse, step};
use crate::store::conn::Tx;
use crate::store::error::Result as Done;
use crate::store::service;
use async_graphql::{ID, InputObject};
use uuid::Uuid;

/// Declares the input of an action that moves a service to another state.
macro_rules! action {
    ($(#[doc = $doc:literal])+ $input:ident = $name:literal => $action:ident) => {
        step! {
            $(#[doc = $doc])+
            $input = $name [Outdated] {
                /// The service.
                id: ServiceId,
                /// The version that you have read; left out, whatever is there is moved.
                version: Option<i64>,
            }
            |this, tx, id| service::advance(tx, id, ServiceAction::$action, this.version)
        }
    };
}

action! {
    /// A draft to be approved.
    ReviewServiceInput = "ReviewService" => Review
}
action! {
    /// A reviewed service to be put on offer.
    ListServiceInput = "ListService" => List
}
action! {
    /// A listed service to be taken off for a while.
    PauseServiceInput = "PauseService" => Pause
}
action! {
    /// A paused service to be put back on offer.
    ResumeServiceInput = "ResumeService" => Resume
}
action! {
    /// A service to be taken off for good.
    RetireServiceInput = "RetireService" => Retire
}
