//! Which policies the settings keep although no role has them.

use crate::engine::node::{Node, Observations};
use crate::engine::observed::Observed;
use crate::kinds::iam::role;
use crate::names::KeptPolicy;

/// The entries of `keep_policies` that no role has. There are none where no role exists yet, and none of a
/// destroy: a role that goes keeps nothing.
pub fn unused<'a>(
    keep: &'a [KeptPolicy],
    nodes: &[Node],
    observed: &Observations,
) -> Vec<&'a KeptPolicy> {
    let is_role = |node: &&Node| node.is_wanted() && node.address().kind == role::KIND;
    let roles = nodes.iter().filter(is_role);
    let roles = roles.filter_map(|node| match observed.get(node.address()) {
        Some(Observed::Present(present)) => Some(present),
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
    use crate::engine::attributes::Attributes;
    use crate::engine::observed::{Phase, Present};
    use crate::engine::ownership::Owner;
    use crate::fakes::deployment::{laid_out, settings, to_be_removed};

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
        let settings = settings(&["eu-west-1"]);
        let (wanted, removed) = (laid_out(&settings), to_be_removed(&settings));
        let role = wanted.iter().find(|node| node.address().kind == role::KIND);
        for (kept, expected, reason) in cases {
            let observed = kept.map_or(Observed::Missing, |names| {
                let mut present = Present::new(Attributes::new(), Owner::Ours, Phase::Stable);
                present.kept = names.iter().map(ToString::to_string).collect();
                Observed::Present(present)
            });
            let observed = Observations::from([(role.unwrap().address().clone(), observed)]);
            let named = unused(&keep, &wanted, &observed).into_iter();
            let named = named.map(ToString::to_string);
            assert!(named.eq(expected.iter().copied()), "{reason}");
            assert!(unused(&keep, &removed, &observed).is_empty(), "{reason}");
        }
    }
}
