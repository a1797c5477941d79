//! The report of a run in Markdown, made from the record.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::answers;
use crate::names::Names;
use crate::record::{Record, now};

/// The whole report. What is left in the account is in `left`.
pub fn report(
    record: &Record,
    names: &Names,
    version: &str,
    emulated: bool,
    left: &[String],
) -> String {
    let mut text = format!(
        "# Acceptance run of {}\n\n{version}, account {}, partition {}, regions {}, postfix `{}`, ended {}.\n\n",
        names.started,
        names.account,
        names.partition,
        names.regions.join(", "),
        names.postfix,
        now(),
    );
    if emulated {
        text += "**On an emulator.** The answers below are the emulator's, and show nothing about AWS: neither \
                 permissions, nor propagation, nor limits.\n\n";
    }
    text += &steps(record);
    text += &answers::answers(record);
    text += &probes(record);
    text += &waits(record);
    text += &calls(record);
    text += &rest(record, left);
    text
}

fn table(title: &str, head: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut text = format!("## {title}\n\n| {} |\n|", head.join(" | "));
    text += &"---|".repeat(head.len());
    text.push('\n');
    for row in rows {
        // A line break or a bar would end the cell.
        let cells = row
            .into_iter()
            .map(|it| it.replace('\n', " ").replace('|', "\\|"));
        text += &format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "));
    }
    text + "\n"
}

/// A value as it reads in a cell.
pub fn cell(json: &Json) -> String {
    match json {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        Json::Number(number) => number
            .as_f64()
            .filter(|_| number.is_f64())
            .map_or_else(|| number.to_string(), |number| format!("{number:.1}")),
        other => other.to_string(),
    }
}

/// The steps that went wrong.
pub fn wrong(record: &Record) -> Vec<Json> {
    let mut steps = record.of("step");
    steps.retain(|step| step["wrong"].is_string());
    steps
}

fn steps(record: &Record) -> String {
    let names = ["scenario", "step", "code", "seconds", "calls", "writes"];
    let head = [
        "scenario",
        "step",
        "exit code",
        "seconds",
        "calls",
        "writes",
        "result",
    ];
    let rows = record.of("step").into_iter().map(|step| {
        let result = step["wrong"].as_str().unwrap_or("well").to_owned();
        names
            .iter()
            .map(|name| cell(&step[name]))
            .chain([result])
            .collect()
    });
    let mut text = table("Scenarios", &head, rows);
    for step in wrong(record) {
        let stderr = end(&cell(&step["stderr"]));
        if !stderr.is_empty() {
            text += &format!(
                "Output of *{}*:\n\n```\n{stderr}\n```\n\n",
                cell(&step["step"])
            );
        }
    }
    text
}

fn end(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}

fn probes(record: &Record) -> String {
    let names = [
        "write",
        "read",
        "reads",
        "first_new_ms",
        "last_old_ms",
        "old_after_new",
        "unanswered",
    ];
    let head = [
        "write",
        "read",
        "reads",
        "new state first asked for and seen after (ms)",
        "old state last seen after (ms)",
        "old answers after a new one",
        "other answers",
    ];
    let rows = record.of("probe").into_iter();
    let rows = rows.map(|probe| names.iter().map(|name| cell(&probe[name])).collect());
    table("Reads after writes", &head, rows)
}

fn waits(record: &Record) -> String {
    let names = ["scenario", "step", "address", "for"];
    let rows = record.of("wait").into_iter();
    let rows = rows.map(|wait| names.iter().map(|name| cell(&wait[name])).collect());
    table("What the program waited for", &names, rows)
}

/// The calls of one operation in one region.
#[derive(Default)]
struct Calls {
    answers: BTreeMap<String, usize>,
    again: usize,
    millis: Vec<u64>,
}

fn calls(record: &Record) -> String {
    let mut found: BTreeMap<(String, String), Calls> = BTreeMap::new();
    let mut failed: Vec<[String; 5]> = Vec::new();
    for call in record.of("call") {
        let [scenario, step, operation, region, resource] =
            ["scenario", "step", "operation", "region", "resource"].map(|name| cell(&call[name]));
        let of_operation = found
            .entry((operation.clone(), region.clone()))
            .or_default();
        // A call for the same resource in the same step, after one that failed, is a repetition.
        let same = [scenario, step, operation, region, resource];
        if let Some(at) = failed.iter().position(|it| *it == same) {
            failed.swap_remove(at);
            of_operation.again += 1;
        }
        let answer = cell(&call["answer"]);
        if answer != "ok" {
            failed.push(same);
        }
        *of_operation.answers.entry(answer).or_default() += 1;
        of_operation
            .millis
            .push(call["millis"].as_u64().unwrap_or_default());
    }
    let head = [
        "operation",
        "region",
        "answers",
        "again after an error",
        "median (ms)",
        "longest (ms)",
    ];
    let rows = found.into_iter().map(|((operation, region), mut calls)| {
        calls.millis.sort_unstable();
        let answers = calls
            .answers
            .iter()
            .map(|(code, count)| format!("{code}: {count}"));
        let median = calls.millis[calls.millis.len() / 2];
        let longest = calls.millis.last().copied().unwrap_or_default();
        let again = calls.again.to_string();
        vec![
            operation,
            region,
            answers.collect::<Vec<_>>().join(", "),
            again,
            median.to_string(),
            longest.to_string(),
        ]
    });
    table("Calls", &head, rows)
}

/// What is left in the account.
fn rest(record: &Record, left: &[String]) -> String {
    let mut text = "## Left in the account\n\n".to_owned();
    match left {
        [] => text += "Nothing but the keys below.\n\n",
        left => left.iter().for_each(|it| text += &format!("- **{it}**\n")),
    }
    for key in record.of("scheduled") {
        let (id, region, date) = (cell(&key["id"]), cell(&key["region"]), cell(&key["date"]));
        text += &format!(
            "- KMS key {id} in {region}: AWS deletes it at {date}; until then it costs nothing.\n"
        );
    }
    text
}
