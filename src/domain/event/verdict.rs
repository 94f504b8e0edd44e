//! What came of reading the trail from its beginning.

use super::entry::Head;
use crate::domain::text::text_enum;

text_enum! {
    /// What is wrong with a trail.
    pub enum Wrong {
        /// The event is not what was hashed, or does not follow the one before it.
        Edited = "edited", "内容或顺序被改动", "it, or its link to the one before, was changed";
        /// There is no event with this number, and there are later ones.
        Removed = "removed", "缺少这一条", "it is missing";
        /// There is an event that was never appended.
        Inserted = "inserted", "这一条不是正常写入的", "it was put in beside the chain";
        /// The trail ends before this number, and went on once.
        CutOff = "cut_off", "从这一条起被截去", "it and all after it were cut off";
        /// The event is not the one that was published: the trail was written anew up to here or earlier.
        Rewritten = "rewritten", "与公布的链头不符，此条或更早的内容被整体改写", "it is not what was published: it or something before it was written anew";
    }
}

/// The first thing that is wrong with a trail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// The number of the event.
    pub seq: i64,
    /// What is wrong with it.
    pub wrong: Wrong,
}

/// What came of reading a trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The last event that is as it was written.
    pub sound: Head,
    /// The first that is not.
    pub fault: Option<Fault>,
}
