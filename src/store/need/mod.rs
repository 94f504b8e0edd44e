//! Needs: from the first draft to the closing.

mod lifecycle;
mod recount;

pub use lifecycle::{close, merge, open, reopen, return_, submit, verify, withdraw};
pub use recount::recount;

use super::conn::Tx;
use super::contact::{self, NewContact};
use super::entity::{Entity, get};
use super::error::{Result, at};
use super::scope;
use super::sql::{Sql, sql};
use crate::domain::area::Area;
use crate::domain::category::Category;
use crate::domain::check::{self, BODY_CHARS, TITLE_CHARS};
use crate::domain::event::EventKind;
use crate::domain::id::{AreaId, CategoryId, NeedId, UnitId};
use crate::domain::need::{Need, NeedState, Source, Urgency};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::service::{Measure, TargetGroups};
use crate::domain::viewer::{Actor, Viewer};
use chrono::{DateTime, Utc};
use serde_json::json;

impl Entity for Need {
    type Id = NeedId;
    const TABLE: &'static str = "need";
    const ALIAS: &'static str = "n";

    fn scope(sql: &mut Sql, viewer: &Viewer) {
        scope::needs(sql, viewer);
    }

    fn id(&self) -> NeedId {
        self.id
    }
}

/// What is told of a need when it is added or edited.
#[derive(Debug, Clone)]
pub struct NeedFacts {
    /// What it is filed under.
    pub category: CategoryId,
    /// Its title.
    pub title: String,
    /// An English gloss of the title.
    pub title_en: Option<String>,
    /// What it is, in a few sentences.
    pub description: Option<String>,
    /// Who needs it.
    pub target_groups: TargetGroups,
    /// How pressing it is.
    pub urgency: Urgency,
    /// How the hub came to know of it.
    pub source: Source,
    /// What it is counted in.
    pub measure: Measure,
    /// How much is asked for.
    pub quantity: i64,
    /// From when it is wanted.
    pub starts_at: DateTime<Utc>,
    /// Until when it is wanted, itself outside.
    pub ends_at: DateTime<Utc>,
    /// Whom to reach about it; `None` leaves what is known.
    pub contact: Option<NewContact>,
}

/// Adds a need as a draft, in an area of a street, asked for by a unit or, without one, by the area itself.
///
/// # Errors
/// A refusal where a fact is wrong or the area, the category or the unit is unknown; denied to all but the asking side
/// and the street's coordinator.
pub async fn add(tx: &mut Tx, area: AreaId, asking_unit: Option<UnitId>, facts: NeedFacts) -> Result<NeedId> {
    tx.require_write()?;
    let area: Area = get(&mut tx.conn, &tx.viewer, area).await.map_err(|error| at("areaId", error))?;
    let Some(street) = area.street_id else {
        return Err(Refusal::new(
            Code::BadInput,
            "需求应落在街道或其下的区划。",
            "A need arises in a street or below one.",
        )
        .at("areaId")
        .into());
    };
    require_asking_side(tx, &area, asking_unit).await?;
    let title = check::title("title", &facts.title, TITLE_CHARS)?;
    let title_en = check::body("titleEn", facts.title_en.as_deref(), TITLE_CHARS)?;
    let description = check::body("description", facts.description.as_deref(), BODY_CHARS)?;
    let quantity = check::quantity("quantity", facts.quantity)?;
    check::window("endsAt", facts.starts_at, facts.ends_at)?;
    super::service::require_groups(facts.target_groups)?;
    let category: Category =
        get(&mut tx.conn, &tx.viewer, facts.category).await.map_err(|error| at("categoryId", error))?;
    let search = super::search_text([
        Some(&title),
        title_en.as_ref(),
        description.as_ref(),
        Some(&category.name),
        Some(&category.synonyms),
    ]);
    let contact = contact::replace(tx, None, facts.contact.as_ref(), "contact").await?;
    let id: NeedId = tx.id();
    let now = tx.now;
    tx.execute(sql!(
        "INSERT INTO need (id, street_id, community_id, area_id, category_id, asking_unit_id, state, title, title_en,
            description, target_groups, urgency, urgency_rank, source, measure, quantity, starts_at, ends_at,
            contact_id, search, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)",
        id,
        street,
        area.community_id,
        area.id,
        category.id,
        asking_unit,
        NeedState::Draft,
        title.clone(),
        title_en,
        description,
        facts.target_groups,
        facts.urgency,
        facts.urgency as i64,
        facts.source,
        facts.measure,
        quantity,
        facts.starts_at,
        facts.ends_at,
        contact,
        search,
        now
    ))
    .await?;
    let data =
        json!({ "title": title, "state": NeedState::Draft, "quantity": quantity, "measure": facts.measure });
    tx.event(id, Some(street), EventKind::Added, data);
    Ok(id)
}

/// The asking side may add needs: a unit's liaison for the unit and in the areas it has checked in at, staff in their
/// community, the coordinator anywhere in the street.
async fn require_asking_side(tx: &mut Tx, area: &Area, asking_unit: Option<UnitId>) -> Result<()> {
    if let Some(unit) = asking_unit {
        get::<crate::domain::unit::PartnerUnit>(&mut tx.conn, &tx.viewer, unit)
            .await
            .map_err(|error| at("askingUnitId", error))?;
    }
    let granted = match tx.viewer.actor {
        Actor::Liaison { unit } => {
            asking_unit == Some(unit) && super::unit::acts_in(tx, unit, area.id).await?
        }
        Actor::Staff { community, .. } => asking_unit.is_none() && area.community_id == Some(community),
        _ => tx.viewer.coordinates(area.street_id),
    };
    tx.require(granted)
}

/// Tells the trail what became of a need: its state and its quantities, before and after.
fn trail(tx: &mut Tx, before: &Need, after: &Need) {
    let kind = if before.state == after.state { EventKind::Counted } else { EventKind::Moved };
    let quantities = |need: &Need| json!({ "quantity": need.quantity, "claimed": need.claimed, "delivered": need.delivered });
    let mut data = json!({
        "from": before.state,
        "to": after.state,
        "before": quantities(before),
        "after": quantities(after),
    });
    if let Some(into) = after.merged_into_id {
        data["into"] = json!(into);
    }
    if let Some(outcome) = after.outcome {
        data["outcome"] = json!(outcome);
    }
    tx.event(after.id, Some(after.street_id), kind, data);
}
