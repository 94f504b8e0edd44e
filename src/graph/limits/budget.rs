//! How much work a client may ask for over time: a bucket of points for each that refills steadily. A token has its own, the
//! public shares one for each address.

use governor::clock::{Clock as _, MonotonicClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use std::hash::{BuildHasher as _, Hash, RandomState};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use uuid::Uuid;

/// Whose bucket pays for a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Payer {
    /// Whoever signed in: the id of their token or session.
    Signed(Uuid),
    /// The public at an address.
    Address(IpAddr),
}

/// Buckets for addresses: strangers choose theirs freely, so these are numbered and never more than so many.
const ADDRESSES: u64 = 1 << 18;
/// Requests after which full buckets are forgotten.
const TIDY: u64 = 1 << 14;

type Buckets<K> = RateLimiter<K, HashMapStateStore<K>, MonotonicClock, StateInformationMiddleware>;

/// The buckets of all clients.
pub(super) struct Budget {
    pub capacity: NonZeroU32,
    pub per_second: NonZeroU32,
    signed: Buckets<Uuid>,
    addresses: Buckets<u64>,
    numbers: RandomState,
    requests: AtomicU64,
}

impl Budget {
    pub fn new(capacity: NonZeroU32, per_second: NonZeroU32) -> Self {
        let quota = Quota::per_second(per_second).allow_burst(capacity);
        Self {
            capacity,
            per_second,
            signed: buckets(quota),
            addresses: buckets(quota),
            numbers: RandomState::new(),
            requests: AtomicU64::new(0),
        }
    }

    /// Takes points out of a bucket and gives back how many are left in it.
    ///
    /// # Errors
    /// After how long there will be enough.
    pub fn spend(&self, payer: Payer, points: u64) -> Result<u32, Duration> {
        if self.requests.fetch_add(1, Ordering::Relaxed).is_multiple_of(TIDY) {
            self.signed.retain_recent();
            self.addresses.retain_recent();
        }
        // What costs more than a bucket holds takes all of it.
        let points = u32::try_from(points).ok().and_then(NonZeroU32::new).unwrap_or(self.capacity);
        let points = points.min(self.capacity);
        match payer {
            Payer::Signed(id) => spend(&self.signed, &id, points),
            Payer::Address(address) => spend(&self.addresses, &self.number(address), points),
        }
    }

    /// A network of IPv6 is one client: whoever has one has all its addresses.
    fn number(&self, address: IpAddr) -> u64 {
        let network = match address.to_canonical() {
            IpAddr::V4(address) => u64::from(address.to_bits()),
            IpAddr::V6(address) => u64::try_from(address.to_bits() >> 64).unwrap_or_default(),
        };
        self.numbers.hash_one(network) % ADDRESSES
    }
}

fn buckets<K: Hash + Eq + Clone>(quota: Quota) -> Buckets<K> {
    Buckets::new(quota, HashMapStateStore::default(), MonotonicClock)
}

fn spend<K: Hash + Eq + Clone>(buckets: &Buckets<K>, key: &K, points: NonZeroU32) -> Result<u32, Duration> {
    match buckets.check_key_n(key, points) {
        Ok(Ok(left)) => Ok(left.remaining_burst_capacity()),
        Ok(Err(early)) => Err(early.wait_time_from(MonotonicClock.now())),
        // It never holds as much: the caller asks for no more than the capacity.
        Err(_) => Err(Duration::MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn budget() -> Budget {
        Budget::new(NonZeroU32::new(100).unwrap(), NonZeroU32::new(1).unwrap())
    }

    #[test]
    fn each_has_a_bucket_of_their_own_and_it_says_what_is_left() {
        let budget = budget();
        let address = |text: &str| Payer::Address(text.parse().unwrap());
        assert_eq!(budget.spend(address("192.0.2.1"), 60), Ok(40));
        let wait = budget.spend(address("192.0.2.1"), 60).unwrap_err();
        assert!((Duration::from_secs(18)..=Duration::from_secs(20)).contains(&wait), "{wait:?}");
        assert_eq!(budget.spend(address("192.0.2.2"), 60), Ok(40));
        assert!(budget.spend(address("::ffff:192.0.2.2"), 60).is_err(), "the same in IPv6's clothes");
        assert_eq!(budget.spend(Payer::Signed(Uuid::from_u128(1)), 1_000_000), Ok(0));
        assert_eq!(budget.spend(Payer::Signed(Uuid::from_u128(2)), 1), Ok(99));
    }

    #[test]
    fn whoever_has_a_network_has_one_bucket() {
        let budget = budget();
        let paid = (0..200).filter(|host| {
            let address = format!("2001:db8:1:2::{host:x}").parse().unwrap();
            budget.spend(Payer::Address(address), 1).is_ok()
        });
        assert!((100..=102).contains(&paid.count()));
    }

    #[test]
    fn a_million_addresses_fill_no_more_than_the_numbered_buckets() {
        let budget = budget();
        for number in 0..1_000_000_u32 {
            let _ = budget.spend(Payer::Address(IpAddr::V4(number.into())), 50);
        }
        assert!(budget.addresses.len() as u64 <= ADDRESSES);
    }
}
