//! Which denials of a policy are lost when another policy takes its place.

use super::canonical::{Atom, Canonical};
use super::compare::Comparison;
use super::diff::name;
use super::document::Policy;
use crate::reading::Effect;

/// The statements of `before` that deny something that no statement of `after` denies, by name:
/// `statement "Sid"`, or `statement 2` without a Sid.
///
/// A denial is kept if one of `after` denies at least the same: the same principal or everyone, an
/// action and a resource that are the same or a wildcard of it, and no condition beside those of
/// the denial before. In doubt a denial counts as lost.
#[must_use]
pub fn lost_denials(before: &Policy, after: Option<&Policy>) -> Vec<String> {
    let named = before.statements().iter().enumerate();
    let denials = named.filter(|(_, statement)| statement.effect() == Effect::Deny);
    let Some(after) = after else {
        return denials.map(|(index, it)| name(index, it)).collect();
    };
    let comparison = Comparison::of(before, after);
    let kept = comparison.after.iter();
    let kept: Vec<Atom> = kept.flat_map(|statement| statement.atoms(false)).collect();
    let is_lost = |statement: &Canonical| {
        let mut atoms = statement.atoms(comparison.apart).into_iter();
        atoms.any(|atom| !kept.iter().any(|kept| kept.denies(&atom)))
    };
    denials
        .filter(|(index, _)| is_lost(&comparison.before[*index]))
        .map(|(index, it)| name(index, it))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::lost_denials;
    use crate::Policy;

    fn policy(statements: Value) -> Policy {
        let document = json!({"Version": "2012-10-17", "Statement": statements});
        Policy::from_value(document).expect("a policy")
    }

    #[test]
    #[rustfmt::skip]
    fn a_denial_is_lost_unless_the_other_policy_denies_at_least_the_same() {
        let deny = |action: Value, resource: Value| json!({"Sid": "No", "Effect": "Deny", "Action": action, "Resource": resource});
        let all = || deny("*".into(), "*".into());
        let one = || deny("s3:GetObject".into(), "arn:aws:s3:::b/k".into());
        let under = |mut statement: Value, condition: Value| { statement["Condition"] = condition; statement };
        let to = |mut statement: Value, principal: Value| { statement["Principal"] = principal; statement };
        let tls = || json!({"Bool": {"aws:SecureTransport": "false"}});
        let two = || json!({"Bool": {"aws:SecureTransport": "false"}, "StringEquals": {"aws:PrincipalTag/a": "b"}});
        let allow = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
        let not = json!({"Sid": "No", "Effect": "Deny", "NotAction": "s3:*", "Resource": "*"});
        let cases = [
            ("only an allowance", json!([allow.clone()]), json!([]), false),
            ("a denial, and no denial after it", json!([all()]), json!([allow.clone()]), true),
            ("the same denial", json!([all()]), json!([all()]), false),
            ("an allowance is no denial of the same", json!([one()]), json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/k"}]), true),
            ("more is denied", json!([one()]), json!([all()]), false),
            ("less is denied", json!([all()]), json!([one()]), true),
            ("two denials keep one", json!([deny(json!(["s3:Get*", "kms:*"]), "*".into())]),
                json!([deny("s3:*".into(), "*".into()), deny("KMS:*".into(), "*".into())]), false),
            ("one of two actions is no longer denied", json!([deny(json!(["s3:Get*", "kms:*"]), "*".into())]), json!([deny("s3:*".into(), "*".into())]), true),
            ("under a condition less is denied", json!([all()]), json!([under(all(), tls())]), true),
            ("without a condition more is denied", json!([under(all(), tls())]), json!([all()]), false),
            ("one condition fewer denies more", json!([under(all(), two())]), json!([under(all(), tls())]), false),
            ("one condition more denies less", json!([under(all(), tls())]), json!([under(all(), two())]), true),
            ("everyone is more than one account", json!([to(all(), json!({"AWS": "999999999999"}))]), json!([to(all(), json!("*"))]), false),
            ("one account is less than everyone", json!([to(all(), json!("*"))]), json!([to(all(), json!({"AWS": "999999999999"}))]), true),
            ("whether everyone is more than a service is left open", json!([to(all(), json!({"Service": "s3.amazonaws.com"}))]), json!([to(all(), json!("*"))]), true),
            ("all but one service", json!([not.clone()]), json!([not.clone()]), false),
            ("all but one service is covered by everything alone", json!([not.clone()]), json!([deny("iam:*".into(), "*".into())]), true),
            ("everything is more than all but one service", json!([not.clone()]), json!([all()]), false),
            ("all but one service does not deny that service", json!([one()]), json!([not]), true),
            ("a variable is no wildcard of its text", json!([deny("s3:*".into(), "arn:aws:s3:::b/${aws:username}".into())]), json!([deny("s3:*".into(), "arn:aws:s3:::b/${aws:userid}".into())]), true),
        ];
        for (why, before, after, lost) in cases {
            let expected: Vec<&str> = if lost { vec!["statement \"No\""] } else { Vec::new() };
            assert_eq!(lost_denials(&policy(before), Some(&policy(after))), expected, "{why}");
        }
        let unnamed = policy(json!([allow, {"Effect": "Deny", "Action": "*", "Resource": "*"}]));
        assert_eq!(lost_denials(&unnamed, None), ["statement 2"], "the policy goes as a whole");
    }
}
