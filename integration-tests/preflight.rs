//! The checks before a write, by `preflight` and by `apply`.
//!
//! The emulator has no CloudTrail, and its simulator denies everything. So the tests answer the calls
//! to both, and decide simulated calls by a printed policy.

use crate::harness::{Account, Call, MAIN, OTHER};
use crate::permissions::{printed, simulates, simulates_in_an_organization, trail};

/// An account whose caller is a user, with a trail, and a simulator that decides by the policy that
/// is printed for apply.
fn account() -> Account {
    let account = Account::new(&[MAIN]);
    account.calls_as(&format!("arn:aws:iam::{}:user/ops/alice", account.id));
    trail(&account, true, "WriteOnly");
    simulates(&account, &printed(&account, &["apply"]));
    account
}

/// Whether the call is one that only the checks make.
fn checks(call: &Call) -> bool {
    ["SimulatePrincipalPolicy", "GetTrailStatus"].contains(&call.operation.as_str())
}

#[test]
fn with_the_printed_policy_every_check_passes() {
    let account = account();
    let report = account.provision(&["preflight"]).exits(0).writes_nothing();
    report
        .says("user/ops/alice")
        .says("eu-west-1 answered")
        .says("8 to create")
        .says("calls are allowed")
        .says("a trail logs management events in eu-west-1")
        .says("An apply can begin.");
    let applied = account.apply(&[]);
    assert_eq!(applied.stderr.matches("Checked: ").count(), 1, "{applied}");
    let again = account.apply(&[]).writes_nothing();
    assert!(!again.calls.iter().any(checks), "nothing is to be done");
}

#[test]
fn a_call_that_would_be_denied_stops_an_apply_unless_ignore_preflight_is_given() {
    let account = account();
    let grants = printed(&account, &["apply"]);
    simulates(&account, &grants.without("events:PutTargets"));
    let denied = "events:PutTargets for event_target.firehose@eu-west-1: no policy allows it";

    let report = account.provision(&["preflight"]).exits(1).writes_nothing();
    report
        .says(denied)
        .says("1 of 30 calls would be denied (IAM simulation)")
        .says("An apply would stop here. Allow these calls to the credentials in use");
    let refused = account
        .provision(&["apply", "--yes"])
        .exits(1)
        .writes_nothing();
    refused.says(denied).says("--ignore-preflight");
    let refused = account.provision(&["apply", "--yes", "--json"]).exits(1);
    let events = refused.json_lines();
    let event = events.iter().find(|it| it["event"] == "preflight").unwrap();
    let check = &event["checks"][0];
    assert_eq!(check["verdict"], "wrong", "{refused}");
    assert_eq!(
        check["denied"][0]["action"], "events:PutTargets",
        "{refused}"
    );
    assert_eq!(check["denied"].as_array().unwrap().len(), 1, "{refused}");

    let applied = account.apply(&["--ignore-preflight"]);
    applied.says(denied).has_done(8);
}

/// The simulator judges an organization's policies with conditions on global keys wrongly where it does
/// not know the values (aws-sdk #102, aws-toolkit-vscode #3106, aws-cli #10525).
#[test]
fn a_denial_owed_to_the_organization_alone_stops_nothing() {
    let account = account();
    let grants = printed(&account, &["apply"]);
    simulates_in_an_organization(&account, &grants, &["events:PutTargets", "kms:CreateKey"]);
    let report = account.provision(&["preflight"]).exits(0).writes_nothing();
    let report = report
        .says("2 of 30 calls would be denied by the organization's service control policies alone")
        .says("kms:CreateKey for kms_key.integration@eu-west-1: ");
    let simulated = report.calls.iter();
    let simulated = simulated.filter(|it| it.operation == "SimulatePrincipalPolicy");
    let again = simulated.filter(|it| it.body.contains("PolicyExclusionList"));
    let again: Vec<&str> = again.map(|it| it.body.as_str()).collect();
    let excluded = "PolicyExclusionList.member.1.PolicyType=scp";
    let only = |body: &&str| body.contains(excluded) && !body.contains("CreateRole");
    assert!(
        !again.is_empty() && again.iter().all(only),
        "only what the organization denies is asked about again: {again:?}"
    );
    let applied = account.apply(&[]).has_done(8);
    applied.says("the organization's service control policies alone");

    let account = self::account();
    let grants = printed(&account, &["apply"]);
    let without = grants.without("events:PutTargets");
    simulates_in_an_organization(&account, &without, &["events:PutTargets", "kms:CreateKey"]);
    let refused = account
        .provision(&["apply", "--yes"])
        .exits(1)
        .writes_nothing();
    refused
        .says("1 of 30 calls would be denied (IAM simulation)")
        .says("events:PutTargets for event_target.firehose@eu-west-1: no policy allows it")
        .says("1 of 30 calls would be denied by the organization's service control policies alone");
}

#[test]
fn an_organization_that_cannot_be_left_out_stops_nothing() {
    let account = account();
    let grants = printed(&account, &["apply"]);
    simulates_in_an_organization(&account, &grants, &["kms:CreateKey"]);
    let refused = "<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message>\
                   </Error></ErrorResponse>";
    account.stand_in(move |call| {
        let again = call.body.contains("PolicyExclusionList");
        again.then(|| ("400 Bad Request".to_owned(), refused.to_owned()))
    });
    let report = account.provision(&["preflight"]).exits(0);
    report.says("could not check 1 call: ");
}

#[test]
fn the_simulator_is_told_what_a_call_carries() {
    let account = account();
    let report = account.provision(&["preflight"]).exits(0);
    let simulated = report.calls.iter();
    let simulated = simulated.filter(|it| it.operation == "SimulatePrincipalPolicy");
    let bodies: Vec<&str> = simulated.map(|it| it.body.as_str()).collect();
    let user = format!("arn%3Aaws%3Aiam%3A%3A{}%3Auser%2Fops%2Falice", account.id);
    let everywhere = [
        ("aws%3APrincipalArn", "string", user.as_str()),
        ("aws%3APrincipalType", "string", "User"),
        ("aws%3APrincipalIsAWSService", "boolean", "false"),
        ("aws%3ASecureTransport", "boolean", "true"),
        ("aws%3Ausername", "string", "alice"),
        ("aws%3ACurrentTime", "date", "2"),
    ];
    for (key, kind, value) in everywhere {
        for body in &bodies {
            let entry = body.split("&ContextEntries.member.");
            let names = |it: &str| it.contains(&format!("ContextKeyName={key}&"));
            let number = entry.clone().find(|it| names(&format!("{it}&")));
            let number = number.and_then(|it| it.split('.').next());
            let number = number.unwrap_or_else(|| panic!("no {key} in {body}"));
            let of = |part: &str| format!("&ContextEntries.member.{number}.{part}");
            let kind = of(&format!("ContextKeyType={kind}"));
            let value = of(&format!("ContextKeyValues.member.1={value}"));
            assert!(
                body.contains(&kind) && body.contains(&value),
                "{key}: {body}"
            );
        }
    }
    let never = ["MultiFactorAuth", "SourceIp", "CalledVia", "PrincipalOrg"];
    for (body, key) in bodies.iter().flat_map(|body| never.map(|key| (body, key))) {
        assert!(!body.contains(key), "{key} would be a guess: {body}");
    }
    let tags = |body: &&&str| body.contains("aws%3ATagKeys") && body.contains("stringList");
    assert!(bodies.iter().any(|body| tags(&body)), "{bodies:?}");
}

#[test]
fn no_preflight_makes_no_call_of_the_checks() {
    let account = account();
    let applied = account.apply(&["--no-preflight"]);
    assert!(!applied.calls.iter().any(checks), "{applied}");
}

#[test]
fn a_check_that_cannot_be_made_is_reported_and_stops_nothing() {
    let account = account();
    let id = account.id.clone();
    let cases = [
        (format!("arn:aws:iam::{id}:root"), "the root user"),
        (
            format!("arn:aws:sts::{id}:federated-user/bob"),
            "federated users",
        ),
    ];
    for (arn, why) in cases {
        account.calls_as(&arn);
        let report = account.provision(&["preflight"]).exits(0);
        report
            .says(&format!(
                "could not check 30 calls: {why} cannot be simulated"
            ))
            .says("`provision permissions apply` prints the policy");
    }
    account.calls_as(&format!("arn:aws:iam::{id}:user/alice"));
    account.refuse("SimulatePrincipalPolicy", "AccessDenied", "not you");
    let report = account.provision(&["preflight"]).exits(0);
    report.says("these credentials may not call iam:SimulatePrincipalPolicy");
    account.apply(&[]).says("could not check 30 calls");
}

#[tokio::test]
async fn a_session_is_simulated_as_its_role_with_the_roles_path() {
    let account = account();
    let role = account
        .iam()
        .create_role()
        .role_name("deployer")
        .path("/ops/");
    let role = role.assume_role_policy_document(
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow",
            "Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}"#,
    );
    role.send().await.unwrap();
    account.calls_as(&format!(
        "arn:aws:sts::{}:assumed-role/deployer/me",
        account.id
    ));
    let report = account.provision(&["preflight"]).exits(0);
    let source = format!(
        "PolicySourceArn=arn%3Aaws%3Aiam%3A%3A{}%3Arole%2Fops%2Fdeployer",
        account.id
    );
    let simulated = report
        .calls
        .iter()
        .filter(|it| it.operation == "SimulatePrincipalPolicy");
    let bodies: Vec<&str> = simulated.map(|it| it.body.as_str()).collect();
    assert!(
        !bodies.is_empty() && bodies.iter().all(|it| it.contains(&source)),
        "{bodies:?}"
    );
    report.says("calls are allowed");
}

#[test]
fn a_region_without_a_trail_is_a_warning() {
    let account = account();
    let two = ["preflight", "--region", MAIN, "--region", OTHER];
    let grants = printed(&account, &["apply", "--region", MAIN, "--region", OTHER]);
    simulates(&account, &grants);
    account
        .provision(&two)
        .exits(0)
        .says("a trail logs management events in eu-west-1, us-east-1");
    trail(&account, false, "All");
    let warning = "no CloudTrail trail logs management events in us-east-1:";
    account.provision(&two).exits(0).says(warning);
    trail(&account, true, "ReadOnly");
    let warning = "no CloudTrail trail logs management events in eu-west-1, us-east-1:";
    account.provision(&two).exits(0).says(warning);
    trail(&account, true, "All");
    account.answer("GetTrailStatus", r#"{"IsLogging": false}"#);
    account.provision(&two).exits(0).says(warning);
    let denied = r#"{"__type": "AccessDeniedException", "message": "not you"}"#;
    account.answer_with("GetTrailStatus", |_| {
        ("400 Bad Request".to_owned(), denied.to_owned())
    });
    let unknown = account
        .provision(&two)
        .exits(0)
        .says("could not determine whether");
    unknown.says("cloudtrail:GetTrailStatus answers AccessDenied");
}

/// CloudTrail lets a member account see the organization's trail, and not which events it logs
/// (steampipe-plugin-aws #577, cloud-custodian #6394).
#[test]
fn an_organizations_trail_seen_from_a_member_account_is_unknown_with_that_reason() {
    let account = account();
    let arn = format!("arn:aws:cloudtrail:{MAIN}:111122223333:trail/all");
    let trail = format!(
        r#"{{"trailList": [{{"Name": "all", "TrailARN": "{arn}", "HomeRegion": "{MAIN}",
            "IsOrganizationTrail": true, "HasCustomEventSelectors": true}}]}}"#
    );
    account.answer("DescribeTrails", &trail);
    let wrong = "AccountID in ARN is wrong";
    account.refuse_in_json("GetEventSelectors", "CloudTrailARNInvalidException", wrong);
    let report = account.provision(&["preflight"]).exits(0);
    report
        .says("could not determine whether")
        .says(&format!("{arn} is the trail of an organization"))
        .says("cloudtrail:GetEventSelectors answers CloudTrailARNInvalidException")
        .says("its management account can tell");
    account.answer("GetTrailStatus", r#"{"IsLogging": false}"#);
    let report = account.provision(&["preflight"]).exits(0);
    report.says("no CloudTrail trail logs management events in eu-west-1:");
}

#[test]
fn a_bucket_of_another_account_fails_the_checks() {
    let account = account();
    let head = format!("HEAD /stackstate-logs-{}/", account.id);
    account.answer_with(&head, |_| ("403 Forbidden".to_owned(), String::new()));
    let report = account
        .provision(&["preflight", "--json"])
        .exits(1)
        .writes_nothing();
    let document = report.json();
    assert_eq!(document["ok"], false, "{report}");
    let checks = document["checks"].as_array().unwrap();
    let wrong = checks.iter().find(|it| it["verdict"] == "wrong").unwrap();
    assert_eq!(wrong["check"], "plan", "{report}");
    let message = wrong["message"].as_str().unwrap();
    assert!(message.contains("belongs to another account"), "{report}");
}

#[test]
fn another_account_than_the_settings_name_is_refused() {
    let account = account();
    let failed = account.provision(&["preflight", "--account", "111122223333"]);
    failed
        .exits(1)
        .writes_nothing()
        .says("the credentials belong to the account");
}
