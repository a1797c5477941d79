//! Loading as a whole: which value counts, where it may come from, and what may be missing.

mod all_at_once;
mod audit_trail;
mod bad_input;
mod digest;
mod explained;
mod fleet;
mod folders;
mod lint;
mod secrets;
mod tags;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use clap::Parser;
use iam_policy::lint::Accepted;

use super::*;
use crate::cli::{Cli, Command};
use crate::failure::Failure;
use crate::names::{KeptPolicy, Region};

/// A file and flags that lack nothing, for cases that spoil one thing.
const GOOD: &str = r#"
account = "123456789012"
regions = ["eu-west-1", "us-east-1"]
tags = { team = "observability" }

[stackstate]
agent_principals = ["210987654321"]
external_id = "${STS_EXTERNAL_ID}"
trust = "external"
encryption = "kms"
postfix = ""
permissions_boundary = ""
policies = ""
keep_policies = []
"#;

fn environment(name: &str) -> Option<String> {
    match name {
        "STS_EXTERNAL_ID" => Some("from-the-environment".to_owned()),
        "BAD_ID" => Some("unique secret".to_owned()),
        "EMPTY" => Some(String::new()),
        _ => None,
    }
}

fn plan_flags(args: &[&str]) -> (GeneralFlags, StackStateFlags) {
    let cli = Cli::try_parse_from(["provision", "plan"].iter().chain(args)).unwrap();
    let Command::Plan(plan) = cli.command else {
        unreachable!("the command is plan");
    };
    (cli.general, plan.stackstate)
}

/// Loads `toml` as provision.toml, with the flags of `args`.
fn load_with(toml: &str, args: &[&str], need: Need) -> Result<Draft, Failure> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("provision.toml"), toml).unwrap();
    let (general, stackstate) = plan_flags(args);
    load(&general, &stackstate, need, folder.path(), &environment)
}

fn settings(toml: &str, args: &[&str]) -> Settings {
    load_with(toml, args, Need::Trust)
        .unwrap()
        .complete(None)
        .unwrap()
}

fn error(toml: &str, args: &[&str]) -> Failure {
    load_with(toml, args, Need::Trust)
        .and_then(|draft| draft.complete(None))
        .unwrap_err()
}

/// The message without the line and the column, which must be those of the excerpt.
fn placeless(failure: &Failure) -> String {
    let Some(excerpt) = &failure.excerpt else {
        return failure.message.clone();
    };
    let place = format!("provision.toml:{}:", excerpt.line);
    let rest = failure.message.strip_prefix(&place).unwrap();
    let (column, rest) = rest.split_once(": ").unwrap();
    assert!(column.parse::<usize>().is_ok_and(|it| it > 0), "{failure}");
    format!("provision.toml: {rest}")
}

fn region(name: &str) -> Region {
    name.parse().unwrap()
}

fn stackstate(settings: Settings) -> StackState {
    settings.stackstate.unwrap()
}

fn external_id(settings: &Settings) -> (&str, &str) {
    match &settings.stackstate.as_ref().unwrap().trust {
        Trust::External {
            external_id,
            external_id_source,
            ..
        } => (external_id.expose(), external_id_source),
        other => panic!("trust is {other:?}"),
    }
}

#[test]
fn the_file_alone_is_enough() {
    let settings = settings(GOOD, &[]);
    let expected = Settings {
        account: Some("123456789012".parse().unwrap()),
        regions: vec![region("eu-west-1"), region("us-east-1")],
        tags: BTreeMap::from([("team".to_owned(), "observability".to_owned())]),
        stackstate: Some(StackState {
            trust: Trust::External {
                principals: vec!["210987654321".parse().unwrap()],
                external_id: "from-the-environment".to_owned().into(),
                external_id_source: "the environment variable STS_EXTERNAL_ID".to_owned(),
            },
            encryption: Encryption::Kms,
            profile: Profile::Documented,
            postfix: String::new(),
            permissions_boundary: None,
            policies: None,
            keep_policies: Vec::new(),
        }),
        audit_trail: None,
        accepted: Accepted::new(),
        connection: Connection {
            profile: None,
            endpoint_url: None,
            concurrency: 64,
            read_lag: None,
        },
    };
    assert_eq!(settings, expected);
}

#[test]
fn flags_alone_are_enough() {
    let folder = tempfile::tempdir().unwrap();
    let (general, stackstate) = plan_flags(&[
        "--region=cn-north-1",
        "--agent-principal=arn:aws-cn:iam::210987654321:role/path/agent",
        "--external-id=written-out",
        "--concurrency=1",
    ]);
    let settings = load(
        &general,
        &stackstate,
        Need::Trust,
        folder.path(),
        &environment,
    )
    .unwrap()
    .complete(Some("eu-west-1"))
    .unwrap();
    assert_eq!(settings.regions, [region("cn-north-1")]);
    assert_eq!(external_id(&settings), ("written-out", "--external-id"));
    assert_eq!(settings.connection.concurrency, 1);
}

#[test]
fn flags_win_over_the_file() {
    let args = [
        "--account=999999999999",
        "--region=us-gov-west-1",
        "--tag=team=platform",
        "--tag=cost=a=b",
        "--agent-principal=333333333333",
        "--external-id=${STS_EXTERNAL_ID}",
        "--encryption=none",
        "--postfix=-two",
        "--permissions-boundary=arn:aws-us-gov:iam::999999999999:policy/b",
        "--policies=mine",
        "--keep-policy=inline/theirs",
    ];
    let file = GOOD.replace("policies = \"\"", "policies = \"other\"");
    let settings = settings(&file, &args);
    assert_eq!(settings.account.as_ref().unwrap().as_str(), "999999999999");
    assert_eq!(settings.regions, [region("us-gov-west-1")]);
    let tags = [("cost", "a=b"), ("team", "platform")];
    assert!(settings.tags.iter().map(|(k, v)| (&**k, &**v)).eq(tags));
    assert_eq!(external_id(&settings).0, "from-the-environment");
    let stackstate = stackstate(settings);
    assert_eq!(stackstate.encryption, Encryption::None);
    assert_eq!(stackstate.postfix, "-two");
    assert!(stackstate.permissions_boundary.is_some());
    assert_eq!(stackstate.policies, Some(PathBuf::from("mine")));
    let kept = KeptPolicy::Inline("theirs".to_owned());
    assert_eq!(stackstate.keep_policies, [kept]);
    let Trust::External { principals, .. } = stackstate.trust else {
        panic!("trust is external");
    };
    assert_eq!(principals, ["333333333333".parse().unwrap()]);
}

#[test]
fn an_empty_flag_takes_back_what_the_file_sets() {
    let file = GOOD
        .replace("policies = \"\"", "policies = \"mine\"")
        .replace("postfix = \"\"", "postfix = \"-one\"");
    let cleared = stackstate(settings(&file, &["--policies=", "--postfix="]));
    assert_eq!((cleared.policies, &*cleared.postfix), (None, ""));
}

#[test]
fn ec2_trust_has_neither_principals_nor_external_id() {
    let ec2 = "regions = [\"eu-west-1\"]\n[stackstate]\ntrust = \"ec2\"\n";
    assert_eq!(stackstate(settings(ec2, &[])).trust, Trust::Ec2);
    // The flag takes the place of what the file says about the trust.
    assert_eq!(
        stackstate(settings(GOOD, &["--trust=ec2"])).trust,
        Trust::Ec2
    );
    let refused: [(&str, &[&str], &str); 4] = [
        (
            "external_id = \"${NOT_SET}\"",
            &[],
            "provision.toml: stackstate.external_id: with the trust \"ec2\" the external ID would be \
             ignored",
        ),
        (
            "agent_principals = [\"210987654321\"]",
            &[],
            "provision.toml: stackstate.agent_principals: with the trust \"ec2\" the agent's \
             principals would be ignored",
        ),
        (
            "",
            &["--external-id=abc"],
            "--external-id: with the trust \"ec2\" the external ID would be ignored",
        ),
        (
            "",
            &["--trust=ec2", "--agent-principal=210987654321"],
            "--agent-principal: with the trust \"ec2\" the agent's principals would be ignored",
        ),
    ];
    for (line, args, message) in refused {
        assert_eq!(placeless(&error(&format!("{ec2}{line}"), args)), message);
    }
}

#[test]
fn a_command_that_needs_names_alone_can_do_without_trust() {
    let cases = [
        ("", "nothing is set"),
        ("agent_principals = [\"210987654321\"]", "no external ID"),
        ("external_id = \"abc\"", "no principals"),
        (
            "agent_principals = [\"210987654321\"]\nexternal_id = \"${NOT_SET}\"",
            "the variable is not set",
        ),
    ];
    for (keys, reason) in cases {
        let file = format!("regions = [\"eu-west-1\"]\n[stackstate]\n{keys}");
        let draft = load_with(&file, &[], Need::Names).unwrap();
        let trust = stackstate(draft.complete(None).unwrap()).trust;
        assert_eq!(trust, Trust::Unstated, "{reason}");
    }
    let trust = load_with(GOOD, &[], Need::Names).unwrap();
    let trust = stackstate(trust.settings).trust;
    assert!(matches!(trust, Trust::External { .. }));
    assert!(load_with("[stackstate]\nexternal_id = \"a!\"", &[], Need::Names).is_err());
}

#[test]
fn the_policies_folder_starts_from_the_file_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("conf")).unwrap();
    let text = GOOD.replace("policies = \"\"", "policies = \"mine\"");
    fs::write(folder.path().join("conf/a.toml"), text).unwrap();
    let (general, stackstate) = plan_flags(&["--config=conf/a.toml"]);
    let draft = load(
        &general,
        &stackstate,
        Need::Trust,
        folder.path(),
        &environment,
    );
    let policies = draft.unwrap().settings.stackstate.unwrap().policies;
    assert_eq!(policies, Some(folder.path().join("conf/mine")));
}

#[test]
fn a_named_file_must_exist_and_the_default_one_need_not() {
    let folder = tempfile::tempdir().unwrap();
    let (general, stackstate) = plan_flags(&["--config=missing.toml"]);
    let failure = load(
        &general,
        &stackstate,
        Need::Names,
        folder.path(),
        &environment,
    )
    .unwrap_err();
    assert_eq!(
        failure.message,
        "cannot read the settings file missing.toml"
    );
    assert_eq!(failure.causes.len(), 1);

    let (general, stackstate) = plan_flags(&[]);
    let load = load(
        &general,
        &stackstate,
        Need::Names,
        folder.path(),
        &environment,
    );
    assert!(load.is_ok());
}

#[test]
fn a_region_of_the_aws_configuration_stands_in_for_a_missing_one() {
    let file = GOOD.replace("regions = [\"eu-west-1\", \"us-east-1\"]", "");
    let draft = |file: &str| load_with(file, &[], Need::Trust).unwrap();

    assert!(draft(&file).main_region().is_none());
    let settings = draft(&file).complete(Some("eu-north-1")).unwrap();
    assert_eq!(settings.regions, [region("eu-north-1")]);

    assert!(draft(GOOD).main_region().is_some());
    let settings = draft(GOOD).complete(Some("eu-north-1")).unwrap();
    assert_eq!(settings.regions[0], region("eu-west-1"));

    let unknown = draft(&file).complete(Some("eu-nort-1")).unwrap_err();
    assert_eq!(
        unknown.message,
        "the region of the AWS profile or environment: \"eu-nort-1\" is not the code of an \
         AWS region"
    );
    let none = draft(&file).complete(None).unwrap_err();
    assert_eq!(
        none.to_string(),
        "provision.toml: no region is set, neither here nor in the AWS environment or profile\n\
         Hint: Add regions = [\"eu-west-1\"] to provision.toml, \
         pass --region eu-west-1, or set AWS_REGION"
    );
}
