use crate::domain::event::entry;
use crate::domain::viewer::{Role, Scope};
use crate::graph::error::told;
use crate::graph::{Asked, loader};
use crate::store::chain;
use crate::store::error::Error as StoreError;
use async_graphql::{Context, Error, Object, SimpleObject};

/// The end of the trail: published, it vouches for all that came before.
#[derive(SimpleObject)]
pub struct AuditHead {
    /// The number of the last event; 0 where there is none.
    seq: i64,
    /// Its hash, over itself and the one before: 64 hexadecimal digits.
    hash: String,
    /// Both as one text: `gongjian audit verify --head` takes it.
    text: String,
}

impl From<entry::Head> for AuditHead {
    fn from(head: entry::Head) -> Self {
        Self { seq: head.seq, text: head.to_string(), hash: head.hash }
    }
}

/// The trail as a whole, to be read.
#[derive(Default)]
pub struct AuditQuery;

#[Object]
impl AuditQuery {
    /// The end of the trail. Keep it elsewhere, or publish it: `gongjian audit verify` then finds whatever is changed,
    /// removed or cut off before it. For coordinators and administrators.
    async fn audit_head(&self, ctx: &Context<'_>) -> Result<AuditHead, Error> {
        let viewer = &ctx.data::<Asked>()?.viewer;
        let store = &loader(ctx)?.loader().store;
        let granted =
            matches!(viewer.role(), Role::Coordinator | Role::Administrator) && viewer.may(Scope::Read);
        let work = async {
            if !granted {
                return Err(StoreError::Denied(viewer.role()));
            }
            let mut conn = store.read().await?;
            chain::head(&mut conn).await
        };
        Ok(work.await.map_err(|error| told(ctx, &error))?.into())
    }
}
