//! Where a request comes from, as the trail keeps it.

use super::observe::REQUEST_ID;
use super::{Served, address, text};
use crate::domain::event::origin::Origin;
use axum::http::HeaderMap;

/// The same server for one request: whatever is changed tells from where.
pub fn asked_from(served: Served, headers: &HeaderMap) -> Served {
    let request = text(headers, REQUEST_ID).map(ToOwned::to_owned);
    let client = Some(address::payer(headers));
    let origin = Origin { client, ..Origin::new(address::read(headers), request) };
    Served { store: served.store.asked_from(origin), ..served }
}
