//! How a request is told that it asks for too much.

use crate::domain::text::Lang;
use crate::graph::error::coded;
use async_graphql::ServerError;

/// Refuses what is more than a limit allows, naming both.
pub(super) fn within(lang: Lang, limit: &str, name: &str, asked: u64, most: u64) -> Result<(), ServerError> {
    if asked <= most {
        return Ok(());
    }
    let message = lang.pick(
        format!("请求过大：{name}上限为{most}（{limit}）。"),
        format!("This request is too large: at most {most} for the limit {limit}."),
    );
    Err(limited(limit, most, message))
}

/// Keeps the first errors and says how many there were beside them.
pub(in crate::graph) fn shorten(lang: Lang, errors: &mut Vec<ServerError>, most: u64) {
    let most_here = usize::try_from(most).unwrap_or(usize::MAX);
    let Some(more @ 1..) = errors.len().checked_sub(most_here) else { return };
    errors.truncate(most_here);
    let message = lang.pick(
        format!("另有{more}处错误未列出：最多列出{most}处（errors）。"),
        format!("{more} more errors are not listed: at most {most} are (errors)."),
    );
    errors.push(limited("errors", most, message));
}

/// What took too long.
pub(in crate::graph) fn late(lang: Lang, seconds: u64) -> ServerError {
    let message = lang.pick(
        format!("请求未能在{seconds}秒内完成，已中止。请缩小查询范围；若是变更，请用同一个 idempotencyKey 重试。"),
        format!(
            "The request took longer than {seconds} seconds and was ended. Ask for less; repeat a mutation with the same idempotencyKey."
        ),
    );
    let mut error = coded("TIMEOUT", message);
    let extensions = error.extensions.get_or_insert_default();
    extensions.set("limit", "seconds");
    extensions.set("value", seconds);
    error
}

fn limited(limit: &str, most: u64, message: String) -> ServerError {
    let mut error = coded("LIMIT_REACHED", message);
    let extensions = error.extensions.get_or_insert_default();
    extensions.set("limit", limit);
    extensions.set("value", most);
    error
}
