//! The operations that run side by side on one connection.
//!
//! Each is a task of its own: one that waits for the database goes on while the client is slow to read or another is
//! looked after, so that nothing which others need is held by what stands still. None goes further than one answer
//! ahead of its client.

use async_graphql::Response;
use futures_util::stream::{BoxStream, StreamExt as _};
use std::collections::HashMap;
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};

/// What comes out of an operation: its next answer, or its end.
struct Item {
    id: String,
    /// Which of all operations that had this id.
    number: u64,
    answer: Option<Response>,
}

/// The operations of a connection by their ids. They end with it.
pub struct Running {
    most: usize,
    begun: u64,
    handles: HashMap<String, (u64, AbortHandle)>,
    tasks: JoinSet<()>,
    /// In boxes: a channel keeps room for many items, whatever it is told.
    tell: mpsc::Sender<Box<Item>>,
    answers: mpsc::Receiver<Box<Item>>,
}

/// An operation that is not begun.
pub enum NotBegun {
    /// Another one has this id.
    Taken,
    /// As many run as may.
    TooMany(usize),
}

impl Running {
    /// None yet, and at most so many.
    pub fn new(most: usize) -> Self {
        let (tell, answers) = mpsc::channel(1);
        Self { most, begun: 0, handles: HashMap::new(), tasks: JoinSet::new(), tell, answers }
    }

    /// Whether none runs.
    pub fn is_empty(&self) -> bool {
        self.handles.is_empty()
    }

    /// The ids of all.
    pub fn ids(&self) -> Vec<String> {
        self.handles.keys().cloned().collect()
    }

    /// Whether one more can be begun under this id.
    ///
    /// # Errors
    /// Why not.
    pub fn room(&self, id: &str) -> Result<(), NotBegun> {
        if self.handles.contains_key(id) {
            Err(NotBegun::Taken)
        } else if self.handles.len() >= self.most {
            Err(NotBegun::TooMany(self.most))
        } else {
            Ok(())
        }
    }

    /// Begins an operation.
    pub fn begin(&mut self, id: &str, answers: BoxStream<'static, Response>) {
        while self.tasks.try_join_next().is_some() {}
        self.begun += 1;
        let (id, number, tell) = (id.to_owned(), self.begun, self.tell.clone());
        let task = self.tasks.spawn({
            let id = id.clone();
            async move {
                let mut answers = answers;
                while let Some(answer) = answers.next().await {
                    let item = Item { id: id.clone(), number, answer: Some(answer) };
                    if tell.send(Box::new(item)).await.is_err() {
                        return;
                    }
                }
                // It may be that nobody is there any more to whom the end would matter.
                let _ = tell.send(Box::new(Item { id, number, answer: None })).await;
            }
        });
        self.handles.insert(id, (number, task));
    }

    /// Ends an operation: nothing more is heard of it.
    pub fn end(&mut self, id: &str) {
        if let Some((_, task)) = self.handles.remove(id) {
            task.abort();
        }
    }

    /// The next answer or end of any; waits where none runs.
    pub async fn next(&mut self) -> (String, Option<Response>) {
        loop {
            let Some(item) = self.answers.recv().await else {
                return std::future::pending().await;
            };
            let Item { id, number, answer } = *item;
            // What an operation said before it was ended is not for anybody any more.
            if self.handles.get(&id).is_some_and(|(current, _)| *current == number) {
                if answer.is_none() {
                    self.handles.remove(&id);
                }
                return (id, answer);
            }
        }
    }
}
