//! Narrows a plan to some of its resources.

use std::collections::BTreeSet;

use crate::engine::action::Action;
use crate::engine::address::Address;
use crate::engine::node::Node;
use crate::engine::plan::{Narrowed, Plan};
use crate::failure::Failure;

/// The addresses that `texts` name. Each text is an address, or a list of them with commas.
///
/// # Errors
/// An address that no resource has, with the nearest one.
pub fn addresses(nodes: &[Node], texts: &[String]) -> Result<Vec<Address>, Failure> {
    let find = |text: &str| {
        let mut addresses = nodes.iter().map(Node::address);
        addresses.find(|it| it.to_string() == text).cloned()
    };
    let mut found = Vec::new();
    for text in texts {
        // The address of an attachment ends with a name, which may have commas.
        if let Some(address) = find(text) {
            found.push(address);
            continue;
        }
        for part in text.split(',') {
            found.push(find(part).ok_or_else(|| unknown(nodes, part))?);
        }
    }
    Ok(found)
}

fn unknown(nodes: &[Node], text: &str) -> Failure {
    let names = nodes.iter().map(|node| node.address().to_string());
    // Whoever leaves out the region means that resource, however long the region's name is.
    let distance = |name: &String| {
        let is_begun = name.starts_with(&format!("{text}@"));
        (!is_begun, strsim::damerau_levenshtein(name, text))
    };
    let nearest = names.min_by_key(distance);
    let nearest = nearest.map_or(String::new(), |it| format!("Did you mean {it}? "));
    Failure::new(format!("--target: no resource has the address \"{text}\"")).hint(format!(
        "{nearest}`provision plan` prints every address; a region stands after an @"
    ))
}

/// Leaves in the plan the steps of `targets` and those that must be done with them.
///
/// A wanted resource brings what it needs. A resource that is to go brings what needs it, and what it
/// outlives. All others keep their state, whatever they are.
pub fn narrow(plan: &mut Plan, nodes: &[Node], targets: Vec<Address>) {
    let mut inside = BTreeSet::new();
    let mut left = targets.clone();
    while let Some(address) = left.pop() {
        let node = nodes.iter().find(|node| *node.address() == address);
        let (true, Some(node)) = (inside.insert(address.clone()), node) else {
            continue;
        };
        if node.is_wanted() {
            left.extend(node.needs.iter().map(|(needed, _)| needed.clone()));
        } else {
            let needs_it = |other: &&Node| other.needs.iter().any(|(it, _)| *it == address);
            left.extend(nodes.iter().filter(needs_it).map(|it| it.address().clone()));
            left.extend(node.outlives.clone());
        }
    }
    let is_change = |action| !matches!(action, Action::Keep);
    let outside = |address| !inside.contains(address);
    let left_out = plan.steps.iter().filter(|step| outside(&step.address));
    let changes = left_out
        .clone()
        .filter(|step| is_change(step.decision.action));
    let changes_left_out = changes.count();
    let children = nodes.iter().filter(|node| inside.contains(node.address()));
    let parents: BTreeSet<&Address> = children.filter_map(|it| it.resource.parent()).collect();
    let parents = left_out.filter(|step| parents.contains(&step.address));
    let parents = parents.map(|step| (step.address.clone(), step.decision.clone()));
    plan.narrowed = Some(Narrowed {
        parents: parents.collect(),
        changes_left_out,
        targets,
    });
    plan.steps.retain(|step| inside.contains(&step.address));
    // The needs of a step are those that the plan has steps for.
    let steps = plan.steps.iter().map(|step| step.address.clone());
    let steps: BTreeSet<Address> = steps.collect();
    for step in &mut plan.steps {
        step.needs.retain(|needed| steps.contains(needed));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::node::Observations;
    use crate::engine::observed::Observed;
    use crate::engine::plan;
    use crate::fakes::deployment::{laid_out, settings, to_be_removed};
    use crate::fakes::{consent, settled};

    const ROLE: &str = "iam_role.integration";
    const KEY: &str = "kms_key.integration@eu-west-1";
    const BUCKET: &str = "s3_bucket.logs@eu-west-1";
    const FIREHOSE: &str = "iam_role.firehose-us-east-1";
    const EVENTBRIDGE: &str = "iam_role.eventbridge-us-east-1";
    const STREAM: &str = "firehose_stream.eventbridge@us-east-1";
    const RULE: &str = "event_rule.stackstate@us-east-1";
    const TARGET: &str = "event_target.firehose@us-east-1";

    fn narrowed(nodes: &[Node], observed: &Observations, targets: &[&str]) -> (Vec<String>, usize) {
        let mut plan = plan::plan(nodes, observed, consent(false));
        let targets: Vec<String> = targets.iter().map(|it| (*it).to_owned()).collect();
        let targets = addresses(nodes, &targets).unwrap();
        narrow(&mut plan, nodes, targets);
        let mut steps: Vec<String> = plan.steps.iter().map(|it| it.address.to_string()).collect();
        steps.sort();
        (steps, plan.narrowed.unwrap().changes_left_out)
    }

    fn sorted(names: &[&str]) -> Vec<String> {
        let mut names: Vec<String> = names.iter().map(|it| (*it).to_owned()).collect();
        names.sort();
        names
    }

    /// Thirteen resources in two regions.
    #[test]
    fn what_is_created_brings_what_it_needs() {
        let nodes = laid_out(&settings(&["eu-west-1", "us-east-1"]));
        let cases: [(&[&str], &[&str], &str); 5] = [
            (&[ROLE], &[ROLE], "a role needs nothing"),
            (
                &[BUCKET],
                &[BUCKET, KEY, ROLE],
                "the bucket names its key and the agent's role",
            ),
            (
                &[RULE],
                &[RULE, EVENTBRIDGE],
                "a rule shows that its region is deployed",
            ),
            (
                &[TARGET],
                &[
                    TARGET,
                    RULE,
                    STREAM,
                    FIREHOSE,
                    EVENTBRIDGE,
                    BUCKET,
                    KEY,
                    ROLE,
                ],
                "needs of needs",
            ),
            (
                &["iam_role.integration,kms_key.integration@eu-west-1"],
                &[ROLE, KEY],
                "a list",
            ),
        ];
        for (targets, expected, reason) in cases {
            let (steps, left_out) = narrowed(&nodes, &Observations::new(), targets);
            assert_eq!(steps, sorted(expected), "{reason}");
            assert_eq!(left_out, 13 - expected.len(), "{reason}");
        }
    }

    #[test]
    fn what_is_deleted_brings_what_needs_it() {
        let settings = settings(&["eu-west-1", "us-east-1"]);
        let observed: Observations = laid_out(&settings)
            .iter()
            .filter(|node| node.is_wanted())
            .map(|node| {
                let present = settled(node, &Default::default());
                (node.address().clone(), Observed::Present(present))
            })
            .collect();
        let nodes = to_be_removed(&settings);
        let cases: [(&[&str], &[&str], &str); 3] = [
            (&[TARGET], &[TARGET], "nothing needs a target"),
            (&[STREAM], &[STREAM, TARGET], "events would be led nowhere"),
            (
                &[EVENTBRIDGE],
                &[EVENTBRIDGE, RULE, TARGET],
                "the rule is found by the role, and the target uses it",
            ),
        ];
        for (targets, expected, reason) in cases {
            let (steps, left_out) = narrowed(&nodes, &observed, targets);
            assert_eq!(steps, sorted(expected), "{reason}");
            assert_eq!(left_out, 13 - expected.len(), "{reason}");
        }
        let (steps, _) = narrowed(&nodes, &observed, &[KEY]);
        assert!(
            steps.contains(&BUCKET.to_owned()),
            "the key outlives the bucket: {steps:?}"
        );
    }

    #[test]
    fn what_does_not_exist_takes_nothing_with_it() {
        let settings = settings(&["eu-west-1", "us-east-1"]);
        let role = |node: &&Node| node.address().to_string() == ROLE;
        let wanted = laid_out(&settings);
        let role = wanted.iter().find(role).unwrap();
        let present = Observed::Present(settled(role, &Default::default()));
        let observed = Observations::from([(role.address().clone(), present)]);
        let (steps, left_out) = narrowed(&to_be_removed(&settings), &observed, &[BUCKET]);
        assert_eq!((steps, left_out), (Vec::new(), 1));
    }

    #[test]
    fn an_unknown_address_is_refused_with_the_nearest() {
        let nodes = laid_out(&settings(&["eu-west-1"]));
        let cases = [
            ("iam_role.integraton", ROLE, "a letter is missing"),
            ("kms_key.integration", KEY, "the region is missing"),
            ("s3_bucket.logs@eu-west-2", BUCKET, "another region"),
        ];
        for (text, nearest, reason) in cases {
            let failure = addresses(&nodes, &[text.to_owned()]).unwrap_err();
            assert!(failure.message.contains(text), "{reason}: {failure}");
            let hint = failure.hint.unwrap();
            assert!(
                hint.contains(&format!("mean {nearest}?")),
                "{reason}: {hint}"
            );
        }
    }
}
