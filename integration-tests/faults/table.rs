//! How many trials there were, and how many of them were survived.

use std::collections::BTreeMap;
use std::fmt;

use super::scenario::Scenario;

/// One line for each scenario and fault, in the order of both.
#[derive(Debug)]
pub struct Table<W>(BTreeMap<(Scenario, W), Line>);

#[derive(Debug, Default)]
struct Line {
    tried: usize,
    survived: usize,
}

impl<W: Ord + fmt::Display> Table<W> {
    /// A table without a line.
    pub fn new() -> Self {
        Table(BTreeMap::new())
    }

    /// Counts one trial of `what`, which shows as what goes wrong and where, a cell each.
    pub fn add(&mut self, scenario: Scenario, what: W, survived: bool) {
        let line = self.0.entry((scenario, what)).or_default();
        line.tried += 1;
        line.survived += usize::from(survived);
    }

    /// Whether every trial was survived, and there was one.
    pub fn all_survived(&self) -> bool {
        !self.0.is_empty() && self.0.values().all(|line| line.tried == line.survived)
    }
}

impl<W: Ord + fmt::Display> fmt::Display for Table<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| scenario | fault | at | tried | survived |")?;
        writeln!(f, "|---|---|---|---:|---:|")?;
        let (mut all_tried, mut all_survived) = (0, 0);
        for ((scenario, what), Line { tried, survived }) in &self.0 {
            let scenario = scenario.name();
            writeln!(f, "| {scenario} | {what} | {tried} | {survived} |")?;
            all_tried += tried;
            all_survived += survived;
        }
        writeln!(f, "| **all** | | | {all_tried} | {all_survived} |")
    }
}
