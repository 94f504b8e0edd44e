//! Top-level errors: a broken permission or limit, bad ids and cursors in queries, and our own faults. A caller's mistake
//! in a mutation is data instead, see [`super::mutation`].

use super::Asked;
use crate::domain::event::EventKind;
use crate::domain::id::Id;
use crate::domain::refusal::Refusal;
use crate::domain::text::{Lang, TextEnum};
use crate::domain::viewer::Role;
use crate::store::error::{Error as StoreError, overtaken};
use async_graphql::{Context, Error, ErrorExtensions as _, ID, ServerError};
use std::sync::Arc;

/// The error that a client sees for a failure of the store, in its language and without our internals.
#[must_use]
pub fn told(ctx: &Context<'_>, error: &StoreError) -> Error {
    let lang = lang(ctx);
    match error {
        StoreError::Refused(refusal) => refused(lang, refusal),
        StoreError::Overtaken => refused(lang, &overtaken()),
        StoreError::Denied(role) => {
            note_denied(ctx);
            denied(lang, *role)
        }
        StoreError::Database(_) | StoreError::Migrate(_) | StoreError::Corrupt(_) => internal(lang, error),
    }
}

/// The error that a client sees for a failure shared by a batch.
pub fn told_shared(ctx: &Context<'_>) -> impl Fn(Arc<StoreError>) -> Error {
    |error| told(ctx, &error)
}

/// The language of the request.
#[must_use]
pub fn lang(ctx: &Context<'_>) -> Lang {
    ctx.data_opt::<Asked>().map(|asked| asked.lang).unwrap_or_default()
}

/// A refusal of a query.
#[must_use]
pub fn refused(lang: Lang, refusal: &Refusal) -> Error {
    let code = refusal.code.as_str().to_ascii_uppercase();
    Error::new(refusal.message(lang)).extend_with(|_, extensions| {
        extensions.set("code", code.as_str());
        if !refusal.field.is_empty() {
            extensions.set("field", refusal.field.clone());
        }
    })
}

/// Has the trail tell that the viewer was refused the field.
pub fn note_denied(ctx: &Context<'_>) {
    if let (Ok(asked), Ok(loader)) = (ctx.data::<Asked>(), super::loader(ctx)) {
        loader.loader().store.refused(EventKind::Denied, &asked.viewer, ctx.field().name());
    }
}

/// The error for whoever lacks a right.
pub(super) fn denied(lang: Lang, role: Role) -> Error {
    let (code, message) = if role == Role::Public {
        (
            "UNAUTHENTICATED",
            lang.pick(
                "请先登录：在 Authorization 请求头中带上令牌（Bearer gjh_…）。",
                "Sign in first: send a token in the Authorization header (Bearer gjh_…).",
            )
            .to_owned(),
        )
    } else {
        (
            "FORBIDDEN",
            lang.pick(
                format!("您的身份（{}）或令牌权限不能进行此操作。", role.label(Lang::Zh)),
                format!("Your part ({}) or your token's scopes do not allow this.", role.label(Lang::En)),
            ),
        )
    };
    Error::new(message).extend_with(|_, extensions| extensions.set("code", code))
}

/// Our own fault: one full log line, and an id by which it is found.
fn internal(lang: Lang, error: &StoreError) -> Error {
    let id = fault_id();
    tracing::error!(id, error = error as &dyn std::error::Error, "a request failed");
    let ServerError { message, extensions, .. } = fault(lang, &id);
    Error { message, source: None, extensions }
}

/// An id by which a log line is found.
pub(super) fn fault_id() -> String {
    getrandom::u64().map_or_else(|_| "unknown".to_owned(), |id| format!("{id:016x}"))
}

/// What a client is told of our own fault.
pub(super) fn fault(lang: Lang, id: &str) -> ServerError {
    let message = lang.pick(
        format!("系统出错，没有更改任何内容。请把编号 {id} 告诉管理员。"),
        format!("Something went wrong on our side; nothing was changed. Tell the administrator the id {id}."),
    );
    let mut error = coded("INTERNAL", message);
    error.extensions.get_or_insert_default().set("id", id);
    error
}

/// Gives the framework's own errors, which are about the document, a code and a sentence around them.
pub(super) fn complete(lang: Lang, error: &mut ServerError) {
    let extensions = error.extensions.get_or_insert_default();
    if extensions.get("code").is_none() {
        extensions.set("code", "GRAPHQL_VALIDATION_FAILED");
        if lang == Lang::Zh {
            error.message = format!("请求与接口定义不符：{}", error.message);
        }
    }
}

/// An error of a request that nothing was done for: its code for programs, its sentence for people.
pub fn coded(code: &str, message: impl Into<String>) -> ServerError {
    let mut error = ServerError::new(message, None);
    error.extensions.get_or_insert_default().set("code", code);
    error
}

/// The typed id that a query's argument holds.
///
/// # Errors
/// `BAD_ID` where it is no id of this hub or names another kind of thing.
pub fn id<I: Id>(ctx: &Context<'_>, field: &str, id: &ID) -> Result<I, Error> {
    id.parse::<I>().map_err(|bad| refused(lang(ctx), &Refusal::from(bad).at(field)))
}

/// The typed id that an optional argument holds.
///
/// # Errors
/// As [`id`].
pub fn optional_id<I: Id>(ctx: &Context<'_>, field: &str, given: Option<&ID>) -> Result<Option<I>, Error> {
    given.map(|given| id(ctx, field, given)).transpose()
}
