//! What work takes: time on the clock, time of the processor, and memory at its peak.

use serde::{Deserialize, Serialize};
use std::fs;
use std::time::{Duration, Instant};

/// What one stage took.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Stage {
    /// Which stage.
    pub name: String,
    /// Seconds on the clock.
    pub wall_s: f64,
    /// Seconds of the processor, of all threads together.
    pub cpu_s: f64,
    /// The most memory that the process has had by then, in MiB.
    pub peak_mib: f64,
}

/// Measures stages one after the other.
#[derive(Default)]
pub struct Stages(pub Vec<Stage>);

/// A stage that has begun.
pub struct Begun {
    name: &'static str,
    wall: Instant,
    cpu: Duration,
}

impl Begun {
    /// Begins a stage.
    pub fn now(name: &'static str) -> Self {
        Self { name, wall: Instant::now(), cpu: cpu() }
    }
}

impl Stages {
    /// Ends a stage.
    pub fn end(&mut self, begun: &Begun) {
        let cpu = cpu().saturating_sub(begun.cpu);
        self.push(begun.name, begun.wall.elapsed(), cpu);
    }

    /// Adds what was measured elsewhere.
    pub fn push(&mut self, name: &str, wall: Duration, cpu: Duration) {
        self.0.push(Stage {
            name: name.to_owned(),
            wall_s: wall.as_secs_f64(),
            cpu_s: cpu.as_secs_f64(),
            peak_mib: peak_mib(),
        });
    }

    /// Does work as a stage of its own.
    pub fn run<T>(&mut self, name: &'static str, work: impl FnOnce() -> T) -> T {
        let begun = Begun::now(name);
        let done = work();
        self.end(&begun);
        done
    }
}

/// How long short work is done over and over.
const OFTEN: Duration = Duration::from_millis(500);

/// Does work over and over until half a second has gone by and tells what the quickest time took, on the clock and of
/// the processor: the first time is slower than the next, and what else the machine does makes all of them slower.
pub fn often<T, E>(mut work: impl FnMut() -> Result<T, E>) -> Result<(T, Duration, Duration), E> {
    let begun = Instant::now();
    let (mut wall, mut spent) = (Duration::MAX, Duration::MAX);
    loop {
        let mut answer = None;
        let took = Instant::now();
        let of_processor = once(|| work().map(|done| answer = Some(done)))?;
        wall = wall.min(took.elapsed());
        spent = spent.min(of_processor);
        if begun.elapsed() > OFTEN
            && let Some(answer) = answer
        {
            return Ok((answer, wall, spent));
        }
    }
}

/// The system counts the processor's time in steps of some milliseconds; what is shorter than a few is told by the clock.
const COARSE: Duration = Duration::from_millis(20);

/// What one short piece of work takes of the processor.
pub fn once<E>(work: impl FnOnce() -> Result<(), E>) -> Result<Duration, E> {
    let (before, wall) = (cpu(), Instant::now());
    work()?;
    let wall = wall.elapsed();
    Ok(if wall < COARSE { wall } else { wall.min(cpu().saturating_sub(before)) })
}

/// So many in a hundred.
#[expect(clippy::cast_precision_loss, reason = "a figure to be read")]
pub fn percent(part: i64, whole: i64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 * 100.0 / whole as f64 }
}

/// The processor's time of all threads of this process so far; that of the clock where the system does not tell.
pub fn cpu() -> Duration {
    threads().or_else(ticks).unwrap_or_else(since_start)
}

/// In nanoseconds; threads that have ended are missing, and none ends while something is measured.
fn threads() -> Option<Duration> {
    let tasks = fs::read_dir("/proc/self/task").ok()?.flatten();
    let time = |task: fs::DirEntry| {
        let text = fs::read_to_string(task.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<u64>().ok()
    };
    let nanos: u64 = tasks.filter_map(time).sum();
    (nanos > 0).then(|| Duration::from_nanos(nanos))
}

/// In hundredths of a second.
fn ticks() -> Option<Duration> {
    let text = fs::read_to_string("/proc/self/stat").ok()?;
    let (_, rest) = text.rsplit_once(')')?;
    let of = |place: usize| rest.split_whitespace().nth(place)?.parse::<u64>().ok();
    Some(Duration::from_millis((of(11)? + of(12)?) * 10))
}

fn since_start() -> Duration {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}

/// The most memory that this process has had, in MiB; 0 where the system does not tell.
pub fn peak_mib() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().split(' ').next()?.parse::<u32>().ok());
    f64::from(kib.unwrap_or_default()) / 1_024.0
}
