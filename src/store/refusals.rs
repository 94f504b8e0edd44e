//! Refusals for want of a right. They come from requests that change nothing, and anybody can cause as many as they
//! like; so they are counted in memory and written once a minute: one event for each caller and network, which says how
//! often and what was refused. [`MOST_CALLERS`] are told apart and [`MOST_FIELDS`] fields of each, all others are
//! counted together; so a minute costs one transaction of a bounded size however many refusals there are.

use super::Store;
use super::error::Result;
use crate::domain::event::EventKind;
use crate::domain::event::entry::{Entry, Told};
use crate::domain::event::origin::Origin;
use crate::domain::id::Kind;
use crate::domain::viewer::{Actor, Viewer};
use chrono::{DateTime, Utc};
use serde_json::json;
use std::collections::{BTreeMap, HashMap};
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

/// Callers that are told apart at most in one minute.
pub const MOST_CALLERS: usize = 256;
/// Fields that are named at most for one caller and minute.
pub const MOST_FIELDS: usize = 20;
/// What the fields are called that are not named.
const OTHERS: &str = "others";

/// Refusals that are not in the trail yet.
#[derive(Debug, Default)]
pub struct Refusals(Mutex<HashMap<Caller, Counted>>);

/// Who was refused something, and how that is told.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Caller {
    kind: EventKind,
    viewer: Viewer,
    address: Option<String>,
}

#[derive(Debug, Clone)]
struct Counted {
    /// The request of the first one.
    request: Option<String>,
    since: DateTime<Utc>,
    times: u64,
    fields: BTreeMap<String, u64>,
}

impl Store {
    /// Notes that a viewer was refused something, to be written with the next [`tell`]. The field is a name of the
    /// project's own, never a text from outside.
    pub fn refused(&self, kind: EventKind, viewer: &Viewer, field: &str) {
        let mut waiting = self.refusals.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut caller = Caller { kind, viewer: viewer.clone(), address: self.origin.address.clone() };
        if waiting.len() >= MOST_CALLERS && !waiting.contains_key(&caller) {
            // Still told by what they may be, no longer by who they are.
            let viewer = Viewer { actor: Actor::Public, ..Viewer::public() };
            caller = Caller { kind, viewer, address: None };
        }
        let since = self.clock.now();
        let counted = waiting.entry(caller).or_insert_with(|| Counted {
            request: self.origin.request.clone(),
            since,
            times: 0,
            fields: BTreeMap::new(),
        });
        counted.times += 1;
        let named = counted.fields.contains_key(field) || counted.fields.len() < MOST_FIELDS;
        *counted.fields.entry(if named { field } else { OTHERS }.to_owned()).or_default() += 1;
    }
}

/// Writes the refusals that are not in the trail yet. Where that fails they wait for the next time.
///
/// # Errors
/// Where the database fails.
pub async fn tell(store: &Store) -> Result<()> {
    let waiting = mem::take(&mut *store.refusals.0.lock().unwrap_or_else(PoisonError::into_inner));
    if waiting.is_empty() {
        return Ok(());
    }
    let mut ordered: Vec<(&Caller, &Counted)> = waiting.iter().collect();
    ordered.sort_by_key(|(_, counted)| counted.since);
    match write(store, &ordered).await {
        Ok(()) => Ok(()),
        Err(error) => {
            store.refusals.put_back(waiting);
            Err(error)
        }
    }
}

async fn write(store: &Store, refused: &[(&Caller, &Counted)]) -> Result<()> {
    let mut tx = store.begin(&Viewer::local(Actor::Administrator)).await?;
    for (caller, counted) in refused {
        let who = caller.viewer.pseudonym();
        let told = Told {
            street: caller.viewer.street(),
            subject: if caller.viewer.account().is_some() { Kind::Account } else { Kind::Token },
            subject_id: who.unwrap_or_default(),
            kind: caller.kind,
            data: json!({ "since": counted.since, "times": counted.times, "fields": counted.fields }),
        };
        let origin =
            Origin { address: caller.address.clone(), request: counted.request.clone(), client: None };
        let (id, now) = (tx.clock.id(), tx.now);
        tx.events.push(Entry::new(id, now, &caller.viewer, &origin, &told));
    }
    tx.commit().await
}

impl Refusals {
    fn put_back(self: &Arc<Self>, refused: HashMap<Caller, Counted>) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (caller, before) in refused {
            let Some(counted) = waiting.get_mut(&caller) else {
                waiting.insert(caller, before);
                continue;
            };
            counted.since = counted.since.min(before.since);
            counted.times += before.times;
            for (field, times) in before.fields {
                *counted.fields.entry(field).or_default() += times;
            }
        }
    }
}
