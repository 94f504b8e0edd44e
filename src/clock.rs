//! Time and ids, handed in from outside so that tests can fix both.

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use std::sync::{Arc, Mutex, PoisonError};
use uuid::{ContextV7, Timestamp, Uuid};

/// Where time and new ids come from.
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    System(Arc<ContextV7Guard>),
    Fake(Arc<Mutex<Fake>>),
}

#[derive(Debug)]
struct ContextV7Guard(Mutex<ContextV7>);

#[derive(Debug)]
struct Fake {
    now: DateTime<Utc>,
    ids: u128,
}

impl Clock {
    /// The machine's own clock, and ids that follow it.
    #[must_use]
    pub fn system() -> Self {
        Self(Source::System(Arc::new(ContextV7Guard(Mutex::new(ContextV7::new())))))
    }

    /// A clock that stands still until it is moved, and ids that count up.
    #[must_use]
    pub fn fake(now: DateTime<Utc>) -> Self {
        Self(Source::Fake(Arc::new(Mutex::new(Fake { now, ids: 0 }))))
    }

    /// The present, in whole microseconds: what both databases keep.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place where the machine's clock is read")]
    pub fn now(&self) -> DateTime<Utc> {
        let now = match &self.0 {
            Source::System(_) => Utc::now(),
            Source::Fake(fake) => fake.lock().unwrap_or_else(PoisonError::into_inner).now,
        };
        now.duration_trunc(TimeDelta::microseconds(1)).unwrap_or(now)
    }

    /// A new id (UUIDv7): later ids sort after earlier ones.
    #[must_use]
    pub fn id(&self) -> Uuid {
        match &self.0 {
            Source::System(context) => {
                let context = context.0.lock().unwrap_or_else(PoisonError::into_inner);
                Uuid::new_v7(Timestamp::now(&*context))
            }
            Source::Fake(fake) => {
                let mut fake = fake.lock().unwrap_or_else(PoisonError::into_inner);
                fake.ids += 1;
                let millis = u64::try_from(fake.now.timestamp_millis()).unwrap_or_default();
                let mut counter = [0; 10];
                counter.copy_from_slice(&fake.ids.to_be_bytes()[6..]);
                uuid::Builder::from_unix_timestamp_millis(millis, &counter).into_uuid()
            }
        }
    }

    /// Moves a fake clock forward. The machine's own clock goes by itself.
    pub fn advance(&self, by: TimeDelta) {
        if let Source::Fake(fake) = &self.0 {
            fake.lock().unwrap_or_else(PoisonError::into_inner).now += by;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_in_the_order_in_which_they_were_made() {
        for clock in [Clock::system(), Clock::fake(DateTime::UNIX_EPOCH)] {
            let ids: Vec<Uuid> = (0..1_000).map(|_| clock.id()).collect();
            assert!(ids.is_sorted());
            assert_eq!(ids.iter().collect::<std::collections::HashSet<_>>().len(), ids.len());
        }
    }
}
