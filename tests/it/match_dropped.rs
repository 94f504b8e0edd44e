//! A client that leaves, or a process that dies, at any moment of a change: all of it happened, or none.

use crate::builders::matches::{part, state_of};
use crate::hub::both;
use gongjian_hub::domain::id::MatchId;
use gongjian_hub::domain::matches::MatchState;
use gongjian_hub::domain::viewer::Viewer;
use gongjian_hub::store::conn::Tx;
use gongjian_hub::store::error::{Error, Result};
use gongjian_hub::store::matches;
use std::future::{Future, poll_fn};
use std::task::Poll;

/// Lets a future go on for so many polls, then drops it where it stands.
async fn cut<F: Future>(polls: usize, future: F) -> Option<F::Output> {
    let mut future = Box::pin(future);
    let mut left = polls;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        future.as_mut().poll(context).map(Some)
    })
    .await
}

const STEPS: [(MatchState, MatchState); 6] = [
    (MatchState::Proposed, MatchState::Accepted),
    (MatchState::Accepted, MatchState::InProgress),
    (MatchState::InProgress, MatchState::Delivered),
    (MatchState::Delivered, MatchState::Confirmed),
    (MatchState::Proposed, MatchState::Declined),
    (MatchState::InProgress, MatchState::Failed),
];

both!(a_change_that_is_cut_off_anywhere_happened_as_a_whole_or_not_at_all, |hub| {
    let pair = hub.pair(1_000).await;
    let (liaison, staff) = (&pair.liaison, &pair.streets.staff);
    for (from, to) in STEPS {
        let id = hub.match_in(&pair, from).await;
        let step = async |tx: &mut Tx| take(tx, id, to, part(hub, 1, 9)).await;
        let viewer: &Viewer =
            if matches!(to, MatchState::Accepted | MatchState::Confirmed) { staff } else { liaison };
        for polls in 1.. {
            assert!(polls < 2_000, "it never ends");
            let outcome = cut(polls, hub.change(viewer, step)).await;
            // Whoever begins next waits until what was cut off is settled.
            drop(hub.store.begin(viewer).await.unwrap());
            let state = state_of(hub, id).await;
            assert!(state == from || state == to, "{state:?} between {from:?} and {to:?}");
            hub.require_sound().await;
            match outcome {
                None => continue,
                Some(Ok(()) | Err(Error::Refused(_))) => assert_eq!(state, to),
                Some(Err(error)) => panic!("{error}"),
            }
            break;
        }
        if matches!(to, MatchState::Accepted | MatchState::InProgress) {
            hub.change(staff, async |tx| matches::cancel(tx, id, "改期").await).await.unwrap();
        } else if to == MatchState::Delivered {
            hub.change(staff, async |tx| matches::confirm(tx, id, None).await).await.unwrap();
        }
    }
});

async fn take(tx: &mut Tx, id: MatchId, to: MatchState, part: matches::NewFulfilment) -> Result<()> {
    match to {
        MatchState::Accepted => matches::accept(tx, id, None).await?,
        MatchState::Delivered => matches::deliver(tx, id).await?,
        MatchState::Confirmed => matches::confirm(tx, id, None).await?,
        MatchState::Declined => matches::decline(tx, id, "不需要").await?,
        MatchState::Failed => matches::fail(tx, id, "讲师生病").await?,
        _ => return matches::record(tx, id, part).await.map(|_| ()),
    };
    Ok(())
}
