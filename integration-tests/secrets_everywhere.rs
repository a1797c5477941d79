//! No command prints, logs or saves a secret, in any form of output, whether the command succeeds,
//! fails or is stopped.
//!
//! The one exception is `agent-config --show-secrets`, which shows the external ID.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use aws_smithy_types::base64;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rustix::process::Signal;
use serde_json::json;

use crate::harness::{AGENT, Account, MAIN, Moment, Output};

const ROLE: &str = "StackStateAwsIntegrationRole";

/// An account, the secrets of its runs, and the files that the test wrote.
struct Search {
    account: Account,
    external_id: String,
    /// Each form in which a secret could be shown, with the secret's name.
    forms: Vec<(&'static str, String)>,
    session_token: String,
    inputs: BTreeSet<PathBuf>,
}

/// A secret in plain text, in a URL, in JSON, and in base64 at each of the three offsets.
fn forms(secret: &str) -> Vec<String> {
    let encoded = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
    let mut forms = vec![
        secret.to_owned(),
        encoded.to_lowercase(),
        encoded,
        secret.replace('/', "\\/"),
    ];
    for shift in 0..3 {
        let shifted = format!("{}{secret}", "x".repeat(shift));
        let text = base64::encode(shifted);
        // The first and the last characters depend on the bytes beside the secret.
        forms.push(text[4..text.len() - 4].to_owned());
    }
    forms
}

impl Search {
    /// An empty account, with a trust policy of another external ID for `policy diff` and `lint`.
    fn new() -> Self {
        let account = Account::new(&[MAIN]);
        let external_id = format!("ext:id/of+{}=,@secret", account.id);
        let session_token = format!("token/of+{}==secret", account.id);
        let secrets = [
            ("the external ID", external_id.clone()),
            ("another external ID", "foreign/ext:id+secret".to_owned()),
            ("the secret key", format!("secret-key-of-{}", account.id)),
            ("the session token", session_token.clone()),
        ];
        let forms = secrets
            .iter()
            .flat_map(|(name, secret)| forms(secret).into_iter().map(move |form| (*name, form)));
        let mut search = Search {
            forms: forms.collect(),
            external_id,
            session_token,
            inputs: BTreeSet::new(),
            account,
        };
        let own = trust(&search.external_id);
        search.write("own.json", &own);
        search.write("foreign.json", &trust("foreign/ext:id+secret"));
        search.write("broken.json", &own.replace("]", ""));
        search
    }

    fn write(&mut self, name: &str, text: &str) {
        self.account.write(name, text);
        self.inputs.insert(self.account.path(name));
    }

    /// The command, with the most detailed log.
    fn command(&self, args: &[&str]) -> Command {
        let mut command = self.account.quiet_command(args);
        command
            .arg("-vvv")
            .env("STS_EXTERNAL_ID", &self.external_id)
            .env("AWS_SESSION_TOKEN", &self.session_token)
            .env("RUST_LOG", "trace")
            .env("RUST_BACKTRACE", "full");
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.finds_nothing(self.account.run(self.command(args)))
    }

    /// The name of a secret in the run's output, or in a file that the test did not write.
    fn leak(&self, output: &Output) -> Option<&'static str> {
        let mut written = vec![output.to_string(), output.log.join("\n")];
        let folder = self.account.path("");
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if !self.inputs.contains(&path) {
                written.extend(fs::read_to_string(path));
            }
        }
        let found = |form: &str| written.iter().any(|text| text.contains(form));
        let leaked = self.forms.iter().find(|(_, form)| found(form));
        leaked.map(|(name, _)| *name)
    }

    /// Fails if a secret is in anything that was written, or if the run ended in a way that none may.
    #[track_caller]
    fn finds_nothing(&self, output: Output) -> Output {
        assert_eq!(self.leak(&output), None, "{output}");
        let codes = [Some(0), Some(1), Some(2), Some(130)];
        assert!(codes.contains(&output.code()), "{output}");
        output
    }
}

fn trust(external_id: &str) -> String {
    let statement = json!({
        "Effect": "Allow", "Principal": {"AWS": [AGENT]}, "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": external_id}},
    });
    json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
}

#[test]
fn the_search_finds_a_secret_that_was_written() {
    let mut search = Search::new();
    let output = search.run(&["policy", "list"]).exits(0);
    for (name, form) in search.forms.clone() {
        search.account.write("left-behind", &format!("a {form} b"));
        assert_eq!(search.leak(&output), Some(name), "{form}");
    }
    search.write("left-behind", "written by a person");
    assert_eq!(search.leak(&output), None);
}

/// The commands that write nothing to AWS, in each form of output.
const READING: &[&[&str]] = &[
    &["help"],
    &["plan", "--help"],
    &["completions", "bash"],
    &["completions", "fish"],
    &["completions", "zsh"],
    &["plan"],
    &["plan", "--color=always"],
    &["plan", "--json"],
    &["plan", "--out", "plan.json"],
    &["plan", "--external-id=${STS_EXTERNAL_ID}"],
    &["preflight"],
    &["preflight", "--json"],
    &["permissions"],
    &["permissions", "destroy", "--empty-bucket"],
    &["agent-config"],
    &["agent-config", "--policy"],
    &["policy", "list"],
    &["policy", "list", "--json"],
    &["policy", "show", "integration-role-trust-external"],
    &["policy", "show", "key-policy"],
    &["policy", "show", "none-of-them"],
    &["policy", "lint"],
    &["policy", "lint", "--json"],
    &["policy", "lint", "--sarif"],
    &["policy", "lint", "own.json", "foreign.json", "broken.json"],
    &[
        "policy",
        "lint",
        "--json",
        "own.json",
        "foreign.json",
        "broken.json",
    ],
    &[
        "policy",
        "lint",
        "--sarif",
        "own.json",
        "foreign.json",
        "broken.json",
    ],
    &["policy", "diff", "own.json", "foreign.json"],
    &["policy", "diff", "own.json", "broken.json"],
];

#[tokio::test]
async fn commands_that_succeed_show_no_secret() {
    let search = Search::new();
    let looks = || READING.iter().for_each(|args| drop(search.run(args)));
    looks();
    search
        .run(&["apply", "plan.json", "--yes", "--json"])
        .exits(0);
    looks();
    // The external ID in AWS is a secret too, whoever wrote it.
    let update = search.account.iam().update_assume_role_policy();
    let update = update.policy_document(trust("foreign/ext:id+secret"));
    update.role_name(ROLE).send().await.unwrap();
    looks();
    search.run(&["apply"]).exits(1);
    search.run(&["apply", "--yes"]).exits(0).has_done(1);
    let shown = search
        .account
        .run(search.command(&["agent-config", "--show-secrets"]));
    assert!(
        shown.stdout.contains(&search.external_id),
        "`--show-secrets` shows it"
    );
    for text in [&shown.stderr, &shown.log.join("\n")] {
        assert!(!text.contains(&search.external_id), "{text}");
    }
    search.run(&["destroy"]).exits(1);
    search.run(&["destroy", "--yes", "--json"]).exits(0);
}

#[test]
fn commands_that_fail_show_no_secret() {
    let search = Search::new();
    let endpoints = ["http://127.0.0.1:1", "http://example.com", "no-url"];
    for endpoint in endpoints {
        search.run(&["plan", "--endpoint-url", endpoint]).exits(1);
    }
    for args in [
        ["plan", "--profile=missing"],
        ["plan", "--unknown"],
        ["plan", "--postfix=A"],
    ] {
        search.run(&args).exits(1);
    }
    let account = &search.account;
    account.refuse("UpdateAssumeRolePolicy", "AccessDenied", "not allowed");
    account.refuse(
        "CreateRole",
        "AccessDenied",
        "not allowed to perform iam:CreateRole",
    );
    search.run(&["apply", "--yes"]).exits(1);
    search.run(&["apply", "--yes", "--json"]).exits(1);
    account.refuse(
        "GetCallerIdentity",
        "ExpiredToken",
        "The security token is expired",
    );
    for args in READING {
        search.run(args);
    }
}

#[test]
fn an_error_that_quotes_the_request_shows_no_secret() {
    let search = Search::new();
    let id = &search.external_id;
    let encoded = utf8_percent_encode(id, NON_ALPHANUMERIC).to_string();
    let twice = utf8_percent_encode(&encoded, NON_ALPHANUMERIC).to_string();
    let escaped = id.replace('/', "\\/").replace('+', "\\u002b");
    let key = format!("secret-key-of-{}", search.account.id);
    for quoted in [
        id,
        &encoded,
        &encoded.to_lowercase(),
        &twice,
        &escaped,
        &key,
    ] {
        for code in ["MalformedPolicyDocument", &format!("Wrong-{quoted}")] {
            let message = format!("Syntax error near sts:ExternalId: {quoted}, at 1:2");
            search.account.refuse("CreateRole", code, &message);
            for args in [&["apply", "--yes"][..], &["apply", "--yes", "--json"]] {
                let failed = search.run(args).exits(1);
                let shown = format!("{failed} {}", failed.log.join("\n"));
                assert!(shown.contains("[hidden], at 1:2"), "{quoted}: {failed}");
                assert!(!shown.contains(&**quoted), "{quoted}: {failed}");
            }
        }
    }
}

#[test]
fn bad_settings_show_no_secret() {
    let mut search = Search::new();
    let id = search.external_id.clone();
    let cases = [
        (format!("external_id = [\"{id}\"]"), "a list"),
        (format!("external_id = {{ id = \"{id}\" }}"), "a table"),
        (format!("external_id = {id}"), "without quotes"),
        (format!("external_id = \"{id}"), "without an end"),
        (
            format!("external_id = \"{id}\\q\""),
            "an escape that TOML does not know",
        ),
        (format!("external_id \"{id}\""), "without an equals sign"),
        (
            format!("external_id = \"{id} !\""),
            "a character that AWS refuses",
        ),
        (format!("external_id = \"{}\"", id.repeat(50)), "too long"),
        (
            format!("external_id = \"{id}\"\nexternal_id = \"{id}\""),
            "twice",
        ),
        (format!("externalid = \"{id}\""), "under an unknown key"),
    ];
    for (line, why) in cases {
        let text = format!("[stackstate]\nagent_principals = [\"{AGENT}\"]\n{line}\n");
        search.write("provision.toml", &text);
        let failed = search.run(&["plan"]).exits(1);
        assert!(failed.stderr.contains("provision.toml"), "{why}: {failed}");
        search.run(&["apply", "--yes", "--json"]).exits(1);
    }
    let given = format!("--external-id={id} !");
    let failed = search
        .account
        .run(search.command(&["plan", &given]))
        .exits(1);
    // The harness's message quotes the command, which has the secret as an argument.
    assert!(!failed.stderr.contains(&id), "{}", failed.stderr);
}

#[test]
fn commands_that_are_stopped_show_no_secret() {
    for signals in [&[Signal::INT][..], &[Signal::INT, Signal::TERM]] {
        let search = Search::new();
        let command = search.command(&["apply", "--yes", "--concurrency=1"]);
        let stopped = search
            .account
            .run_watched(command, move |process, call, moment| {
                let here = call.operation == "CreateRole" && call.earlier == 0;
                if here && moment == Moment::Answered {
                    process.send(signals[0]);
                    process.until_it_says("Interrupted: waiting for calls in flight.");
                    for signal in &signals[1..] {
                        process.send(*signal);
                        process.until_gone();
                    }
                }
                true
            });
        search.finds_nothing(stopped).exits(130);
    }
}
