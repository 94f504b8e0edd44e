//! The world that an offer would come into if it were made.

use super::Store;
use super::conn::Conn;
use super::entity::get;
use super::error::{Error, Result, inside};
use super::sql::sql;
use super::world::{self, Reach, looks_ahead};
use super::{settings, unit};
use crate::domain::area::Area;
use crate::domain::id::{AreaId, UnitId};
use crate::domain::unit::PartnerUnit;
use crate::domain::viewer::{Actor, Scope, Viewer};
use crate::matching::settings::Settings;
use crate::matching::what_if::SupposedService;
use crate::matching::world::{Record, Unit, World};

/// The world of the area that an offer is for, with the unit that would make it, and how it is matched.
///
/// # Errors
/// A refusal where area or unit are unknown; denied to all but the liaison of that unit, where it has checked in at the
/// area, and the street's coordinator.
pub async fn of_offer(store: &Store, viewer: &Viewer, offer: &SupposedService) -> Result<(World, Settings)> {
    let mut conn = store.read().await?;
    let area: Area = get(&mut conn, viewer, offer.area).await.map_err(|error| in_field("areaId", error))?;
    let granted = match viewer.actor {
        Actor::Liaison { unit: own } => {
            offer.unit == Some(own) && unit::acts_in(&mut conn, own, area.id).await?
        }
        _ => viewer.coordinates(area.street_id),
    };
    if !granted || !viewer.may(Scope::Read) {
        return Err(Error::Denied(viewer.role()));
    }
    // A liaison is told what comes of it for all, and not by whom the needs are served otherwise.
    let actor = area.street_id.map_or(Actor::Administrator, |street| Actor::Coordinator { street });
    let settings = settings::of(&mut conn, area.street_id, &store.settings).await?;
    let reach = Reach::Afresh { area: area.id, category: None, ahead: looks_ahead(&settings, None) };
    let mut world = world::load(&mut conn, &Viewer::local(actor), store.clock.now(), &reach).await?;
    if let Some(unit) = offer.unit {
        bring_in(&mut conn, viewer, &mut world, unit).await?;
    }
    Ok((world, settings))
}

/// Brings a unit into a world that does not know it yet, since it offers nothing there so far.
async fn bring_in(conn: &mut Conn, viewer: &Viewer, world: &mut World, id: UnitId) -> Result<()> {
    if world.units.contains_key(&id) {
        return Ok(());
    }
    let row: PartnerUnit = get(conn, viewer, id).await.map_err(|error| in_field("unitId", error))?;
    let areas: Vec<(AreaId,)> =
        conn.all(sql!("SELECT area_id FROM check_in WHERE unit_id = $1 ORDER BY area_id", id)).await?;
    let (name, name_en, place) = (row.name, row.name_en, row.place);
    let known = Unit { id, name, name_en, place, record: Record::default() };
    world.units.insert(id, known);
    world.check_ins.insert(id, areas.into_iter().map(|(area,)| area).collect());
    Ok(())
}

fn in_field(field: &str, error: Error) -> Error {
    inside("offer", super::error::at(field, error))
}
