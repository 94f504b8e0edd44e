//! Things that the command line names, by id, name or code.

use super::Desk;
use crate::domain::area::Area;
use crate::domain::unit::PartnerUnit;
use crate::domain::viewer::{Actor, Viewer};
use crate::store::conn::Conn;
use crate::store::entity::{self, Entity};
use crate::store::error::Error as StoreError;
use crate::store::{area, unit};
use anyhow::{Context as _, Result, bail};

/// The unit with this id or name.
pub(super) async fn find_unit(desk: &Desk, conn: &mut Conn, wanted: &str) -> Result<PartnerUnit> {
    let found = match wanted.parse() {
        Ok(id) => by_id(conn, id).await,
        Err(_) => unit::by_name(conn, wanted).await,
    };
    let found = found.map_err(|error| desk.failed(&error))?;
    only_one(desk, wanted, found, |unit| format!("{} {}", unit.id, unit.name), "")
}

/// The area with this id, code or name.
pub(super) async fn find_area(desk: &Desk, conn: &mut Conn, wanted: &str) -> Result<Area> {
    let found = if let Ok(id) = wanted.parse() {
        by_id(conn, id).await
    } else if wanted.bytes().all(|byte| byte.is_ascii_digit()) {
        area::by_code(conn, wanted).await.map(|found| found.into_iter().collect())
    } else {
        area::by_name(conn, wanted).await
    };
    let found = found.map_err(|error| desk.failed(&error))?;
    let shown =
        |area: &Area| format!("{} {} {}", area.id, area.name, area.code.as_deref().unwrap_or_default());
    let hint =
        desk.pick("区划用 gongjian import areas 导入。", "Areas are brought in with gongjian import areas.");
    only_one(desk, wanted, found, shown, hint)
}

async fn by_id<E: Entity>(conn: &mut Conn, id: E::Id) -> Result<Vec<E>, StoreError> {
    let found = entity::by_ids(conn, &Viewer::local(Actor::Administrator), &[id]).await?;
    Ok(found.into_values().collect())
}

/// The one thing that was found; whoever meant another is told what there is.
pub(super) fn only_one<T>(
    desk: &Desk,
    wanted: &str,
    mut found: Vec<T>,
    shown: impl Fn(&T) -> String,
    hint: &str,
) -> Result<T> {
    if found.len() > 1 {
        let lines: Vec<String> = found.iter().map(shown).collect();
        let lines = lines.join("\n  ");
        bail!(desk.pick(
            format!("“{wanted}”不止一个，请改用编号：\n  {lines}"),
            format!("There are several \"{wanted}\"; name one by its id:\n  {lines}"),
        ));
    }
    found.pop().with_context(|| {
        desk.pick(format!("没有找到“{wanted}”。{hint}"), format!("There is no \"{wanted}\". {hint}"))
    })
}
