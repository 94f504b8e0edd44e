//! The commands, one file each.

mod audit;
mod bench;
mod contact;
mod demo;
mod doctor;
mod find;
mod import;
mod log;
mod matching;
mod migrate;
mod schema;
mod serve;
mod subgraph;
mod token;
mod user;

pub use demo::Demo;
pub use schema::printed;
pub use serve::Serve;

use crate::app::{self, App};
use crate::clock::Clock;
use crate::config::{Config, Flags};
use crate::domain::text::Lang;
use crate::store::Store;
use crate::store::error::Error as StoreError;
use anyhow::{Context as _, Result, anyhow};
use clap::{Args, Parser, Subcommand};
use comfy_table::{LineStyle, Table, TableStyle};
use futures_util::future::BoxFuture;
use std::io::{ErrorKind, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

/// 共建枢纽：把街道、社区和共建单位的需求、资源对接起来。
/// Gongjian Hub: one graph on which a street, its communities and partner units find each other.
#[derive(Parser, Debug)]
#[command(
    name = "gongjian",
    version,
    verbatim_doc_comment,
    arg_required_else_help = true,
    after_help = "示例 Examples:
  gongjian demo                                    看一个街道的演示 | a street to look at
  gongjian serve                                   在 127.0.0.1:8080 启动 | serve at 127.0.0.1:8080
  gongjian --config hub.toml serve                 使用配置文件 | with a configuration file
  gongjian match --area 430102002                  匹配一个街道 | match a street
  gongjian doctor                                  检查安装 | look for what is wrong
  gongjian user add zhangsan --name 张三 --role administrator
  gongjian token create --name 门户 --role administrator
  gongjian subgraph check library                  检查单位自己的子图 | check a partner's own graph

配置 Configuration:  内置默认 < --config FILE (TOML) < 环境变量 GONGJIAN_* < 命令行参数
                     built in < --config FILE (TOML) < environment GONGJIAN_* < flags
                     GONGJIAN_DATABASE_URL, GONGJIAN_LISTEN, GONGJIAN_LIMITS__DEPTH, …"
)]
pub struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

/// What every command takes.
#[derive(Args, Debug)]
pub struct Common {
    /// 语言：zh 或 en，默认随系统 | Language: zh or en, from the locale unless told
    #[arg(long, global = true, value_parser = ["zh", "en"])]
    lang: Option<String>,
    /// 配置文件（TOML） | Configuration file (TOML)
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// 数据库：sqlite:文件 或 postgres://… | Database: sqlite:FILE or postgres://…
    #[arg(long, global = true, value_name = "URL")]
    database_url: Option<String>,
}

#[derive(Subcommand, Debug)]
enum Command {
    Demo(demo::Demo),
    #[command(subcommand)]
    Bench(bench::Bench),
    Serve(serve::Serve),
    Migrate(migrate::Migrate),
    Match(matching::Match),
    #[command(subcommand)]
    Schema(schema::Schema),
    #[command(subcommand)]
    Subgraph(subgraph::Subgraph),
    #[command(subcommand)]
    Token(token::Token),
    #[command(subcommand)]
    User(user::User),
    #[command(subcommand)]
    Audit(audit::Audit),
    #[command(subcommand)]
    Contact(contact::Contact),
    Doctor(doctor::Doctor),
    #[command(subcommand)]
    Import(import::Import),
}

/// Tables have a line below their header and no others.
const ROWS: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// What another program adds to the hub: the gateway, that is.
pub trait Attach: Send {
    /// Changes how the hub is set up.
    ///
    /// # Errors
    /// Where it cannot be set up so.
    fn set_up(&mut self, config: &mut Config) -> Result<()>;

    /// Adds to the hub before it serves.
    ///
    /// # Errors
    /// Where that fails; then the hub does not serve.
    fn attach(self: Box<Self>, app: &mut App, lang: Lang) -> BoxFuture<'_, Result<()>>;
}

/// What every command works with.
struct Desk {
    lang: Lang,
    config: Config,
    attach: Option<Box<dyn Attach>>,
}

impl Desk {
    /// The hub, with what is attached to it.
    async fn open(&mut self) -> Result<App> {
        let app = App::open(self.config.clone(), Clock::system()).await;
        let mut app = app.map_err(|error| anyhow!(error.message(self.lang)))?;
        if let Some(attach) = self.attach.take() {
            attach.attach(&mut app, self.lang).await?;
        }
        Ok(app)
    }

    /// The database, its tables up to date.
    async fn store(&self) -> Result<Store> {
        let opened = app::App::open(self.config.clone(), Clock::system()).await;
        Ok(opened.map_err(|error| anyhow!(error.message(self.lang)))?.store)
    }

    /// The words for a failure of the store.
    fn failed(&self, error: &StoreError) -> anyhow::Error {
        anyhow!(error.message(self.lang))
    }

    /// The sentence in the chosen language.
    fn pick<T>(&self, zh: T, en: T) -> T {
        self.lang.pick(zh, en)
    }
}

/// An empty table with its header.
fn table<const COLUMNS: usize>(header: [&str; COLUMNS]) -> Table {
    let mut table = Table::new();
    table.load_style(ROWS).set_header(header);
    table
}

/// Prints a report. Whoever has read enough may close the pipe.
fn show(report: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(report.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// Runs the command that the arguments name. Exit codes: 0 done, 1 failed, 2 not understood.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    told(&cli.common.lang(), |lang| run(cli.common, cli.command, lang, None))
}

/// Serves the hub as `serve` and `demo` do, with what another program attaches to it.
#[must_use]
pub fn main_with(common: Common, serving: Serving, attach: Box<dyn Attach>) -> ExitCode {
    let command = match serving {
        Serving::Serve(serve) => Command::Serve(serve),
        Serving::Demo(demo) => Command::Demo(demo),
    };
    told(&common.lang(), |lang| run(common, command, lang, Some(attach)))
}

/// The commands that serve the hub.
#[derive(Debug)]
pub enum Serving {
    /// With one's own data.
    Serve(serve::Serve),
    /// With a street to look at.
    Demo(demo::Demo),
}

impl Common {
    /// The tag of the language in which people are told things.
    fn lang(&self) -> String {
        self.lang.clone().unwrap_or_else(|| sys_locale::get_locale().unwrap_or_default())
    }
}

/// Tells people what went wrong.
fn told(lang: &str, run: impl FnOnce(Lang) -> Result<ExitCode>) -> ExitCode {
    let lang = Lang::from_tag(lang);
    run(lang).unwrap_or_else(|error| {
        let wrong = lang.pick("出错了", "error");
        eprintln!("{wrong}: {error:#}");
        ExitCode::FAILURE
    })
}

fn run(
    common: Common,
    command: Command,
    lang: Lang,
    mut attach: Option<Box<dyn Attach>>,
) -> Result<ExitCode> {
    let listen = match &command {
        Command::Serve(serve) => serve.listen.clone(),
        Command::Demo(demo) => demo.listen.clone(),
        _ => None,
    };
    let database_url = match &command {
        Command::Demo(demo) => Some(demo.database_url(common.database_url)),
        _ => common.database_url,
    };
    let flags = Flags { database_url, listen };
    let mut config = Config::load(common.config.as_deref(), std::env::vars(), &flags)
        .map_err(|error| anyhow!(error.message(lang)))?;
    if let Some(attach) = &mut attach {
        attach.set_up(&mut config)?;
    }
    log::begin(&config.log, matches!(command, Command::Serve(_) | Command::Demo(_)), lang)?;
    let runtime = tokio::runtime::Runtime::new().context("tokio")?;
    runtime.block_on(run_command(command, Desk { lang, config, attach }))
}

async fn run_command(command: Command, desk: Desk) -> Result<ExitCode> {
    match command {
        Command::Demo(demo) => demo.run(desk).await,
        Command::Bench(bench) => bench.run(&desk).await,
        Command::Serve(serve) => serve.run(desk).await,
        Command::Migrate(migrate) => migrate.run(&desk).await,
        Command::Match(matching) => matching.run(&desk).await,
        Command::Schema(schema) => schema.run(&desk),
        Command::Subgraph(subgraph) => subgraph.run(&desk).await,
        Command::Token(token) => token.run(&desk).await,
        Command::Audit(audit) => audit.run(&desk).await,
        Command::Contact(contact) => contact.run(&desk).await,
        Command::User(user) => user.run(&desk).await,
        Command::Doctor(doctor) => doctor.run(&desk).await,
        Command::Import(import) => import.run(&desk).await,
    }
}
