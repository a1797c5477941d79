//! The answers to what AWS's documentation leaves open, as the run found them.

use std::collections::BTreeSet;

use crate::delivery::EVENT;
use crate::record::Record;
use crate::report::cell;

/// Each open question with its answer.
pub fn answers(record: &Record) -> String {
    let questions = [
        ("Does CreateBucket take tags here?", create_bucket(record)),
        (
            "Does Firehose deliver across regions?",
            across_regions(record),
        ),
        (
            "Is a stream made with the alias as its key, and which key is read back?",
            alias(record),
        ),
        ("Does an event of AWS reach the bucket?", event(record)),
        ("Are reads late, and by how much?", late(record)),
        ("Was the preflight right?", preflight(record)),
    ];
    let mut text = "## Open questions\n\n".to_owned();
    for (question, answer) in questions {
        text += &format!("- **{question}** {answer}\n");
    }
    text + "\n"
}

fn create_bucket(record: &Record) -> String {
    let calls = record.of("call").into_iter();
    let calls = calls.filter(|call| call["operation"] == "s3:CreateBucket");
    let found: BTreeSet<String> = calls.map(|call| cell(&call["answer"])).collect();
    let found: Vec<&str> = found.iter().map(String::as_str).collect();
    match found[..] {
        [] => "Not tried.".to_owned(),
        ["ok"] => "Yes: every CreateBucket with tags was answered well.".to_owned(),
        _ if found.contains(&"UnsupportedArgument") => {
            format!("No: it was answered with {}.", found.join(", "))
        }
        _ => format!("Not clear: it was answered with {}.", found.join(", ")),
    }
}

fn across_regions(record: &Record) -> String {
    deliveries(record, |line| {
        line["what"] == "record to the stream in the other region"
    })
}

fn event(record: &Record) -> String {
    let answer = deliveries(record, |line| line["what"] == EVENT);
    format!("{answer} Events of API calls arrive only where a trail logs them.")
}

fn deliveries(record: &Record, about: impl Fn(&serde_json::Value) -> bool) -> String {
    let lines = record.of("delivery").into_iter().filter(about);
    let found: Vec<String> = lines
        .map(|line| {
            let [deployment, region, main, after, key, problem] = [
                "deployment",
                "region",
                "main",
                "after_seconds",
                "key",
                "problem",
            ]
            .map(|name| cell(&line[name]));
            let profile = if deployment == "-a" {
                "documented"
            } else {
                "hardened"
            };
            let from = format!("{profile}, stream in {region}, bucket in {main}");
            match line["object"].is_string() {
                true => format!("Yes ({from}): seen after {after} s, encrypted with `{key}`."),
                false => format!("Not seen ({from}) within {after} s. {problem}")
                    .trim()
                    .to_owned(),
            }
        })
        .collect();
    match found.is_empty() {
        true => "Not tried.".to_owned(),
        false => found.join(" "),
    }
}

fn alias(record: &Record) -> String {
    let lines = record.of("alias");
    let Some(line) = lines.first() else {
        return "Not tried.".to_owned();
    };
    let [refused, status, read_back, alias] =
        ["refused", "status", "read_back", "alias"].map(|name| cell(&line[name]));
    if !refused.is_empty() {
        return format!("No: {refused}.");
    }
    let of_record = "record to the stream with the alias as its key";
    let delivered = deliveries(record, |line| line["what"] == of_record);
    format!(
        "It was made with `{alias}`, is {status}, and reads back `{read_back}`. A record to it in the bucket: {delivered}"
    )
}

fn late(record: &Record) -> String {
    let probes = record.of("probe");
    let number = |probe: &serde_json::Value, name: &str| probe[name].as_u64().unwrap_or_default();
    let old: Vec<String> = probes
        .iter()
        .filter(|probe| probe["last_old_ms"].is_u64())
        .map(|probe| {
            format!(
                "{} after {}: old until {} ms, {} times after a new answer",
                cell(&probe["read"]),
                cell(&probe["write"]),
                number(probe, "last_old_ms"),
                number(probe, "old_after_new")
            )
        })
        .collect();
    match (probes.len(), old.is_empty()) {
        (0, _) => "Not tried.".to_owned(),
        (all, true) => format!("No: none of {all} reads showed an old state."),
        (_, false) => format!("Yes. {}.", old.join("; ")),
    }
}

fn preflight(record: &Record) -> String {
    let found = record.of("preflight").into_iter();
    let found: Vec<String> = found
        .map(|line| {
            format!(
                "{}: exit code {}",
                cell(&line["scenario"]),
                cell(&line["code"])
            )
        })
        .collect();
    let calls = record.of("call").into_iter();
    let denied = [
        "AccessDenied",
        "AccessDeniedException",
        "UnauthorizedOperation",
    ];
    let denied: BTreeSet<String> = calls
        .filter(|call| denied.contains(&cell(&call["answer"]).as_str()))
        .map(|call| cell(&call["operation"]))
        .collect();
    let denied: Vec<String> = denied.into_iter().collect();
    match (found.is_empty(), denied.is_empty()) {
        (true, _) => "Not tried.".to_owned(),
        (false, true) => format!("{}. No call was denied.", found.join("; ")),
        (false, false) => format!("{}. Denied: {}.", found.join("; "), denied.join(", ")),
    }
}
