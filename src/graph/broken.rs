//! The net below a panic: whoever asked is told an id, the log has one line for it, and the hub lives on.

use super::error::{fault, fault_id};
use crate::domain::text::Lang;
use async_graphql::Response;
use std::cell::Cell;
use std::panic::PanicHookInfo;

thread_local! {
    /// The id of the last panic of this thread, until somebody is told of it.
    static LAST: Cell<Option<String>> = const { Cell::new(None) };
}

/// Writes the one line for a panic; to be made the hook of a process that serves.
pub fn log(panic: &PanicHookInfo<'_>) {
    let id = fault_id();
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    let what = panic.payload_as_str().unwrap_or("unknown");
    tracing::error!(id, place, what, "panicked");
    LAST.set(Some(id));
}

/// The answer to a request that a panic has ended. A panic that has no line yet gets one.
pub(super) fn answer(lang: Lang) -> Response {
    let id = LAST.take().unwrap_or_else(|| {
        let id = fault_id();
        tracing::error!(id, "panicked");
        id
    });
    Response::from_errors(vec![fault(lang, &id)])
}
