mod by_hand;
mod properties;

pub(crate) use properties::any_problem;
