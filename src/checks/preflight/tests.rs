//! What is asked of the simulator for a plan.

use std::collections::{BTreeMap, BTreeSet};

use super::simulation::{Call, MOST_RESULTS, Request, calls, requests};
use crate::engine::address::Address;
use crate::engine::known::Known;
use crate::engine::node::Observations;
use crate::engine::observed::Consent;
use crate::engine::plan;
use crate::fakes::deployment::{laid_out, settings, site};

/// The calls of a first apply, with tags of the settings.
fn first_apply(known: &Known) -> BTreeSet<Call> {
    let mut settings = settings(&["eu-west-1", "us-east-1"]);
    settings.tags.insert("team".to_owned(), "a".to_owned());
    let nodes = laid_out(&settings);
    let plan = plan::plan(&nodes, &Observations::new(), Consent::default());
    let site = site(&settings);
    calls(&settings, &site, &nodes, &plan, known, Consent::default())
}

#[test]
fn calls_are_asked_about_as_they_will_be_made() {
    let calls = first_apply(&Known::new());
    let find = |address: &str, action: &str| {
        let mut found = calls
            .iter()
            .filter(|call| call.address.to_string() == address && call.action == action);
        found
            .next()
            .unwrap_or_else(|| panic!("{action} for {address}"))
            .clone()
    };
    let create = find("iam_role.firehose-us-east-1", "iam:CreateRole");
    let role = "arn:aws:iam::123456789012:role/StackStateFirehoseRole-us-east-1";
    assert_eq!(create.resource, role);
    let context = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
        let pairs = pairs.iter();
        pairs
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect()
    };
    let expected = [
        ("aws:RequestTag/provision:deployment", "default"),
        ("aws:RequestTag/provision:system", "stackstate"),
        ("aws:RequestTag/team", "a"),
        ("aws:RequestedRegion", "us-east-1"),
        ("aws:ResourceAccount", "123456789012"),
    ];
    assert_eq!(create.context, context(&expected), "the settings' tags too");

    let pass = find("firehose_stream.eventbridge@us-east-1", "iam:PassRole");
    assert_eq!(
        pass.context["iam:PassedToService"],
        "firehose.amazonaws.com"
    );
    let rotate = find("kms_key.integration@eu-west-1", "kms:EnableKeyRotation");
    assert!(!rotate.resource.contains('*'), "{}", rotate.resource);
    assert_eq!(rotate.context["aws:RequestedRegion"], "eu-west-1");
    let tag = "aws:ResourceTag/provision:system";
    assert_eq!(rotate.context[tag], "stackstate", "as it will be by then");

    assert!(
        !calls.iter().any(|call| call.action == "iam:GetRole"),
        "what was read needs no simulation"
    );
}

#[test]
fn a_boundary_counts_for_every_call_on_a_role() {
    let boundary = "arn:aws:iam::123456789012:policy/boundary";
    let mut settings = settings(&["eu-west-1"]);
    if let Some(system) = &mut settings.stackstate {
        system.permissions_boundary = boundary.parse().ok();
    }
    let nodes = laid_out(&settings);
    let plan = plan::plan(&nodes, &Observations::new(), Consent::default());
    let (site, consent) = (site(&settings), Consent::default());
    let calls = calls(&settings, &site, &nodes, &plan, &Known::new(), consent);
    let on_roles = calls.iter().filter(|call| call.address.kind == "iam_role");
    let on_roles: Vec<_> = on_roles.collect();
    assert!(
        on_roles
            .iter()
            .any(|call| call.action == "iam:PutRolePolicy")
    );
    for call in on_roles {
        assert_eq!(
            call.context["iam:PermissionsBoundary"], boundary,
            "{call:?}"
        );
    }
}

#[test]
fn a_key_that_exists_is_asked_about_by_its_arn() {
    let arn = "arn:aws:kms:eu-west-1:123456789012:key/1";
    let address = Address::regional("kms_key", "integration", &"eu-west-1".parse().unwrap());
    let calls = first_apply(&Known::from([(address, arn.to_owned())]));
    let rotate = calls
        .iter()
        .find(|call| call.action == "kms:EnableKeyRotation");
    assert_eq!(rotate.unwrap().resource, arn);
}

#[test]
fn requests_ask_about_each_call_once_and_about_nothing_else() {
    let calls = first_apply(&Known::new());
    let requests = requests(&calls);
    let asked: Vec<_> = requests
        .iter()
        .flat_map(|request| {
            request.actions.iter().flat_map(move |action| {
                let resources = request.resources.iter();
                resources
                    .map(move |resource| (&request.context, action.as_str(), resource.as_str()))
            })
        })
        .collect();
    let wanted: BTreeSet<_> = calls
        .iter()
        .map(|call| (&call.context, call.action, call.resource.as_str()))
        .collect();
    assert_eq!(asked.len(), wanted.len());
    assert_eq!(asked.into_iter().collect::<BTreeSet<_>>(), wanted);
    assert!(
        requests.len() * 2 < calls.len(),
        "{} requests for {} calls",
        requests.len(),
        calls.len()
    );
}

fn call(action: &'static str, resource: String) -> Call {
    Call {
        address: Address::global("iam_role", "a"),
        action,
        resource,
        may_have_path: false,
        context: BTreeMap::new(),
    }
}

#[test]
fn no_request_has_more_results_than_a_page() {
    let resources = (0..700).map(|number| format!("arn:aws:iam::1:role/{number}"));
    let calls: BTreeSet<Call> = resources
        .flat_map(|arn| {
            [
                call("iam:CreateRole", arn.clone()),
                call("iam:TagRole", arn),
            ]
        })
        .collect();
    let requests = requests(&calls);
    let results = |request: &Request| request.actions.len() * request.resources.len();
    assert!(requests.iter().all(|it| results(it) <= MOST_RESULTS));
    assert_eq!(requests.iter().map(results).sum::<usize>(), calls.len());
}

/// IAM throttles the simulator after some 180 calls (openshift/installer #1418).
#[test]
fn seventeen_regions_take_few_requests() {
    let regions = [
        "eu-west-1",
        "us-east-1",
        "us-east-2",
        "us-west-1",
        "us-west-2",
        "ap-south-1",
        "ap-northeast-1",
        "ap-northeast-2",
        "ap-northeast-3",
        "ap-southeast-1",
        "ap-southeast-2",
        "ca-central-1",
        "eu-central-1",
        "eu-west-2",
        "eu-west-3",
        "eu-north-1",
        "sa-east-1",
    ];
    let settings = settings(&regions);
    let nodes = laid_out(&settings);
    let plan = plan::plan(&nodes, &Observations::new(), Consent::default());
    let (site, consent) = (site(&settings), Consent::default());
    let calls = calls(&settings, &site, &nodes, &plan, &Known::new(), consent);
    let count = requests(&calls).len();
    assert!(count <= 100, "{count} requests for {} calls", calls.len());
}
