//! What a mutation puts aside for its answer: above all secrets, told once and kept nowhere.

use crate::graph::mutation::Answer;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// Where a mutation puts something aside for its answer or for its next step. It is no part of the input, so it shows
/// nothing of itself.
pub struct Aside<T>(Arc<Mutex<Option<T>>>);

/// Where the work of a mutation leaves the secret for its answer.
pub type Told = Aside<String>;

impl<T> Clone for Aside<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Default for Aside<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T> fmt::Debug for Aside<T> {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl<T> Aside<T> {
    /// Puts something aside, in place of what an attempt before did.
    pub fn tell(&self, told: impl Into<T>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(told.into());
    }

    /// Takes it, for an answer that says something was done.
    #[must_use]
    pub fn for_answer<M>(&self, answer: &Answer<M>) -> Option<T> {
        self.take().filter(|_| answer.changed.is_some())
    }

    /// Takes it.
    #[must_use]
    pub fn take(&self) -> Option<T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
