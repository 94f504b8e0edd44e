//! Categories (类别): the tree of service types that needs and services are filed under.

use super::id::CategoryId;

/// A node of the category tree.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Category {
    /// Its id.
    pub id: CategoryId,
    /// The wider category; `None` for a root.
    pub parent_id: Option<CategoryId>,
    /// Its code: the codes of its ancestors and its own, joined by dots (`safety.anti_fraud`).
    pub code: String,
    /// Its Chinese name.
    pub name: String,
    /// Its English name.
    pub name_en: String,
    /// Words that people use when they mean it, separated by spaces.
    pub synonyms: String,
}
