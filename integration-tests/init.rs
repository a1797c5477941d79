//! `provision init` and `provision config`, with and without somebody to ask.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value as Json;
use tempfile::TempDir;

use crate::harness::session::Session;
use crate::harness::unwrapped;

const SCRIPTED: [&str; 6] = [
    "init",
    "--yes",
    "--region",
    "eu-west-1",
    "--agent-principal",
    "210987654321",
];

/// The program in `folder`, with no settings in its environment.
fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_provision"));
    command
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::null())
        .env_clear()
        .env("HOME", folder)
        .env("TERM", "dumb")
        .env("COLUMNS", "60")
        .env("AWS_EC2_METADATA_DISABLED", "true");
    command
}

fn run(folder: &Path, args: &[&str]) -> Output {
    command(folder, args).output().unwrap()
}

/// Everything that the program printed.
fn printed(output: &Output) -> String {
    let texts = [&output.stdout, &output.stderr].map(|it| String::from_utf8_lossy(it));
    texts.concat()
}

fn settings(folder: &Path) -> String {
    fs::read_to_string(folder.join("provision.toml")).unwrap()
}

/// The value and the kind of origin of each setting.
fn understood(folder: &Path, key: &str) -> (Json, Json) {
    let output = run(folder, &["config", "--json"]);
    assert!(output.status.success(), "{}", printed(&output));
    let document: Json = serde_json::from_slice(&output.stdout).unwrap();
    let mut settings = document["settings"].as_array().unwrap().iter();
    let setting = settings.find(|it| it["key"] == key).unwrap();
    (setting["value"].clone(), setting["origin"]["kind"].clone())
}

#[test]
fn a_script_gets_a_file_that_the_program_understands() {
    let folder = TempDir::new().unwrap();
    let folder = folder.path();
    let output = run(folder, &SCRIPTED);
    assert!(output.status.success(), "{}", printed(&output));
    let told = printed(&output);
    for next in [
        "export STS_EXTERNAL_ID=",
        "provision plan",
        "provision preflight",
    ] {
        assert!(told.contains(next), "{told}");
    }
    let regions = understood(folder, "regions");
    assert_eq!(regions, (["eu-west-1"].into(), "file".into()));
    let external_id = understood(folder, "stackstate.external_id");
    assert_eq!(external_id, ("(sensitive)".into(), "file".into()));
    let postfix = understood(folder, "stackstate.postfix");
    assert_eq!(postfix, (Json::Null, "default".into()));

    let before = settings(folder);
    let again = run(folder, &SCRIPTED);
    assert_eq!(again.status.code(), Some(1));
    assert!(printed(&again).contains("Error: provision.toml exists, and init writes over no file"));
    assert_eq!(settings(folder), before);
}

#[test]
fn what_a_script_does_not_say_is_told_at_once() {
    let folder = TempDir::new().unwrap();
    let cases: [(&[&str], &[&str]); 4] = [
        (
            &["init"],
            &["--region eu-west-1", "--agent-principal 210987654321"],
        ),
        (
            &[
                "init",
                "--yes",
                "--policy-profile=hardened",
                "--system=audit-trail",
                "--attach-to=a",
            ],
            &["--audit-trail-boundary", "\"a\" is neither a user"],
        ),
        (
            &[
                "init",
                "--region=mars",
                "--account=1",
                "--agent-principal=*",
            ],
            &[
                "\"mars\" is not the code",
                "\"1\" is not an AWS account",
                "contains a wildcard",
            ],
        ),
        (
            &[
                "init",
                "--region=eu-west-1",
                "--trust=ec2",
                "--external-id=abc",
            ],
            &["would be ignored"],
        ),
    ];
    for (args, expected) in cases {
        let output = run(folder.path(), args);
        let told = printed(&output);
        assert_eq!(output.status.code(), Some(1), "{told}");
        for text in expected {
            assert!(told.contains(text), "{text:?} in {told}");
        }
        assert!(!folder.path().join("provision.toml").exists(), "{told}");
    }
}

#[test]
fn a_generated_external_id_is_in_the_file_alone() {
    let generated = |folder: &Path| {
        let args = [&SCRIPTED[..], &["--generate-external-id"]].concat();
        let output = run(folder, &args);
        assert!(output.status.success(), "{}", printed(&output));
        let file: toml::Table = toml::from_str(&settings(folder)).unwrap();
        let id = file["stackstate"]["external_id"]
            .as_str()
            .unwrap()
            .to_owned();
        assert!(!printed(&output).contains(&id));
        let mode = fs::metadata(folder.join("provision.toml"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o077, 0, "the file is its owner's alone");
        let shown = printed(&run(folder, &["config"]));
        assert!(!shown.contains(&id), "{shown}");
        id
    };
    let folders = [TempDir::new().unwrap(), TempDir::new().unwrap()];
    let [one, two] = folders.each_ref().map(|folder| generated(folder.path()));
    assert_eq!(one.len(), 32, "128 bits");
    assert_ne!(one, two);
}

#[test]
fn of_many_at_once_one_writes_and_a_link_is_not_followed() {
    let folder = TempDir::new().unwrap();
    let accounts = [
        "111111111111",
        "222222222222",
        "333333333333",
        "444444444444",
    ];
    let runs = accounts.map(|account| {
        let mut command = command(folder.path(), &SCRIPTED);
        command.args(["--account", account]);
        command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    });
    let ended = runs.map(|mut run| run.wait().unwrap().success());
    let mut winners = accounts.iter().zip(ended).filter(|(_, won)| *won);
    let (winner, _) = winners.next().unwrap();
    assert_eq!(winners.next(), None);
    assert!(settings(folder.path()).contains(winner));

    let other = TempDir::new().unwrap();
    let target = other.path().join("target");
    symlink(&target, other.path().join("provision.toml")).unwrap();
    let output = run(other.path(), &SCRIPTED);
    assert_eq!(output.status.code(), Some(1), "{}", printed(&output));
    assert!(!target.exists());
}

#[test]
fn a_person_is_asked_until_each_answer_is_good() {
    let folder = TempDir::new().unwrap();
    let mut session = Session::start(command(folder.path(), &["init"]));
    let dialogue = [
        ("Systems [stackstate]: ", "stackstat"),
        ("Systems [stackstate]: ", "stackstate, audit-trail"),
        ("Account ID: ", "12345"),
        ("Account ID: ", "123456789012"),
        ("Regions: ", ""),
        ("Regions: ", "eu-west-1, cn-north-1"),
        ("Regions: ", "eu-west-1, us-east-1"),
        ("external or ec2 [external]: ", ""),
        ("Principals: ", "arn:aws:iam::210987654321:group/a"),
        ("Principals: ", "arn:aws:iam::210987654321:role/agent"),
        ("Variable, or generate [STS_EXTERNAL_ID]: ", "hunter2"),
        ("Variable, or generate [STS_EXTERNAL_ID]: ", "AGENT_ID"),
        ("documented or hardened [documented]: ", "hardened"),
        (
            "Permissions boundary: ",
            "arn:aws:iam::210987654321:policy/bounds",
        ),
        (
            "Permissions boundary: ",
            "arn:aws:iam::123456789012:policy/bounds",
        ),
        ("Identities: ", "user/audit-trail"),
    ];
    for (question, answer) in dialogue {
        session.until_shown(question);
        session.answer(answer);
    }
    let (code, screen) = session.end();
    assert_eq!(code, Some(0), "{screen}");
    for text in [
        "! Write stackstate, audit-trail, or both.",
        "\"12345\" is not an AWS account ID",
        "! An answer is needed.",
        "export AGENT_ID=",
    ] {
        assert!(screen.contains(text), "{text:?} in {screen}");
    }
    // An ARN is never broken, and a line that somebody typed is not the program's.
    let wide = screen
        .lines()
        .find(|line| line.chars().count() > 60 && !line.contains("arn:"));
    assert_eq!(wide, None, "{screen}");
    assert!(!screen.contains('\u{1b}'), "{screen}");
    let config = printed(&run(folder.path(), &["config"]));
    for line in [
        "account = \"123456789012\"",
        "regions = [\"eu-west-1\", \"us-east-1\"]",
        "agent_principals = [\"arn:aws:iam::210987654321:role/agent\"]",
        "external_id = \"(sensitive)\"",
        "attach_to = [\"user/audit-trail\"]",
        "permissions_boundary = \"arn:aws:iam::123456789012:policy/bounds\"",
    ] {
        assert!(config.contains(line), "{line} in {config}");
    }
    assert_eq!(
        config.matches("profile = \"hardened\"").count(),
        2,
        "{config}"
    );
}

#[test]
fn nothing_is_written_before_the_last_answer() {
    let folder = TempDir::new().unwrap();
    let start = || {
        let mut session = Session::start(command(folder.path(), &["init"]));
        session.until_shown("Systems [stackstate]: ");
        session.answer("");
        session.until_shown("Account ID: ");
        session
    };
    let interrupted = start();
    interrupted.interrupt();
    let (code, screen) = interrupted.end();
    assert_eq!(code, Some(130), "{screen}");
    assert!(screen.contains("nothing was changed"), "{screen}");

    let mut ended = start();
    ended.press("\u{4}");
    let (code, screen) = ended.end();
    assert_eq!(code, Some(1), "{screen}");
    assert!(
        unwrapped(&screen).contains("nothing was written"),
        "{screen}"
    );

    let mut late = start();
    let mine = "account = \"123456789012\"\n";
    fs::write(folder.path().join("provision.toml"), mine).unwrap();
    late.answer("");
    late.until_shown("Regions: ");
    late.answer("eu-west-1");
    late.until_shown("external or ec2 [external]: ");
    late.answer("ec2");
    late.until_shown("documented or hardened [documented]: ");
    late.answer("");
    let (code, screen) = late.end();
    assert_eq!(code, Some(1), "{screen}");
    assert_eq!(
        settings(folder.path()),
        mine,
        "a file that came meanwhile stays"
    );
}

#[test]
fn without_a_file_every_command_names_init_once() {
    let folder = TempDir::new().unwrap();
    let commands: [&[&str]; 9] = [
        &["plan"],
        &["apply"],
        &["destroy"],
        &["preflight"],
        &["permissions"],
        &["agent-config"],
        &["policy", "list"],
        &["policy", "show", "key-policy"],
        &["policy", "lint"],
    ];
    for args in commands {
        let output = run(folder.path(), args);
        let told = printed(&output);
        assert_eq!(output.status.code(), Some(1), "{told}");
        assert_eq!(
            told.matches("provision init").count(),
            1,
            "{args:?}: {told}"
        );
        assert_eq!(told.matches("Error: ").count(), 1, "{args:?}: {told}");
    }
}

#[test]
fn a_file_above_is_used_and_named() {
    let folder = TempDir::new().unwrap();
    assert!(run(folder.path(), &SCRIPTED).status.success());
    let below = folder.path().join("a/b");
    fs::create_dir_all(&below).unwrap();
    let mut command = command(&below, &["config"]);
    let output = command.env("HOME", folder.path()).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(told, "The settings are those of ../../provision.toml.\n");
    assert!(
        String::from_utf8(output.stdout)
            .unwrap()
            .contains("../../provision.toml:")
    );
}

#[test]
fn the_schema_is_that_of_the_docs() {
    let folder = TempDir::new().unwrap();
    let output = run(folder.path(), &["config", "--schema"]);
    let docs = include_str!("../docs/settings.schema.json");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), docs);
}

#[test]
fn errors_of_the_command_line_have_the_words_of_all_others() {
    let folder = TempDir::new().unwrap();
    let output = run(folder.path(), &["plan", "--regoin", "a"]);
    let told = printed(&output);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        told.starts_with("Error: unexpected argument '--regoin' found\nHint: "),
        "{told}"
    );
}
