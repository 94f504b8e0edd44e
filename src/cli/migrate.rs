use super::Desk;
use anyhow::Result;
use clap::Args;
use std::process::ExitCode;

/// 建立或更新数据库的表 | Create the tables or bring them up to date
#[derive(Args, Debug)]
#[command(after_help = "示例 Examples:
  gongjian migrate
  gongjian migrate --database-url postgres://hub@db/hub")]
pub struct Migrate {}

impl Migrate {
    pub(super) async fn run(self, desk: &Desk) -> Result<ExitCode> {
        let store = desk.store().await?;
        store.close().await;
        let database = &desk.config.database_url;
        println!("{}", desk.pick(format!("数据库已是最新：{database}"), format!("Up to date: {database}")));
        Ok(ExitCode::SUCCESS)
    }
}
