//! Completions in a real shell, and manual pages. AWS is not called.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::harness::session::Session;

const PROGRAM: &str = env!("CARGO_BIN_EXE_provision");

/// What bash shows for these lines, typed one after the other in `folder`.
///
/// The program prints its words, unless a completion asks it.
fn typed(folder: &Path, lines: &[&str]) -> String {
    let programs = Path::new(PROGRAM).parent().unwrap();
    let mut bash = Command::new("bash");
    bash.args(["--noprofile", "--norc", "-i"])
        .current_dir(folder)
        .env_clear()
        .env("HOME", folder)
        .env("TERM", "dumb")
        .env("PATH", format!("{}:/usr/bin:/bin", programs.display()));
    let mut session = Session::start(bash);
    for line in [
        "source <(provision completions bash)",
        "provision() { if [[ $PROVISION_COMPLETE ]]; then command provision \"$@\"; \
         else printf '<%s>' \"$@\"; echo; fi; }",
    ]
    .iter()
    .chain(lines)
    {
        session.answer(line);
    }
    session.answer("exit");
    session.end().1
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write(
        "provision.toml",
        "regions = [\"eu-west-1\", \"us-east-1\"]\n",
    );
    write("other/provision.toml", "regions = [\"eu-west-2\"]\n");
    write("broken.toml", "regions = [\n");
    write(
        ".aws/config",
        "[default]\n[profile staging]\n[sso-session stage]\n",
    );
    folder
}

#[test]
fn bash_completes_commands_options_and_values() {
    let folder = folder();
    let cases = [
        ("provision prefl\t", "<preflight>", "a command"),
        (
            "provision plan --detailed\t",
            "<plan><--detailed-exitcode>",
            "an option",
        ),
        (
            "provision plan -r eu-we\t2",
            "<plan><-r><eu-west-2>",
            "a region",
        ),
        (
            "provision plan --region=eu-we\t3",
            "<plan><--region=eu-west-3>",
            "readline ends a word at =",
        ),
        (
            "provision plan -r eu-west-1,us-gov-e\t",
            "<plan><-r><eu-west-1,us-gov-east-1>",
            "a list",
        ),
        (
            "provision plan --profile st\t",
            "<plan><--profile><staging>",
            "a profile",
        ),
        (
            "provision plan --target kms\t",
            "<plan><--target><kms_key.integration@eu-west-1>",
            "an address, of the settings in this folder",
        ),
        (
            "provision plan --target event_rule.stackstate@us\t",
            "<plan><--target><event_rule.stackstate@us-east-1>",
            "readline ends a word at @",
        ),
        (
            "provision destroy --target kms_key.integration@eu-west-1,s3\t",
            "<destroy><--target><kms_key.integration@eu-west-1,s3_bucket.logs@eu-west-1>",
            "a list of addresses",
        ),
        (
            "provision -C other apply --target kms\t",
            "<-C><other><apply><--target><kms_key.integration@eu-west-2>",
            "the settings of another folder",
        ),
        (
            "provision plan -r sa-east-1 --target kms\t",
            "<plan><-r><sa-east-1><--target><kms_key.integration@sa-east-1>",
            "the regions of the line",
        ),
        (
            "provision policy show key\t",
            "<policy><show><key-policy>",
            "a document",
        ),
        (
            "provision explain service-without-s\t",
            "<explain><service-without-source>",
            "a code of lint",
        ),
        (
            "provision explain audit_trail.att\t",
            "<explain><audit_trail.attach_to>",
            "a key of the settings",
        ),
        (
            "provision explain kms_key.int\t",
            "<explain><kms_key.integration@eu-west-1>",
            "an address, to be explained",
        ),
        (
            "provision plan --trust e\tx\t",
            "<plan><--trust><external>",
            "one of the words that exist",
        ),
        (
            "provision plan -c provision.t\t",
            "<plan><-c><provision.toml>",
            "a file",
        ),
    ];
    let lines: Vec<&str> = cases.iter().map(|(line, ..)| *line).collect();
    let screen = typed(folder.path(), &lines);
    for (line, expected, reason) in cases {
        assert!(screen.contains(expected), "{reason}: {line:?} in\n{screen}");
    }
}

#[test]
fn a_completion_that_fails_writes_nothing() {
    let folder = folder();
    let lines = [
        "provision -c broken.toml plan --target kms\t",
        "provision -C none plan --target kms\t",
        "provision unheard-of --target kms\t",
    ];
    let screen = typed(folder.path(), &lines);
    assert!(
        screen.contains("<-c><broken.toml><plan><--target><kms>"),
        "{screen}"
    );
    for word in ["rror", "TOML", "panic", "No such"] {
        assert!(!screen.contains(word), "{word} in\n{screen}");
    }
}

#[test]
fn every_shell_has_a_script() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let output = Command::new(PROGRAM).args(["completions", shell]).output();
        let script = String::from_utf8(output.unwrap().stdout).unwrap();
        assert!(script.contains("PROVISION_COMPLETE"), "{shell}: {script}");
    }
}

#[test]
fn the_manual_has_a_page_for_every_command() {
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("man1");
    let written = Command::new(PROGRAM)
        .arg("man")
        .arg(&pages)
        .output()
        .unwrap();
    assert!(written.status.success(), "{written:?}");
    for name in [
        "provision",
        "provision-plan",
        "provision-policy-lint",
        "provision-man",
    ] {
        let page = pages.join(format!("{name}.1"));
        let text = std::fs::read_to_string(&page).unwrap();
        assert!(text.contains(".SH NAME"), "{name}: {text}");
        assert!(
            text.contains("PROVISION_REGION"),
            "{name} names the variables"
        );
        assert_is_well_formed(&page);
    }
    let printed = Command::new(PROGRAM).arg("man").output().unwrap();
    let page = std::fs::read(pages.join("provision.1")).unwrap();
    assert!(printed.stdout == page, "the first page is printed");
}

/// Lets groff judge the page, where there is one.
fn assert_is_well_formed(page: &Path) {
    let groff = Command::new("groff")
        .args(["-k", "-man", "-ww", "-Tutf8"])
        .arg(page)
        .stdin(Stdio::null())
        .output();
    match groff {
        Ok(output) => {
            let warnings = String::from_utf8_lossy(&output.stderr);
            assert_eq!(warnings, "", "{}", page.display());
            assert!(output.status.success());
        }
        Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::NotFound),
    }
}
