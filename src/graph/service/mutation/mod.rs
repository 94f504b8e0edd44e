mod availability;
mod capacity;
mod facts;
mod lifecycle;

pub use capacity::CapacityInput;

use super::Service;
use crate::graph::mutation::{mutate, payload};
use async_graphql::{Context, Error, Object};
use availability::SetAvailabilityInput;
use capacity::{AddCapacityInput, RemoveCapacityInput, UpdateCapacityInput};
use facts::{CreateServiceInput, UpdateServiceInput};
use lifecycle::{
    ListServiceInput, PauseServiceInput, ResumeServiceInput, RetireServiceInput, ReviewServiceInput,
};

payload! {
    /// What became of a change to a service.
    ServicePayload, service: Service
}

/// Services, to be changed.
#[derive(Default)]
pub struct ServiceMutation;

#[Object]
impl ServiceMutation {
    /// Adds a service as a draft of its unit. For the unit's liaison and its street's coordinator.
    async fn create_service(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to add.")] input: CreateServiceInput,
    ) -> Result<ServicePayload<CreateServiceInput>, Error> {
        Ok(ServicePayload(mutate(ctx, input).await?))
    }

    /// Edits a service that is not retired. For the unit's liaison and its street's coordinator.
    async fn update_service(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to edit.")] input: UpdateServiceInput,
    ) -> Result<ServicePayload<UpdateServiceInput>, Error> {
        Ok(ServicePayload(mutate(ctx, input).await?))
    }

    /// Adds a line of capacity. For the unit's liaison and its street's coordinator.
    async fn add_capacity(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to add, and to which service.")] input: AddCapacityInput,
    ) -> Result<ServicePayload<AddCapacityInput>, Error> {
        Ok(ServicePayload(mutate(ctx, input).await?))
    }

    /// Changes how much there is in a line of capacity, or its window. While some of it is held or committed, the total
    /// stays at least that, and the window can only grow. For the unit's liaison and its street's coordinator.
    async fn update_capacity(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: UpdateCapacityInput,
    ) -> Result<ServicePayload<UpdateCapacityInput>, Error> {
        Ok(ServicePayload(mutate(ctx, input).await?))
    }

    /// Removes a line of capacity that no match has ever drawn on. For the unit's liaison and its street's coordinator.
    async fn remove_capacity(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which line.")] input: RemoveCapacityInput,
    ) -> Result<ServicePayload<RemoveCapacityInput>, Error> {
        Ok(ServicePayload(mutate(ctx, input).await?))
    }

    /// Puts rules of availability in place of all that the service had. For the unit's liaison and its street's
    /// coordinator.
    async fn set_availability(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which rules.")] input: SetAvailabilityInput,
    ) -> Result<ServicePayload<SetAvailabilityInput>, Error> {
        Ok(ServicePayload(mutate(ctx, input).await?))
    }

    /// Approves a draft (审核). For the coordinator of the unit's street.
    async fn review_service(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which service.")] input: ReviewServiceInput,
    ) -> Result<ServicePayload<ReviewServiceInput>, Error> {
        Ok(ServicePayload(mutate(ctx, input).await?))
    }

    /// Puts a reviewed service on offer (上架). For the unit's liaison and its street's coordinator.
    async fn list_service(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which service.")] input: ListServiceInput,
    ) -> Result<ServicePayload<ListServiceInput>, Error> {
        Ok(ServicePayload(mutate(ctx, input).await?))
    }

    /// Takes a service off for a while (暂停). Matches under way go on as agreed. For the unit's liaison and its street's
    /// coordinator.
    async fn pause_service(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which service.")] input: PauseServiceInput,
    ) -> Result<ServicePayload<PauseServiceInput>, Error> {
        Ok(ServicePayload(mutate(ctx, input).await?))
    }

    /// Puts a paused service back on offer. For the unit's liaison and its street's coordinator.
    async fn resume_service(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which service.")] input: ResumeServiceInput,
    ) -> Result<ServicePayload<ResumeServiceInput>, Error> {
        Ok(ServicePayload(mutate(ctx, input).await?))
    }

    /// Takes a service off for good (下架). Matches under way go on as agreed. For the unit's liaison and its street's
    /// coordinator.
    async fn retire_service(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which service.")] input: RetireServiceInput,
    ) -> Result<ServicePayload<RetireServiceInput>, Error> {
        Ok(ServicePayload(mutate(ctx, input).await?))
    }
}
