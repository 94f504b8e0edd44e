//! What is measured, so that it can be measured again.

mod random;
mod town;
