//! What all mutations share: one transaction, idempotency keys, a payload with the changed object and the caller's
//! mistakes as data. A mutation is an input that implements [`Mutation`], and a line in the root object.

use super::error::{lang, told};
use super::{Asked, loader};
use crate::domain::check;
use crate::domain::id::Id;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::text::{Lang, TextEnum};
use crate::store::conn::Tx;
use crate::store::error::Error as StoreError;
use crate::store::idempotency::{self, Keyed};
use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::Field;
use async_graphql::registry::{MetaEnumValue, MetaType, MetaTypeId, Registry};
use async_graphql::{
    Context, ContextSelectionSet, Error, ID, InputType, Name, Object, OutputType, Positioned, ServerResult,
    TypeName, Value,
};
use std::borrow::Cow;
use std::future::Future;
use std::marker::PhantomData;
use uuid::Uuid;

/// How often a transaction is tried that others keep from succeeding.
const TRIES: usize = 5;

/// An input and what it does.
pub trait Mutation: InputType + std::fmt::Debug + 'static {
    /// The mutation's name in upper camel case: its payload, error and error codes are named after it.
    const NAME: &'static str;
    /// The codes with which it refuses, beside those that all mutations have ([`COMMON`]).
    const CODES: &'static [Code];

    /// The idempotency key, where the client sent one.
    fn key(&self) -> Option<&str>;
    /// Works out, before the transaction begins, what takes too long inside one; again for each attempt.
    fn prepare(&mut self, _: &Context<'_>) -> impl Future<Output = crate::store::error::Result<()>> + Send {
        async { Ok(()) }
    }
    /// Makes the change, and gives back the id of what the payload will show.
    fn work(&self, tx: &mut Tx) -> impl Future<Output = crate::store::error::Result<Uuid>> + Send;
}

/// The codes that every mutation can refuse with.
pub const COMMON: [Code; 6] =
    [Code::BadId, Code::NotFound, Code::BadText, Code::BadNumber, Code::KeyReused, Code::LimitReached];

/// What became of a mutation: the id of the changed thing, or the refusals.
pub struct Answer<M> {
    /// What was changed; `None` where the mutation was refused.
    pub changed: Option<Uuid>,
    refusals: Vec<Refusal>,
    mutation: PhantomData<fn() -> M>,
}

/// Runs a mutation in one transaction.
///
/// # Errors
/// Where the caller lacks the right, or through our own fault; then nothing was changed.
pub async fn mutate<M: Mutation>(ctx: &Context<'_>, mut input: M) -> Result<Answer<M>, Error> {
    let asked = ctx.data::<Asked>()?;
    let store = &loader(ctx)?.loader().store;
    let mut tries = 1;
    loop {
        let outcome = attempt(ctx, store, asked, &mut input).await;
        match outcome {
            Err(error) if tries < TRIES && (error.is_transient() || error.is_duplicate()) => tries += 1,
            Ok(changed) => {
                return Ok(Answer { changed: Some(changed), refusals: Vec::new(), mutation: PhantomData });
            }
            Err(StoreError::Refused(refusal)) if codes::<M>().any(|code| code == refusal.code) => {
                return Ok(Answer { changed: None, refusals: vec![refusal], mutation: PhantomData });
            }
            Err(error) => return Err(told(ctx, &error)),
        }
    }
}

async fn attempt<M: Mutation>(
    ctx: &Context<'_>,
    store: &crate::store::Store,
    asked: &Asked,
    input: &mut M,
) -> crate::store::error::Result<Uuid> {
    input.prepare(ctx).await?;
    let keyed = input.key().map(|key| Keyed::new(key, M::NAME, &format!("{input:?}"))).transpose()?;
    let mut tx = store.begin(&asked.viewer).await?;
    tx.require_known()?;
    if let Some(keyed) = &keyed
        && let Some(result) = idempotency::take(&mut tx, keyed).await?
    {
        return Ok(result);
    }
    let changed = input.work(&mut tx).await?;
    if let Some(keyed) = &keyed {
        idempotency::keep(&mut tx, keyed, changed).await?;
    }
    tx.commit().await?;
    Ok(changed)
}

fn codes<M: Mutation>() -> impl Iterator<Item = Code> {
    COMMON.into_iter().chain(M::CODES.iter().copied())
}

impl<M: Mutation> Answer<M> {
    /// The refusals, in the reader's language.
    #[must_use]
    pub fn errors(&self, ctx: &Context<'_>) -> Vec<MutationError<M>> {
        let lang = lang(ctx);
        self.refusals
            .iter()
            .map(|refusal| MutationError { refusal: refusal.clone(), lang, mutation: PhantomData })
            .collect()
    }
}

/// A mistake of the caller.
pub struct MutationError<M> {
    refusal: Refusal,
    lang: Lang,
    mutation: PhantomData<fn() -> M>,
}

impl<M: Mutation> TypeName for MutationError<M> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Error", M::NAME).into()
    }
}

/// A mistake in the input, or a rule that stands against it. Nothing was changed.
#[Object(name_type)]
impl<M: Mutation> MutationError<M> {
    /// What is wrong, for programs.
    async fn code(&self) -> MutationErrorCode<M> {
        MutationErrorCode { code: self.refusal.code, mutation: PhantomData }
    }

    /// The path of the input field that it concerns, outermost first; empty where it concerns the whole.
    async fn field(&self) -> &[String] {
        &self.refusal.field
    }

    /// What is wrong and what to do, for people, in the language of the request.
    async fn message(&self) -> &str {
        self.refusal.message(self.lang)
    }
}

/// The code of a mistake: an enum of its own for each mutation, with the codes that it can answer.
pub struct MutationErrorCode<M> {
    code: Code,
    mutation: PhantomData<fn() -> M>,
}

impl<M: Mutation> OutputType for MutationErrorCode<M> {
    fn type_name() -> Cow<'static, str> {
        format!("{}ErrorCode", M::NAME).into()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_output_type::<Self, _>(MetaTypeId::Enum, |_| {
            let values: IndexMap<String, MetaEnumValue> = codes::<M>()
                .map(|code| {
                    let name = code.as_str().to_ascii_uppercase();
                    let value = MetaEnumValue {
                        name: name.clone(),
                        description: Some(code.description().to_owned()),
                        deprecation: async_graphql::registry::Deprecation::NoDeprecated,
                        visible: None,
                        inaccessible: false,
                        tags: Vec::new(),
                        directive_invocations: Vec::new(),
                    };
                    (name, value)
                })
                .collect();
            MetaType::Enum {
                name: Self::type_name().into_owned(),
                description: Some(format!("Why `{}` was refused.", M::NAME)),
                enum_values: values,
                visible: None,
                inaccessible: false,
                tags: Vec::new(),
                rust_typename: Some(std::any::type_name::<Self>()),
                directive_invocations: Vec::new(),
                requires_scopes: Vec::new(),
            }
        })
    }

    async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        Ok(Value::Enum(Name::new(self.code.as_str().to_ascii_uppercase())))
    }
}

/// Declares the payload of all mutations that change one kind of object: the object, the mistakes, and perhaps a secret
/// that is told once.
macro_rules! payload {
    (
        $(#[doc = $doc:literal])+ $payload:ident, $field:ident: $node:ty
        $(, $(#[doc = $secret_doc:literal])+ $secret:ident)?
    ) => {
        $(#[doc = $doc])+
        pub struct $payload<M>(
            pub $crate::graph::mutation::Answer<M>,
            $($(#[doc = $secret_doc])+ pub Option<String>)?
        );

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

            $(
                $(#[doc = $secret_doc])+
                async fn $secret(&self) -> Option<&str> {
                    self.1.as_deref()
                }
            )?

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
pub(crate) use payload;

/// Declares the input of a step in the life of a thing: which thing, what else the step takes, and the store's function
/// that takes it. Each step refuses where the state does not allow it, and with the further codes that are named.
macro_rules! step {
    (
        $(#[doc = $doc:literal])+
        $input:ident = $name:literal $([$($code:ident),+])? {
            $(#[doc = $id_doc:literal])+ id: $id_type:ty,
            $( $(#[$field_meta:meta])+ $field:ident: $type:ty, )*
        }
        |$this:ident, $tx:ident, $id:ident| $work:expr
    ) => {
        $(#[doc = $doc])+
        #[derive(InputObject, Debug)]
        pub struct $input {
            $(#[doc = $id_doc])+
            id: ID,
            $( $(#[$field_meta])+ $field: $type, )*
            /// A key of your own choice, by which a repeated request has the effect of one.
            idempotency_key: Option<String>,
        }

        impl Mutation for $input {
            const NAME: &'static str = $name;
            const CODES: &'static [Code] = &[Code::IllegalTransition, $($(Code::$code),+)?];

            fn key(&self) -> Option<&str> {
                self.idempotency_key.as_deref()
            }

            async fn work(&self, $tx: &mut Tx) -> Done<Uuid> {
                let $this = self;
                let $id: $id_type = parse("id", &self.id)?;
                Ok($work.await?.uuid())
            }
        }
    };
}
pub(crate) use step;

/// The typed id that an input field holds.
///
/// # Errors
/// [`Code::BadId`] where it is no id of this hub or names another kind of thing.
pub fn parse<I: Id>(field: &str, id: &ID) -> Result<I, StoreError> {
    id.parse::<I>().map_err(|bad| Refusal::from(bad).at(field).into())
}

/// The typed id that an optional input field holds.
///
/// # Errors
/// As [`parse`].
pub fn parse_optional<I: Id>(field: &str, id: Option<&ID>) -> Result<Option<I>, StoreError> {
    id.map(|id| parse(field, id)).transpose()
}

/// The typed ids that an input list holds, at most [`MAX_LIST`].
///
/// # Errors
/// As [`parse`], and [`Code::LimitReached`] where there are too many.
pub fn parse_all<I: Id>(field: &str, ids: &[ID]) -> Result<Vec<I>, StoreError> {
    at_most(field, ids)?;
    ids.iter().enumerate().map(|(at, id)| parse(&format!("{field}.{at}"), id)).collect()
}

/// Entries that an input list has at most.
pub const MAX_LIST: usize = 100;

/// Refuses an input list that is too long.
///
/// # Errors
/// [`Code::LimitReached`] where it has more than [`MAX_LIST`] entries.
pub fn at_most<T>(field: &str, list: &[T]) -> Result<(), StoreError> {
    Ok(check::at_most(field, list.len(), MAX_LIST)?)
}
