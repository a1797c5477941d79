//! An environment that nobody meant: no variable makes the program panic, hang or print nonsense.

use std::ffi::{OsStr, OsString};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::ffi::OsStrExt;
use std::thread;

use crate::harness::{Account, MAIN, Output};

/// Values that are wrong for most variables.
const VALUES: [&[u8]; 4] = [b"", b"a\nb\x1b[2J\xe2\x80\xae", b"\xff\xfe", b"http://["];

/// The variables that the program, the SDK and what both are made of read.
const NAMES: [&str; 40] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_PROFILE",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_IAM",
    "AWS_ENDPOINT_URL_SSO_OIDC",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_CA_BUNDLE",
    "AWS_MAX_ATTEMPTS",
    "AWS_RETRY_MODE",
    "AWS_USE_FIPS_ENDPOINT",
    "AWS_USE_DUALSTACK_ENDPOINT",
    "AWS_SDK_UA_APP_ID",
    "AWS_DEFAULTS_MODE",
    "AWS_EC2_METADATA_DISABLED",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
    "AWS_ACCOUNT_ID",
    "AWS_REQUEST_CHECKSUM_CALCULATION",
    "AWS_AUTH_SCHEME_PREFERENCE",
    "AWS_EXECUTION_ENV",
    "HTTPS_PROXY",
    "NO_PROXY",
    "SSL_CERT_FILE",
    "HOME",
    "TMPDIR",
    "RUST_BACKTRACE",
    "RUST_LOG",
    "COLUMNS",
    "STS_EXTERNAL_ID",
];

/// Fails unless the run ended as every run may: well, with changes, or with one error.
#[track_caller]
fn is_orderly(output: &Output, why: &str) {
    let text = output.to_string();
    assert!(!text.contains("panicked"), "{why}: {text}");
    assert!(!text.contains("This is a bug"), "{why}: {text}");
    let errors = output
        .stderr
        .lines()
        .filter(|line| line.starts_with("Error: "));
    let errors = errors.count();
    match output.code() {
        Some(0) => assert_eq!(errors, 0, "{why}: {text}"),
        Some(1 | 2) => assert_eq!(errors, 1, "{why}: {text}"),
        code => panic!("{why}: ended with {code:?}: {text}"),
    }
}

#[test]
fn no_variable_makes_the_program_panic() {
    let account = Account::new(&[MAIN]);
    let run = |name: &str, value: &OsStr, why: &str| {
        let mut command = account.command(&["plan"]);
        command.env(name, value);
        is_orderly(&account.run(command), why);
    };
    for name in NAMES {
        for value in VALUES {
            let value = OsStr::from_bytes(value);
            run(name, value, &format!("{name}={value:?}"));
        }
    }
    for name in [
        "AWS_PROFILE",
        "AWS_REGION",
        "AWS_CA_BUNDLE",
        "HOME",
        "STS_EXTERNAL_ID",
    ] {
        let long = OsString::from("a".repeat(100_000));
        run(name, &long, &format!("{name} is long"));
    }
}

#[test]
fn an_environment_without_anything_is_enough_to_fail_well() {
    let account = Account::new(&[MAIN]);
    for args in [&["plan"][..], &["apply", "--yes"], &["policy", "list"]] {
        let mut command = account.command(args);
        command.env_clear().env("AWS_EC2_METADATA_DISABLED", "true");
        let failed = account.run(command);
        assert_eq!(failed.code(), Some(1), "{failed}");
        is_orderly(&failed, "nothing is set");
    }
}

/// An answer without an end, to every request.
pub fn endless() -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for client in listener.incoming() {
            let mut client = client.unwrap();
            thread::spawn(move || {
                let _ = client.read(&mut [0; 64 * 1024]);
                let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
                let chunk = format!("10000\r\n{}\r\n", "<".repeat(0x10000));
                let mut going = client.write_all(head.as_bytes());
                while going.is_ok() {
                    going = client.write_all(chunk.as_bytes());
                }
            });
        }
    });
    url
}

#[test]
fn answers_without_an_end_are_given_up_before_they_fill_the_memory() {
    let account = Account::new(&[MAIN]);
    let endpoint = endless();
    let id = account.id.clone();
    for args in [
        &["plan", "--endpoint-url", &endpoint][..],
        &["plan", "--endpoint-url", &endpoint, "--account", &id],
    ] {
        // Beside the 64 MiB of all answers, the program itself needs some; without the limit the run
        // would end without an error of its own.
        let limited = format!("ulimit -v 1500000; exec \"$0\" {}", args.join(" "));
        let program = account.command(&[]);
        let mut command = std::process::Command::new("sh");
        command.arg("-c").arg(limited).arg(program.get_program());
        command.current_dir(program.get_current_dir().unwrap());
        command.env_clear();
        command.envs(
            program
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        );
        let failed = account.run(command).exits(1);
        is_orderly(&failed, "an answer without an end");
        failed.says("the answers have more than 64 MiB together");
    }
}
