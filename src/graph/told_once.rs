//! What a mutation puts aside for its answer: above all secrets, told once and kept nowhere.

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

    /// Takes it.
    #[must_use]
    pub fn take(&self) -> Option<T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Declares the payload of mutations that make a secret: the object, the secret, and the mistakes.
macro_rules! told_once {
    (
        $(#[doc = $doc:literal])+ $payload:ident, $field:ident: $node:ty,
        $(#[doc = $secret_doc:literal])+ $secret:ident
    ) => {
        $(#[doc = $doc])+
        pub struct $payload<M>($crate::graph::mutation::Answer<M>, Option<String>);

        impl<M: $crate::graph::mutation::Mutation> $payload<M> {
            /// The answer, with the secret where something was done.
            fn new(answer: $crate::graph::mutation::Answer<M>, told: &$crate::graph::told_once::Told) -> Self {
                let secret = told.take().filter(|_| answer.changed.is_some());
                Self(answer, secret)
            }
        }

        impl<M: $crate::graph::mutation::Mutation> async_graphql::TypeName for $payload<M> {
            fn type_name() -> std::borrow::Cow<'static, str> {
                format!("{}Payload", M::NAME).into()
            }
        }

        $(#[doc = $doc])+
        #[async_graphql::Object(name_type)]
        impl<M: $crate::graph::mutation::Mutation> $payload<M> {
            /// The object as it is now; null where the mutation was refused.
            async fn $field(
                &self,
                ctx: &async_graphql::Context<'_>,
            ) -> Result<Option<$node>, async_graphql::Error> {
                let id = self.0.changed.map($crate::domain::id::Id::new);
                $crate::graph::page::maybe::<$node>(ctx, id).await
            }

            $(#[doc = $secret_doc])+
            async fn $secret(&self) -> Option<&str> {
                self.1.as_deref()
            }

            /// What stands against it; empty where it was done.
            async fn errors(
                &self,
                ctx: &async_graphql::Context<'_>,
            ) -> Vec<$crate::graph::mutation::MutationError<M>> {
                self.0.errors(ctx)
            }
        }
    };
}
pub(crate) use told_once;
