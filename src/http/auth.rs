//! Who is asking: the bearer of a token, somebody whose browser is signed in, or the public.

use super::answer::Failure;
use super::{cookie, origin, text};
use crate::domain::text::Lang;
use crate::domain::viewer::Viewer;
use crate::store::error::Result as Done;
use crate::store::{Store, principal, session, token};
use axum::http::{HeaderMap, StatusCode, header};

/// What a request shows: its `Authorization` header, or else the cookie of a session, as `Session <secret>`.
///
/// # Errors
/// 403 where a page of another site makes a browser show its cookie.
pub fn given(headers: &HeaderMap) -> Result<Option<String>, Failure> {
    if let Some(authorization) = text(headers, header::AUTHORIZATION) {
        return Ok(Some(authorization.to_owned()));
    }
    let Some(secret) = cookie::read(headers) else { return Ok(None) };
    origin::require_own(headers)?;
    Ok(Some(format!("{SESSION} {secret}")))
}

const SESSION: &str = "Session";

/// The viewer that is given. Without anything it is the public.
///
/// # Errors
/// 401 where the token or the session is unknown or has ended: nobody shall take themselves for signed in.
pub async fn viewer(store: &Store, lang: Lang, given: Option<&str>) -> Result<Viewer, Failure> {
    let Some(given) = given else { return Ok(Viewer::public()) };
    let (scheme, secret) = given.split_once(' ').ok_or_else(|| unknown(lang))?;
    match look_up(store, scheme, secret.trim()).await {
        Ok(found) => {
            let viewer = found.ok_or_else(|| unknown(lang))?;
            principal::touch(store, &viewer).await;
            Ok(viewer)
        }
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "nobody could be looked up");
            Err(unavailable(lang))
        }
    }
}

async fn look_up(store: &Store, scheme: &str, secret: &str) -> Done<Option<Viewer>> {
    let now = store.clock.now();
    if scheme.eq_ignore_ascii_case("bearer") {
        let token = token::by_secret(&mut store.read().await?, secret, now).await?;
        Ok(token.and_then(|token| token.viewer(now)))
    } else if scheme == SESSION {
        session::by_secret(&mut store.read().await?, secret, now).await
    } else {
        Ok(None)
    }
}

/// Whether a viewer still is who they were. Where that cannot be found out, they are not.
pub async fn still_valid(store: &Store, viewer: &Viewer) -> bool {
    let valid = match store.read().await {
        Ok(mut conn) => principal::is_valid(&mut conn, viewer, store.clock.now()).await,
        Err(error) => Err(error),
    };
    valid.unwrap_or_else(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "nobody could be looked up");
        false
    })
}

/// The database cannot be reached.
pub fn unavailable(lang: Lang) -> Failure {
    Failure::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "UNAVAILABLE",
        lang.pick("数据库暂时无法访问，请稍后再试。", "The database cannot be reached; try again later."),
    )
}

fn unknown(lang: Lang) -> Failure {
    Failure::new(
        StatusCode::UNAUTHORIZED,
        "UNAUTHENTICATED",
        lang.pick(
            "令牌或会话无效、已过期或已撤销。请重新登录，或检查 Authorization 请求头（Bearer gjh_…），或向管理员申请新令牌。",
            "This token or session is unknown, expired or revoked. Sign in again, check the Authorization header (Bearer gjh_…), or ask the administrator for a new token.",
        ),
    )
}
