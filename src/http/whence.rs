//! Where a request comes from, as the trail keeps it. It is noted among the request's own headers, which reach everything
//! that answers it, in place of whatever a client has written there.

use super::observe::REQUEST_ID;
use super::{Served, text};
use crate::domain::event::origin::{Origin, network};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use std::net::IpAddr;

const NETWORK: HeaderName = HeaderName::from_static("x-gongjian-network");

/// Notes where a request comes from.
pub fn note(headers: &mut HeaderMap, peer: Option<IpAddr>, request: &str) {
    let network = peer.map(network);
    for (name, value) in [(NETWORK, network.as_deref()), (REQUEST_ID, Some(request))] {
        match value.and_then(|value| HeaderValue::from_str(value).ok()) {
            Some(value) => headers.insert(name, value),
            None => headers.remove(name),
        };
    }
}

/// The same server for one request: whatever is changed tells from where.
pub fn asked_from(served: Served, headers: &HeaderMap) -> Served {
    let own = |name| text(headers, name).map(ToOwned::to_owned);
    let origin = Origin { address: own(NETWORK), request: own(REQUEST_ID) };
    Served { store: served.store.asked_from(origin), ..served }
}
