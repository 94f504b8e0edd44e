//! Where a request came from, as far as the trail keeps it.

use std::net::IpAddr;

/// Where a request came from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Origin {
    /// The network: an address without what tells one household from the next.
    pub address: Option<String>,
    /// The id of the request, which the log has too.
    pub request: Option<String>,
}

impl Origin {
    /// The origin of a request from an address.
    #[must_use]
    pub fn new(address: Option<IpAddr>, request: Option<String>) -> Self {
        Self { address: address.map(network), request }
    }
}

/// The network of an address: 24 bits of IPv4, 48 of IPv6.
#[must_use]
pub fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(address) => {
            let [a, b, c, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}::/48")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shortened_to_its_network() {
        for (address, network_of) in [
            ("203.0.113.77", "203.0.113.0/24"),
            ("::ffff:203.0.113.77", "203.0.113.0/24"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
            ("::1", "0:0:0::/48"),
        ] {
            assert_eq!(network(address.parse().unwrap()), network_of, "{address}");
        }
    }
}
