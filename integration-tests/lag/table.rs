//! The table of the runs, for each number of seconds by which answers are late.

use std::collections::BTreeMap;
use std::time::Duration;
use std::{env, fmt, fs};

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// With exit code 0, and what it was asked for.
    Well,
    /// With a failure that says to run again.
    ToRunAgain,
    /// With another failure, or in another state than its exit code says.
    Wrong,
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Ending::Well => "well",
            Ending::ToRunAgain => "with a failure that says to run again",
            Ending::Wrong => "wrong",
        })
    }
}

/// The runs by the seconds by which answers were late.
#[derive(Default)]
pub struct Table(BTreeMap<u64, Vec<(Ending, Duration)>>);

const HEAD: &str = "| late by up to | runs | well | failed, to be run again | wrong | slowest |\n";

impl Table {
    pub fn add(&mut self, late: u64, ending: Ending, took: Duration) {
        self.0.entry(late).or_default().push((ending, took));
    }

    pub fn runs(&self) -> usize {
        self.0.values().map(Vec::len).sum()
    }

    pub fn count(&self, ending: Ending) -> usize {
        let all = self.0.values().flatten();
        all.filter(|(it, _)| *it == ending).count()
    }

    /// With `UPDATE_DOCS`, writes the table into the page on reliability. Otherwise the page must have
    /// that of an earlier run, in which nothing ended wrong.
    pub fn keep_in_docs(&self) {
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/reliability.md");
        let text = fs::read_to_string(page).expect("the page");
        let (before, rest) = text.split_once(HEAD).expect("a table");
        let (written, after) = rest.split_once("\n\n").expect("a line after the table");
        if env::var_os("UPDATE_DOCS").is_some() {
            fs::write(page, format!("{before}{self}\n{after}")).expect("the page");
            return;
        }
        let row = written.lines().find(|line| line.starts_with("| **all** |"));
        let wrong = row.and_then(|row| row.split(" | ").nth(4));
        let how = "`UPDATE_DOCS=1 make lag` writes the page";
        assert_eq!(wrong, Some("0"), "{how}");
    }
}

fn row(f: &mut fmt::Formatter<'_>, name: &str, runs: &[(Ending, Duration)]) -> fmt::Result {
    let count = |ending| runs.iter().filter(|(it, _)| *it == ending).count();
    let slowest = runs.iter().map(|(_, took)| took.as_secs()).max();
    writeln!(
        f,
        "| {name} | {} | {} | {} | {} | {} s |",
        runs.len(),
        count(Ending::Well),
        count(Ending::ToRunAgain),
        count(Ending::Wrong),
        slowest.unwrap_or_default()
    )
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEAD}|--:|--:|--:|--:|--:|--:|")?;
        for (late, runs) in &self.0 {
            row(f, &format!("{late} s"), runs)?;
        }
        let all: Vec<_> = self.0.values().flatten().copied().collect();
        row(f, "**all**", &all)
    }
}
