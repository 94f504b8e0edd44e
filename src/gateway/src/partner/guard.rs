//! Which addresses may be called.

/// Which addresses may be called.
#[derive(Clone)]
pub enum Guard {
    /// Any: the supergraph is the operator's own.
    Open,
}
