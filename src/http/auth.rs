//! Who is asking: the bearer of a token, or the public.

use super::answer::Failure;
use crate::domain::text::Lang;
use crate::domain::viewer::Viewer;
use crate::store::{Store, token};
use axum::http::StatusCode;

/// The viewer that an `Authorization` header, or its stand-in on a socket, names. Without one it is the public.
///
/// # Errors
/// 401 where the token is unknown, expired or revoked: nobody shall take themselves for signed in.
pub async fn viewer(store: &Store, lang: Lang, authorization: Option<&str>) -> Result<Viewer, Failure> {
    let Some(authorization) = authorization else { return Ok(Viewer::public()) };
    let secret = authorization
        .split_once(' ')
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, secret)| secret.trim());
    let Some(secret) = secret else { return Err(unknown(lang)) };
    let found = match store.read().await {
        Ok(mut conn) => token::by_secret(&mut conn, secret).await,
        Err(error) => Err(error),
    };
    match found {
        Ok(found) => found.and_then(|token| token.viewer(store.clock.now())).ok_or_else(|| unknown(lang)),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "a token could not be looked up");
            Err(Failure::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "UNAVAILABLE",
                lang.pick(
                    "数据库暂时无法访问，请稍后再试。",
                    "The database cannot be reached; try again later.",
                ),
            ))
        }
    }
}

fn unknown(lang: Lang) -> Failure {
    Failure::new(
        StatusCode::UNAUTHORIZED,
        "UNAUTHENTICATED",
        lang.pick(
            "令牌无效、已过期或已撤销。请检查 Authorization 请求头（Bearer gjh_…），或向管理员申请新令牌。",
            "This token is unknown, expired or revoked. Check the Authorization header (Bearer gjh_…), or ask the administrator for a new one.",
        ),
    )
}
