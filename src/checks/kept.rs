//! Which policies the settings keep although no role has them.

use crate::engine::node::Observations;
use crate::engine::observed::Observed;
use crate::names::KeptPolicy;

/// The entries of `keep_policies` that no role has. There are none where no role exists yet.
pub fn unused<'a>(keep: &'a [KeptPolicy], observed: &Observations) -> Vec<&'a KeptPolicy> {
    let roles = observed
        .iter()
        .filter_map(|(address, observed)| match observed {
            Observed::Present(present) if address.kind == "iam_role" => Some(present),
            _ => None,
        });
    let roles: Vec<_> = roles.collect();
    if roles.is_empty() {
        return Vec::new();
    }
    let is_had = |policy: &KeptPolicy| {
        let names = roles.iter().flat_map(|role| &role.kept);
        names
            .into_iter()
            .any(|name| match name.strip_prefix("inline/") {
                Some(name) => policy.is_inline(name),
                None => policy.is_managed(name),
            })
    };
    keep.iter().filter(|policy| !is_had(policy)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::address::Address;
    use crate::engine::attributes::Attributes;
    use crate::engine::observed::{Phase, Present};
    use crate::engine::ownership::Owner;

    #[test]
    fn what_no_role_has_is_unused_once_there_are_roles() {
        let arn = "arn:aws:iam::aws:policy/ReadOnlyAccess";
        let keep = [
            KeptPolicy::Aws("ReadOnlyAccess".to_owned()),
            KeptPolicy::Inline("theirs".to_owned()),
            KeptPolicy::Customer("theirs".to_owned()),
        ];
        let cases: [(Option<&[&str]>, &[&str], &str); 3] = [
            (None, &[], "no role exists, so that none can have a policy"),
            (
                Some(&[]),
                &["aws/ReadOnlyAccess", "inline/theirs", "customer/theirs"],
                "a role without policies of others",
            ),
            (
                Some(&[arn, "inline/theirs"]),
                &["customer/theirs"],
                "an inline policy has the name of a managed one",
            ),
        ];
        for (kept, expected, reason) in cases {
            let observed = kept.map_or(Observed::Missing, |names| {
                let mut present = Present::new(Attributes::new(), Owner::Ours, Phase::Stable);
                present.kept = names.iter().map(ToString::to_string).collect();
                Observed::Present(present)
            });
            let observed = Observations::from([(Address::global("iam_role", "a"), observed)]);
            let unused = unused(&keep, &observed)
                .into_iter()
                .map(ToString::to_string);
            assert!(unused.eq(expected.iter().copied()), "{reason}");
        }
    }
}
