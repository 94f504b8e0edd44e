use super::{Desk, show};
use crate::app;
use crate::clock::Clock;
use crate::domain::event::entry::Head;
use crate::domain::event::verdict::Verdict;
use crate::domain::text::TextEnum as _;
use crate::store::{Store, chain};
use anyhow::{Context as _, Result, anyhow};
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

/// The exit code of a trail that is not whole.
const NOT_WHOLE: u8 = 3;

/// 审计：公布链头，验证事件链 | The trail: its head, and whether it is whole
#[derive(Subcommand, Debug)]
pub enum Audit {
    /// 显示链头（编号:哈希），可对外公布或另行保存 | Print the head, number:hash, to be published or kept elsewhere
    #[command(after_help = "示例 Examples:
  gongjian audit head
  gongjian audit head >> /媒体/heads.txt           每天一次，存到别处 | once a day, to another place")]
    Head,
    Verify(Verify),
}

/// 从头验证事件链：找出第一处改动、缺失、插入、重排或截尾 | Find the first event changed, removed, put in, reordered or cut off
#[derive(Args, Debug)]
#[command(after_help = "退出码：0 完整，1 无法验证，2 参数有误，3 不完整
Exit codes: 0 whole, 1 could not be verified, 2 arguments not understood, 3 not whole
示例 Examples:
  gongjian audit verify
  gongjian audit verify --head 1204:9f86d081…
  gongjian audit verify --heads heads.txt --json")]
pub struct Verify {
    /// 此前公布的链头，可多次 | A head that was published; may be given more than once
    #[arg(long = "head", value_name = "SEQ:HASH")]
    heads: Vec<Head>,
    /// 存有链头的文件，每行一个 | A file of heads, one a line
    #[arg(long = "heads", value_name = "FILE")]
    file: Option<PathBuf>,
    /// 输出 JSON | Print JSON
    #[arg(long)]
    json: bool,
}

impl Audit {
    pub(super) async fn run(self, desk: &Desk) -> Result<ExitCode> {
        // Looking changes nothing, so the tables are left as they are.
        let opened = app::open_store(&desk.config, Clock::system()).await;
        let store = opened.map_err(|error| anyhow!(error.message(desk.lang)))?;
        let done = match self {
            Self::Head => head(desk, &store).await,
            Self::Verify(verify) => verify.run(desk, &store).await,
        };
        store.close().await;
        done
    }
}

async fn head(desk: &Desk, store: &Store) -> Result<ExitCode> {
    let work = async { chain::head(&mut store.read().await?).await };
    let head = work.await.map_err(|error| desk.failed(&error))?;
    show(&format!("{head}\n"))?;
    Ok(ExitCode::SUCCESS)
}

impl Verify {
    async fn run(self, desk: &Desk, store: &Store) -> Result<ExitCode> {
        let begun = Instant::now();
        let published = self.published(desk)?;
        let bar = ProgressBar::no_length();
        let work = async {
            let mut conn = store.read().await?;
            let end = chain::head(&mut conn).await?;
            bar.set_length(u64::try_from(end.seq).unwrap_or_default());
            if let Ok(style) =
                ProgressStyle::with_template("{bar:40} {human_pos}/{human_len} {elapsed} ({eta})")
            {
                bar.set_style(style);
            }
            chain::verify(&mut conn, &published, |seq| {
                bar.set_position(u64::try_from(seq).unwrap_or_default());
            })
            .await
        };
        let verdict = work.await.map_err(|error| desk.failed(&error));
        bar.finish_and_clear();
        let verdict = verdict?;
        show(&if self.json { as_json(&verdict) } else { told(desk, &verdict, begun, published.len()) })?;
        Ok(if verdict.fault.is_none() { ExitCode::SUCCESS } else { ExitCode::from(NOT_WHOLE) })
    }

    fn published(&self, desk: &Desk) -> Result<Vec<Head>> {
        let mut published = self.heads.clone();
        let Some(file) = &self.file else { return Ok(published) };
        let unread =
            || desk.pick(format!("无法读取 {}", file.display()), format!("cannot read {}", file.display()));
        let text = std::fs::read_to_string(file).with_context(unread)?;
        for (at, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
            published.push(line.parse().map_err(|_| {
                anyhow!(desk.pick(
                    format!("{} 第{at}行不是链头（编号:64位十六进制）。", file.display()),
                    format!("{}, line {at}: not a head (number:64 hexadecimal digits).", file.display()),
                ))
            })?);
        }
        Ok(published)
    }
}

fn as_json(verdict: &Verdict) -> String {
    let fault = verdict.fault.map(|fault| json!({ "seq": fault.seq, "wrong": fault.wrong.as_str() }));
    let told = json!({
        "whole": verdict.fault.is_none(),
        "sound": { "seq": verdict.sound.seq, "hash": verdict.sound.hash },
        "fault": fault,
    });
    format!("{told:#}\n")
}

fn told(desk: &Desk, verdict: &Verdict, begun: Instant, heads: usize) -> String {
    let (sound, seconds) = (&verdict.sound, begun.elapsed().as_secs_f64());
    let line = match verdict.fault {
        None => desk.pick(
            format!(
                "完整：{}条事件，核对了{heads}个公布的链头，用时{seconds:.1}秒。链头：{sound}",
                sound.seq
            ),
            format!(
                "Whole: {} events, held against {heads} published heads, in {seconds:.1} s. Head: {sound}",
                sound.seq
            ),
        ),
        Some(fault) => {
            let wrong = fault.wrong.label(desk.lang);
            desk.pick(
                format!(
                    "不完整：第{}条有问题：{wrong}。此前的{}条按链完好。请保留数据库现状，与备份比对。",
                    fault.seq, sound.seq
                ),
                format!(
                    "Not whole: event {}: {wrong}. The chain holds up to event {}. Keep the database as it is and compare it with a backup.",
                    fault.seq, sound.seq
                ),
            )
        }
    };
    line + "\n"
}
