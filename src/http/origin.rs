//! Which sites' pages may use the hub from a browser: its own and those of the list. Whatever is no browser's page says
//! no origin and is none of this module's business.

use super::answer::Failure;
use super::{Served, Settings, lang, text};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use std::time::Duration;
use tower_http::cors::{AllowOrigin, CorsLayer};

const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// The entry of the list that lets everybody in.
const EVERY: &str = "*";
/// For how long a browser remembers what it may do.
const REMEMBERED: Duration = Duration::from_hours(1);

/// Turns away what the page of a strange site sends with a visitor's rights.
pub async fn guard(State(served): State<Served>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    if is_welcome(headers, &served.settings) {
        return next.run(request).await;
    }
    let message = lang(headers).pick(
        "此网页所在的站点（Origin）未获许可。请让枢纽管理员把它加入 http.origins。",
        "Pages of this site (Origin) may not use this hub. Ask its administrator to add it to http.origins.",
    );
    Failure::new(StatusCode::FORBIDDEN, "ORIGIN_FORBIDDEN", message).into_response()
}

fn is_welcome(headers: &HeaderMap, settings: &Settings) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    // Only a browser can say this, and it does not lie about its pages.
    if text(headers, SITE) == Some("same-origin") {
        return true;
    }
    let Ok(origin) = origin.to_str() else { return false };
    is_host(headers, origin)
        || settings.origins.iter().any(|listed| listed == EVERY || listed.eq_ignore_ascii_case(origin))
}

/// Whether an origin is the host that the request was sent to.
fn is_host(headers: &HeaderMap, origin: &str) -> bool {
    let host = text(headers, header::HOST);
    origin.split_once("://").is_some_and(|(_, own)| host.is_some_and(|host| host.eq_ignore_ascii_case(own)))
}

/// Refuses what a page of another site makes a browser send: a session is for the hub's own pages, whatever else the list
/// lets in. Browsers say where a request comes from, and no page can make them say otherwise; what says nothing comes
/// from no browser.
///
/// # Errors
/// 403.
pub fn require_own(headers: &HeaderMap) -> Result<(), Failure> {
    let own = match text(headers, SITE) {
        Some(site) => matches!(site, "same-origin" | "none"),
        None => text(headers, header::ORIGIN).is_none_or(|origin| is_host(headers, origin)),
    };
    if own {
        return Ok(());
    }
    let message = lang(headers).pick(
        "登录会话只能由本站页面使用；其他网站请使用令牌（Authorization: Bearer gjh_…）。",
        "A session serves pages of this site only; others send a token (Authorization: Bearer gjh_…).",
    );
    Err(Failure::new(StatusCode::FORBIDDEN, "CROSS_SITE", message))
}

/// Lets the pages of the listed sites read the answers.
pub fn readable(settings: &Settings) -> CorsLayer {
    let origins = if settings.origins.iter().any(|listed| listed == EVERY) {
        AllowOrigin::any()
    } else {
        let listed = settings
            .origins
            .iter()
            .filter_map(|listed| HeaderValue::from_str(&listed.to_ascii_lowercase()).ok());
        AllowOrigin::list(listed)
    };
    CorsLayer::new()
        .allow_origin(origins)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::ACCEPT_LANGUAGE,
            super::stream::TOKEN,
        ])
        .expose_headers([super::observe::REQUEST_ID])
        .max_age(REMEMBERED)
}
