use super::MatchingRun;
use crate::domain::run;
use crate::graph::error::{id, told};
use crate::graph::event::follow;
use crate::graph::{Asked, loader};
use crate::store::entity::get;
use crate::store::error::Result as Done;
use crate::store::event::Wanted;
use async_graphql::{Context, Error, ID, Subscription};
use futures_util::stream::{self, Stream, StreamExt as _};

/// Matching runs, to be followed.
#[derive(Default)]
pub struct MatchingRunSubscription;

#[Subscription]
impl MatchingRunSubscription {
    /// A matching run as it is, and again whenever it goes on, about once a second; it ends when the run is over.
    async fn matching_run_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The run.")] id: ID,
    ) -> Result<impl Stream<Item = Result<MatchingRun, Error>>, Error> {
        let id = self::id(ctx, "id", &id)?;
        let store = &loader(ctx)?.loader().store;
        let viewer = &ctx.data::<Asked>()?.viewer;
        // Followed before it is read, so that no change falls in between.
        let changes = follow::<run::MatchingRun>(store, viewer, Wanted::Run(id), None).await;
        let changes = changes.map_err(|error| told(ctx, &error))?;
        let mut conn = store.read().await.map_err(|error| told(ctx, &error))?;
        let now = get(&mut conn, viewer, id).await.map_err(|error| told(ctx, &error))?;
        let rows = until_over(now, changes.map(|change| change.map(|(_, row)| row)));
        Ok(rows.map(move |row| row.map(MatchingRun::from).map_err(|error| told(ctx, &error))))
    }
}

/// The run as it is now and after each change, up to the last; one that looks like the one before is left out.
fn until_over(
    now: run::MatchingRun,
    changes: impl Stream<Item = Done<run::MatchingRun>>,
) -> impl Stream<Item = Done<run::MatchingRun>> {
    let told = (None::<run::MatchingRun>, Box::pin(stream::once(async { Ok(now) }).chain(changes)));
    stream::try_unfold(told, |(before, mut rows)| async move {
        if before.as_ref().is_some_and(|before| before.state.is_over()) {
            return Ok(None);
        }
        while let Some(row) = rows.next().await.transpose()? {
            if before.as_ref() != Some(&row) {
                return Ok(Some((row.clone(), (Some(row), rows))));
            }
        }
        Ok(None)
    })
}
