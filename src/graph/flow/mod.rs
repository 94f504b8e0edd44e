//! What flowed through an area, ready for a Sankey diagram.

mod sankey;

use super::error::{id, lang, refused, told};
use super::loader;
use crate::graph::limits::annotation::cost;
use crate::store::flow::{self, Period};
use async_graphql::{Context, Error, ID, Object, SimpleObject};
use chrono::NaiveDate;
use sankey::{Builder, Sankey};

/// What flowed through an area in a period, both ways.
#[derive(SimpleObject)]
pub struct Flow {
    /// What came down: from the units through the root categories to the communities, as it was delivered.
    down: Sankey,
    /// What went up: from the communities through the sources to the states in which the needs are now.
    up: Sankey,
}

impl From<flow::Flow> for Flow {
    fn from(flow: flow::Flow) -> Self {
        let (mut down, mut up) = (Builder::default(), Builder::default());
        for row in &flow.delivered {
            down.deliver(row);
        }
        for row in &flow.asked {
            up.ask(row);
        }
        Self { down: down.build(), up: up.build() }
    }
}

/// The flow, to be read.
#[derive(Default)]
pub struct FlowQuery;

#[Object]
impl FlowQuery {
    /// What flowed through an area and everything below it. For those who work in its street; a unit sees its own
    /// deliveries and its own needs.
    #[graphql(directive = cost::apply("500".into()))]
    async fn flow(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The area.")] area_id: ID,
        #[graphql(desc = "The first day: of deliveries by their date, of needs by when they were added.")]
        from: NaiveDate,
        #[graphql(desc = "The last day, itself included; at most ten years after the first.")] to: NaiveDate,
    ) -> Result<Flow, Error> {
        let area = id(ctx, "areaId", &area_id)?;
        let period = Period::new(from, to).map_err(|refusal| refused(lang(ctx), &refusal))?;
        let loaders = loader(ctx)?.loader();
        let mut conn = loaders.store.read().await.map_err(|error| told(ctx, &error))?;
        let flow = flow::load(&mut conn, &loaders.viewer, area, period).await;
        Ok(flow.map_err(|error| told(ctx, &error))?.into())
    }
}
