//! Alliances (共同体): units acting together.

use super::id::{AllianceId, AreaId};
use chrono::{DateTime, Utc};

/// Units that act together under one name.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Alliance {
    /// Its id.
    pub id: AllianceId,
    /// The street that coordinates it.
    pub street_id: AreaId,
    /// Its name.
    pub name: String,
    /// An English gloss of the name.
    pub name_en: Option<String>,
    /// What it is for.
    pub purpose: Option<String>,
    /// When it was founded on the hub.
    pub created_at: DateTime<Utc>,
}
