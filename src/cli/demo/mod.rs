//! A whole street to look at: its story loaded, matched, printed and served.

mod load;
mod print;
mod story;

use super::matching::{ASKS, Report};
use super::{Desk, serve, show};
use crate::domain::id::UnitId;
use crate::domain::text::TextEnum as _;
use crate::domain::viewer::{Actor, Scope, Viewer};
use crate::matching::advice::advice;
use crate::matching::solve::solve;
use crate::store::token::{self, NewToken};
use crate::store::world::{self, Reach};
use crate::store::{Store, area, settings, unit};
use anyhow::{Context as _, Result};
use clap::Args;
use indicatif::ProgressBar;
use load::Street;
use std::process::ExitCode;
use std::time::Duration;
use story::Story;

/// Where the demo's data lie unless told otherwise.
const DATABASE: &str = "sqlite:gongjian-data/demo.db";
/// For how many days the demo's tokens work.
const TOKEN_DAYS: i64 = 30;
/// What the names of the demo's tokens begin with.
const TOKEN_NAME: &str = "演示 Demo";
/// The community, the unit that offers, and the unit that offers and asks, for which there are tokens.
const COMMUNITY: &str = "renmin";
const LIBRARY: &str = "hunan_library";
const SCHOOL: &str = "railway_school";

/// 演示：载入朝阳街道的数据，匹配、打印结果并启动 | A street to look at: loaded, matched, printed, served
#[derive(Args, Debug)]
#[command(after_help = "示例 Examples:
  gongjian demo                      载入、匹配、打印，并在 127.0.0.1:8080 启动 | load, match, print, serve
  gongjian demo --once --memory      只打印，不留数据 | print only, leave nothing behind
  gongjian demo --listen 0.0.0.0:80  换地址 | at another address

数据在 gongjian-data/demo.db，删除该文件即可重来 | The data are in gongjian-data/demo.db; delete it to begin anew")]
pub struct Demo {
    /// 打印后退出，不启动服务 | Print and exit
    #[arg(long)]
    once: bool,
    /// 数据只放在内存里 | Keep the data in memory only
    #[arg(long)]
    memory: bool,
    /// 监听地址，默认 127.0.0.1:8080 | Address and port, 127.0.0.1:8080 unless told
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<String>,
}

/// The command that shows the same with the gateway.
const GATEWAY: &str = "cargo run --release --ignore-rust-version -p gongjian-gateway -- demo --partners";

impl Demo {
    /// The database: in memory, or the one that the command line names, or the demo's own file.
    pub(super) fn database_url(&self, named: Option<String>) -> String {
        if self.memory { "sqlite::memory:".to_owned() } else { named.unwrap_or_else(|| DATABASE.to_owned()) }
    }

    pub(super) async fn run(self, mut desk: Desk) -> Result<ExitCode> {
        let (address, database) = (desk.config.listen, desk.config.database_url.to_string());
        // The address is taken first: nobody should wait for the story only to hear that it is in use.
        let listener = if self.once { None } else { Some(serve::listen(&desk, address).await?) };
        let is_alone = desk.attach.is_none();
        let app = desk.open().await?;
        let tale = Story::read()?;
        let street = found_or_loaded(&desk, &app.store, &tale, &database).await?;
        print_matching(&desk, &app.store, &tale, &street).await?;
        let Some(listener) = listener else {
            app.store.close().await;
            return Ok(ExitCode::SUCCESS);
        };
        let tokens = make_tokens(&desk, &app.store, &tale, &street).await?;
        let address = listener.local_addr()?.to_string();
        print!("\n{}", serve::welcome(&desk, &address, &database));
        print!("{}", print::tokens(desk.lang, &tokens));
        if is_alone {
            println!(
                "\n{}",
                desk.pick("连同三家示例单位自己的图：", "With three sample partners' own graphs:")
            );
            println!("  {GATEWAY}");
        }
        app.serve(listener, serve::stop()).await;
        Ok(ExitCode::SUCCESS)
    }
}

/// The street as an earlier demo left it, or as it is loaded now.
async fn found_or_loaded(desk: &Desk, store: &Store, tale: &Story, database: &str) -> Result<Street> {
    let mut conn = store.read().await?;
    if let Some(street) = area::by_code(&mut conn, load::STREET).await? {
        drop(conn);
        println!(
            "{}",
            desk.pick(
                format!("继续使用 {database} 中已有的演示数据；删除该文件即可重来。"),
                format!("The demo's data are in {database} already; delete it to begin anew."),
            )
        );
        return Street::found(store, tale, street.id).await;
    }
    drop(conn);
    let spinner =
        ProgressBar::new_spinner().with_message(desk.pick("正在载入朝阳街道…", "Loading Chaoyang Street…"));
    spinner.enable_steady_tick(Duration::from_millis(100));
    let loaded = load::load(store, tale).await;
    spinner.finish_and_clear();
    let street = loaded?;
    println!(
        "{}",
        desk.pick(format!("演示数据已载入：{database}"), format!("The demo's data are loaded: {database}"),)
    );
    Ok(street)
}

async fn print_matching(desk: &Desk, store: &Store, tale: &Story, street: &Street) -> Result<()> {
    let viewer = Viewer::local(Actor::Coordinator { street: street.id });
    let reach = Reach::Afresh { area: street.id, category: None, ahead: false };
    let mut conn = store.read().await?;
    let world = world::load(&mut conn, &viewer, store.clock.now(), &reach).await?;
    let settings = settings::of(&mut conn, Some(street.id), &store.settings).await?;
    let matching = solve(&world, &settings, &mut ())?;
    let asks = advice(&world, &settings, &matching, street.id, ASKS, &mut ())?;
    let report = Report { world, settings, matching, comparison: None, asks, dial: Vec::new() };
    show(&print::matching(desk.lang, tale, &report))
}

/// Tokens for everybody whom the story needs, in place of those of earlier demos, each with whom it is for.
async fn make_tokens(
    desk: &Desk,
    store: &Store,
    tale: &Story,
    street: &Street,
) -> Result<Vec<(String, String)>> {
    let mut tx = store.begin(&Viewer::local(Actor::Administrator)).await?;
    for old in token::all(&mut tx).await? {
        if old.name.starts_with(TOKEN_NAME) && old.revoked_at.is_none() {
            token::revoke(&mut tx, old.id).await?;
        }
    }
    let liaison = |unit: UnitId| Actor::Liaison { unit };
    let bearers = [
        (Actor::Coordinator { street: street.id }, "street"),
        (Actor::Staff { street: street.id, community: street.community }, COMMUNITY),
        (liaison(street.library), LIBRARY),
        (liaison(street.school), SCHOOL),
        (Actor::Administrator, ""),
    ];
    let mut tokens = Vec::new();
    for (actor, key) in bearers {
        let name = tale.name_of(key).unwrap_or_default();
        let scopes = vec![Scope::Read, Scope::Write, Scope::Contacts];
        let new = NewToken { name: format!("{TOKEN_NAME} {name}"), actor, scopes, days: TOKEN_DAYS };
        let (_, secret) = token::create(&mut tx, new).await?;
        let role = Viewer::local(actor).role().label(desk.lang);
        tokens.push((secret, format!("{role} {name}")));
    }
    tx.commit().await?;
    Ok(tokens)
}

impl Street {
    /// The street that an earlier demo loaded.
    async fn found(store: &Store, tale: &Story, street: crate::domain::id::AreaId) -> Result<Self> {
        let mut conn = store.read().await?;
        let missing = "the street is there, but not the demo's: choose another --database-url";
        let name = |key: &str| tale.name_of(key).context("the story has it");
        let community = area::by_name(&mut conn, name(COMMUNITY)?).await?;
        let library = unit::by_name(&mut conn, name(LIBRARY)?).await?;
        let school = unit::by_name(&mut conn, name(SCHOOL)?).await?;
        Ok(Self {
            id: street,
            community: community.first().context(missing)?.id,
            library: library.first().context(missing)?.id,
            school: school.first().context(missing)?.id,
        })
    }
}
