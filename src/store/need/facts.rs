//! What is told of a need: adding it and editing it.

use super::lifecycle::begin;
use super::recount::recount;
use crate::domain::area::Area;
use crate::domain::category::Category;
use crate::domain::check::{self, BODY_CHARS, MAX_QUANTITY, TITLE_CHARS};
use crate::domain::event::{EventKind, changed};
use crate::domain::id::{AreaId, CategoryId, NeedId, UnitId};
use crate::domain::need::{Need, NeedAction, NeedState, Source, Terms, Urgency};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::service::{Measure, TargetGroups};
use crate::domain::text::{Lang, TextEnum as _};
use crate::domain::unit::PartnerUnit;
use crate::domain::viewer::Actor;
use crate::store::conn::Tx;
use crate::store::contact::{self, NewContact};
use crate::store::entity::get;
use crate::store::error::{Result, at, inside};
use crate::store::sql::sql;
use crate::store::{require_version, search_text, service, unit};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

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
    /// The terms on which it is served.
    pub terms: Terms,
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
    let told = check(tx, &facts, 1).await.map_err(|error| inside("facts", error))?;
    let contact = contact::replace(tx, None, facts.contact.as_ref(), "facts.contact").await?;
    let id: NeedId = tx.id();
    let now = tx.now;
    tx.execute(sql!(
        "INSERT INTO need (id, street_id, community_id, area_id, category_id, asking_unit_id, state, title, title_en,
            description, target_groups, urgency, urgency_rank, source, measure, quantity, starts_at, ends_at,
            contact_id, search, created_at, smallest_lot, most_services)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
            $23)",
        id,
        street,
        area.community_id,
        area.id,
        facts.category,
        asking_unit,
        NeedState::Draft,
        told.title.clone(),
        told.title_en,
        told.description,
        facts.target_groups,
        facts.urgency,
        facts.urgency as i64,
        facts.source,
        facts.measure,
        facts.quantity,
        facts.starts_at,
        facts.ends_at,
        contact,
        told.search,
        now,
        facts.terms.smallest_lot,
        facts.terms.most_services
    ))
    .await?;
    let data = json!({
        "title": told.title,
        "state": NeedState::Draft,
        "quantity": facts.quantity,
        "measure": facts.measure,
    });
    tx.event(id, Some(street), EventKind::Added, data);
    Ok(id)
}

/// The asking side may add needs: a unit's liaison for the unit, staff in their community, the coordinator anywhere in the
/// street; and a unit asks only where it has checked in.
async fn require_asking_side(tx: &mut Tx, area: &Area, asking_unit: Option<UnitId>) -> Result<()> {
    let checked_in = match asking_unit {
        Some(asking) => {
            get::<PartnerUnit>(&mut tx.conn, &tx.viewer, asking)
                .await
                .map_err(|error| at("askingUnitId", error))?;
            unit::acts_in(tx, asking, area.id).await?
        }
        None => true,
    };
    let granted = match tx.viewer.actor {
        Actor::Liaison { unit: own } => asking_unit == Some(own) && checked_in,
        Actor::Staff { community, .. } => asking_unit.is_none() && area.community_id == Some(community),
        _ => tx.viewer.coordinates(area.street_id),
    };
    tx.require(granted)?;
    if checked_in {
        return Ok(());
    }
    Err(Refusal::new(
        Code::BadInput,
        "该单位尚未在此区划报到，不能在这里提出需求。",
        "This unit has not checked in here, so it cannot ask for anything here.",
    )
    .at("askingUnitId")
    .into())
}

/// Edits a need that nobody else has edited since `version`. Before it is verified everything may change; after that
/// only what does not make it another need.
///
/// # Errors
/// A refusal where a fact is wrong or cannot change any more, or somebody was faster; denied to all but the asking side
/// and the street's coordinator.
pub async fn update(tx: &mut Tx, id: NeedId, version: Option<i64>, facts: NeedFacts) -> Result<NeedId> {
    let (before, state) = begin(tx, id, NeedAction::Edit).await?;
    require_version(version, before.version)?;
    let told = check(tx, &facts, before.claimed).await.map_err(|error| inside("facts", error))?;
    if !state.is_unverified() {
        require_kept(&before, &facts)?;
    }
    let contact = contact::replace(tx, before.contact_id, facts.contact.as_ref(), "facts.contact").await?;
    let edited = edited(&before, &facts, &told);
    tx.execute(sql!(
        "UPDATE need SET category_id = $1, title = $2, title_en = $3, description = $4, target_groups = $5,
            urgency = $6, urgency_rank = $7, source = $8, measure = $9, quantity = $10, starts_at = $11,
            ends_at = $12, contact_id = $13, search = $14, smallest_lot = $15, most_services = $16,
            version = version + 1 WHERE id = $17",
        facts.category,
        told.title.clone(),
        told.title_en,
        told.description,
        facts.target_groups,
        facts.urgency,
        facts.urgency as i64,
        facts.source,
        facts.measure,
        facts.quantity,
        facts.starts_at,
        facts.ends_at,
        contact,
        told.search,
        facts.terms.smallest_lot,
        facts.terms.most_services,
        id
    ))
    .await?;
    tx.event(id, Some(before.street_id), EventKind::Edited, edited);
    recount(tx, id).await?;
    Ok(id)
}

/// What the trail keeps of an edit.
fn edited(before: &Need, facts: &NeedFacts, told: &Told) -> Value {
    changed(
        json!({
            "title": before.title,
            "category": before.category_id,
            "target_groups": before.target_groups,
            "urgency": before.urgency,
            "source": before.source,
            "measure": before.measure,
            "quantity": before.quantity,
            "smallest_lot": before.terms.smallest_lot,
            "most_services": before.terms.most_services,
            "starts_at": before.starts_at,
            "ends_at": before.ends_at,
        }),
        json!({
            "title": told.title,
            "category": facts.category,
            "target_groups": facts.target_groups,
            "urgency": facts.urgency,
            "source": facts.source,
            "measure": facts.measure,
            "quantity": facts.quantity,
            "smallest_lot": facts.terms.smallest_lot,
            "most_services": facts.terms.most_services,
            "starts_at": facts.starts_at,
            "ends_at": facts.ends_at,
        }),
        &[
            ("title_en", before.title_en != told.title_en),
            ("description", before.description != told.description),
            ("contact", facts.contact.is_some()),
        ],
    )
}

/// Texts of a need, checked and cleaned.
struct Told {
    title: String,
    title_en: Option<String>,
    description: Option<String>,
    search: String,
}

/// Checks all facts. The quantity may not fall below what is claimed.
async fn check(tx: &mut Tx, facts: &NeedFacts, claimed: i64) -> Result<Told> {
    let title = check::title("title", &facts.title, TITLE_CHARS)?;
    let title_en = check::body("titleEn", facts.title_en.as_deref(), TITLE_CHARS)?;
    let description = check::body("description", facts.description.as_deref(), BODY_CHARS)?;
    check::number("quantity", facts.quantity, claimed.max(1), MAX_QUANTITY)?;
    if let Some(lot) = facts.terms.smallest_lot {
        check::number("smallestLot", lot, 1, facts.quantity)?;
    }
    if let Some(most) = facts.terms.most_services {
        check::quantity("mostServices", most)?;
    }
    check::window("endsAt", facts.starts_at, facts.ends_at)?;
    service::require_groups(facts.target_groups)?;
    let category: Category =
        get(&mut tx.conn, &tx.viewer, facts.category).await.map_err(|error| at("categoryId", error))?;
    let search = search_text([
        Some(&title),
        title_en.as_ref(),
        description.as_ref(),
        Some(&category.name),
        Some(&category.synonyms),
    ]);
    Ok(Told { title, title_en, description, search })
}

/// Refuses to change what was verified.
fn require_kept(before: &Need, facts: &NeedFacts) -> std::result::Result<(), Refusal> {
    let kept = [
        ("facts.categoryId", before.category_id == facts.category),
        ("facts.targetGroups", before.target_groups == facts.target_groups),
        ("facts.source", before.source == facts.source),
        ("facts.measure", before.measure == facts.measure),
        ("facts.startsAt", before.starts_at == facts.starts_at),
    ];
    let Some((field, _)) = kept.into_iter().find(|(_, kept)| !kept) else { return Ok(()) };
    let state = before.state;
    Err(Refusal::new(
        Code::BadInput,
        format!(
            "需求{}，此项已经核实，不能再改；可以修改标题、说明、数量、承接条件、截止时间、紧急程度和联系人。",
            state.label(Lang::Zh)
        ),
        format!(
            "The need is {}, so this cannot change any more; the title, the description, the quantity, the terms, the \
             deadline, the urgency and the contact can.",
            state.label(Lang::En)
        ),
    )
    .at(field))
}
