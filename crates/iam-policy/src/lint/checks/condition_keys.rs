//! Condition keys that do not exist, or that no action of their statement has.

use super::key_types;
use super::partly::left_out;
use crate::authorization::{
    Action, ConditionKey, Service, condition_key, global_keys, is_unlisted_key, is_unlisted_key_of,
    nearest, service,
};
use crate::lint::finding::Finding;
use crate::lint::named::{Named, Services};
use crate::lint::operator::Operator;
use crate::lint::rule::{Rule, Severity};
use crate::lint::subject::Subject;
use crate::printable::printable;
use crate::reading::{Condition, Statement};

pub(super) const RULES: &[&Rule] = &[
    &UNKNOWN_CONDITION_KEY,
    &CONDITION_NEVER_MET,
    &CONDITION_KEY_ABSENT,
    &CONDITION_KEY_PARTLY_ABSENT,
    &key_types::OPERATOR_FOR_OTHER_TYPE,
    &key_types::STRING_OPERATOR_FOR_ARN,
    &key_types::MISSING_QUALIFIER,
];

const REFERENCE: &str = "https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html";

static UNKNOWN_CONDITION_KEY: Rule = Rule {
    code: "unknown-condition-key",
    severity: Severity::Error,
    risk: "AWS accepts a condition key that does not exist without a warning, and no request ever has the key.",
    remedy: "Write the key as the Service Authorization Reference or the list of global condition keys does.",
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html",
};

static CONDITION_NEVER_MET: Rule = Rule {
    code: "condition-never-met",
    severity: Severity::Warning,
    risk: "Requests for the statement's actions do not have the condition key, so the statement never allows anything.",
    remedy: "Use a key that the actions support, or move the condition to the statement of the actions that have it.",
    reference: REFERENCE,
};

static CONDITION_KEY_ABSENT: Rule = Rule {
    code: "condition-key-absent",
    severity: Severity::Warning,
    risk: "Requests for the statement's actions do not have the condition key, so the condition always has the same result: the statement denies nothing, or limits nothing.",
    remedy: "Use a key that the actions support.",
    reference: REFERENCE,
};

static CONDITION_KEY_PARTLY_ABSENT: Rule = Rule {
    code: "condition-key-partly-absent",
    severity: Severity::Warning,
    risk: "Requests for some of the statement's actions do not have the condition key, so for those actions the condition always has the same result.",
    remedy: "Give the actions that do not have the key a statement of their own.",
    reference: REFERENCE,
};

/// So many pairs of an action and a condition key are looked at in one document at most, which takes a
/// fraction of a second.
const MOST_PAIRS: usize = 200_000;

pub(super) fn find(subject: &Subject, findings: &mut Vec<Finding>) {
    if subject.statements.iter().all(|it| it.conditions.is_empty()) {
        return;
    }
    let (services, globals) = (Services::of(subject), global_keys());
    let mut left = MOST_PAIRS;
    let mut is_complete = true;
    for statement in &subject.statements {
        let named = services.all_named(statement);
        let actions = named.iter().flatten().map(|it| it.actions.len());
        let actions: usize = actions.sum();
        for condition in &statement.conditions {
            let listed = services.condition_key(condition.key);
            let global = globals.iter().find(|key| key.matches(condition.key));
            let elsewhere = || condition_key(condition.key).cloned();
            let Some(key) = global.or(listed).cloned().or_else(elsewhere) else {
                if !is_of_identity_provider(condition.key) && !is_unlisted_key(condition.key) {
                    let detail = unknown(condition.key, &globals);
                    let place = condition.path;
                    findings.push(statement.finding(&UNKNOWN_CONDITION_KEY, place, detail));
                }
                continue;
            };
            key_types::find(statement, condition, &key, findings);
            if let Some(named) = &named
                && depends_on_action(&key, global.is_some())
            {
                match left.checked_sub(actions) {
                    Some(rest) => {
                        left = rest;
                        absent(statement, condition, named, findings);
                    }
                    None => is_complete = false,
                }
            }
        }
    }
    if !is_complete {
        let detail = "not each condition key was looked for among the keys of every action";
        findings.push(left_out(subject, detail.to_owned()));
    }
}

impl Services {
    fn condition_key(&self, name: &str) -> Option<&ConditionKey> {
        self.existing()
            .find_map(|service| service.condition_key(name))
    }
}

/// The keys of a provider of web identities begin with its host, which can be any.
fn is_of_identity_provider(key: &str) -> bool {
    key.rsplit_once(':')
        .is_some_and(|(host, _)| host.contains('.'))
}

fn unknown(name: &str, globals: &[ConditionKey]) -> String {
    let prefix = name.split_once(':').map_or("", |(prefix, _)| prefix);
    let of_service = service(prefix)
        .into_iter()
        .flat_map(|it| &it.condition_keys);
    let known = globals.iter().chain(of_service).map(|key| key.name);
    let meant = match nearest(name, known) {
        Some(key) => format!("; the nearest is {key}"),
        None => String::new(),
    };
    format!("there is no condition key {}{meant}", printable(name))
}

/// Whether a request has the key only if its action supports the key. Every request can have the
/// global keys, apart from those for tags. The keys of a session, whose prefix is that of no service,
/// come with the principal.
fn depends_on_action(key: &ConditionKey, is_global: bool) -> bool {
    let for_tags = ["aws:RequestTag/", "aws:ResourceTag/", "aws:TagKeys"];
    if is_global {
        return for_tags.iter().any(|start| key.name.starts_with(start));
    }
    let prefix = key.name.split_once(':').map_or("", |(prefix, _)| prefix);
    service(prefix).is_some()
}

fn absent(
    statement: &Statement,
    condition: &Condition,
    named: &[Named],
    findings: &mut Vec<Finding>,
) {
    let Some(operator) = Operator::parse(condition.operator) else {
        return;
    };
    let without: Vec<_> = named
        .iter()
        .filter(|named| !supports(named, condition.key))
        .map(|named| printable(&named.item.text))
        .collect();
    let key = printable(condition.key);
    let (rule, detail) = if without.is_empty() {
        return;
    } else if without.len() < named.len() {
        // IfExists is how one statement serves actions with and without the key.
        if operator.if_exists {
            return;
        }
        let detail = format!("{} {} no {key}", without.join(", "), have(without.len()));
        (&CONDITION_KEY_PARTLY_ABSENT, detail)
    } else if statement.allows() && operator.demands_match() {
        (
            &CONDITION_NEVER_MET,
            format!("no action of the statement has {key}"),
        )
    } else {
        (
            &CONDITION_KEY_ABSENT,
            format!("no action of the statement has {key}"),
        )
    };
    findings.push(statement.finding(rule, condition.path, detail));
}

fn have(count: usize) -> &'static str {
    if count == 1 { "has" } else { "have" }
}

/// Whether one of the named actions has the key, as far as the reference knows: of some keys it says
/// only that the service has them.
fn supports(named: &Named, key: &str) -> bool {
    let service = named.service;
    let is_listed = service.condition_key(key).is_some();
    if is_listed && !service.actions.iter().any(|it| has_key(service, it, key)) {
        return true;
    }
    let prefix = service.prefix;
    named
        .actions
        .iter()
        .any(|it| has_key(service, it, key) || is_unlisted_key_of(prefix, it.name, key))
}

fn has_key(service: &Service, action: &Action, key: &str) -> bool {
    let mut keys = service.condition_keys_of(action);
    keys.any(|of_action| of_action.matches(key))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{MOST_PAIRS, find};
    use crate::lint::checks::trial::check;
    use crate::lint::{Document, Finding, Home, lint};
    use crate::policy::Kind;

    fn when(actions: Value, operator: &str, key: &str, value: &str) -> Value {
        with_effect("Allow", actions, operator, key, value)
    }

    fn with_effect(effect: &str, actions: Value, operator: &str, key: &str, value: &str) -> Value {
        json!({"Effect": effect, "Action": actions, "Resource": "*", "Condition": {operator: {key: value}}})
    }

    #[test]
    fn too_many_keys_for_too_many_actions_are_not_all_looked_at() {
        for (count, is_complete) in [(100, true), (1_000, false)] {
            let keys = (0..count).map(|n| (format!("aws:RequestTag/t{n}"), json!("v")));
            let keys: serde_json::Map<_, _> = keys.collect();
            let statement = json!({
                "Effect": "Allow", "Action": vec!["s3:GetObject"; count], "Resource": "*",
                "Condition": {"StringEquals": keys},
            });
            let document = json!({"Version": "2012-10-17", "Statement": statement});
            let findings = lint(&Document::new(Kind::Managed, Home::default(), &document));
            let partly = findings.iter().any(|it| it.rule.code == "partly-checked");
            assert_eq!(partly, !is_complete, "{count}");
            let never_met = |it: &&Finding| it.rule.code == "condition-never-met";
            let looked_at = findings.iter().filter(never_met).count();
            assert_eq!(looked_at, count.min(MOST_PAIRS / count));
        }
    }

    #[test]
    #[rustfmt::skip]
    fn keys_that_do_not_exist() {
        let of = |key: &str| when(json!("s3:GetObject"), "StringLike", key, "x");
        check(find, [
            ("a global key", of("aws:PrincipalOrgID"), &[] as &[&str]),
            ("in any case", of("AWS:principalorgid"), &[]),
            ("with a tag", of("aws:PrincipalTag/team"), &[]),
            ("of a session, set by a service", when(json!("s3:GetObject"), "ArnLike", "lambda:SourceFunctionArn", "x"), &[]),
            ("of an identity provider of one's own", of("oidc.eks.eu-west-1.amazonaws.com/id/ABC:sub"), &[]),
            ("of a federated session", of("saml:aud"), &[]),
            ("a misspelt global key", of("aws:PrincipleOrgID"), &["unknown-condition-key Statement.Condition.StringLike[\"aws:PrincipleOrgID\"]: there is no condition key aws:PrincipleOrgID; the nearest is aws:PrincipalOrgID"]),
            ("a misspelt key of the service", of("s3:ExistingObjectTags/a"), &["unknown-condition-key Statement.Condition.StringLike[\"s3:ExistingObjectTags/a\"]: there is no condition key s3:ExistingObjectTags/a"]),
            ("a service that does not exist", of("foo:Bar"), &["unknown-condition-key Statement.Condition.StringLike[\"foo:Bar\"]: there is no condition key foo:Bar"]),
            ("a tag's key without the tag", of("aws:PrincipalTag/"), &["unknown-condition-key Statement.Condition.StringLike[\"aws:PrincipalTag/\"]: there is no condition key aws:PrincipalTag/; the nearest is aws:PrincipalArn"]),
        ]);
    }

    #[test]
    #[rustfmt::skip]
    fn keys_that_the_actions_do_not_have() {
        let both = || json!(["s3:ListBucket", "s3:GetObject"]);
        let place = |operator| format!("Statement.Condition.{operator}[\"s3:prefix\"]");
        let (plain, if_exists) = (place("StringEquals"), place("StringEqualsIfExists"));
        let never = format!("condition-never-met {plain}: no action of the statement has s3:prefix");
        let denies_nothing = format!("condition-key-absent {plain}: no action of the statement has s3:prefix");
        let limits_nothing = format!("condition-key-absent {if_exists}: no action of the statement has s3:prefix");
        let partly = format!("condition-key-partly-absent {plain}: s3:GetObject has no s3:prefix");
        check(find, [
            ("the action has it", when(json!("s3:ListBucket"), "StringEquals", "s3:prefix", "x"), &[] as &[&str]),
            ("one of those that a wildcard stands for has it", when(json!("s3:List*"), "StringEquals", "s3:prefix", "x"), &[]),
            ("all actions of all services", when(json!("*"), "StringEquals", "s3:prefix", "x"), &[]),
            ("all but some", json!({"Effect": "Allow", "NotAction": "s3:GetObject", "Resource": "*", "Condition": {"StringEquals": {"s3:prefix": "x"}}}), &[]),
            ("its resource type has it", when(json!("s3:GetObject"), "StringEquals", "aws:ResourceTag/a", "x"), &[]),
            ("every action has a global key", when(json!("sts:GetCallerIdentity"), "StringEquals", "aws:SourceVpce", "x"), &[]),
            ("with the key in a variable part", when(json!("kms:Decrypt"), "ArnLike", "kms:EncryptionContext:aws:s3:arn", "arn:aws:s3:::b/*"), &[]),
            ("an Allow that never allows", when(json!("s3:GetObject"), "StringEquals", "s3:prefix", "x"), &[&never]),
            ("an Allow that limits nothing", when(json!("s3:GetObject"), "StringEqualsIfExists", "s3:prefix", "x"), &[&limits_nothing]),
            ("a Deny that denies nothing", with_effect("Deny", json!("s3:GetObject"), "StringEquals", "s3:prefix", "x"), &[&denies_nothing]),
            ("one action of two has it", when(both(), "StringEquals", "s3:prefix", "x"), &[&partly]),
            ("tags that an action does not take", when(json!("sts:GetCallerIdentity"), "StringEquals", "aws:RequestTag/a", "x"),
                &["condition-never-met Statement.Condition.StringEquals[\"aws:RequestTag/a\"]: no action of the statement has aws:RequestTag/a"]),
            ("a key of another service", when(json!("s3:GetObject"), "StringEquals", "ec2:Region", "x"),
                &["condition-never-met Statement.Condition.StringEquals[\"ec2:Region\"]: no action of the statement has ec2:Region"]),
        ]);
    }

    #[test]
    #[rustfmt::skip]
    fn operators_of_another_type() {
        let of = |operator, key, value| when(json!("s3:GetObject"), operator, key, value);
        check(find, [
            ("text", of("StringLike", "aws:username", "a*"), &[] as &[&str]),
            ("an ARN", of("ArnLike", "aws:SourceArn", "arn:aws:s3:::b"), &[]),
            ("a boolean", of("Bool", "aws:SecureTransport", "false"), &[]),
            ("a date in seconds", of("NumericLessThan", "aws:EpochTime", "1"), &[]),
            ("a set of texts", of("ForAnyValue:StringEquals", "aws:CalledVia", "a"), &[]),
            ("whether it is there, whatever the type", of("Null", "aws:SourceArn", "true"), &[]),
            ("an ARN as text, without a wildcard", of("StringEquals", "aws:SourceArn", "arn:aws:s3:::b"), &[]),
            ("an ARN as text", of("StringLike", "aws:SourceArn", "arn:aws:s3:::b*"),
                &["string-operator-for-arn Statement.Condition.StringLike[\"aws:SourceArn\"]: aws:SourceArn is an ARN, and StringLike compares text"]),
            ("a boolean as text", of("StringEquals", "aws:SecureTransport", "false"),
                &["operator-for-other-type Statement.Condition.StringEquals[\"aws:SecureTransport\"]: aws:SecureTransport is true or false, and StringEquals compares text"]),
            ("an address as text", of("StringEquals", "aws:SourceIp", "203.0.113.0/24"),
                &["operator-for-other-type Statement.Condition.StringEquals[\"aws:SourceIp\"]: aws:SourceIp is an IP address, and StringEquals compares text"]),
            ("a number as text", of("StringLikeIfExists", "s3:TlsVersion", "1.2"),
                &["operator-for-other-type Statement.Condition.StringLikeIfExists[\"s3:TlsVersion\"]: s3:TlsVersion is a number, and StringLike compares text"]),
            ("text as a date", of("DateLessThan", "aws:username", "2026-01-01"),
                &["operator-for-other-type Statement.Condition.DateLessThan[\"aws:username\"]: aws:username is text, and DateLessThan compares dates"]),
        ]);
    }
}
