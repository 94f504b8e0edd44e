//! `/session`: signing in and out, for browsers. All else about accounts is in the graph.

use super::answer::{Failure, no_store};
use super::auth::{self, unavailable};
use super::{Served, address, cookie, graphql, lang, origin, whence};
use crate::domain::text::Lang;
use crate::domain::viewer::Viewer;
use crate::store::error::Error;
use crate::store::session::{self, Attempt, Begun};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

/// What somebody signs in with.
#[derive(Deserialize)]
struct Given {
    login: String,
    password: String,
}

/// Signs somebody in and hands their browser a cookie.
pub async fn sign_in(State(served): State<Served>, request: Request) -> Result<Response, Failure> {
    let (parts, body) = request.into_parts();
    let lang = lang(&parts.headers);
    origin::require_own(&parts.headers)?;
    graphql::require_json(lang, &parts.headers)?;
    let body = graphql::read(&served, lang, body).await?;
    let given: Given = serde_json::from_slice(&body).map_err(|_| not_given(lang))?;
    let address = address::network(&parts.headers);
    let served = whence::asked_from(served, &parts.headers);
    let attempt = session::sign_in(&served.store, &given.login, &given.password, &address).await;
    match attempt.map_err(|error| failed(lang, &error))? {
        Attempt::Begun(begun) => Ok(welcome(&parts.headers, &begun)),
        Attempt::Wrong => Err(Failure::new(
            StatusCode::UNAUTHORIZED,
            "UNAUTHENTICATED",
            lang.pick(
                "登录名或密码不正确，或账号已停用。忘记密码请找为您开通账号的人重置。",
                "Name or password are wrong, or the account is disabled. Whoever gave you the account can reset it.",
            ),
        )),
        Attempt::TooMany => Err(Failure::new(
            StatusCode::TOO_MANY_REQUESTS,
            "LIMIT_REACHED",
            lang.pick("尝试次数过多，请过一刻钟再试。", "Too many attempts; try again in 15 minutes."),
        )),
    }
}

/// The answer that lets a browser in.
fn welcome(headers: &HeaderMap, begun: &Begun) -> Response {
    let account = begun.viewer.account().map(|id| id.to_string());
    let body = json!({ "account": account, "role": begun.viewer.role(), "expiresAt": begun.expires_at });
    let mut answer = no_store(StatusCode::OK, &body);
    if let Some(set) = cookie::set(headers, &begun.secret, begun.lasts) {
        answer.headers_mut().append(header::SET_COOKIE, set);
    }
    answer
}

/// Ends the session and makes the browser forget the cookie.
pub async fn sign_out(State(served): State<Served>, headers: HeaderMap) -> Result<Response, Failure> {
    let served = whence::asked_from(served, &headers);
    let lang = lang(&headers);
    let viewer = auth::viewer(&served.store, lang, auth::given(&headers)?.as_deref()).await?;
    end(&served, &viewer).await.map_err(|error| failed(lang, &error))?;
    let mut answer = StatusCode::NO_CONTENT.into_response();
    if let Some(clear) = cookie::clear(&headers) {
        answer.headers_mut().append(header::SET_COOKIE, clear);
    }
    Ok(answer)
}

async fn end(served: &Served, viewer: &Viewer) -> Result<(), Error> {
    let Some(id) = viewer.session() else { return Ok(()) };
    let mut tx = served.store.begin(viewer).await?;
    session::end(&mut tx, id).await?;
    tx.commit().await
}

fn not_given(lang: Lang) -> Failure {
    Failure::new(
        StatusCode::BAD_REQUEST,
        "BAD_REQUEST",
        lang.pick(
            "请求体应为 {\"login\": \"…\", \"password\": \"…\"}。",
            "The body must be {\"login\": \"…\", \"password\": \"…\"}.",
        ),
    )
}

fn failed(lang: Lang, error: &Error) -> Failure {
    tracing::error!(error = error as &dyn std::error::Error, "nobody could sign in or out");
    unavailable(lang)
}
