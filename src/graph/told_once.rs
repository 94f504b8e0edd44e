//! Secrets that a mutation makes: told once, in its own answer, and kept nowhere.

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

    /// Takes it.
    #[must_use]
    pub fn take(&self) -> Option<String> {
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
