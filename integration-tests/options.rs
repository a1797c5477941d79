//! Options in their usual forms: variables of the environment, folders, colours. AWS is not called.

use std::path::Path;
use std::process::{Command, Output};

/// Runs the program in `folder` with nothing in the environment but `variables`.
fn run(folder: &Path, variables: &[(&str, &str)], args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_provision"))
        .current_dir(folder)
        .env_clear()
        .envs(variables.iter().copied())
        .args(args)
        .output()
        .unwrap()
}

#[track_caller]
fn assert_says(output: &[u8], expected: &str, reason: &str) {
    let text = String::from_utf8_lossy(output);
    assert!(
        text.contains(expected),
        "{reason}: {expected:?} is not in {text}"
    );
}

const ACCOUNT: (&str, &str) = ("PROVISION_ACCOUNT", "123456789012");

#[test]
fn variables_take_the_place_of_options() {
    let folder = tempfile::tempdir().unwrap();
    let regions = ("PROVISION_REGION", "eu-west-1,us-east-1");
    let list = ["policy", "list"];
    let cases: [(&[(&str, &str)], &[&str], &str, &str); 5] = [
        (
            &[ACCOUNT, regions],
            &list,
            "regions eu-west-1 (main), us-east-1\n",
            "a list as in the option",
        ),
        (
            &[ACCOUNT, regions],
            &["policy", "list", "-r", "eu-central-1"],
            "region eu-central-1 (main)\n",
            "an option wins",
        ),
        (
            &[ACCOUNT, regions],
            &["-r", "eu-central-1", "policy", "list"],
            "region eu-central-1 (main)\n",
            "an option wins before the command too",
        ),
        (
            &[
                ACCOUNT,
                ("PROVISION_REGION", ""),
                ("AWS_REGION", "eu-west-3"),
            ],
            &list,
            "region eu-west-3 (main)\n",
            "an empty variable counts as unset",
        ),
        (
            &[("PROVISION_COLOR", "always")],
            &["plan", "--help"],
            "\u{1b}[",
            "the help obeys the variable for colours",
        ),
    ];
    for (variables, args, expected, reason) in cases {
        let output = run(folder.path(), variables, args);
        assert_says(&output.stdout, expected, reason);
        assert_eq!(output.status.code(), Some(0), "{reason}");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(!stderr.contains("Warning"), "{reason}: {stderr}");
    }
}

#[test]
fn a_usage_names_no_option_that_a_variable_sets() {
    let folder = tempfile::tempdir().unwrap();
    let variables = [ACCOUNT, ("PROVISION_REGION", "eu-west-1")];
    let output = run(folder.path(), &variables, &["policy", "show"]);
    let usage = "Usage: provision policy show <DOCUMENT>\n";
    assert_says(&output.stderr, usage, "it has what was written");
    for (color, is_coloured) in [("always", true), ("never", false)] {
        let output = run(
            folder.path(),
            &variables,
            &["plan", "--nope", "--color", color],
        );
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(
            stderr.contains("\u{1b}["),
            is_coloured,
            "{color}: {stderr:?}"
        );
        assert!(stderr.contains("Error:"), "{color}: {stderr:?}");
    }
}

#[test]
fn a_message_names_the_variable_that_is_to_blame() {
    let folder = tempfile::tempdir().unwrap();
    let cases: [(&[(&str, &str)], i32, &str, &str); 6] = [
        (
            &[ACCOUNT, ("PROVISION_REGION", "mars")],
            1,
            "PROVISION_REGION: ",
            "a value that the settings refuse",
        ),
        (
            &[ACCOUNT, ("PROVISION_CONCURRENCY", "many")],
            1,
            "the environment variable PROVISION_CONCURRENCY",
            "a value that is no number",
        ),
        (
            &[ACCOUNT, ("PROVISION_VERBOSE", "x")],
            1,
            "the environment variable PROVISION_VERBOSE",
            "a number of an option that counts",
        ),
        (
            &[ACCOUNT, ("PROVISION_ENDPOINT_URL", "ftp://localhost")],
            1,
            "PROVISION_ENDPOINT_URL: ",
            "a value that is no address",
        ),
        (
            &[ACCOUNT, ("AWS_REGION", "eu-west-1"), ("PROVISION_YES", "1")],
            0,
            "Warning: PROVISION_YES has no effect",
            "consent is given on the command line",
        ),
        (
            &[
                ACCOUNT,
                ("AWS_REGION", "eu-west-1"),
                ("PROVISION_REGIN", "a"),
            ],
            0,
            "did you mean PROVISION_REGION?",
            "a misspelt variable",
        ),
    ];
    for (variables, code, expected, reason) in cases {
        let output = run(folder.path(), variables, &["policy", "list"]);
        assert_says(&output.stderr, expected, reason);
        assert_eq!(output.status.code(), Some(code), "{reason}");
    }
}

#[test]
fn the_variables_are_named_and_their_values_are_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let id = ("PROVISION_EXTERNAL_ID", "a-secret-of-the-agent");
    let pages = run(folder.path(), &[id], &["man", "pages"]);
    assert!(pages.status.success(), "{pages:?}");
    let page = std::fs::read(folder.path().join("pages/provision-plan.1")).unwrap();
    let helps = [
        &["--help"][..],
        &["plan", "--help"],
        &["plan", "-h"],
        &["plan", "--x"],
    ];
    let [general, helps @ ..] = helps.map(|args| run(folder.path(), &[id], args));
    assert_says(&general.stdout, "PROVISION_REGION", "the help has the rule");
    assert_says(&page, "PROVISION_EXTERNAL_ID", "the manual has every name");
    let texts = helps.iter().flat_map(|it| [&it.stdout, &it.stderr]);
    for text in texts.chain([&page, &general.stdout]) {
        let text = String::from_utf8_lossy(text);
        assert!(!text.contains("a-secret"), "{text}");
    }
}

/// A variable that is set for every folder must not set a system up where the settings do not ask for it.
#[test]
fn a_variable_names_no_system() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("provision.toml");
    let settings = "account = \"123456789012\"\nregions = [\"eu-west-1\"]\n[audit_trail]\n";
    std::fs::write(file, settings).unwrap();
    let postfix = ("PROVISION_POSTFIX", "-blue");
    let output = run(folder.path(), &[postfix], &["policy", "list"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("managed policy"), "{output:?}");
    assert!(!text.contains("firehose"), "{text}");
}

#[test]
fn the_settings_of_another_folder_are_used() {
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("other");
    std::fs::create_dir(&other).unwrap();
    let settings = "account = \"123456789012\"\nregions = [\"eu-west-2\"]\n";
    std::fs::write(other.join("provision.toml"), settings).unwrap();
    let output = run(folder.path(), &[], &["-C", "other", "policy", "list"]);
    assert_says(
        &output.stdout,
        "region eu-west-2",
        "the file of that folder",
    );
    let output = run(folder.path(), &[], &["-C", "none", "policy", "list"]);
    assert_says(
        &output.stderr,
        "cannot change to the folder none",
        "there is none",
    );
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn help_and_errors_obey_what_is_said_about_colours() {
    let folder = tempfile::tempdir().unwrap();
    let cases: [(&[&str], bool, &str); 5] = [
        (&["--help"], false, "a pipe has none"),
        (
            &["--help", "--color", "always"],
            true,
            "asked for afterwards",
        ),
        (
            &["--color=always", "plan", "--help"],
            true,
            "asked for before",
        ),
        (
            &["--color=always", "--help", "--color=never"],
            false,
            "the last counts",
        ),
        (
            &["plan", "--unknown", "--color=always"],
            true,
            "an error obeys it too",
        ),
    ];
    for (args, coloured, reason) in cases {
        let output = run(folder.path(), &[], args);
        let text = [output.stdout, output.stderr].concat();
        assert_eq!(text.contains(&0x1b), coloured, "{reason}");
    }
}
