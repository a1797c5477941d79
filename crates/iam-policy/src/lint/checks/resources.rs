//! Actions and resources of one statement that do not fit together.
//!
//! An action is asked for on ARNs of its own resource types, or on `*` if it has none. One whose
//! statement lists only other ARNs never matches, and neither does an ARN that serves no action. A
//! statement for several actions usually lists what each of them needs, so not every action has to
//! fit every resource.

use std::collections::{BTreeMap, BTreeSet};

use crate::authorization::Service;
use crate::lint::finding::Finding;
use crate::lint::named::{Named, Services};
use crate::lint::rule::{Rule, Severity};
use crate::lint::subject::Subject;
use crate::printable::printable;
use crate::reading::{Item, Statement};

pub(super) const RULES: &[&Rule] = &[
    &ACTION_WITHOUT_RESOURCE,
    &ACTION_ON_EVERYTHING_ONLY,
    &UNUSED_RESOURCE,
];

const REFERENCE: &str = "https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html";

static ACTION_WITHOUT_RESOURCE: Rule = Rule {
    code: "action-without-resource",
    severity: Severity::Error,
    risk: "The action works on none of the statement's resources, so the statement neither allows nor denies it.",
    remedy: "Add a resource of a type that the action takes.",
    reference: REFERENCE,
};

static ACTION_ON_EVERYTHING_ONLY: Rule = Rule {
    code: "action-on-everything-only",
    severity: Severity::Warning,
    risk: "AWS documents that the action cannot be limited to ARNs, so the statement hardly ever allows or denies it.",
    remedy: "Move the action to a statement whose Resource is \"*\".",
    reference: REFERENCE,
};

static UNUSED_RESOURCE: Rule = Rule {
    code: "unused-resource",
    severity: Severity::Warning,
    risk: "None of the statement's actions works on the resource, so naming the resource has no effect.",
    remedy: "Remove the resource, correct its ARN, or add the action that was meant.",
    reference: REFERENCE,
};

pub(super) fn find(subject: &Subject, findings: &mut Vec<Finding>) {
    let services = Services::of(subject);
    for statement in &subject.statements {
        let Some(resources) = statement.resources.as_ref().filter(|it| !it.negated) else {
            continue;
        };
        let items = &resources.items;
        if !items.is_empty() && items.iter().all(|resource| resource.text != "*") {
            find_in(statement, items, &services, findings);
        }
    }
}

fn find_in(
    statement: &Statement,
    resources: &[Item],
    services: &Services,
    findings: &mut Vec<Finding>,
) {
    let selected = statement.actions.iter().filter(|it| !it.negated);
    let named = selected
        .flat_map(|it| &it.items)
        .filter_map(|item| services.named(item));
    let named: Vec<_> = named.map(|it| (Needs::of([&it]), it)).collect();
    let prefixes: BTreeMap<_, _> = named
        .iter()
        .map(|(_, it)| (it.service.prefix, it.service))
        .collect();
    let offers = resources.iter();
    let offers: Vec<_> = offers
        .map(|it| Offer::of(statement, &it.text, &prefixes))
        .collect();
    let offered = Offer::of_all(&offers);
    let mut all_without = true;
    for (needs, named) in &named {
        if offered.serves(needs) {
            all_without = false;
        } else {
            let arns = arns(named);
            let rule = if arns.is_empty() {
                &ACTION_ON_EVERYTHING_ONLY
            } else {
                &ACTION_WITHOUT_RESOURCE
            };
            let action = printable(&named.item.text);
            let detail = format!("{action} works only on {}", listed(&arns));
            findings.push(statement.finding(rule, named.item.path, detail));
        }
    }
    // With an action that is not known, a resource may serve that one.
    let Some(all) = services.all_named(statement).filter(|_| !all_without) else {
        return;
    };
    let needed = Needs::of(&all);
    for (offer, resource) in offers.iter().zip(resources) {
        if !offer.serves(&needed) {
            let detail = format!("no action works on {}", printable(&resource.text));
            findings.push(statement.finding(&UNUSED_RESOURCE, resource.path, detail));
        }
    }
}

/// A resource type: the service and the name.
type TypeName<'a> = (&'a str, &'a str);

/// What actions work on: one of these is enough.
struct Needs<'a> {
    types: BTreeSet<TypeName<'a>>,
    /// Whether one of the actions has no resource types.
    nothing: bool,
}

impl<'a> Needs<'a> {
    fn of<'n>(named: impl IntoIterator<Item = &'n Named<'a>>) -> Self
    where
        'a: 'n,
    {
        let mut needs = Needs {
            types: BTreeSet::new(),
            nothing: false,
        };
        for named in named {
            for action in &named.actions {
                let mut types = named.service.resource_types_of(action).peekable();
                needs.nothing |= types.peek().is_none();
                needs
                    .types
                    .extend(types.map(|it| (named.service.prefix, it.name)));
            }
        }
        needs
    }
}

/// What a resource, or one of several, may be.
#[derive(Default)]
struct Offer<'a> {
    types: BTreeSet<TypeName<'a>>,
    /// Whether it ends with a bare wildcard. Some actions without resource types, such as
    /// `s3:ListAllMyBuckets`, are in truth asked for on all of the service's ARNs, which only such an ARN
    /// matches.
    everything: bool,
    /// Whether it is an alias of KMS that a statement allows, which has a rule of its own.
    alias: bool,
}

impl<'a> Offer<'a> {
    fn of(
        statement: &Statement,
        resource: &str,
        services: &BTreeMap<&'a str, &'a Service>,
    ) -> Self {
        let types = services.values().flat_map(|service| {
            let types = service.resource_types.iter();
            let fitting = types.filter(|it| it.may_match(resource));
            fitting.map(|it| (service.prefix, it.name))
        });
        Offer {
            types: types.collect(),
            everything: resource.ends_with(":*"),
            alias: statement.allows() && is_kms_alias(resource),
        }
    }

    fn of_all(offers: &[Offer<'a>]) -> Self {
        let mut all = Offer::default();
        for offer in offers {
            all.types.extend(&offer.types);
            all.everything |= offer.everything;
            all.alias |= offer.alias;
        }
        all
    }

    fn serves(&self, needs: &Needs) -> bool {
        self.alias || needs.nothing && self.everything || !self.types.is_disjoint(&needs.types)
    }
}

fn is_kms_alias(resource: &str) -> bool {
    let mut parts = resource.splitn(6, ':').skip(2);
    parts.next() == Some("kms") && parts.nth(2).is_some_and(|name| name.starts_with("alias/"))
}

/// The forms of the ARNs that the action takes.
fn arns<'a>(named: &Named<'a>) -> Vec<&'a str> {
    let mut arns = Vec::new();
    let types = named.actions.iter();
    let types = types.flat_map(|action| named.service.resource_types_of(action));
    for arn in types.flat_map(|resource_type| &resource_type.arns) {
        if !arns.contains(arn) {
            arns.push(*arn);
        }
    }
    arns
}

fn listed(arns: &[&str]) -> String {
    match arns.len() {
        0 => "\"*\"".to_owned(),
        1..=3 => arns.join(" or "),
        more => format!("{}, or {} other types", arns[..2].join(", "), more - 2),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::find;
    use crate::lint::checks::trial::check;

    #[test]
    #[rustfmt::skip]
    fn actions_and_resources_that_do_not_fit() {
        let on = |actions, resources| json!({"Effect": "Allow", "Action": actions, "Resource": resources});
        let bucket = "arn:aws:s3:::b";
        let objects = "arn:aws:s3:::b/*";
        let role = "arn:aws:iam::123456789012:role/r";
        check(find, [
            ("everything", on(json!("s3:GetObject"), json!("*")), &[] as &[&str]),
            ("everything beside something else", on(json!("s3:ListAllMyBuckets"), json!([bucket, "*"])), &[]),
            ("an object", on(json!("s3:GetObject"), json!(objects)), &[]),
            ("each of two actions has its resource", on(json!(["s3:GetObject", "s3:ListBucket"]), json!([bucket, objects])), &[]),
            ("a wildcard that spans buckets and objects", on(json!(["s3:GetObject", "s3:ListBucket"]), json!("arn:aws:s3:::b*")), &[]),
            ("a wildcard of which some actions fit", on(json!("s3:*"), json!(bucket)), &[]),
            ("one of several resource types, none of which is required", on(json!("s3:AbortMultipartUpload"), json!(objects)), &[]),
            ("one of the types that a request needs", on(json!("ec2:RunInstances"), json!("arn:aws:ec2:*:*:subnet/subnet-1")), &[]),
            ("all buckets for an action on none, as S3 understands it", on(json!("s3:ListAllMyBuckets"), json!("arn:aws:s3:::*")), &[]),
            ("NotResource leaves it open", json!({"Effect": "Allow", "Action": "s3:GetObject", "NotResource": bucket}), &[]),
            ("no resource, as in a trust policy", json!({"Effect": "Allow", "Action": "sts:AssumeRole"}), &[]),
            ("an unknown action may need the resource", on(json!(["s3:ListBucket", "s3:New"]), json!([bucket, role])), &[]),
            ("an alias has a rule of its own", on(json!("kms:Decrypt"), json!("arn:aws:kms:eu-west-1:123456789012:alias/a")), &[]),
            ("an object action on a bucket", on(json!("s3:DeleteObject"), json!(bucket)),
                &["action-without-resource Statement.Action: s3:DeleteObject works only on arn:${Partition}:s3:${Region}:${Account}:accesspoint/${AccessPointName}/object/${ObjectName} or arn:${Partition}:s3:::${BucketName}/${ObjectName}"]),
            ("a bucket action on objects", on(json!(["s3:PutObject", "s3:DeleteBucketPolicy"]), json!([objects])),
                &["action-without-resource Statement.Action[1]: s3:DeleteBucketPolicy works only on arn:${Partition}:s3:::${BucketName}"]),
            ("an action on no resource", on(json!("sts:GetCallerIdentity"), json!(role)),
                &["action-on-everything-only Statement.Action: sts:GetCallerIdentity works only on \"*\""]),
            ("a wildcard none of whose actions fits", on(json!("iam:*Group"), json!(role)),
                &["action-without-resource Statement.Action: iam:*Group works only on arn:${Partition}:iam::${Account}:group/${GroupNameWithPath}"]),
            ("a denial that denies nothing", json!({"Effect": "Deny", "Action": "s3:DeleteBucketPolicy", "Resource": objects}),
                &["action-without-resource Statement.Action: s3:DeleteBucketPolicy works only on arn:${Partition}:s3:::${BucketName}"]),
            ("a resource of another service", on(json!("s3:GetObject"), json!([objects, role])),
                &["unused-resource Statement.Resource[1]: no action works on arn:aws:iam::123456789012:role/r"]),
        ]);
    }
}
