//! The assignment alone, on made-up instances.

use super::instance::{self, Size};
use super::matching::{Part, Report, Scale};
use super::measure::{Stages, often, peak_mib};
use crate::matching::assign::{assign, certify};
use anyhow::Result;
use std::time::Instant;

/// How large the instances are.
pub fn size(scale: Scale) -> Size {
    let (needs, services, districts, streets, kept) = match scale {
        Scale::Street => (500, 100, 1, 1, 30),
        Scale::District => (20_000, 2_000, 1, 15, 30),
        Scale::City => (200_000, 20_000, 10, 15, 30),
        Scale::Metro => (1_000_000, 100_000, 50, 15, 20),
    };
    Size { needs, services, districts, streets, kept }
}

/// Makes an instance, solves it and proves the answer.
pub fn measure(scale: Scale, seed: u64) -> Result<Report> {
    let mut stages = Stages::default();
    let (instance, wall) = {
        let started = Instant::now();
        (instance::build(size(scale), seed), started.elapsed())
    };
    stages.push("pairs", wall, instance.pairs_cpu);
    let problem = instance.problem;
    let before = peak_mib();
    let (answer, wall, cpu) = often(|| assign(&problem, None, &mut ()))?;
    stages.push("solve", wall, cpu);
    let memory_mib = peak_mib() - before;
    let certificate = stages.run("prove", || certify(&problem, &answer))?;
    Ok(Report {
        scale,
        part: Part::Solver,
        solver: "gongjian".into(),
        needs: problem.demands.len(),
        services: problem.supplies.len(),
        pairs: problem.pairs.len(),
        objective: certificate.primal,
        stages: stages.0,
        memory_mib,
    })
}
