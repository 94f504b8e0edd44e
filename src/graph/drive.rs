//! Runs requests and subscriptions together with their loads.
//!
//! Loads start only when a request can go no further without them and none is under way, so all that is wanted by then
//! shares a statement: the number of statements follows from the query, not from its rows.

use super::loaders::Loaders;
use crate::domain::viewer::Viewer;
use crate::store::Store;
use async_graphql::dataloader::DataLoader;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream, FuturesUnordered, StreamExt};
use futures_util::task::AtomicWaker;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;
use tokio::sync::mpsc;

/// Runs a request to its answer.
pub async fn request<F: Future>(
    store: Store,
    viewer: Viewer,
    run: impl FnOnce(DataLoader<Loaders>) -> F,
) -> F::Output {
    let (loader, mut loads) = Loads::new(store, viewer);
    let mut request = pin!(run(loader));
    poll_fn(|context| loads.poll(context, |context| request.as_mut().poll(context))).await
}

/// Runs a subscription, each of its answers like a request. Nothing runs while nobody asks for the next answer.
pub fn subscription<T: Send + 'static>(
    store: Store,
    viewer: Viewer,
    run: impl FnOnce(DataLoader<Loaders>) -> BoxStream<'static, T>,
) -> BoxStream<'static, T> {
    let (loader, mut loads) = Loads::new(store, viewer);
    let mut answers = run(loader);
    stream::poll_fn(move |context| loads.poll(context, |context| answers.poll_next_unpin(context))).boxed()
}

/// The loads that a request has asked for.
struct Loads {
    wanted: mpsc::UnboundedReceiver<BoxFuture<'static, ()>>,
    running: FuturesUnordered<BoxFuture<'static, ()>>,
    news: Arc<News>,
}

impl Loads {
    /// A loader, and the loads that will be asked of it.
    fn new(store: Store, viewer: Viewer) -> (DataLoader<Loaders>, Self) {
        let (want, wanted) = mpsc::unbounded_channel::<BoxFuture<'static, ()>>();
        let loader = DataLoader::new(Loaders { store, viewer }, move |load| {
            let _ = want.send(load);
        })
        .delay(Duration::ZERO);
        let news = Arc::new(News { any: AtomicBool::new(true), task: AtomicWaker::new() });
        (loader, Self { wanted, running: FuturesUnordered::new(), news })
    }

    /// Takes the request as far as it goes, then its loads.
    fn poll<T>(
        &mut self,
        context: &mut Context<'_>,
        mut request: impl FnMut(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        self.news.task.register(context.waker());
        let waker = Waker::from(self.news.clone());
        while self.news.any.swap(false, Ordering::AcqRel) {
            if let Poll::Ready(answer) = request(&mut Context::from_waker(&waker)) {
                self.news.any.store(true, Ordering::Release);
                return Poll::Ready(answer);
            }
        }
        if self.running.is_empty() {
            self.running.extend(std::iter::from_fn(|| self.wanted.try_recv().ok()));
        }
        while let Poll::Ready(Some(())) = self.running.poll_next_unpin(context) {}
        if self.running.is_empty() && !self.wanted.is_empty() {
            context.waker().wake_by_ref();
        }
        Poll::Pending
    }
}

/// Whether a request can go on. Its lists hand back control long before they are stuck, and wake themselves at once:
/// that alone is no reason to start loading.
struct News {
    any: AtomicBool,
    task: AtomicWaker,
}

impl Wake for News {
    fn wake(self: Arc<Self>) {
        self.any.store(true, Ordering::Release);
        self.task.wake();
    }
}
