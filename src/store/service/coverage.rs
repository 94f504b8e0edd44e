//! The areas that a service covers, with everything below them.

use crate::domain::area::Area;
use crate::domain::check;
use crate::domain::id::{AreaId, Id as _, ServiceId};
use crate::domain::refusal::{Code, Refusal};
use crate::store::conn::Tx;
use crate::store::entity::by_ids;
use crate::store::error::Result;
use crate::store::part::Part;
use crate::store::sql::{Sql, sql};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Areas that a service covers at most.
const MAX_AREAS: usize = 100;

/// An area that a service covers.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct CoveredArea {
    service_id: ServiceId,
    /// The area.
    #[sqlx(flatten)]
    pub area: Area,
}

impl Part for CoveredArea {
    const SELECT: &'static str =
        "SELECT coverage.service_id, a.* FROM coverage JOIN area AS a ON a.id = coverage.area_id
         WHERE coverage.service_id IN ";
    const ORDER: &'static str = " ORDER BY a.created_at, a.id";

    fn parent(&self) -> Uuid {
        self.service_id.uuid()
    }
}

/// The areas, each once, if all are known.
pub(super) async fn check(tx: &mut Tx, areas: &[AreaId]) -> Result<BTreeSet<AreaId>> {
    check::at_most("coverageIds", areas.len(), MAX_AREAS)?;
    let found = by_ids::<Area>(&mut tx.conn, &tx.viewer, areas).await?;
    if areas.is_empty() || areas.iter().any(|area| !found.contains_key(area)) {
        return Err(Refusal::new(
            Code::NotFound,
            "请选择服务覆盖的区划；其中有的不存在。",
            "Name the areas that it covers; some of these are unknown.",
        )
        .at("coverageIds")
        .into());
    }
    Ok(found.into_keys().collect())
}

/// Puts areas in place of those before, and gives back those.
pub(super) async fn set(tx: &mut Tx, id: ServiceId, areas: &BTreeSet<AreaId>) -> Result<BTreeSet<AreaId>> {
    let removed: Vec<(AreaId,)> =
        tx.all(sql!("DELETE FROM coverage WHERE service_id = $1 RETURNING area_id", id)).await?;
    let mut insert = Sql::default();
    insert
        .push("INSERT INTO coverage (service_id, area_id) VALUES ")
        .rows(areas.iter().map(|area| vec![id.into(), (*area).into()]));
    tx.execute(insert).await?;
    Ok(removed.into_iter().map(|(area,)| area).collect())
}
