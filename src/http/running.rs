//! The operations that run side by side on one connection.
//!
//! Each is a task of its own: one that waits for the database goes on while the client is slow to read or another is
//! looked after, so that nothing which others need is held by what stands still. None goes further than one answer
//! ahead of its client.

use crate::domain::text::Lang;
use crate::graph::error::coded;
use async_graphql::Response;
use futures_util::FutureExt as _;
use futures_util::stream::{BoxStream, StreamExt as _};
use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
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
    lang: Lang,
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
    pub fn new(lang: Lang, most: usize) -> Self {
        let (tell, answers) = mpsc::channel(1);
        Self { lang, most, begun: 0, handles: HashMap::new(), tasks: JoinSet::new(), tell, answers }
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
        let (id, number, tell, lang) = (id.to_owned(), self.begun, self.tell.clone(), self.lang);
        let task = self.tasks.spawn({
            let id = id.clone();
            async move {
                let mut answers = answers;
                loop {
                    let answer = AssertUnwindSafe(answers.next()).catch_unwind().await;
                    let over = !matches!(answer, Ok(Some(_)));
                    if let Some(answer) = answer.unwrap_or_else(|_| Some(broken(lang))) {
                        let item = Item { id: id.clone(), number, answer: Some(answer) };
                        if tell.send(Box::new(item)).await.is_err() {
                            return;
                        }
                    }
                    if over {
                        // Nobody is there any more to whom the end would matter.
                        let _ = tell.send(Box::new(Item { id, number, answer: None })).await;
                        return;
                    }
                }
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

/// The answer of an operation that came to grief through our own fault.
fn broken(lang: Lang) -> Response {
    let id = getrandom::u64().map_or_else(|_| "unknown".to_owned(), |id| format!("{id:016x}"));
    tracing::error!(id, "an operation panicked");
    let message = lang.pick(
        format!("系统出错。请把编号 {id} 告诉管理员。"),
        format!("Something went wrong on our side. Tell the administrator the id {id}."),
    );
    let mut error = coded("INTERNAL", message);
    error.extensions.get_or_insert_default().set("id", id.as_str());
    Response::from_errors(vec![error])
}
