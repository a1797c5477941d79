//! The ownership tags, which say whose a resource is, and the settings' tags beside them.

use std::collections::BTreeMap;

use crate::engine::attributes::Attributes;

/// The owner of a resource, by its tags alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// The resource carries the ownership tags of exactly this deployment.
    Ours,
    /// The resource does not; the text says what its tags tell about its owner.
    Foreign(String),
    /// The kind carries no tags. The resource has the owner of its parent.
    Parent,
}

/// The ownership tags and the settings' tags, for every kind that carries tags.
#[derive(Debug, Clone)]
pub struct Tags {
    system: &'static str,
    deployment: String,
    user: BTreeMap<String, String>,
}

/// The tag that names the system a resource belongs to.
pub const SYSTEM_TAG: &str = "provision:system";
/// The tag that tells several deployments of one system in one account apart.
pub const DEPLOYMENT_TAG: &str = "provision:deployment";

impl Tags {
    /// The tags of one deployment of `system`.
    pub fn new(system: &'static str, deployment: &str, user: &BTreeMap<String, String>) -> Self {
        Tags {
            system,
            deployment: deployment.to_owned(),
            user: user.clone(),
        }
    }

    /// Every tag to write: the two ownership tags, then the settings' tags.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        [
            (SYSTEM_TAG, self.system),
            (DEPLOYMENT_TAG, self.deployment.as_str()),
        ]
        .into_iter()
        .chain(self.user.iter().map(|(k, v)| (k.as_str(), v.as_str())))
    }

    /// Adds the tags to wanted attributes.
    pub fn lower_desired(&self, attributes: &mut Attributes) {
        for (key, value) in self.iter() {
            attributes.insert(format!("tags[{key}]"), value.into());
        }
    }

    /// Adds those of the tags in AWS that we manage to `attributes`, and returns the owner.
    ///
    /// Only the exact pair of ownership tags makes a resource ours. Tags of others are left out,
    /// because we do not manage them.
    pub fn lower_observed(
        &self,
        observed: &BTreeMap<String, String>,
        attributes: &mut Attributes,
    ) -> Owner {
        for (key, _) in self.iter() {
            if let Some(value) = observed.get(key) {
                attributes.insert(format!("tags[{key}]"), value.as_str().into());
            }
        }
        self.owner(observed)
    }

    /// The owner of a resource with these tags.
    pub fn owner(&self, observed: &BTreeMap<String, String>) -> Owner {
        let system = observed.get(SYSTEM_TAG).map(String::as_str);
        let deployment = observed.get(DEPLOYMENT_TAG).map(String::as_str);
        if system == Some(self.system) && deployment == Some(self.deployment.as_str()) {
            return Owner::Ours;
        }
        Owner::Foreign(match (system, deployment) {
            (Some(system), Some(deployment)) => {
                format!("it belongs to the deployment `{deployment}` of `{system}`")
            }
            (Some(system), None) => {
                format!("it is tagged {SYSTEM_TAG}={system}, and lacks the tag {DEPLOYMENT_TAG}")
            }
            (None, _) => match observed.get("aws:cloudformation:stack-name") {
                Some(stack) => format!("it belongs to the CloudFormation stack `{stack}`"),
                None if observed.is_empty() => "it carries no tags".to_owned(),
                None => {
                    let tags: Vec<_> = observed
                        .iter()
                        .take(5)
                        .map(|(key, value)| format!("{key}={value}"))
                        .collect();
                    format!("it is tagged {}", tags.join(", "))
                }
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect()
    }

    #[test]
    fn only_the_exact_pair_of_ownership_tags_makes_a_resource_ours() {
        let tags = Tags::new("stackstate", "-blue", &map(&[("team", "a")]));
        let pair = |system, deployment| vec![(SYSTEM_TAG, system), (DEPLOYMENT_TAG, deployment)];
        let other_case = vec![
            ("Provision:System", "stackstate"),
            ("Provision:Deployment", "-blue"),
        ];
        let cases = [
            ("both tags", pair("stackstate", "-blue"), true),
            ("another deployment", pair("stackstate", "default"), false),
            ("another system", pair("audit-trail", "-blue"), false),
            ("one of the two", vec![(SYSTEM_TAG, "stackstate")], false),
            ("keys in other case", other_case, false),
            ("a value in other case", pair("StackState", "-blue"), false),
            ("only the settings' tag", vec![("team", "a")], false),
            ("nothing", vec![], false),
        ];
        for (why, observed, ours) in cases {
            assert_eq!(tags.owner(&map(&observed)) == Owner::Ours, ours, "{why}");
        }
    }

    #[test]
    fn a_missing_tag_is_named_and_no_deployment_is_made_up() {
        let tags = Tags::new("stackstate", "default", &map(&[]));
        let cases = [
            (
                vec![(SYSTEM_TAG, "stackstate")],
                "it is tagged provision:system=stackstate, and lacks the tag provision:deployment",
            ),
            (
                vec![(SYSTEM_TAG, "stackstate"), (DEPLOYMENT_TAG, "-blue")],
                "it belongs to the deployment `-blue` of `stackstate`",
            ),
        ];
        for (observed, told) in cases {
            assert_eq!(tags.owner(&map(&observed)), Owner::Foreign(told.to_owned()));
        }
    }

    #[test]
    fn tags_of_others_are_not_managed() {
        let tags = Tags::new("stackstate", "default", &map(&[("team", "a")]));
        let mut attributes = Attributes::new();
        tags.lower_observed(&map(&[("team", "b"), ("cost", "1")]), &mut attributes);
        assert_eq!(attributes.keys().collect::<Vec<_>>(), ["tags[team]"]);
    }
}
