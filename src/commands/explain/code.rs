//! The codes of `policy lint`.

use super::topic::{Group, Part, Topic};
use iam_policy::lint::{Example, Rule, escalations, examples, rules};

/// The longest example that is shown, in characters. Some are as long as AWS allows.
const LONGEST: usize = 1500;

/// Every rule, the worst first.
pub(super) fn topics() -> Vec<Topic> {
    let examples = examples();
    let mut rules = rules();
    rules.sort_by_key(|rule| std::cmp::Reverse(rule.severity));
    rules.iter().map(|rule| topic(rule, &examples)).collect()
}

fn topic(rule: &Rule, examples: &[Example]) -> Topic {
    let mut parts = vec![
        Part::Text(rule.severity.meaning().to_owned()),
        Part::Row("why", rule.risk.to_owned()),
        Part::Row("what to do", rule.remedy.to_owned()),
        Part::Row(
            "or accept",
            format!(
                "`accept = {{ {:?} = \"the reason\" }}` under [lint] of the settings",
                rule.code
            ),
        ),
        Part::Row("source", rule.reference.to_owned()),
    ];
    let ways = escalations().filter(|way| way.rule.code == rule.code);
    let ways: Vec<String> = ways
        .map(|way| {
            let steps = way.actions.iter().map(|step| step.join(" or "));
            steps.collect::<Vec<_>>().join(" with ")
        })
        .collect();
    if !ways.is_empty() {
        parts.push(Part::Row("ways", ways.join("; ")));
    }
    for (is_found, heading) in [(true, "Found in"), (false, "Not found in")] {
        let example = examples.iter().find(|example| {
            let is_short = || example.policy.to_string().len() <= LONGEST;
            example.code == rule.code && example.is_found == is_found && is_short()
        });
        if let Some(example) = example {
            let Example {
                kind,
                shows,
                policy,
                ..
            } = example;
            parts.push(Part::Text(String::new()));
            parts.push(Part::Text(format!("{heading} a {kind}: {shows}")));
            parts.push(Part::Verbatim(format!("{policy:#}")));
        }
    }
    Topic {
        group: Group::Code,
        words: vec![rule.code.to_owned()],
        title: format!("a finding of policy lint of the severity {}", rule.severity),
        parts,
    }
}
