//! What lint found, by rule: the risk, what to do, and the places.

use std::collections::BTreeMap;

use iam_policy::lint::Severity;

use crate::render::markup::Markup;
use crate::render::plan_document::PlanDocument;
use crate::render::plan_findings::{PlanFinding, count};

/// All findings, those of a rule together, the worst rules first.
pub(super) fn section(markup: &mut Markup, plan: &PlanDocument, findings: &[PlanFinding]) {
    let labelled = [("id", "findings"), ("aria-labelledby", "findings-title")];
    markup.element("section", &labelled, |it| {
        it.own("<h2 id=\"findings-title\">Findings</h2>");
        if findings.is_empty() {
            it.own("<p>Lint finds nothing in the policies that this plan would write.</p>");
            return;
        }
        let counts = Severity::ALL.map(|severity| (count(findings, severity), severity));
        let counts = counts.iter().filter(|(count, _)| *count > 0);
        let counts: Vec<String> = counts.map(|(count, it)| counted(*count, *it)).collect();
        it.leaf(
            "p",
            &[],
            &format!(
                "In the policies that this plan would write: {}.",
                counts.join(", ")
            ),
        );
        for of_rule in by_rule(findings) {
            rule(it, plan, &of_rule);
        }
    });
}

/// A number of findings of a severity, in words.
pub(super) fn counted(count: usize, severity: Severity) -> String {
    let plural = if count == 1 { "" } else { "s" };
    match severity {
        Severity::Security => format!("{count} security finding{plural}"),
        severity => format!("{count} {severity}{plural}"),
    }
}

/// The findings of each rule, in their order.
fn by_rule<'a>(findings: impl IntoIterator<Item = &'a PlanFinding>) -> Vec<Vec<&'a PlanFinding>> {
    let mut groups: Vec<Vec<&PlanFinding>> = Vec::new();
    for finding in findings {
        match groups.last_mut() {
            Some(group) if group[0].finding.rule.code == finding.finding.rule.code => {
                group.push(finding)
            }
            _ => groups.push(vec![finding]),
        }
    }
    groups
}

fn rule(markup: &mut Markup, plan: &PlanDocument, found: &[&PlanFinding]) {
    let rule = found[0].finding.rule;
    let severity = rule.severity.to_string();
    markup.element(
        "details",
        &[("class", &format!("finding {severity}"))],
        |it| {
            it.element("summary", &[], |it| {
                it.leaf("span", &[("class", &format!("sev {severity}"))], &severity);
                it.leaf("h3", &[], rule.code);
                let places = if found.len() == 1 { "place" } else { "places" };
                it.leaf(
                    "span",
                    &[("class", "kind")],
                    &format!("{} {places}", found.len()),
                );
                it.leaf("span", &[("class", "risk")], rule.risk);
            });
            it.element("div", &[("class", "body")], |it| {
                it.element("p", &[], |it| {
                    it.text(rule.remedy);
                    it.text(" ");
                    it.leaf(
                        "a",
                        &[("href", rule.reference), ("rel", "noreferrer noopener")],
                        "What AWS says",
                    );
                });
                let mut places: BTreeMap<(usize, &str), Vec<&PlanFinding>> = BTreeMap::new();
                for finding in found {
                    let place = (finding.resource, finding.attribute.as_str());
                    places.entry(place).or_default().push(finding);
                }
                it.element("ul", &[], |it| {
                    for ((resource, attribute), found) in places {
                        it.element("li", &[], |it| {
                            let address = &plan.resources[resource].address;
                            it.leaf(
                                "a",
                                &[("href", &format!("#r{resource}")), ("class", "mono")],
                                address,
                            );
                            it.text(" ");
                            it.text(attribute);
                            for finding in found {
                                it.text("; ");
                                it.text(&told(finding));
                            }
                        });
                    }
                });
            });
        },
    );
}

/// What exactly was found, and where in its document.
fn told(finding: &PlanFinding) -> String {
    let finding = &finding.finding;
    let place = match &finding.sid {
        Some(sid) => format!("statement \"{sid}\""),
        None => finding.place.to_string(),
    };
    format!("{}, at {place}", finding.detail)
}

/// The findings of one policy, without suggestions, a line for each rule.
pub(super) fn of_policy(markup: &mut Markup, found: &[&PlanFinding]) {
    let grave = found
        .iter()
        .filter(|it| it.finding.rule.severity > Severity::Suggestion);
    let groups = by_rule(grave.copied());
    if groups.is_empty() {
        return;
    }
    markup.element("ul", &[("class", "found")], |it| {
        for group in groups {
            let rule = group[0].finding.rule;
            let severity = rule.severity.to_string();
            it.element("li", &[], |it| {
                it.leaf("span", &[("class", &format!("sev {severity}"))], &severity);
                it.leaf("code", &[], rule.code);
                it.text(" ");
                it.text(&told(group[0]));
                if group.len() > 1 {
                    it.text(&format!(" and {} more", group.len() - 1));
                }
            });
        }
    });
}
