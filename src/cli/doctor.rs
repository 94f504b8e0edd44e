use super::{Desk, table};
use crate::app;
use crate::clock::Clock;
use crate::domain::text::Lang;
use crate::store::Store;
use crate::store::health;
use anyhow::Result;
use chrono::{DateTime, Utc};
use clap::Args;
use std::path::Path;
use std::process::ExitCode;
use tokio::net::TcpListener;

/// 检查安装：说明哪里有问题、怎么解决 | Look for what is wrong with the set-up, and how to mend it
#[derive(Args, Debug)]
#[command(after_help = "有问题时退出码为 1 | Exits 1 where something is wrong
示例 Examples:
  gongjian doctor
  gongjian doctor --database-url postgres://hub@db/hub --lang en")]
pub struct Doctor {}

/// Seconds by which the clocks of the hub and its database may differ.
const CLOCKS: i64 = 5;
/// The year before which a clock has certainly not been set.
const BUILT: i32 = 2026;

/// What was looked at, and how to mend it where it is wrong.
struct Finding {
    what: &'static str,
    found: String,
    mend: Option<String>,
}

struct Report {
    lang: Lang,
    findings: Vec<Finding>,
}

impl Report {
    fn good(&mut self, zh: &'static str, en: &'static str, found: impl Into<String>) {
        self.findings.push(Finding { what: self.lang.pick(zh, en), found: found.into(), mend: None });
    }

    fn bad(&mut self, what: (&'static str, &'static str), found: impl Into<String>, mend: (String, String)) {
        let mend = Some(self.lang.pick(mend.0, mend.1));
        self.findings.push(Finding { what: self.lang.pick(what.0, what.1), found: found.into(), mend });
    }
}

impl Doctor {
    pub(super) async fn run(self, desk: &Desk) -> Result<ExitCode> {
        let mut report = Report { lang: desk.lang, findings: Vec::new() };
        report.good("配置", "configuration", desk.config.database_url.to_string());
        port(&mut report, desk).await;
        if let Some(store) = database(&mut report, desk).await {
            tables(&mut report, desk, &store).await;
            store.close().await;
        }
        Ok(print(&report))
    }
}

fn print(report: &Report) -> ExitCode {
    let mut table =
        table(report.lang.pick(["", "检查", "结果", "怎么办"], ["", "checked", "found", "what to do"]));
    for finding in &report.findings {
        let mark = if finding.mend.is_some() { "✗" } else { "✓" };
        let mend = finding.mend.clone().unwrap_or_default();
        table.add_row([mark.to_owned(), finding.what.to_owned(), finding.found.clone(), mend]);
    }
    println!("{table}");
    let wrong = report.findings.iter().filter(|finding| finding.mend.is_some()).count();
    let told = match wrong {
        0 => report.lang.pick("一切正常。".to_owned(), "All is well.".to_owned()),
        _ => report.lang.pick(format!("{wrong}处需要处理。"), format!("{wrong} to be mended.")),
    };
    println!("{told}");
    if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn port(report: &mut Report, desk: &Desk) {
    let address = desk.config.listen;
    match TcpListener::bind(address).await {
        Ok(_) => report.good("监听地址", "address", format!("{address}")),
        Err(error) => report.bad(
            ("监听地址", "address"),
            format!("{address}: {error}"),
            (
                "枢纽可能已在运行；否则停掉占用端口的程序，或用 --listen 换一个。".to_owned(),
                "A hub may be running already; else stop what uses the port, or choose another with --listen."
                    .to_owned(),
            ),
        ),
    }
}

/// Opens the database, but makes none: looking changes nothing.
async fn database(report: &mut Report, desk: &Desk) -> Option<Store> {
    let what = ("数据库", "database");
    if let Some(file) = desk.config.database_url.file()
        && let Err(mend) = writable(file)
    {
        report.bad(what, file.display().to_string(), mend);
        return None;
    }
    match app::open_store(&desk.config, Clock::system()).await {
        Ok(store) => Some(store),
        Err(error) => {
            let mend = (
                "检查 --database-url、数据库是否启动、账号和网络。".to_owned(),
                "Check --database-url, whether the database is up, the account and the network.".to_owned(),
            );
            report.bad(what, error.message(desk.lang), mend);
            None
        }
    }
}

fn writable(file: &Path) -> Result<(), (String, String)> {
    if !file.exists() {
        return Err((
            "还没有数据库：运行 gongjian migrate 或 gongjian serve。".to_owned(),
            "There is no database yet: run gongjian migrate or gongjian serve.".to_owned(),
        ));
    }
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // SQLite keeps files of its own beside the database.
    match tempfile_in(folder).and_then(|()| std::fs::OpenOptions::new().append(true).open(file).map(|_| ())) {
        Ok(()) => Ok(()),
        Err(error) => Err((
            format!("文件夹 {} 无法写入：{error}。请修正权限。", folder.display()),
            format!("The folder {} cannot be written: {error}. Mend its rights.", folder.display()),
        )),
    }
}

fn tempfile_in(folder: &Path) -> std::io::Result<()> {
    let probe = folder.join(format!(".gongjian-doctor-{}", std::process::id()));
    std::fs::File::create_new(&probe)?;
    std::fs::remove_file(&probe)
}

async fn tables(report: &mut Report, desk: &Desk, store: &Store) {
    let what = ("表结构", "tables");
    match store.migrations().await {
        Ok(found) if found.are_current() => report.good(what.0, what.1, desk.pick("最新", "current")),
        Ok(found) if found.unknown.is_empty() => report.bad(
            what,
            desk.pick(format!("缺少{:?}", found.missing), format!("missing {:?}", found.missing)),
            ("运行 gongjian migrate。".to_owned(), "Run gongjian migrate.".to_owned()),
        ),
        Ok(found) => report.bad(
            what,
            desk.pick(format!("未知的{:?}", found.unknown), format!("unknown {:?}", found.unknown)),
            (
                "数据库属于更新的版本：请升级 gongjian。".to_owned(),
                "The database is a newer hub's: bring gongjian up to date.".to_owned(),
            ),
        ),
        Err(error) => report.bad(
            ("数据库", "database"),
            error.message(desk.lang),
            ("检查数据库。".to_owned(), "Look at the database.".to_owned()),
        ),
    }
    if let Err(error) = contents(report, store).await {
        tracing::debug!(error = &error as &dyn std::error::Error, "the tables cannot be read");
    }
}

async fn contents(report: &mut Report, store: &Store) -> crate::store::error::Result<()> {
    let mut conn = store.read().await?;
    let now = store.clock.now();
    let settings = health::settings(&mut conn).await?;
    let shown: Vec<String> = settings.iter().map(|(name, value)| format!("{name}={value}")).collect();
    report.good("数据库设置", "settings", shown.join(" "));
    clocks(report, now, health::clock(&mut conn).await?.unwrap_or(now));
    let counts = health::counts(&mut conn, now).await?;
    report.good("类别、单位", "categories, units", format!("{}, {}", counts.categories, counts.units));
    if counts.areas > 0 {
        report.good("区划", "areas", counts.areas.to_string());
    } else {
        let mend = ("运行 gongjian import areas DIR。", "Run gongjian import areas DIR.");
        report.bad(("区划", "areas"), "0", (mend.0.to_owned(), mend.1.to_owned()));
    }
    if counts.tokens > 0 {
        report.good("有效令牌", "tokens", counts.tokens.to_string());
    } else {
        let mend = "gongjian token create --name admin --role administrator";
        report.bad(("有效令牌", "tokens"), "0", (format!("运行 {mend}"), format!("Run {mend}")));
    }
    Ok(())
}

fn clocks(report: &mut Report, own: DateTime<Utc>, database: DateTime<Utc>) {
    use chrono::Datelike as _;
    let apart = (own - database).num_seconds().abs();
    let what = ("时钟", "clock");
    if own.year() >= BUILT && apart <= CLOCKS {
        report.good(what.0, what.1, own.format("%Y-%m-%d %H:%M:%S UTC").to_string());
    } else {
        report.bad(
            what,
            format!("{own} / {database}"),
            (
                "让本机和数据库服务器与网络时间同步（NTP）。".to_owned(),
                "Set this machine and the database server by the network's time (NTP).".to_owned(),
            ),
        );
    }
}
