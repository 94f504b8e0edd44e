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

pub use schema::printed;

use crate::app;
use crate::clock::Clock;
use crate::config::{Config, Flags};
use crate::domain::text::Lang;
use crate::store::Store;
use crate::store::error::Error as StoreError;
use anyhow::{Context as _, Result, anyhow};
use clap::{Parser, Subcommand};
use comfy_table::{LineStyle, Table, TableStyle};
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
    /// 语言：zh 或 en，默认随系统 | Language: zh or en, from the locale unless told
    #[arg(long, global = true, value_parser = ["zh", "en"])]
    lang: Option<String>,
    /// 配置文件（TOML） | Configuration file (TOML)
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// 数据库：sqlite:文件 或 postgres://… | Database: sqlite:FILE or postgres://…
    #[arg(long, global = true, value_name = "URL")]
    database_url: Option<String>,
    #[command(subcommand)]
    command: Command,
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

/// What every command works with.
struct Desk {
    lang: Lang,
    config: Config,
}

impl Desk {
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
    let locale = || sys_locale::get_locale().unwrap_or_default();
    let lang = Lang::from_tag(&cli.lang.clone().unwrap_or_else(locale));
    match run(cli, lang) {
        Ok(code) => code,
        Err(error) => {
            let wrong = lang.pick("出错了", "error");
            eprintln!("{wrong}: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli, lang: Lang) -> Result<ExitCode> {
    let listen = match &cli.command {
        Command::Serve(serve) => serve.listen.clone(),
        Command::Demo(demo) => demo.listen.clone(),
        _ => None,
    };
    let database_url = match &cli.command {
        Command::Demo(demo) => Some(demo.database_url(cli.database_url)),
        _ => cli.database_url,
    };
    let flags = Flags { database_url, listen };
    let config = Config::load(cli.config.as_deref(), std::env::vars(), &flags)
        .map_err(|error| anyhow!(error.message(lang)))?;
    log::begin(&config.log, matches!(cli.command, Command::Serve(_) | Command::Demo(_)), lang)?;
    let runtime = tokio::runtime::Runtime::new().context("tokio")?;
    runtime.block_on(command(cli.command, Desk { lang, config }))
}

async fn command(command: Command, desk: Desk) -> Result<ExitCode> {
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
