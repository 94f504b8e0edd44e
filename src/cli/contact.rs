use super::Desk;
use crate::domain::id::{BadId, Id as _, Kind, NeedId, UnitId, split};
use crate::domain::viewer::{Actor, Viewer};
use crate::store::contact;
use anyhow::Result;
use clap::Subcommand;
use std::process::ExitCode;

/// 联系人：按要求抹除个人信息 | Contacts: erasing a person on request
#[derive(Subcommand, Debug)]
pub enum Contact {
    /// 抹除需求的联系人或单位的联络员，不可恢复；审计链保持完整 | Erase a need's contact or a unit's liaison for good; the trail stays whole
    #[command(after_help = "示例 Examples:
  gongjian contact erase need_0199…
  gongjian contact erase unit_0199…")]
    Erase {
        /// 需求或单位的编号 | The id of the need or the unit
        #[arg(value_name = "ID")]
        id: String,
    },
}

impl Contact {
    pub(super) async fn run(self, desk: &Desk) -> Result<ExitCode> {
        let Self::Erase { id } = self;
        let bad = |bad: BadId| desk.failed(&bad.into());
        let (kind, uuid) = split(&id).map_err(bad)?;
        if !matches!(kind, Kind::Need | Kind::Unit) {
            return Err(bad(BadId::OtherKind { found: kind, expected: Kind::Need }));
        }
        let store = desk.store().await?;
        let work = async {
            let mut tx = store.begin(&Viewer::local(Actor::Administrator)).await?;
            if kind == Kind::Need {
                contact::erase_of_need(&mut tx, NeedId::new(uuid)).await?;
            } else {
                contact::erase_of_unit(&mut tx, UnitId::new(uuid)).await?;
            }
            tx.commit().await?;
            contact::clear_away(&store).await
        };
        let done = work.await.map_err(|error| desk.failed(&error));
        store.close().await;
        done?;
        println!(
            "{}",
            desk.pick(format!("已抹除 {id} 的联系人信息。"), format!("Erased the contact of {id}."))
        );
        Ok(ExitCode::SUCCESS)
    }
}
