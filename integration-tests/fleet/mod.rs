//! Many accounts: what must hold of them together, on a stub that replays what LocalStack answered for one.

mod faults;
mod kills;
mod kinds;
mod limits;
mod sessions;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use fleet_stub::{Counts, Fleet, Organization, Recorder, Recording, Script, Stub};
use serde_json::Value as Json;
use tempfile::TempDir;

use crate::harness::MAIN;

const PROGRAM: &str = env!("CARGO_BIN_EXE_provision");
const EXTERNAL_ID: &str = "external-id-of-the-agent";
/// A region that an account has to enable.
const SECOND: &str = "ap-east-1";
/// What no output may have: the external ID, and how the stub's secrets begin.
const SECRETS: [&str; 3] = [EXTERNAL_ID, "secret-key-of-", "session-token-of-"];
/// The number of the caller's account. The others have the next ones.
const CALLER: u64 = 100_000_000_000;

/// What LocalStack answers for one account.
static RECORDING: LazyLock<Arc<Recording>> = LazyLock::new(|| {
    let recorder = Recorder {
        program: Path::new(PROGRAM),
        emulator: &emulator(),
        settings: &settings(""),
    };
    Arc::new(recorder.record().expect("a recording"))
});

fn emulator() -> String {
    std::env::var("AWS_ENDPOINT_URL").expect("AWS_ENDPOINT_URL names no emulator: run `make test`")
}

fn settings(fleet: &str) -> String {
    format!(
        "regions = [\"{MAIN}\", \"{SECOND}\"]\n{fleet}\n[stackstate]\nagent_principals = \
         [\"210987654321\"]\nexternal_id = \"${{STS_EXTERNAL_ID}}\"\n"
    )
}

/// The account with this number; those of a fleet begin at one.
fn account(number: u64) -> String {
    (CALLER + number).to_string()
}

/// The accounts of an organization, and a folder with settings for all of them.
struct Place {
    stub: Stub,
    folder: TempDir,
}

impl Place {
    /// So many accounts that behave by `script`.
    fn new(accounts: usize, script: Script) -> Self {
        Place::with(Organization::of(CALLER, accounts), script, "")
    }

    /// The accounts of an organization, with more lines for `[fleet]`.
    fn with(organization: Organization, script: Script, lines: &str) -> Self {
        let caller = &organization.management;
        let active = organization.members.iter();
        let active = active.filter(|it| it.state == "ACTIVE" && it.id != *caller);
        let fleet = format!(
            "[fleet]\nrole = \"provision/ProvisionDeploy\"\norganization = \"{}\"\nous = \
             [\"root\"]\nexpect = {}\n{lines}",
            organization.id,
            active.count()
        );
        let stub = Stub::start(Fleet {
            organization,
            recording: Arc::clone(&RECORDING),
            script,
            latency: Duration::ZERO,
            emulator: Some(emulator()),
            tls: None,
        });
        let folder = TempDir::new().expect("a temporary folder");
        let file = folder.path().join("provision.toml");
        std::fs::write(file, settings(&fleet)).expect("a file that can be written");
        Place {
            stub: stub.expect("a server at a free port"),
            folder,
        }
    }

    /// The program with `args`, which writes a report, not started yet.
    fn command(&self, args: &[&str]) -> Command {
        let (key, secret) = self.stub.credentials();
        let mut command = Command::new(PROGRAM);
        command
            .args(args)
            .args(["--report", "report.jsonl"])
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .env_clear()
            .env("HOME", self.folder.path())
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_ENDPOINT_URL", self.stub.url())
            .env("AWS_ACCESS_KEY_ID", key)
            .env("AWS_SECRET_ACCESS_KEY", secret)
            .env("STS_EXTERNAL_ID", EXTERNAL_ID)
            .env("PROVISION_READ_LAG", "0");
        command
    }

    /// Runs the program to its end.
    fn run(&self, args: &[&str]) -> Ran {
        let finished = self.command(args).output();
        self.ran(finished.expect("the program can be started"))
    }

    /// What a run left, after a look at who signed its requests and a search for secrets.
    fn ran(&self, finished: std::process::Output) -> Ran {
        let report = std::fs::read_to_string(self.folder.path().join("report.jsonl"));
        let report = report.unwrap_or_default();
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        let output = text(&finished.stdout) + &text(&finished.stderr);
        for secret in SECRETS {
            let shown = output.contains(secret) || report.contains(secret);
            assert!(!shown, "{secret} is in {output}\n{report}");
        }
        let counts = self.stub.counts();
        assert!(counts.foreign.is_empty(), "{:#?}", counts.foreign);
        assert!(counts.unknown.is_empty(), "{:#?}", counts.unknown);
        let lines = report.lines().map(serde_json::from_str);
        let lines: Vec<Json> = lines.collect::<Result<_, _>>().expect("lines of JSON");
        let accounts = lines.iter().filter(|line| line["type"] == "account");
        let accounts = accounts.map(|line| {
            let id = line["account"].as_str().unwrap_or_default();
            (id.to_owned(), line.clone())
        });
        Ran {
            code: finished.status.code(),
            accounts: accounts.collect(),
            output,
            counts,
        }
    }
}

/// What a run left.
struct Ran {
    code: Option<i32>,
    /// The lines of the report on accounts.
    accounts: BTreeMap<String, Json>,
    output: String,
    counts: Counts,
}

impl Ran {
    fn outcome(&self, account: &str) -> &str {
        let line = self.accounts.get(account);
        let line =
            line.unwrap_or_else(|| panic!("{account} is not in the report: {}", self.output));
        line["outcome"].as_str().unwrap_or_default()
    }

    /// How many accounts ended so.
    fn count(&self, outcome: &str) -> usize {
        let accounts = self.accounts.keys();
        accounts.filter(|it| self.outcome(it) == outcome).count()
    }

    /// How an account ended, without the time that it took.
    fn ending(&self, account: &str) -> Json {
        let mut line = self.accounts[account].clone();
        line["duration_ms"].take();
        line
    }
}
