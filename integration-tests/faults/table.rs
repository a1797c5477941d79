//! How many trials there were, and how many of them were survived.

use std::collections::BTreeMap;
use std::fmt;

use crate::connector::Aim;
use crate::fault::Fault;
use crate::scenario::Scenario;
use crate::trial::Trial;

/// One line for each scenario and fault.
#[derive(Debug, Default)]
pub struct Table(BTreeMap<(&'static str, Fault, bool), Line>);

#[derive(Debug, Default)]
struct Line {
    tried: usize,
    survived: usize,
}

impl Table {
    /// Counts one trial.
    pub fn add(&mut self, trial: &Trial, survived: bool) {
        let every = matches!(trial.aim, Aim::Every(_));
        let line = self.0.entry((trial.scenario.name(), trial.fault, every));
        let line = line.or_default();
        line.tried += 1;
        line.survived += usize::from(survived);
    }

    /// Whether every trial was survived, and there was one.
    pub fn all_survived(&self) -> bool {
        !self.0.is_empty() && self.0.values().all(|line| line.tried == line.survived)
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| scenario | fault | at | tried | survived |")?;
        writeln!(f, "|---|---|---|---:|---:|")?;
        let (mut tried, mut survived) = (0, 0);
        for scenario in Scenario::ALL.map(Scenario::name) {
            for ((_, fault, every), line) in self.0.iter().filter(|(key, _)| key.0 == scenario) {
                let at = if *every {
                    "all calls of a run"
                } else {
                    "one call"
                };
                writeln!(
                    f,
                    "| {scenario} | {} | {at} | {} | {} |",
                    fault.name(),
                    line.tried,
                    line.survived
                )?;
                tried += line.tried;
                survived += line.survived;
            }
        }
        writeln!(f, "| **all** | | | {tried} | {survived} |")
    }
}
