//! An instance as a file that any program reads with little code.

use crate::matching::assign::Problem;
use std::fs::File;
use std::io::{BufWriter, Result, Write as _};
use std::path::Path;

/// Writes an instance: whole numbers of 32 bits, the lowest byte first. They are the numbers of needs, services and
/// pairs; by need its quantity, its penalty and where its pairs end; by service its capacity; by pair its service, its
/// cost and how much may go through it at most.
pub fn write(problem: &Problem, path: &Path) -> Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    let counts = [problem.demands.len(), problem.supplies.len(), problem.pairs.len()];
    let counts = counts.map(|count| u32::try_from(count).unwrap_or(u32::MAX));
    let mut put = |number: u32| file.write_all(&number.to_le_bytes());
    counts.into_iter().try_for_each(&mut put)?;
    problem.demands.iter().try_for_each(|need| put(need.quantity))?;
    problem.demands.iter().try_for_each(|need| put(need.penalty.cast_unsigned()))?;
    problem.ends.iter().try_for_each(|end| put(*end))?;
    problem.supplies.iter().try_for_each(|service| put(service.capacity))?;
    problem.pairs.iter().try_for_each(|pair| put(pair.supply))?;
    problem.pairs.iter().try_for_each(|pair| put(pair.cost.cast_unsigned()))?;
    problem.pairs.iter().try_for_each(|pair| put(pair.at_most))?;
    file.flush()
}
