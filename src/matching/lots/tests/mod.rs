mod by_hand;
mod domain;
mod properties;
