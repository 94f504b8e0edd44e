use super::provider::Error;
use crate::domain::text::Lang;
use crate::http::answer::{Failure, no_such_page};
use crate::http::{Served, cookie, lang, whence};
use crate::store::subject;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use chrono::TimeDelta;
use serde::Deserialize;
use subtle::ConstantTimeEq as _;

/// How long somebody may take at the provider.
const AWAY: TimeDelta = TimeDelta::minutes(10);

/// What the provider sends back.
#[derive(Deserialize)]
pub struct Back {
    code: Option<String>,
    state: Option<String>,
    iss: Option<String>,
}

/// Sends a browser to the provider. What has to come back travels in a cookie of its own, so that only the browser that
/// left can arrive, and the hub keeps nothing for those who never do.
///
/// # Errors
/// Where there is no provider, or it does not answer.
pub async fn go(State(served): State<Served>, headers: HeaderMap) -> Result<Response, Failure> {
    let Some(oidc) = &served.oidc else { return Err(no_such_page(headers).await) };
    let leaving = oidc.leave(served.store.clock.now()).await.map_err(|error| told(&headers, &error))?;
    let away = format!("{}.{}.{}", leaving.state, leaving.nonce, leaving.verifier);
    let mut answer = Redirect::to(&leaving.url).into_response();
    if let Some(set) = cookie::set_away(&headers, &away, AWAY) {
        answer.headers_mut().append(header::SET_COOKIE, set);
    }
    Ok(answer)
}

/// Takes a browser in that comes back from the provider.
///
/// # Errors
/// Where what comes back proves nothing, or nobody is linked to whoever it proves.
pub async fn come_back(
    State(served): State<Served>,
    headers: HeaderMap,
    back: Result<Query<Back>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Failure> {
    let served = whence::asked_from(served, &headers);
    let Some(oidc) = &served.oidc else { return Err(no_such_page(headers).await) };
    let unproven = |why: &str| told(&headers, &Error::Unproven(why.to_owned()));
    let Query(back) = back.map_err(|_| unproven("the answer cannot be read"))?;
    let away = cookie::read_away(&headers).ok_or_else(|| unproven("nobody left from this browser"))?;
    let mut parts = away.splitn(3, '.').map(ToOwned::to_owned);
    let (Some(state), Some(nonce), Some(verifier)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(unproven("nobody left from this browser"));
    };
    let same = |given: &str| bool::from(state.as_bytes().ct_eq(given.as_bytes()));
    if !back.state.as_deref().is_some_and(same) {
        return Err(unproven("another state came back"));
    }
    if back.iss.is_some_and(|issuer| issuer != oidc.issuer()) {
        return Err(unproven("another provider answered"));
    }
    let code = back.code.ok_or_else(|| unproven("no code came back"))?;
    let now = served.store.clock.now();
    let who = oidc.arrive(code, verifier, nonce, now).await.map_err(|error| told(&headers, &error))?;
    let begun = subject::sign_in(&served.store, &who).await.map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "nobody could sign in");
        crate::http::auth::unavailable(lang(&headers))
    })?;
    let begun = begun.ok_or_else(|| not_linked(lang(&headers), &who))?;
    let mut answer = Redirect::to(oidc.home()).into_response();
    let set = [
        cookie::set(&headers, &begun.secret, begun.lasts),
        cookie::set_away(&headers, "", TimeDelta::zero()),
    ];
    for set in set.into_iter().flatten() {
        answer.headers_mut().append(header::SET_COOKIE, set);
    }
    Ok(answer)
}

fn told(headers: &HeaderMap, error: &Error) -> Failure {
    tracing::warn!(error = error as &dyn std::error::Error, "nobody signed in by the OpenID provider");
    let lang = lang(headers);
    match error {
        Error::Unreachable(_) => Failure::new(
            StatusCode::BAD_GATEWAY,
            "PROVIDER_UNAVAILABLE",
            lang.pick(
                "统一身份认证暂时无法使用，请稍后再试，或用账号密码登录。",
                "The OpenID provider does not answer; try again later, or sign in by password.",
            ),
        ),
        Error::Unproven(_) => Failure::new(
            StatusCode::UNAUTHORIZED,
            "UNAUTHENTICATED",
            lang.pick(
                "统一身份认证没有通过，请从 /oidc/sign-in 重新开始。",
                "The OpenID provider's answer proves nothing; begin again at /oidc/sign-in.",
            ),
        ),
    }
}

/// The person may read what the provider calls them: whoever links the account needs it.
fn not_linked(lang: Lang, who: &subject::Subject) -> Failure {
    let name: String = who.subject.chars().take(255).collect();
    Failure::new(
        StatusCode::FORBIDDEN,
        "NOT_LINKED",
        lang.pick(
            format!("您的身份“{name}”尚未关联可用的账号，请把它告诉管理员。"),
            format!("No open account is linked to you, \"{name}\"; tell the administrator this name."),
        ),
    )
}
