//! Batched loading: within one request, everything of one kind that is wanted at the same time is one statement.

use crate::domain::id::Id;
use crate::domain::viewer::Viewer;
use crate::store::Store;
use crate::store::contact::{self, Owner, Shown};
use crate::store::entity::{self, Entity};
use crate::store::error::Error;
use crate::store::page::{self, Listing, Slice, Window};
use crate::store::part::{self, Part};
use async_graphql::dataloader::{DataLoader, Loader};
use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream, FuturesUnordered, StreamExt};
use futures_util::task::AtomicWaker;
use std::collections::HashMap;
use std::future::{Future, poll_fn};
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker, ready};
use std::time::Duration;
use tokio::sync::mpsc;
use uuid::Uuid;

/// What loads for one request: the store, seen by one viewer.
pub struct Loaders {
    /// The store.
    pub store: Store,
    /// Who is asking: every statement is scoped to them.
    pub viewer: Viewer,
}

/// The loads that a request has asked for.
struct Loads {
    started: mpsc::UnboundedReceiver<BoxFuture<'static, ()>>,
    running: FuturesUnordered<BoxFuture<'static, ()>>,
}

impl Loads {
    /// A loader, and the loads that it will start.
    fn new(store: Store, viewer: Viewer) -> (DataLoader<Loaders>, Self) {
        let (start, started) = mpsc::unbounded_channel::<BoxFuture<'static, ()>>();
        let loader = DataLoader::new(Loaders { store, viewer }, move |load| {
            let _ = start.send(load);
        })
        .delay(Duration::ZERO);
        (loader, Self { started, running: FuturesUnordered::new() })
    }

    /// Runs a future together with its loads, by turns: the future until it can go no further, then all the loads that it
    /// has asked for. So all that is wanted by then shares a statement.
    async fn run<F: Future>(&mut self, future: F) -> F::Output {
        let mut future = pin!(future);
        let nudge = Arc::new(Nudge::default());
        let waker = Waker::from(nudge.clone());
        poll_fn(|context| {
            loop {
                while ready!(self.running.poll_next_unpin(context)).is_some() {}
                nudge.rest(context.waker());
                if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
                    return Poll::Ready(output);
                }
                if nudge.is_woken() || self.poll_started(context).is_pending() {
                    return Poll::Pending;
                }
            }
        })
        .await
    }

    /// Takes up the loads that were asked for.
    fn poll_started(&mut self, context: &mut Context<'_>) -> Poll<()> {
        while let Poll::Ready(Some(load)) = self.started.poll_recv(context) {
            self.running.push(load);
        }
        if self.running.is_empty() { Poll::Pending } else { Poll::Ready(()) }
    }
}

/// Notices that a future was woken, by itself perhaps: a long list pauses so now and then before all of its rows have
/// asked for what they need.
#[derive(Default)]
struct Nudge {
    woken: AtomicBool,
    waker: AtomicWaker,
}

impl Nudge {
    /// From now on nothing has happened; whatever does wakes this waker too.
    fn rest(&self, waker: &Waker) {
        self.waker.register(waker);
        self.woken.store(false, Ordering::Release);
    }

    fn is_woken(&self) -> bool {
        self.woken.load(Ordering::Acquire)
    }
}

impl Wake for Nudge {
    fn wake(self: Arc<Self>) {
        self.woken.store(true, Ordering::Release);
        self.waker.wake();
    }
}

/// Runs a request together with its loads: the number of statements follows from the query, not from its rows.
pub async fn drive<F: Future>(
    store: Store,
    viewer: Viewer,
    run: impl FnOnce(DataLoader<Loaders>) -> F,
) -> F::Output {
    let (loader, mut loads) = Loads::new(store, viewer);
    loads.run(run(loader)).await
}

/// Runs a subscription together with its loads, each of its answers as [`drive`] runs a request. Nothing runs while
/// nobody asks for the next answer.
pub fn drive_stream<T: Send + 'static>(
    store: Store,
    viewer: Viewer,
    run: impl FnOnce(DataLoader<Loaders>) -> BoxStream<'static, T>,
) -> BoxStream<'static, T> {
    let (loader, loads) = Loads::new(store, viewer);
    stream::unfold((run(loader), loads), |(mut answers, mut loads)| async move {
        let answer = loads.run(answers.next()).await?;
        Some((answer, (answers, loads)))
    })
    .boxed()
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

impl Loader<Owner> for Loaders {
    type Value = Shown;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[Owner]) -> Result<HashMap<Owner, Shown>, Arc<Error>> {
        Ok(contact::show(&self.store, &self.viewer, keys).await?)
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
