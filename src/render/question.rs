//! The question before the first write, which repeats what it is about.

use std::fmt::Write as _;

use iam_policy::printable::printable;

use crate::engine::action::Action;
use crate::engine::plan::{Plan, Step};
use crate::kinds::s3;
use crate::render::text::counted;
use crate::systems::Site;

/// The question about `plan`: how many changes of which sort, in which account and regions, and which
/// buckets go. The account may have an `alias`.
pub fn question(site: &Site, alias: Option<&str>, plan: &Plan) -> String {
    let count = plan.changes().count();
    let noun = |noun: &str| match count {
        1 => noun.to_owned(),
        _ => format!("{noun}s"),
    };
    let what = if count == plan.count(Action::Delete) {
        format!("Delete {count} {}", noun("resource"))
    } else {
        format!("Apply {count} {} ({})", noun("change"), sorts(plan))
    };
    let mut question = format!("{what} in account {}", site.account);
    if let Some(alias) = alias {
        // Writing to a string cannot fail.
        let _ = write!(question, " \"{}\"", printable(alias));
    }
    let regions: Vec<&str> = site.regions.iter().map(|region| region.name()).collect();
    if !regions.is_empty() {
        // Writing to a string cannot fail.
        let _ = write!(question, " ({})", regions.join(", "));
    }
    let buckets = plan.changes().filter(|step| is_deleted_bucket(step));
    let buckets: Vec<&str> = buckets.map(|step| step.name.as_str()).collect();
    if !buckets.is_empty() {
        let _ = write!(question, ", including bucket {}", buckets.join(", "));
    }
    if let Some(narrowed) = &plan.narrowed {
        question.push_str(&match narrowed.changes_left_out {
            0 => ", narrowed by --target".to_owned(),
            1 => ", leaving out 1 other change (--target)".to_owned(),
            count => format!(", leaving out {count} other changes (--target)"),
        });
    }
    question + "?"
}

fn sorts(plan: &Plan) -> String {
    let changes = plan.changes().map(|step| step.decision.action);
    let sorts: Vec<String> = counted(changes)
        .into_iter()
        .map(|(action, count, _)| format!("{count} {action}"))
        .collect();
    sorts.join(", ")
}

fn is_deleted_bucket(step: &Step) -> bool {
    step.decision.action == Action::Delete && step.address.kind == s3::bucket::KIND
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::known::Known;
    use crate::engine::narrow;
    use crate::engine::node::{Node, Observations};
    use crate::engine::observed::Observed;
    use crate::engine::plan;
    use crate::fakes::deployment::{laid_out, settings, site, to_be_removed, with_audit_trail};
    use crate::fakes::{consent, settled};
    use crate::settings::Settings;

    /// The wanted resources that exist, of these kinds.
    fn observed(settings: &Settings, is_there: impl Fn(&str) -> bool) -> Observations {
        let nodes = laid_out(settings);
        let arn = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd".to_owned();
        let key = nodes.iter().find(|node| node.address().kind == "kms_key");
        let known = Known::from([(key.unwrap().address().clone(), arn)]);
        let there = nodes
            .iter()
            .filter(|node| node.is_wanted() && is_there(node.address().kind));
        let there = there.map(|node| (node.address().clone(), settled(node, &known)));
        there
            .map(|(address, present)| (address, Observed::Present(present)))
            .collect()
    }

    #[test]
    fn the_question_says_that_the_plan_was_narrowed() {
        let settings = settings(&["eu-west-1"]);
        let nodes = laid_out(&settings);
        let mut addresses = nodes.iter().map(Node::address);
        let key = addresses.find(|it| it.kind == "kms_key").unwrap().clone();
        let mut plan = plan::plan(&nodes, &Observations::new(), consent(false));
        narrow::narrow(&mut plan, &nodes, vec![key]);
        assert_eq!(
            question(&site(&settings), None, &plan),
            "Apply 1 change (1 create) in account 123456789012 (eu-west-1), leaving out 7 other \
             changes (--target)?"
        );
        plan.narrowed.as_mut().unwrap().changes_left_out = 0;
        assert!(question(&site(&settings), None, &plan).ends_with(", narrowed by --target?"));
    }

    #[test]
    fn the_question_says_what_it_is_about() {
        let settings = with_audit_trail(settings(&["eu-west-1", "us-east-1"]));
        let nothing = Observations::new();
        let all = observed(&settings, |_| true);
        let without_key = observed(&settings, |kind| kind != "kms_key");
        let key_alone = observed(&settings, |kind| kind == "kms_key");
        let of = |nodes, observed| {
            let plan = plan::plan(nodes, observed, consent(false));
            question(&site(&settings), None, &plan)
        };
        let (wanted, unwanted) = (laid_out(&settings), to_be_removed(&settings));
        assert_eq!(
            [
                of(&wanted, &nothing),
                of(&wanted, &without_key),
                of(&unwanted, &all),
                of(&unwanted, &key_alone),
            ],
            [
                "Apply 14 changes (14 create) in account 123456789012 (eu-west-1, us-east-1)?",
                "Apply 4 changes (1 create, 3 update) in account 123456789012 (eu-west-1, us-east-1)?",
                "Delete 14 resources in account 123456789012 (eu-west-1, us-east-1), including \
                 bucket stackstate-logs-123456789012?",
                "Delete 1 resource in account 123456789012 (eu-west-1, us-east-1)?",
            ]
        );
    }
}
