//! Where a request comes from. It is noted among the request's own headers, which reach everything that answers it, in place
//! of whatever a client has written there.

use super::{Settings, text};
use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

const ADDRESS: HeaderName = HeaderName::from_static("x-gongjian-address");

/// Notes the address of the client, where it is known: what the hub's own proxy says, where one is set up, else the other
/// end of the line.
pub fn note(settings: &Settings, request: &mut Request) {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    let address = proxied(settings, request.headers()).or(peer).map(|address| address.to_canonical());
    match address.and_then(|address| HeaderValue::from_str(&address.to_string()).ok()) {
        Some(text) => request.headers_mut().insert(ADDRESS, text),
        None => request.headers_mut().remove(ADDRESS),
    };
}

/// The last address that the configured header names: those before it are a client's own words.
fn proxied(settings: &Settings, headers: &HeaderMap) -> Option<IpAddr> {
    let name = HeaderName::try_from(settings.address_header.as_deref()?).ok()?;
    let last = headers.get_all(name).iter().next_back()?.to_str().ok()?.rsplit(',').next()?.trim();
    let address = last.parse().or_else(|_| last.parse::<SocketAddr>().map(|address| address.ip()));
    address.ok()
}

/// The address of the client, where it is known.
pub fn read(headers: &HeaderMap) -> Option<IpAddr> {
    text(headers, ADDRESS)?.parse().ok()
}

/// Whom a request without a token is counted for: all whose address is unknown are one.
pub fn payer(headers: &HeaderMap) -> IpAddr {
    read(headers).unwrap_or(Ipv4Addr::UNSPECIFIED.into())
}

/// The payer's address as a text; of a long address the part that one customer of a provider is given.
pub fn network(headers: &HeaderMap) -> String {
    match payer(headers) {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).to_string()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    fn noted(address_header: Option<&str>, headers: &[(&str, &str)]) -> String {
        let settings =
            Settings { address_header: address_header.map(ToOwned::to_owned), ..Settings::default() };
        let mut request = Request::new(Body::empty());
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([192, 0, 2, 1], 5000))));
        for (name, value) in headers {
            request.headers_mut().append(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
        }
        note(&settings, &mut request);
        network(request.headers())
    }

    #[test]
    fn a_header_is_believed_only_where_it_is_configured() {
        let said = [("x-forwarded-for", "198.51.100.7"), ("x-gongjian-address", "198.51.100.8")];
        assert_eq!(noted(None, &said), "192.0.2.1");
        assert_eq!(noted(Some("X-Forwarded-For"), &said), "198.51.100.7");
        assert_eq!(noted(Some("x-real-ip"), &said), "192.0.2.1");
        let invented =
            [("x-forwarded-for", "203.0.113.9, 198.51.100.7"), ("x-forwarded-for", "x, 2001:db8:1:2:3::4")];
        assert_eq!(noted(Some("x-forwarded-for"), &invented), "2001:db8:1:2::");
        assert_eq!(noted(Some("x-forwarded-for"), &[("x-forwarded-for", "unknown")]), "192.0.2.1");
    }
}
