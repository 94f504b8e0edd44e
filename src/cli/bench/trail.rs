use super::measure::{Begun, Stages};
use crate::cli::{Desk, show, table};
use crate::clock::Clock;
use crate::domain::event::EventKind;
use crate::domain::id::{Id as _, NeedId};
use crate::domain::viewer::{Actor, Viewer};
use crate::store::{Store, chain};
use anyhow::{Result, ensure};
use clap::Args;
use serde_json::json;
use std::process::ExitCode;

/// 审计链：写入与验证的耗时和内存 | The trail: what it takes to append to it and to verify it
#[derive(Args, Debug)]
#[command(
    after_help = "写入所给的数据库，请用一个新的 | It writes into the database that is given: give it a fresh one
示例 Example:
  gongjian --database-url sqlite:bench.db bench trail --events 1000000"
)]
pub struct Trail {
    /// 事件数 | How many events
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1..))]
    events: u32,
}

/// Events that one transaction appends, as a large matching does.
const BATCH: u32 = 5_000;
/// Transactions with one event each.
const ALONE: u32 = 500;

impl Trail {
    pub(super) async fn run(self, desk: &Desk) -> Result<ExitCode> {
        let store = desk.store().await?;
        let failed = |error| desk.failed(&error);
        let mut stages = Stages::default();
        let begun = Begun::now("alone");
        for _ in 0..ALONE {
            append(&store, 1).await.map_err(failed)?;
        }
        stages.end(&begun);
        let begun = Begun::now("together");
        let mut left = self.events;
        while left > 0 {
            append(&store, left.min(BATCH)).await.map_err(failed)?;
            left = left.saturating_sub(BATCH);
        }
        stages.end(&begun);
        let begun = Begun::now("verify");
        let work = async { chain::verify(&mut store.read().await?, &[], |_| {}).await };
        let verdict = work.await.map_err(failed)?;
        stages.end(&begun);
        ensure!(verdict.fault.is_none(), "{verdict:?}");
        store.close().await;
        let counts = [f64::from(ALONE), f64::from(self.events), f64::from(self.events) + f64::from(ALONE)];
        let mut table = table(desk.pick(
            ["阶段", "事件", "秒", "处理器秒", "微秒/条", "峰值 MiB"],
            ["stage", "events", "s", "CPU s", "µs each", "peak MiB"],
        ));
        for (stage, count) in stages.0.iter().zip(counts) {
            table.add_row([
                stage.name.clone(),
                count.to_string(),
                format!("{:.2}", stage.wall_s),
                format!("{:.2}", stage.cpu_s),
                format!("{:.1}", stage.wall_s * 1e6 / count),
                format!("{:.0}", stage.peak_mib),
            ]);
        }
        show(&format!("{table}\n"))?;
        Ok(ExitCode::SUCCESS)
    }
}

async fn append(store: &Store, events: u32) -> crate::store::error::Result<()> {
    let mut tx = store.begin(&Viewer::local(Actor::Administrator)).await?;
    let id = NeedId::new(Clock::system().id());
    for claimed in 0..events {
        let data = json!({
            "from": "open", "to": "partially_claimed",
            "before": { "quantity": 10, "claimed": claimed, "delivered": 0 },
            "after": { "quantity": 10, "claimed": claimed + 1, "delivered": 0 },
        });
        tx.event(id, None, EventKind::Moved, data);
    }
    tx.commit().await
}
