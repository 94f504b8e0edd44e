//! The cookie of a session: out of reach for scripts, sent to this host only and never along with another site's forms.
//! Outside the machine itself it travels encrypted only.

use super::text;
use axum::http::{HeaderMap, HeaderValue, header};
use chrono::TimeDelta;
use std::net::IpAddr;

/// Browsers take a cookie of this name only where it is encrypted and of this very host.
const SECURE: &str = "__Host-gongjian";
/// The one without encryption, for the machine itself.
const PLAIN: &str = "gongjian-local";

/// The same for somebody who is away at an OpenID provider.
const AWAY: [&str; 2] = ["__Host-gongjian-away", "gongjian-away-local"];

/// What the cookie holds.
pub fn read(headers: &HeaderMap) -> Option<&str> {
    either(headers, [SECURE, PLAIN])
}

/// What the cookie of somebody who is away holds.
pub fn read_away(headers: &HeaderMap) -> Option<&str> {
    either(headers, AWAY)
}

fn either<'a>(headers: &'a HeaderMap, [secure, plain]: [&str; 2]) -> Option<&'a str> {
    value(headers, secure).or_else(|| value(headers, plain).filter(|_| is_local(headers)))
}

/// Any cookie by its name.
fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|cookies| cookies.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find(|(own, _)| *own == name)
        .map(|(_, value)| value)
}

/// The header that makes a browser keep the secret for so long.
pub fn set(headers: &HeaderMap, secret: &str, keep: TimeDelta) -> Option<HeaderValue> {
    write(headers, [SECURE, PLAIN], secret, keep)
}

/// The header that makes a browser keep what has to come back from an OpenID provider.
pub fn set_away(headers: &HeaderMap, away: &str, keep: TimeDelta) -> Option<HeaderValue> {
    write(headers, AWAY, away, keep)
}

fn write(
    headers: &HeaderMap,
    [encrypted, plain]: [&str; 2],
    secret: &str,
    keep: TimeDelta,
) -> Option<HeaderValue> {
    let (name, secure) = if is_local(headers) { (plain, "") } else { (encrypted, "; Secure") };
    let seconds = keep.num_seconds().max(0);
    let text = format!("{name}={secret}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::from_str(&text).ok()
}

/// The header that makes a browser forget it.
pub fn clear(headers: &HeaderMap) -> Option<HeaderValue> {
    set(headers, "", TimeDelta::zero())
}

/// Whether the browser runs on the hub's own machine.
fn is_local(headers: &HeaderMap) -> bool {
    let Some(host) = text(headers, header::HOST) else { return false };
    let name = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
    let name = name.map_or(host, |(name, _)| name).trim_matches(['[', ']']);
    name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(header::HeaderName, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn the_plain_cookie_is_for_the_machine_itself() {
        for (host, local) in [
            ("127.0.0.1:8080", true),
            ("localhost", true),
            ("[::1]:8080", true),
            ("hub.example", false),
            ("127.0.0.1.example:80", false),
            ("localhost.example", false),
        ] {
            let own = headers(&[(header::HOST, host), (header::COOKIE, "a=b; gongjian-local=x")]);
            assert_eq!(read(&own).is_some(), local, "{host}");
            let set = set(&own, "x", TimeDelta::hours(1));
            let set = set.as_ref().and_then(|set| set.to_str().ok()).unwrap_or_default();
            assert_eq!(set.contains("Secure"), !local, "{set}");
            assert_eq!(set.starts_with("__Host-"), !local, "{set}");
            assert!(set.contains("HttpOnly; SameSite=Lax") && set.contains("Path=/; Max-Age=3600"), "{set}");
        }
    }

    #[test]
    fn the_secure_cookie_counts_everywhere() {
        let own = headers(&[(header::HOST, "hub.example"), (header::COOKIE, "__Host-gongjian=s; b=c")]);
        assert_eq!(read(&own), Some("s"));
    }
}
