//! Batched loading: within one request, everything of one kind that is wanted at the same time is one statement.

use crate::domain::id::{Id, SubgraphId};
use crate::domain::subgraph::HeardHealth;
use crate::domain::viewer::Viewer;
use crate::store::Store;
use crate::store::contact::{self, Owner, Shown};
use crate::store::entity::{self, Coded, Entity};
use crate::store::error::Error;
use crate::store::page::{self, Listing, Slice, Window};
use crate::store::part::{self, Part};
use crate::store::subgraph;
use async_graphql::dataloader::Loader;
use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::sync::Arc;
use uuid::Uuid;

/// What loads for one request: the store, seen by one viewer.
pub struct Loaders {
    /// The store.
    pub store: Store,
    /// Who is asking: every statement is scoped to them.
    pub viewer: Viewer,
}

/// Asks for an entity by its id.
pub struct ById<E: Entity>(pub E::Id);

impl<E: Entity> Clone for ById<E> {
    fn clone(&self) -> Self {
        Self(self.0)
    }
}

impl<E: Entity> PartialEq for ById<E> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<E: Entity> Eq for ById<E> {}

impl<E: Entity> Hash for ById<E> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<E: Entity> Loader<ById<E>> for Loaders {
    type Value = E;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[ById<E>]) -> Result<HashMap<ById<E>, E>, Arc<Error>> {
        let ids: Vec<E::Id> = keys.iter().map(|key| key.0).collect();
        let mut conn = self.store.read().await?;
        let found = entity::by_ids::<E>(&mut conn, &self.viewer, &ids).await?;
        Ok(found.into_iter().map(|(id, row)| (ById(id), row)).collect())
    }
}

/// Asks for an entity by its code.
pub struct ByCode<E>(String, PhantomData<fn() -> E>);

impl<E: Coded> ByCode<E> {
    /// The one with this code.
    #[must_use]
    pub fn new(code: String) -> Self {
        Self(code, PhantomData)
    }
}

impl<E> Clone for ByCode<E> {
    fn clone(&self) -> Self {
        Self(self.0.clone(), PhantomData)
    }
}

impl<E> PartialEq for ByCode<E> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<E> Eq for ByCode<E> {}

impl<E> Hash for ByCode<E> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<E: Coded> Loader<ByCode<E>> for Loaders {
    type Value = E;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[ByCode<E>]) -> Result<HashMap<ByCode<E>, E>, Arc<Error>> {
        let codes: Vec<&str> = keys.iter().map(|key| key.0.as_str()).collect();
        let mut conn = self.store.read().await?;
        let found = entity::by_codes::<E>(&mut conn, &self.viewer, &codes).await?;
        Ok(found.into_iter().map(|(code, row)| (ByCode(code, PhantomData), row)).collect())
    }
}

impl Loader<Owner> for Loaders {
    type Value = Shown;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[Owner]) -> Result<HashMap<Owner, Shown>, Arc<Error>> {
        Ok(contact::show(&self.store, &self.viewer, keys).await?)
    }
}

/// Asks for the text of a schema by its hash, of which whoever asks has to have seen the row.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct TextOf(pub String);

impl Loader<TextOf> for Loaders {
    type Value = String;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[TextOf]) -> Result<HashMap<TextOf, String>, Arc<Error>> {
        let hashes: Vec<&str> = keys.iter().map(|key| key.0.as_str()).collect();
        let found = subgraph::texts(&mut self.store.read().await?, &hashes).await?;
        Ok(found.into_iter().map(|(hash, text)| (TextOf(hash), text)).collect())
    }
}

/// Asks how the endpoint of a subgraph answers, of which whoever asks has to have seen the row.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct HealthOf(pub SubgraphId);

impl Loader<HealthOf> for Loaders {
    type Value = Vec<HeardHealth>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[HealthOf]) -> Result<HashMap<HealthOf, Vec<HeardHealth>>, Arc<Error>> {
        let ids: Vec<SubgraphId> = keys.iter().map(|key| key.0).collect();
        let found = subgraph::health::of(&mut self.store.read().await?, self.store.clock.now(), &ids).await?;
        Ok(found.into_iter().map(|(id, told)| (HealthOf(id), told)).collect())
    }
}

/// Asks for a part of a parent's list; the nil id where the list has no parent.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PageOf<L: Listing> {
    /// The parent.
    pub parent: Uuid,
    /// The list, and which part of it.
    pub list: Arc<(L, Window)>,
}

impl<L: Listing> Loader<PageOf<L>> for Loaders {
    type Value = Slice<L::Row>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[PageOf<L>]) -> Result<HashMap<PageOf<L>, Slice<L::Row>>, Arc<Error>> {
        let mut found = HashMap::new();
        let mut conn = self.store.read().await?;
        for (list, parents) in by_list(keys.iter().map(|key| (&key.list, key.parent))) {
            let slices = page::slices(&mut conn, &self.viewer, &list.0, &list.1, &parents).await?;
            found.extend(
                slices.into_iter().map(|(parent, slice)| (PageOf { parent, list: list.clone() }, slice)),
            );
        }
        Ok(found)
    }
}

/// Asks how long a parent's list is.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CountOf<L: Listing> {
    /// The parent.
    pub parent: Uuid,
    /// The list.
    pub list: Arc<(L, Window)>,
}

impl<L: Listing> Loader<CountOf<L>> for Loaders {
    type Value = i64;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[CountOf<L>]) -> Result<HashMap<CountOf<L>, i64>, Arc<Error>> {
        let mut found = HashMap::new();
        let mut conn = self.store.read().await?;
        for (list, parents) in by_list(keys.iter().map(|key| (&key.list, key.parent))) {
            let counts = page::counts(&mut conn, &self.viewer, &list.0, &parents).await?;
            found.extend(
                counts.into_iter().map(|(parent, count)| (CountOf { parent, list: list.clone() }, count)),
            );
        }
        Ok(found)
    }
}

fn by_list<'a, L: Hash + Eq + 'a>(
    keys: impl Iterator<Item = (&'a Arc<L>, Uuid)>,
) -> HashMap<Arc<L>, Vec<Uuid>> {
    let mut lists: HashMap<Arc<L>, Vec<Uuid>> = HashMap::new();
    for (list, parent) in keys {
        lists.entry(list.clone()).or_default().push(parent);
    }
    lists
}

/// Asks for the parts of a parent.
pub struct PartsOf<P>(Uuid, PhantomData<fn() -> P>);

impl<P> PartsOf<P> {
    /// The parts of this parent.
    pub fn new(parent: impl Id) -> Self {
        Self(parent.uuid(), PhantomData)
    }
}

impl<P> Clone for PartsOf<P> {
    fn clone(&self) -> Self {
        Self(self.0, PhantomData)
    }
}

impl<P> PartialEq for PartsOf<P> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<P> Eq for PartsOf<P> {}

impl<P> Hash for PartsOf<P> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<P: Part> Loader<PartsOf<P>> for Loaders {
    type Value = Vec<P>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[PartsOf<P>]) -> Result<HashMap<PartsOf<P>, Vec<P>>, Arc<Error>> {
        let mut conn = self.store.read().await?;
        let found = part::of_parents::<P>(&mut conn, &self.viewer, keys.iter().map(|key| key.0)).await?;
        Ok(found.into_iter().map(|(parent, parts)| (PartsOf(parent, PhantomData), parts)).collect())
    }
}
