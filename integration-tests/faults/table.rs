//! The table of trials: how many there were, and how many of them were survived.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::scenario::Scenario;

/// A line for each scenario and a column for each fault, in the order of both.
#[derive(Debug)]
pub struct Table<W>(BTreeMap<(Scenario, W), Count>);

#[derive(Debug, Default, Clone, Copy)]
struct Count {
    tried: usize,
    survived: usize,
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.tried {
            0 => Ok(()),
            tried => write!(f, "{} of {tried}", self.survived),
        }
    }
}

impl<W: Ord + fmt::Display> Table<W> {
    /// An empty table.
    pub fn new() -> Self {
        Table(BTreeMap::new())
    }

    /// Counts one trial with the fault `what`.
    pub fn add(&mut self, scenario: Scenario, what: W, survived: bool) {
        let count = self.0.entry((scenario, what)).or_default();
        count.tried += 1;
        count.survived += usize::from(survived);
    }

    /// Whether every trial was survived, and there was one.
    pub fn all_survived(&self) -> bool {
        !self.0.is_empty() && self.0.values().all(|it| it.tried == it.survived)
    }

    fn sum(&self, of: impl Fn(Scenario, &W) -> bool) -> Count {
        let cells = self.0.iter();
        let cells = cells.filter(|((scenario, what), _)| of(*scenario, what));
        cells.fold(Count::default(), |sum, (_, cell)| Count {
            tried: sum.tried + cell.tried,
            survived: sum.survived + cell.survived,
        })
    }
}

impl<W: Ord + fmt::Display> fmt::Display for Table<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns: BTreeSet<&W> = self.0.keys().map(|(_, what)| what).collect();
        write!(f, "| survived |")?;
        for what in &columns {
            write!(f, " {what} |")?;
        }
        writeln!(f, " all |\n|---|{}", "--:|".repeat(columns.len() + 1))?;
        let scenarios: BTreeSet<Scenario> = self.0.keys().map(|(scenario, _)| *scenario).collect();
        for scenario in scenarios {
            write!(f, "| {} |", scenario.name())?;
            for what in &columns {
                write!(f, " {} |", self.sum(|s, w| s == scenario && w == *what))?;
            }
            writeln!(f, " {} |", self.sum(|s, _| s == scenario))?;
        }
        write!(f, "| **all** |")?;
        for what in &columns {
            write!(f, " {} |", self.sum(|_, w| w == *what))?;
        }
        writeln!(f, " **{}** |", self.sum(|_, _| true))
    }
}
