//! The checks, one file for each subject: its rules, and the function that finds what breaks them.

mod action_names;
mod actions;
mod arns;
mod bucket;
mod condition_forms;
mod condition_keys;
mod conditions;
mod covered;
mod deputy;
mod escalation;
mod escalation_rules;
mod escalation_ways;
mod exposure;
mod federation;
mod foreign_resources;
mod grammar;
mod header;
mod key_types;
mod key_use;
mod key_values;
mod loose_values;
mod oidc;
mod partly;
mod pass_role;
mod principals;
mod redundancy;
mod redundant_resources;
mod regions;
mod resources;
mod second_factor;
mod self_grant;
mod service_linked;
mod shared_issuers;
mod trust;
mod variables;
mod whole_services;

#[cfg(test)]
mod trial;

pub use bucket::{Bucket, lint_bucket};
pub use escalation_ways::{Escalation, escalations};

use super::finding::Finding;
use super::rule::Rule;
use super::subject::Subject;

/// A group of rules and the pure function that finds them.
struct Check {
    rules: &'static [&'static Rule],
    find: fn(&Subject, &mut Vec<Finding>),
}

/// Every check. A new one is a file with its rules and one line here.
const CHECKS: [Check; 31] = [
    Check {
        rules: action_names::RULES,
        find: action_names::find,
    },
    Check {
        rules: actions::RULES,
        find: actions::find,
    },
    Check {
        rules: arns::RULES,
        find: arns::find,
    },
    Check {
        rules: bucket::RULES,
        find: bucket::find,
    },
    Check {
        rules: condition_forms::RULES,
        find: condition_forms::find,
    },
    Check {
        rules: condition_keys::RULES,
        find: condition_keys::find,
    },
    Check {
        rules: conditions::RULES,
        find: conditions::find,
    },
    Check {
        rules: deputy::RULES,
        find: deputy::find,
    },
    Check {
        rules: escalation::RULES,
        find: escalation::find,
    },
    Check {
        rules: exposure::RULES,
        find: exposure::find,
    },
    Check {
        rules: federation::RULES,
        find: federation::find,
    },
    Check {
        rules: foreign_resources::RULES,
        find: foreign_resources::find,
    },
    Check {
        rules: grammar::RULES,
        find: grammar::find,
    },
    Check {
        rules: header::RULES,
        find: header::find,
    },
    Check {
        rules: key_use::RULES,
        find: key_use::find,
    },
    Check {
        rules: key_values::RULES,
        find: key_values::find,
    },
    Check {
        rules: loose_values::RULES,
        find: loose_values::find,
    },
    Check {
        rules: oidc::RULES,
        find: oidc::find,
    },
    Check {
        rules: partly::RULES,
        find: partly::find,
    },
    Check {
        rules: pass_role::RULES,
        find: pass_role::find,
    },
    Check {
        rules: principals::RULES,
        find: principals::find,
    },
    Check {
        rules: redundancy::RULES,
        find: redundancy::find,
    },
    Check {
        rules: redundant_resources::RULES,
        find: redundant_resources::find,
    },
    Check {
        rules: regions::RULES,
        find: regions::find,
    },
    Check {
        rules: resources::RULES,
        find: resources::find,
    },
    Check {
        rules: second_factor::RULES,
        find: second_factor::find,
    },
    Check {
        rules: self_grant::RULES,
        find: self_grant::find,
    },
    Check {
        rules: service_linked::RULES,
        find: service_linked::find,
    },
    Check {
        rules: trust::RULES,
        find: trust::find,
    },
    Check {
        rules: variables::RULES,
        find: variables::find,
    },
    Check {
        rules: whole_services::RULES,
        find: whole_services::find,
    },
];

/// The rules of all checks.
pub(super) fn rules() -> impl Iterator<Item = &'static Rule> {
    CHECKS.iter().flat_map(|check| check.rules).copied()
}

/// Everything that breaks one of the rules that are wanted. Checks without such a rule do not run.
pub(super) fn find(subject: &Subject, is_wanted: impl Fn(&Rule) -> bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    for check in &CHECKS {
        if check.rules.iter().any(|rule| is_wanted(rule)) {
            (check.find)(subject, &mut findings);
        }
    }
    findings.retain(|finding| is_wanted(finding.rule));
    findings
}
