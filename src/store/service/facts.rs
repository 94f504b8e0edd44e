//! What is told of a service, checked and edited.

use super::{coverage, editable, require_groups};
use crate::domain::category::Category;
use crate::domain::check::{self, BODY_CHARS, TITLE_CHARS};
use crate::domain::event::{EventKind, changed};
use crate::domain::id::{AreaId, CategoryId, ServiceId};
use crate::domain::service::{Mode, TargetGroups};
use crate::store::conn::Tx;
use crate::store::entity::get;
use crate::store::error::{Result, at, inside};
use crate::store::sql::sql;
use serde_json::json;
use std::collections::BTreeSet;

/// What is told of a service when it is added or edited.
#[derive(Debug, Clone)]
pub struct ServiceFacts {
    /// What it is filed under.
    pub category: CategoryId,
    /// What it consists of.
    pub mode: Mode,
    /// Its title.
    pub title: String,
    /// An English gloss of the title.
    pub title_en: Option<String>,
    /// What it is, in a few sentences.
    pub description: Option<String>,
    /// Whom it is for.
    pub target_groups: TargetGroups,
    /// What one has to bring along to be served.
    pub eligibility: Option<String>,
    /// The areas that it covers, with everything below them.
    pub coverage: Vec<AreaId>,
    /// How many days ahead it has to be asked for.
    pub lead_time_days: i64,
}

/// The texts as they are kept, and where the service is found.
pub(super) struct Checked {
    pub(super) title: String,
    pub(super) title_en: Option<String>,
    pub(super) description: Option<String>,
    pub(super) eligibility: Option<String>,
    pub(super) coverage: BTreeSet<AreaId>,
    pub(super) search: String,
}

impl ServiceFacts {
    pub(super) async fn check(&self, tx: &mut Tx) -> Result<Checked> {
        let title = check::title("title", &self.title, TITLE_CHARS)?;
        let title_en = check::body("titleEn", self.title_en.as_deref(), TITLE_CHARS)?;
        let description = check::body("description", self.description.as_deref(), BODY_CHARS)?;
        let eligibility = check::body("eligibility", self.eligibility.as_deref(), BODY_CHARS)?;
        check::number("leadTimeDays", self.lead_time_days, 0, 366)?;
        require_groups(self.target_groups)?;
        let category: Category =
            get(&mut tx.conn, &tx.viewer, self.category).await.map_err(|error| at("categoryId", error))?;
        let coverage = coverage::check(tx, &self.coverage).await?;
        let search = crate::store::search_text([
            Some(&title),
            title_en.as_ref(),
            description.as_ref(),
            Some(&category.name),
            Some(&category.synonyms),
        ]);
        Ok(Checked { title, title_en, description, eligibility, coverage, search })
    }
}

/// Edits a service that nobody else has edited since `version`.
///
/// # Errors
/// A refusal where a fact is wrong, the service is retired or somebody was faster; denied to all but the unit's liaison
/// and its street's coordinator.
pub async fn update(
    tx: &mut Tx,
    id: ServiceId,
    version: Option<i64>,
    facts: ServiceFacts,
) -> Result<ServiceId> {
    let before = editable(tx, id).await?;
    crate::store::require_version(version, before.version)?;
    let checked = facts.check(tx).await.map_err(|error| inside("facts", error))?;
    let after = json!({
        "title": checked.title, "category": facts.category, "mode": facts.mode, "coverage": checked.coverage,
        "target_groups": facts.target_groups, "lead_time_days": facts.lead_time_days,
    });
    let also = [
        ("title_en", before.title_en != checked.title_en),
        ("description", before.description != checked.description),
        ("eligibility", before.eligibility != checked.eligibility),
    ];
    tx.execute(sql!(
        "UPDATE service SET category_id = $1, mode = $2, title = $3, title_en = $4, description = $5,
            target_groups = $6, eligibility = $7, lead_time_days = $8, search = $9, version = version + 1
         WHERE id = $10",
        facts.category,
        facts.mode,
        checked.title,
        checked.title_en,
        checked.description,
        facts.target_groups,
        checked.eligibility,
        facts.lead_time_days,
        checked.search,
        id
    ))
    .await?;
    let covered_before = coverage::set(tx, id, &checked.coverage).await?;
    let before_facts = json!({
        "title": before.title, "category": before.category_id, "mode": before.mode, "coverage": covered_before,
        "target_groups": before.target_groups, "lead_time_days": before.lead_time_days,
    });
    let edited = changed(before_facts, after, &also);
    tx.event(id, Some(before.street_id), EventKind::Edited, edited);
    Ok(id)
}
