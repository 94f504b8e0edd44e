//! Other solvers on the very same instances, each in a process of its own. See `benches/matching/README.md`.

use super::instance::{self, file};
use super::matching::{Part, Report, Scale};
use super::measure::Stage;
use super::solver::size;
use crate::cli::Desk;
use anyhow::{Context as _, Result};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The peers, and the largest scale on which each comes to an end in a bearable time.
const PEERS: [(&str, Scale); 3] =
    [("or-tools", Scale::Metro), ("highs", Scale::District), ("lemon", Scale::City)];
const SCRIPT: &str = "benches/matching/peers.py";

/// What a peer says of itself.
#[derive(Deserialize)]
struct Told {
    build_s: f64,
    wall_s: f64,
    cpu_s: f64,
    objective: i64,
    memory_mib: f64,
}

/// Measures the peers on an instance; those that are not installed are left out and named.
pub fn measure(desk: &Desk, scale: Scale, seed: u64) -> Result<Vec<Report>> {
    let problem = instance::build(size(scale), seed).problem;
    let path = std::env::temp_dir().join(format!("gongjian-bench-{}.bin", std::process::id()));
    file::write(&problem, &path).with_context(|| path.display().to_string())?;
    let mut reports = Vec::new();
    for (peer, largest) in PEERS {
        if scale.number() > largest.number() {
            continue;
        }
        let Some(told) = run(peer, &path) else {
            eprintln!(
                "{}",
                desk.pick(
                    format!("{peer} 未能运行，已略过；安装方法见 benches/matching/README.md"),
                    format!("{peer} did not run and is left out; see benches/matching/README.md"),
                )
            );
            continue;
        };
        let stage = |name: &str, wall_s, cpu_s| Stage { name: name.into(), wall_s, cpu_s, peak_mib: 0.0 };
        reports.push(Report {
            scale,
            part: Part::Solver,
            solver: peer.into(),
            needs: problem.demands.len(),
            services: problem.supplies.len(),
            pairs: problem.pairs.len(),
            objective: told.objective,
            stages: vec![stage("build", told.build_s, told.build_s), stage("solve", told.wall_s, told.cpu_s)],
            memory_mib: told.memory_mib,
        });
    }
    std::fs::remove_file(&path)?;
    Ok(reports)
}

fn run(peer: &str, instance: &Path) -> Option<Told> {
    let mut command = Command::new(python());
    let done = command.arg(SCRIPT).arg(instance).arg(peer).stderr(Stdio::inherit()).output().ok()?;
    serde_json::from_slice(&done.stdout).ok()
}

fn python() -> PathBuf {
    let own = PathBuf::from("target/peers/bin/python");
    match std::env::var_os("GONGJIAN_BENCH_PYTHON") {
        Some(named) => named.into(),
        None if own.exists() => own,
        None => "python3".into(),
    }
}
