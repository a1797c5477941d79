//! `[fleet]`: what is accepted, what is refused, and what each account gets.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::names::AccountId;

/// A file in which every key of the fleet is set, for cases that spoil one thing.
pub(super) const FLEET: &str = r#"
regions = ["eu-west-1", "eu-north-1"]
tags = { team = "observability" }

[stackstate]
agent_principals = ["210987654321"]
external_id = "${STS_EXTERNAL_ID}"

[fleet]
role = "provision/ProvisionDeploy"
external_id = "${ASSUME_ID}"
organization = "o-a1b2c3d4e5"
accounts = ["111111111111"]
ous = ["ou-ab12-cdef3456", "r-ab12", "root"]
account_tags = { provision = "yes" }
exclude = ["999999999999", "ou-ab12-sandbox1"]
management = true
expect = { min = 900, max = 1100 }
missing_regions = "skip"
canary = ["111111111111"]
waves = ["canary", 5, "10%", "100%"]
wave_pause = "5m"
max_failures = "2%"

[fleet.account."222222222222"]
regions = ["us-east-1"]
tags = { cost = "a" }
"#;

/// The least that a fleet is.
const LEAST: &str = "regions = [\"eu-west-1\"]\n[stackstate]\ntrust = \"ec2\"\n[fleet]\nrole = \"a\"\n\
                     accounts = [\"111111111111\"]\n";

const ASSUME_ID: &str = "4d7a1f-assume-9c2e";

fn fleet_environment(name: &str) -> Option<String> {
    match name {
        "ASSUME_ID" => Some(ASSUME_ID.to_owned()),
        other => environment(other),
    }
}

fn load_it(toml: &str, args: &[&str]) -> Result<FleetSettings, Failure> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("provision.toml"), toml).unwrap();
    let (general, stackstate) = plan_flags(args);
    load_fleet(
        &general,
        &stackstate,
        Need::Trust,
        folder.path(),
        &fleet_environment,
    )
}

fn account(id: &str) -> AccountId {
    id.parse().unwrap()
}

#[test]
fn every_key_is_read() {
    let settings = load_it(FLEET, &[]).unwrap();
    let expected = Fleet {
        role: "provision/ProvisionDeploy".to_owned(),
        external_id: Some(ASSUME_ID.to_owned().into()),
        organization: Some("o-a1b2c3d4e5".to_owned()),
        accounts: vec![account("111111111111")],
        ous: ["ou-ab12-cdef3456", "r-ab12", "root"]
            .map(str::to_owned)
            .to_vec(),
        account_tags: BTreeMap::from([("provision".to_owned(), "yes".to_owned())]),
        excluded_accounts: vec![account("999999999999")],
        excluded_ous: vec!["ou-ab12-sandbox1".to_owned()],
        management: true,
        expect: Some((900, 1100)),
        skips_missing_regions: true,
        canary: vec![account("111111111111")],
        waves: vec![
            Wave::Canary,
            Wave::Share(Share::Count(5)),
            Wave::Share(Share::Percent(10)),
            Wave::Share(Share::Percent(100)),
        ],
        wave_pause: Duration::from_secs(300),
        max_failures: Share::Percent(2),
        overrides: BTreeMap::from([(
            account("222222222222"),
            Override {
                regions: vec![region("us-east-1")],
                tags: BTreeMap::from([("cost".to_owned(), "a".to_owned())]),
            },
        )]),
    };
    assert_eq!(*settings.fleet(), expected);
}

#[test]
fn what_is_not_written_is_careful() {
    let settings = load_it(LEAST, &[]).unwrap();
    let fleet = settings.fleet();
    assert!(!fleet.management && !fleet.skips_missing_regions);
    assert_eq!(fleet.waves, [Wave::Share(Share::Percent(100))]);
    assert_eq!(fleet.max_failures, Share::Count(0));
    assert_eq!(fleet.wave_pause, Duration::ZERO);
    assert_eq!(fleet.expect, None);
    assert_eq!(settings.connection().concurrency, 256);
    let canary = format!("{LEAST}canary = [\"111111111111\"]\n");
    let waves = load_it(&canary, &[]).unwrap().fleet().waves.clone();
    assert_eq!(waves, [Wave::Canary, Wave::Share(Share::Percent(100))]);
}

#[test]
fn an_account_gets_what_all_get_and_its_own() {
    let settings = load_it(FLEET, &["--tag=cost=b", "--concurrency=1024"]).unwrap();
    assert_eq!(settings.connection().concurrency, 1024);
    assert_eq!(settings.common().account, None);
    let usual = settings.of(&account("111111111111"));
    let own = settings.of(&account("222222222222"));
    assert_eq!(usual.account, Some(account("111111111111")));
    assert_eq!(usual.regions, [region("eu-west-1"), region("eu-north-1")]);
    assert_eq!(usual.tags["cost"], "b");
    assert_eq!(own.account, Some(account("222222222222")));
    assert_eq!(own.regions, [region("us-east-1")]);
    assert_eq!(
        (&*own.tags["cost"], &*own.tags["team"]),
        ("a", "observability")
    );
    assert_eq!(own.stackstate, usual.stackstate);
}

/// Each line that is put in place of the good file's, and the message that it must give.
#[test]
fn each_bad_value_is_refused_by_name() {
    let cases = [
        (
            "role = \"provision/ProvisionDeploy\"",
            "",
            "fleet.role: the role is missing that is assumed in each account",
            "there is no default, because a guessed role may be more than was meant",
        ),
        (
            "provision/ProvisionDeploy",
            "/provision/ProvisionDeploy",
            "fleet.role: \"/provision/ProvisionDeploy\" begins with a slash",
            "the ARN would have two",
        ),
        (
            "provision/ProvisionDeploy",
            "arn:aws:iam::111111111111:role/a",
            "fleet.role: \"arn:aws:iam::111111111111:role/a\" is the ARN of a role of one account",
            "an ARN names an account",
        ),
        (
            "provision/ProvisionDeploy",
            "provision//ProvisionDeploy",
            "fleet.role: \"provision/\" is not the path of a role",
            "a part of the path is empty",
        ),
        (
            "provision/ProvisionDeploy",
            "provision/Provision Deploy",
            "fleet.role: \"Provision Deploy\" is not the name of a role",
            "IAM takes no space",
        ),
        (
            "provision/ProvisionDeploy",
            "provision/",
            "fleet.role: \"\" is not the name of a role",
            "the name is missing",
        ),
        (
            "provision/ProvisionDeploy",
            "prövision/ProvisionDeploy",
            "fleet.role: \"prövision\" is not the path of a role",
            "a path is ASCII",
        ),
        (
            "\"${ASSUME_ID}\"",
            "\"${NOT_SET}\"",
            "fleet.external_id: the environment variable NOT_SET is not set or is empty",
            "without it AWS would deny each account",
        ),
        (
            "\"${ASSUME_ID}\"",
            "\"unique!secret\"",
            "fleet.external_id: the external ID has the character '!' at position 7, which AWS does not \
             accept",
            "STS's pattern",
        ),
        (
            "\"${ASSUME_ID}\"",
            "7",
            "fleet.external_id: the value must be a string in quotes",
            "a number is not shown",
        ),
        (
            "\"o-a1b2c3d4e5\"",
            "\"a1b2c3d4e5\"",
            "fleet.organization: \"a1b2c3d4e5\" is not the ID of an organization",
            "the prefix is missing",
        ),
        (
            "\"o-a1b2c3d4e5\"",
            "\"o-a1b2c3d4E5\"",
            "fleet.organization: \"o-a1b2c3d4E5\" is not the ID of an organization",
            "IDs are in lower case",
        ),
        (
            "organization = \"o-a1b2c3d4e5\"",
            "",
            "fleet.organization: `ous` is set and `organization` is not, in which alone accounts may be \
             discovered",
            "other credentials would discover other accounts",
        ),
        (
            "accounts = [\"111111111111\"]",
            "accounts = [\"11111111111\", \"111111111111\"]",
            "fleet.accounts: \"11111111111\" is not an AWS account ID",
            "a digit is missing",
        ),
        (
            "accounts = [\"111111111111\"]",
            "accounts = [\"111111111111\", \"111111111111\"]",
            "fleet.accounts: 111111111111 is listed twice",
            "one of them may be meant to be another",
        ),
        (
            "accounts = [\"111111111111\"]",
            "accounts = [\"111111111111\", \"999999999999\"]",
            "fleet.accounts: 999999999999 is also in `exclude`",
            "one of the two is wrong",
        ),
        (
            "\"ou-ab12-cdef3456\"",
            "\"ou-ab12\"",
            "fleet.ous: \"ou-ab12\" is not the ID of an organizational unit",
            "half of the ID is missing",
        ),
        (
            "\"ou-ab12-cdef3456\"",
            "\"ou-ab12-cdef345\"",
            "fleet.ous: \"ou-ab12-cdef345\" is not the ID of an organizational unit",
            "Organizations writes 8 characters or more",
        ),
        (
            "\"ou-ab12-cdef3456\"",
            "\"ou-ab12-sandbox1\"",
            "fleet.ous: ou-ab12-sandbox1 is also in `exclude`",
            "one of the two is wrong",
        ),
        (
            "{ provision = \"yes\" }",
            "{ \"\" = \"yes\" }",
            "fleet.account_tags.\"\": the key \"\" has 0 characters",
            "no tag has such a key",
        ),
        (
            "\"ou-ab12-sandbox1\"",
            "\"root\"",
            "fleet.exclude: \"root\" is neither an AWS account ID nor the ID of an organizational unit",
            "nothing would be left",
        ),
        (
            "\"ou-ab12-sandbox1\"",
            "\"999999999999\"",
            "fleet.exclude: 999999999999 is listed twice",
            "one of them may be meant to be another",
        ),
        (
            "management = true",
            "management = \"yes\"",
            "fleet.management: the value must be true or false, and is a string",
            "TOML has truth values",
        ),
        (
            "{ min = 900, max = 1100 }",
            "{ min = 1100, max = 900 }",
            "fleet.expect: the least number, 1100, is larger than the most, 900",
            "no number is in it",
        ),
        (
            "{ min = 900, max = 1100 }",
            "{ min = 900 }",
            "fleet.expect: the value is neither a whole number nor a table of `min` and `max`",
            "half of it is missing",
        ),
        (
            "{ min = 900, max = 1100 }",
            "0",
            "fleet.expect: a fleet has at least 1 account",
            "nothing would ever be written",
        ),
        (
            "{ min = 900, max = 1100 }",
            "-3",
            "fleet.expect: a fleet has at least 1 account",
            "no number of accounts",
        ),
        (
            "\"skip\"",
            "\"skipp\"",
            "fleet.missing_regions: \"skipp\" is neither \"fail\" nor \"skip\"",
            "no choice",
        ),
        (
            "canary = [\"111111111111\"]",
            "canary = [\"999999999999\", \"111111111111\"]",
            "fleet.canary: 999999999999 is also in `exclude`",
            "the wave would lack it",
        ),
        (
            "canary = [\"111111111111\"]",
            "canary = [\"111111111111\", \"111111111111\"]",
            "fleet.canary: 111111111111 is listed twice",
            "one of them may be meant to be another",
        ),
        (
            "canary = [\"111111111111\"]",
            "",
            "fleet.waves: no account is a canary",
            "the wave would be empty",
        ),
        (
            "[\"canary\", 5, \"10%\", \"100%\"]",
            "[5, \"10%\", \"100%\"]",
            "fleet.canary: no wave is that of the canaries",
            "they would not come first",
        ),
        (
            "[\"canary\", 5, \"10%\", \"100%\"]",
            "[\"canary\", 5, \"10%\"]",
            "fleet.waves: the last wave does not reach every account",
            "the rest would never be changed",
        ),
        (
            "[\"canary\", 5, \"10%\", \"100%\"]",
            "[\"canary\", \"20%\", \"10%\", \"100%\"]",
            "fleet.waves: the wave \"10%\" is not larger than those before it",
            "nothing would happen in it",
        ),
        (
            "[\"canary\", 5, \"10%\", \"100%\"]",
            "[\"canary\", 5, \"5\", \"100%\"]",
            "fleet.waves: the wave \"5\" is not larger than those before it",
            "a number in quotes is the same",
        ),
        (
            "[\"canary\", 5, \"10%\", \"100%\"]",
            "[5, \"canary\", \"100%\"]",
            "fleet.waves: the wave \"canary\" is not larger than those before it",
            "canaries come first",
        ),
        (
            "[\"canary\", 5, \"10%\", \"100%\"]",
            "[\"canary\", \"101%\", \"100%\"]",
            "fleet.waves: \"101%\" is neither a number of accounts nor a part of them from \"0%\" to \
             \"100%\"",
            "more than all",
        ),
        (
            "[\"canary\", 5, \"10%\", \"100%\"]",
            "[\"canary\", -5, \"100%\"]",
            "fleet.waves: -5 is not a number of accounts",
            "less than nothing",
        ),
        (
            "[\"canary\", 5, \"10%\", \"100%\"]",
            "[\"canary\", true, \"100%\"]",
            "fleet.waves[1]: the value is neither a whole number nor a string in quotes",
            "another type",
        ),
        (
            "\"5m\"",
            "\"5 m\"",
            "fleet.wave_pause: \"5 m\" is not a length of time",
            "a space",
        ),
        (
            "\"5m\"",
            "\"5\"",
            "fleet.wave_pause: \"5\" is not a length of time",
            "the unit is missing",
        ),
        (
            "\"5m\"",
            "\"é\"",
            "fleet.wave_pause: \"é\" is not a length of time",
            "a letter of two bytes",
        ),
        (
            "\"2%\"",
            "\"two\"",
            "fleet.max_failures: \"two\" is neither a number of accounts nor a part of them from \"0%\" to \
             \"100%\"",
            "a word",
        ),
        (
            "account.\"222222222222\"",
            "account.\"22222222222\"",
            "fleet.account.22222222222: \"22222222222\" is not an AWS account ID",
            "a digit is missing",
        ),
        (
            "[\"us-east-1\"]",
            "[\"cn-north-1\"]",
            "fleet.account.222222222222.regions: cn-north-1 belongs to the partition aws-cn, but the main \
             region eu-west-1 of all accounts to aws",
            "an organization is in one partition",
        ),
        (
            "[\"us-east-1\"]",
            "[\"us-east-11\"]",
            "fleet.account.222222222222.regions: \"us-east-11\" is not the code of an AWS region",
            "a digit too many",
        ),
        (
            "cost = \"a\"",
            "Team = \"a\"",
            "fleet.account.222222222222.tags: the key \"team\" differs from \"Team\" in case only",
            "IAM takes both for the same",
        ),
        (
            "cost = \"a\"",
            "\"aws:a\" = \"a\"",
            "fleet.account.222222222222.tags.\"aws:a\": the tag \"aws:a\" has a key or a value that \
             starts with \"aws:\"",
            "AWS keeps the prefix",
        ),
        (
            "tags = { cost",
            "postfix = { cost",
            "unknown key `postfix` in [fleet.account.222222222222]",
            "only regions and tags may differ",
        ),
        (
            "regions = [\"eu-west-1\", \"eu-north-1\"]",
            "regions = [\"eu-west-1\", \"eu-north-1\"]\naccount = \"111111111111\"",
            "account: with [fleet] there is no single account",
            "one of the two is wrong",
        ),
    ];
    for (good, bad, message, reason) in cases {
        let file = FLEET.replacen(good, bad, 1);
        assert_ne!(file, FLEET, "{good} is not in the file");
        let failure = load_it(&file, &[]).unwrap_err();
        assert_eq!(
            placeless(&failure),
            format!("provision.toml: {message}"),
            "{reason}"
        );
        assert_eq!(failure.also, [], "{reason}");
        assert!(failure.hint.is_some(), "{reason}");
        assert!(!failure.excerpt.unwrap().part.is_empty(), "{reason}");
    }
}

#[test]
fn what_belongs_together_is_asked_for_together() {
    let cases = [
        (
            "accounts = [\"111111111111\"]",
            "",
            "fleet.accounts: no account is meant, because neither `accounts` nor `ous` is set",
            "there is nothing to do",
        ),
        (
            "accounts =",
            "account_tags = { a = \"b\" }\naccounts =",
            "fleet.account_tags: `account_tags` narrows what `ous` finds, and `ous` is not set",
            "nothing would be narrowed",
        ),
        (
            "accounts =",
            "canary = [\"222222222222\"]\naccounts =",
            "fleet.canary: 222222222222 is not among `accounts`",
            "nothing is discovered, so that it can be no target",
        ),
        (
            "regions = [\"eu-west-1\"]\n",
            "",
            "no region is set, and those of a fleet come from the settings alone",
            "what is deployed must not depend on who deploys it",
        ),
    ];
    for (good, bad, message, reason) in cases {
        let file = LEAST.replacen(good, bad, 1);
        assert_ne!(file, LEAST, "{good} is not in the file");
        let failure = load_it(&file, &[]).unwrap_err();
        assert!(failure.message.ends_with(message), "{reason}: {failure}");
        assert_eq!(failure.also, [], "{reason}");
    }
    let failure = load_it(LEAST, &["--region=xx"]).unwrap_err();
    assert_eq!(
        failure.message,
        "--region: \"xx\" is not the code of an AWS region"
    );
    assert_eq!(failure.also, [], "regions are set, only not well");
    let unnamed = format!("{LEAST}[fleet.account.222222222222]\nregions = [\"us-east-1\"]\n");
    let failure = load_it(&unnamed, &[]).unwrap_err();
    assert!(
        failure
            .message
            .ends_with("222222222222 is not among `accounts`")
    );
    let failure = load_it(LEAST, &["--account=111111111111"]).unwrap_err();
    assert_eq!(
        failure.message,
        "--account: with [fleet] there is no single account"
    );
}

#[test]
fn every_mistake_is_told_at_once() {
    let file = FLEET
        .replace("provision/ProvisionDeploy", "/a")
        .replace("\"${ASSUME_ID}\"", "\"unique!secret\"")
        .replace("{ min = 900, max = 1100 }", "{ min = 9, max = 1 }")
        .replace("account.\"222222222222\"", "account.\"2222\"");
    let failure = load_it(&file, &[]).unwrap_err();
    insta::assert_snapshot!(format!("Error: {failure}"));
}

#[test]
fn roles_have_the_lengths_of_iam() {
    let cases = [
        ("a".repeat(64), true, "the longest name"),
        ("a".repeat(65), false, "a name too long"),
        (format!("{}/a", "p".repeat(510)), true, "the longest path"),
        (format!("{}/a", "p".repeat(511)), false, "a path too long"),
    ];
    for (role, accepted, reason) in cases {
        let file = LEAST.replace("role = \"a\"", &format!("role = \"{role}\""));
        assert_eq!(load_it(&file, &[]).is_ok(), accepted, "{reason}");
    }
}

#[test]
fn tags_of_an_account_count_together_with_those_of_all() {
    let tags = |name: &str, count: usize| {
        let tags: Vec<_> = (0..count).map(|at| format!("{name}{at} = \"\"")).collect();
        format!("{{ {} }}", tags.join(", "))
    };
    for (count, accepted) in [(24, true), (25, false)] {
        let file = FLEET
            .replace("{ team = \"observability\" }", &tags("a", 24))
            .replace("{ cost = \"a\" }", &tags("b", count));
        assert_eq!(load_it(&file, &[]).is_ok(), accepted, "48 are taken");
    }
}

#[test]
fn a_policy_of_one_account_is_refused_in_a_setting_for_all() {
    let key = |policy: &str| format!("[stackstate]\n{policy}\n");
    let cases = [
        (
            "permissions_boundary = \"arn:aws:iam::111111111111:policy/team/a\"",
            Some("stackstate.permissions_boundary"),
            "roles of other accounts cannot have it",
        ),
        (
            "keep_policies = [\"arn:aws:iam::111111111111:policy/team/a\"]",
            Some("stackstate.keep_policies"),
            "it would be kept in one account alone",
        ),
        (
            "permissions_boundary = \"arn:aws:iam::aws:policy/ReadOnlyAccess\"",
            None,
            "AWS's own policies are in every account",
        ),
        (
            "permissions_boundary = \"policy/team/a\"\nkeep_policies = [\"policy/team/a\"]",
            None,
            "each account has its own of that name",
        ),
    ];
    for (line, refused, reason) in cases {
        let loaded = load_it(&LEAST.replace("[stackstate]\n", &key(line)), &[]);
        let Some(refused) = refused else {
            assert!(loaded.is_ok(), "{reason}");
            continue;
        };
        let failure = loaded.unwrap_err();
        let message = format!(
            "provision.toml: {refused}: \"arn:aws:iam::111111111111:policy/team/a\" is a policy of one \
             account, and the settings are for many"
        );
        assert_eq!(placeless(&failure), message, "{reason}");
        let hint = failure.hint.unwrap();
        assert!(hint.starts_with("Write \"policy/team/a\""), "{hint}");
    }
}

#[test]
fn a_command_for_one_account_refuses_the_section_and_names_the_right_command() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("provision.toml"), LEAST).unwrap();
    let cases: [(&[&str], &str); 9] = [
        (&["plan"], "fleet plan"),
        (&["apply"], "fleet apply"),
        (&["destroy", "--yes"], "fleet destroy"),
        (&["preflight"], "fleet preflight"),
        (&["verify"], "fleet verify"),
        (&["status"], "fleet plan"),
        (&["graph"], "fleet plan"),
        (&["agent-config"], "agent-config --fleet"),
        (&["permissions", "apply"], "permissions --fleet"),
    ];
    let load_as = |words: &[&str], need| {
        let words = ["provision"].iter().chain(words).map(Into::into);
        let general = Cli::read(&words.collect::<Vec<_>>()).unwrap().general;
        let flags = StackStateFlags::default();
        load(&general, &flags, need, folder.path(), &environment)
    };
    for (words, instead) in cases {
        let failure = load_as(words, Need::Trust).unwrap_err();
        assert_eq!(
            failure.to_string(),
            format!(
                "provision.toml:4:1: [fleet] is for many accounts, and this command is for one\n  |\n\
                 4 | [fleet]\n  | ^^^^^^^\nHint: Run `provision {instead}`, or pass --config with a file \
                 that has no [fleet]"
            )
        );
    }
    for words in [&["config"][..], &["policy", "list"], &["explain"]] {
        assert!(load_as(words, Need::Names).is_ok(), "{words:?}");
    }
}

#[test]
fn without_the_section_there_is_no_fleet() {
    let failure = load_it(GOOD, &[]).unwrap_err();
    assert_eq!(failure.message, "[fleet] is not in provision.toml");
    let folder = tempfile::tempdir().unwrap();
    let (general, flags) = plan_flags(&[]);
    let home = |name: &str| (name == "HOME").then(|| folder.path().display().to_string());
    let loaded = load_fleet(&general, &flags, Need::Trust, folder.path(), &home);
    let message = loaded.unwrap_err().message;
    assert_eq!(
        message,
        "there is no provision.toml in this folder or above it"
    );
}

#[test]
fn one_account_is_asked_for_less_at_the_same_time() {
    let failure = error(GOOD, &["--concurrency=257"]);
    assert_eq!(
        failure.message,
        "--concurrency: 257 calls at the same time are more than one account takes"
    );
    assert_eq!(
        settings(GOOD, &["--concurrency=256"])
            .connection
            .concurrency,
        256
    );
}

#[test]
fn the_external_id_of_the_role_is_nowhere() {
    let settings = load_it(&FLEET.replace("${ASSUME_ID}", ASSUME_ID), &[]).unwrap();
    let own = settings.of(&account("222222222222"));
    let shown = format!("{settings:?} {own:?} {:?}", settings.draft().warnings());
    assert!(!shown.contains(ASSUME_ID), "{shown}");
    let entries = own.digest_entries().unwrap();
    assert!(entries.iter().all(|(_, value)| value != ASSUME_ID));
    let hidden = crate::secret::known::hide(ASSUME_ID).into_owned();
    assert!(!hidden.contains(ASSUME_ID), "it is remembered");
    let explained = settings.draft().origins();
    let explained = explained.explain(settings.common(), &plan_flags(&[]).0, &environment);
    assert!(!format!("{explained:?}").contains(ASSUME_ID));
    let public = settings.draft().warnings();
    let is_of_fleet = |it: &String| it.contains("the external ID of [fleet] in provision.toml");
    assert!(public.iter().any(is_of_fleet), "{public:?}");
}

proptest! {
    #[test]
    fn loading_any_fleet_never_panics(
        key in prop::sample::select(vec![
            "role", "external_id", "organization", "accounts", "ous", "account_tags", "exclude",
            "management", "expect", "missing_regions", "canary", "waves", "wave_pause",
            "max_failures", "account",
        ]),
        value in prop_oneof![
            any::<i64>().prop_map(|it| it.to_string()),
            any::<f64>().prop_map(|it| format!("{it:?}")),
            any::<bool>().prop_map(|it| it.to_string()),
            "\\PC{0,20}".prop_map(|it| format!("{it:?}")),
            "[0-9%smh]{0,6}".prop_map(|it| format!("\"{it}\"")),
            "[0-9%smh]{0,6}".prop_map(|it| format!("[\"canary\", \"{it}\", 3]")),
            "[a-z0-9-]{0,12}".prop_map(|it| format!("{{ \"{it}\" = {{ regions = [\"{it}\"] }} }}")),
            "[a-z]{0,3}".prop_map(|it| format!("{{ min = 1, max{it} = 9999999999999999999 }}")),
            any::<String>(),
        ],
    ) {
        let _ = load_it(&format!("[fleet]\n{key} = {value}\n"), &[]);
        let _ = load_it(&format!("{LEAST}{key} = {value}\n"), &[]);
    }

    #[test]
    fn no_error_shows_the_external_id_of_the_role(
        before in "[\"'!$\\[{ 0-9a-z.=\\\\-]{0,4}",
        after in "[\"'!$\\]} 0-9a-z.=#\\\\\n-]{0,4}",
        other in prop_oneof![Just("x = 1"), Just("role = 1"), Just("waves = \"a\""), Just("=")],
    ) {
        let secret = "1234567890123456";
        for file in [
            format!("[fleet]\nexternal_id = {before}{secret}{after}\n{other}"),
            format!("[fleet]\n{other}\nexternal_id = {before}{secret}{after}"),
            format!("fleet = {{ external_id = {before}{secret}{after}, {other} }}"),
            format!("[fleet.account.\"1\"]\nexternal_id = {before}{secret}{after}\n{other}"),
        ] {
            if let Err(failure) = load_it(&file, &[]) {
                prop_assert!(!format!("{failure:?}").contains(secret), "{failure}");
            }
        }
    }
}
