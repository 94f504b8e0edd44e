//! Secrets that a mutation makes: told once, in its own answer, and kept nowhere.

use crate::graph::mutation::Answer;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// Where the work of a mutation leaves the secret for its answer. It is no part of the input, so it shows nothing of itself.
#[derive(Clone, Default)]
pub struct Told(Arc<Mutex<Option<String>>>);

impl fmt::Debug for Told {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl Told {
    /// Leaves a secret, in place of one of an attempt before.
    pub fn tell(&self, secret: impl Into<String>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(secret.into());
    }

    /// Takes it, for an answer that says something was done.
    #[must_use]
    pub fn for_answer<M>(&self, answer: &Answer<M>) -> Option<String> {
        let secret = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        secret.filter(|_| answer.changed.is_some())
    }
}
