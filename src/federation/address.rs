//! Where partners' endpoints may lie: out in the open, never inside the network that the hub stands in, unless whoever
//! runs the hub names the host. Names are looked up at every connection, and the connection is made to an address that was
//! looked at: so a name that points elsewhere the next moment leads nowhere.

use crate::domain::refusal::{Code, Refusal};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use url::{Host, Url};

/// An address that cannot be asked, or must not be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreachable {
    /// It is no address.
    #[error("no URL")]
    NoUrl,
    /// It is not encrypted, and not among the hosts for which that is allowed.
    #[error("not https")]
    NotEncrypted,
    /// It carries a user name or a password.
    #[error("carries credentials")]
    Credentials,
    /// It has a fragment.
    #[error("has a fragment")]
    Fragment,
    /// It lies inside the network.
    #[error("not a public address")]
    Inside,
    /// Its name is not known.
    #[error("unknown host")]
    UnknownHost,
}

impl Unreachable {
    /// The code of it, for programs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NoUrl => "BAD_URL",
            Self::NotEncrypted => "NOT_HTTPS",
            Self::Credentials => "CREDENTIALS_IN_URL",
            Self::Fragment => "FRAGMENT_IN_URL",
            Self::Inside => "PRIVATE_ADDRESS",
            Self::UnknownHost => "UNKNOWN_HOST",
        }
    }
}

impl From<Unreachable> for Refusal {
    fn from(why: Unreachable) -> Self {
        let (zh, en) = match why {
            Unreachable::NoUrl => (
                "接口地址不是有效的网址，请写全，如 https://library.example/graphql。",
                "This is no address; write it in full, as in https://library.example/graphql.",
            ),
            Unreachable::NotEncrypted => (
                "接口地址须以 https:// 开头。内网或本机地址须由管理员在配置 [federation] inside 中列出。",
                "The endpoint has to be https. Hosts inside the network are named by the administrator, in [federation] inside.",
            ),
            Unreachable::Credentials => (
                "接口地址中不能带用户名或密码，请删去。",
                "The endpoint's address must not carry a user name or a password; leave them out.",
            ),
            Unreachable::Fragment => (
                "接口地址中不能带 # 部分，请删去。",
                "The endpoint's address must not have a # part; leave it out.",
            ),
            Unreachable::Inside => (
                "接口地址指向内网、本机或保留地址，枢纽不会访问。请使用公网地址，或请管理员在配置 [federation] inside 中列出该主机。",
                "The endpoint leads to an address inside a network or a reserved one, which the hub does not ask. Use a public one, or ask the administrator to name the host in [federation] inside.",
            ),
            Unreachable::UnknownHost => (
                "找不到接口地址的主机名，请检查拼写和 DNS。",
                "The endpoint's host is not known; check its spelling and the DNS.",
            ),
        };
        Self::new(Code::Unreachable, zh, en).at("url")
    }
}

/// An address of an endpoint, looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// The address.
    pub url: Url,
    /// Its host.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Whether it may lie inside the network.
    pub inside: bool,
}

/// Which addresses may be asked.
#[derive(Debug, Clone)]
pub struct Reach {
    inside: Arc<[String]>,
}

impl Reach {
    /// Public addresses, and these hosts with their ports.
    #[must_use]
    pub fn new(inside: &[String]) -> Self {
        Self { inside: inside.iter().map(|host| host.trim().to_lowercase()).collect() }
    }

    /// Looks at an address: everything but what its name stands for, which may change.
    ///
    /// # Errors
    /// Why it must not be asked.
    pub fn parse(&self, text: &str) -> Result<Endpoint, Unreachable> {
        let url = Url::parse(text.trim()).map_err(|_| Unreachable::NoUrl)?;
        let port = url.port_or_known_default().ok_or(Unreachable::NoUrl)?;
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(Unreachable::NoUrl)?.to_owned();
        let inside = self.is_inside(&host, port);
        match url.scheme() {
            "https" => {}
            "http" if inside => {}
            "http" => return Err(Unreachable::NotEncrypted),
            _ => return Err(Unreachable::NoUrl),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Unreachable::Credentials);
        }
        if url.fragment().is_some() {
            return Err(Unreachable::Fragment);
        }
        let ip = match url.host() {
            Some(Host::Ipv4(ip)) => Some(IpAddr::V4(ip)),
            Some(Host::Ipv6(ip)) => Some(IpAddr::V6(ip)),
            _ => None,
        };
        if ip.is_some_and(|ip| !inside && !is_public(ip)) {
            return Err(Unreachable::Inside);
        }
        Ok(Endpoint { url, host, port, inside })
    }

    /// Whether a host may be asked at an address that its name stands for.
    #[must_use]
    pub fn admits(&self, host: &str, port: u16, ip: IpAddr) -> bool {
        is_public(ip) || self.is_inside(host, port)
    }

    /// The addresses of an endpoint, at this moment. Connect to these and to no others.
    ///
    /// # Errors
    /// Where there is none, or one of them must not be asked.
    pub async fn resolve(&self, endpoint: &Endpoint) -> Result<Vec<SocketAddr>, Unreachable> {
        let host = endpoint.host.trim_matches(['[', ']']);
        let found = tokio::net::lookup_host((host, endpoint.port)).await;
        self.allowed(&endpoint.host, endpoint.port, found.map_err(|_| Unreachable::UnknownHost)?)
    }

    /// The addresses that were found for a host, if all of them may be asked.
    ///
    /// # Errors
    /// Where there is none, or one of them must not be asked.
    pub fn allowed(
        &self,
        host: &str,
        port: u16,
        found: impl Iterator<Item = SocketAddr>,
    ) -> Result<Vec<SocketAddr>, Unreachable> {
        let found: Vec<SocketAddr> = found.collect();
        if found.is_empty() {
            return Err(Unreachable::UnknownHost);
        }
        let admitted = found.iter().all(|address| self.admits(host, port, address.ip()));
        if admitted { Ok(found) } else { Err(Unreachable::Inside) }
    }

    fn is_inside(&self, host: &str, port: u16) -> bool {
        let wanted = format!("{}:{port}", host.to_lowercase());
        self.inside.contains(&wanted)
    }
}

/// Networks of version 4 that are somebody's own, or nobody's.
const CLOSED: [(Ipv4Addr, u32); 16] = [
    (Ipv4Addr::UNSPECIFIED, 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 31, 196, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

/// Networks of version 6 within the public ones that are not, or that wrap up another address.
const CLOSED_V6: [(Ipv6Addr, u32); 5] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0), 48),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

/// Whether an address is one of the open internet.
#[must_use]
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let within = |(net, bits): &(Ipv4Addr, u32)| (ip.to_bits() ^ net.to_bits()) >> (32 - bits) == 0;
            !CLOSED.iter().any(within)
        }
        IpAddr::V6(ip) => {
            if let Some(ip) = ip.to_ipv4_mapped() {
                return is_public(IpAddr::V4(ip));
            }
            let within = |(net, bits): &(Ipv6Addr, u32)| (ip.to_bits() ^ net.to_bits()) >> (128 - bits) == 0;
            // All public addresses of version 6 begin with the bits 001.
            ip.segments()[0] >> 13 == 1 && !CLOSED_V6.iter().any(within)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_inside_are_not_public() {
        for inside in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.168.1.1",
            "198.19.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "100::1",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "3fff::1",
            "5f00::1",
        ] {
            assert!(!is_public(inside.parse().unwrap()), "{inside}");
        }
        for open in [
            "1.1.1.1",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "223.5.5.5",
            "::ffff:1.1.1.1",
            "2400:3200::1",
            "2606:4700::1111",
            "2a00::1",
        ] {
            assert!(is_public(open.parse().unwrap()), "{open}");
        }
    }

    #[test]
    fn an_address_is_looked_at_however_it_is_written() {
        let reach = Reach::new(&["localhost:4001".into(), "[::1]:4002".into()]);
        for (url, why) in [
            ("library.example/graphql", Unreachable::NoUrl),
            ("", Unreachable::NoUrl),
            ("ftp://library.example/", Unreachable::NoUrl),
            ("file:///etc/passwd", Unreachable::NoUrl),
            ("http://library.example/graphql", Unreachable::NotEncrypted),
            ("http://localhost:4003/", Unreachable::NotEncrypted),
            ("https://u:p@library.example/", Unreachable::Credentials),
            ("https://u@library.example/", Unreachable::Credentials),
            ("https://library.example/#x", Unreachable::Fragment),
            ("https://127.0.0.1/", Unreachable::Inside),
            ("https://127.1/", Unreachable::Inside),
            ("https://2130706433/", Unreachable::Inside),
            ("https://0x7f000001/", Unreachable::Inside),
            ("https://0177.0.0.1/", Unreachable::Inside),
            ("https://0/", Unreachable::Inside),
            ("https://[::1]/", Unreachable::Inside),
            ("https://[::ffff:127.0.0.1]/", Unreachable::Inside),
            ("https://[::ffff:a00:1]/", Unreachable::Inside),
            ("https://169.254.169.254/latest", Unreachable::Inside),
            ("https://１２７.０.０.１/", Unreachable::Inside),
        ] {
            assert_eq!(reach.parse(url).unwrap_err(), why, "{url}");
        }
        for (url, inside) in [
            ("https://library.example/graphql", false),
            ("https://1.1.1.1:8443/", false),
            ("http://localhost:4001/graphql", true),
            ("http://LOCALHOST:4001", true),
            ("http://[::1]:4002/", true),
        ] {
            assert_eq!(reach.parse(url).unwrap().inside, inside, "{url}");
        }
    }

    #[tokio::test]
    async fn a_name_is_looked_up_and_every_address_of_it_looked_at() {
        let reach = Reach::new(&[]);
        let local = reach.parse("https://localhost/").unwrap();
        assert_eq!(reach.resolve(&local).await, Err(Unreachable::Inside));
        let open: SocketAddr = "1.1.1.1:443".parse().unwrap();
        let shut: SocketAddr = "10.0.0.1:443".parse().unwrap();
        assert_eq!(reach.allowed("x.example", 443, [open, shut].into_iter()), Err(Unreachable::Inside));
        assert_eq!(reach.allowed("x.example", 443, [open].into_iter()), Ok(vec![open]));
        assert_eq!(reach.allowed("x.example", 443, std::iter::empty()), Err(Unreachable::UnknownHost));
        let named = Reach::new(&["localhost:443".into()]);
        assert!(named.resolve(&local).await.unwrap().iter().all(|address| address.ip().is_loopback()));
    }
}
