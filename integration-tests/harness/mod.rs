//! An AWS account of the emulator, the program run in it, and clients to look and tamper with.

pub mod call;
mod clients;
pub mod inventory;
mod moto;
mod output;
mod plan;
mod process;
mod proxy;

use std::collections::hash_map::RandomState;
use std::ffi::OsStr;
use std::fs;
use std::hash::{BuildHasher, Hasher};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Arc, OnceLock};

use aws_config::SdkConfig;
use aws_sdk_iam::config::Credentials;
use tempfile::TempDir;

pub use output::Output;
pub use plan::Plan;
pub use process::Process;
use proxy::Proxy;
pub use proxy::{Call, Moment};

/// The main region of most tests.
pub const MAIN: &str = "eu-west-1";
/// A second region.
pub const OTHER: &str = "us-east-1";
/// The account that the agent runs in.
pub const AGENT: &str = "210987654321";

/// The address of an emulator.
fn endpoint(variable: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| {
        panic!(
            "{variable} is not set: these tests need two AWS emulators, which `make test` starts \
             (or `integration-tests/localstack/run integration-tests/moto/run cargo test`)"
        )
    })
}

/// The id of an account, chosen at random, so that a second run with the same emulator starts
/// afresh.
fn unused_id() -> String {
    let random = RandomState::new().build_hasher().finish();
    format!("{:012}", random % 1_000_000_000_000)
}

/// An account that no other test uses, and a folder with settings for it.
pub struct Account {
    /// Its id of twelve digits, which in LocalStack is also the access key id.
    pub id: String,
    /// The external ID that the settings name.
    pub external_id: String,
    credentials: Credentials,
    folder: TempDir,
    proxy: Proxy,
    sdk: SdkConfig,
}

impl Account {
    /// An empty account, and settings for `regions`.
    pub fn new(regions: &[&str]) -> Self {
        let id = unused_id();
        let secret_key = format!("secret-key-of-{id}");
        let credentials = Credentials::new(&id, secret_key, None, None, "tests");
        Account::with(&endpoint("AWS_ENDPOINT_URL"), id, credentials, regions)
    }

    fn with(endpoint: &str, id: String, credentials: Credentials, regions: &[&str]) -> Self {
        let upstream = endpoint.trim_start_matches("http://").trim_end_matches('/');
        let account = Account {
            external_id: format!("external-id-of-{id}"),
            folder: TempDir::new().expect("a temporary folder"),
            proxy: Proxy::start(upstream).expect("a proxy on a free port"),
            sdk: clients::config(endpoint, credentials.clone()),
            credentials,
            id,
        };
        account.write(
            "provision.toml",
            &format!(
                "regions = {regions:?}\ntags = {{ team = \"observability\" }}\n[stackstate]\nagent_principals = [\"{AGENT}\"]\n\
                 external_id = \"${{STS_EXTERNAL_ID}}\"\n"
            ),
        );
        account
    }

    /// An account in which the program was applied to `regions`.
    pub fn applied(regions: &[&str]) -> Self {
        let account = Account::new(regions);
        account.apply(&[]);
        account
    }

    /// The path of a file in the folder that the program runs in.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file, with the folders that it stands in.
    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        let folder = path.parent().expect("a folder");
        fs::create_dir_all(folder).expect("a folder that can be made");
        fs::write(&path, text).expect("a file that can be written");
    }

    /// The program with `args`, which nobody has started yet.
    ///
    /// It always logs every call, so that the log too is searched for secrets.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = self.quiet_command(args);
        command.arg("-vv");
        command
    }

    /// The program with `args` and no log.
    pub fn quiet_command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_provision"));
        command
            .args(args)
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .env_clear()
            .env("HOME", self.folder.path())
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_ENDPOINT_URL", self.proxy.url())
            .env("AWS_ACCESS_KEY_ID", self.credentials.access_key_id())
            .env(
                "AWS_SECRET_ACCESS_KEY",
                self.credentials.secret_access_key(),
            )
            .envs(
                self.credentials
                    .session_token()
                    .map(|token| ("AWS_SESSION_TOKEN", token)),
            )
            .env("STS_EXTERNAL_ID", &self.external_id);
        command
    }

    /// Runs the program to its end.
    pub fn provision(&self, args: &[&str]) -> Output {
        self.run(self.command(args))
    }

    /// Runs a command that [`Account::command`] made.
    ///
    /// Whatever the command, no secret may be in what it prints or in the files that it writes.
    pub fn run(&self, mut command: Command) -> Output {
        self.proxy.take_calls();
        let finished = command.output().expect("the program can be started");
        self.checked(&command, finished)
    }

    /// From now on `watch` sees each request twice, as in [`Account::run_watched`].
    pub fn watch(&self, watch: impl Fn(&Call, Moment) -> bool + Send + Sync + 'static) {
        self.proxy.watch(Arc::new(watch));
    }

    /// Runs a command to its end beside another one. Their calls are not told apart, so that those
    /// of [`Output`] are of both.
    pub fn run_beside(&self, mut command: Command) -> Output {
        let finished = command.output().expect("the program can be started");
        self.checked(&command, finished)
    }

    /// Runs a command to its end while `watch` sees the process and each of its requests twice:
    /// before the emulator has it, and before the program has the answer. Where it says false, the
    /// request goes no further.
    ///
    /// It returns once all that was sent is carried out, even if the process did not live to see
    /// that.
    pub fn run_watched(
        &self,
        mut command: Command,
        watch: impl Fn(&Process, &Call, Moment) -> bool + Send + Sync + 'static,
    ) -> Output {
        self.proxy.take_calls();
        let process = Arc::new(OnceLock::<Process>::new());
        let watched = Arc::clone(&process);
        self.watch(move |call, moment| watch(watched.wait(), call, moment));
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program can be started");
        let process = process.get_or_init(|| Process::of(&child));
        let finished = process.until_it_ends(&mut child);
        self.proxy.until_idle().expect("the proxy can be reached");
        self.watch(|_, _| true);
        self.checked(&command, finished)
    }

    /// What a run came to, after a look for secrets in all that it wrote.
    fn checked(&self, command: &Command, finished: std::process::Output) -> Output {
        let shows_secrets = command
            .get_args()
            .any(|arg| arg == OsStr::new("--show-secrets"));
        let output = Output::new(command, finished, self.proxy.take_calls());
        let mut texts = vec![output.to_string(), output.log.join("\n")];
        // This is no terminal, and whoever named a tag may mean to command one.
        let coloured = command.get_args().any(|arg| arg == "--color=always");
        let commands = |c: char| c.is_control() && c != '\n' && !coloured;
        let shown = texts.iter().find(|text| text.contains(commands));
        assert!(shown.is_none(), "control characters in {shown:?}");
        for entry in fs::read_dir(self.folder.path()).expect("the folder") {
            let path = entry.expect("an entry of the folder").path();
            texts.extend(fs::read_to_string(path));
        }
        for text in texts {
            assert!(
                !text.contains(self.credentials.secret_access_key()),
                "the secret key is in {text}"
            );
            let has_external_id = text.contains(&self.external_id);
            assert!(
                shows_secrets || !has_external_id,
                "the external ID is in {text}"
            );
        }
        output
    }

    /// Has `operation` answered with an error of IAM or STS instead of by the emulator.
    pub fn refuse(&self, operation: &str, code: &str, message: &str) {
        let body = format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code>\
             <Message>{message}</Message></Error></ErrorResponse>"
        );
        self.proxy.answer(operation, "403 Forbidden", &body);
    }

    /// Has `operation` answered with an error of a service that speaks JSON, as KMS does.
    pub fn refuse_in_json(&self, operation: &str, code: &str, message: &str) {
        let body = format!(r#"{{"__type": "{code}", "message": "{message}"}}"#);
        self.proxy.answer(operation, "400 Bad Request", &body);
    }

    /// Has `operation` answered in this way from now on, instead of by the emulator.
    pub fn answer(&self, operation: &str, body: &str) {
        self.proxy.answer(operation, "200 OK", body);
    }

    /// The same, with what is answered made of the call.
    pub fn answer_with(
        &self,
        operation: &str,
        answer: impl Fn(&Call) -> (String, String) + Send + Sync + 'static,
    ) {
        self.proxy.answer_with(operation, answer);
    }

    /// The same, for every operation for which `answer` gives one.
    pub fn stand_in(
        &self,
        answer: impl Fn(&Call) -> Option<(String, String)> + Send + Sync + 'static,
    ) {
        self.proxy.stand_in(answer);
    }

    /// Has the caller be the one of this ARN.
    pub fn calls_as(&self, arn: &str) {
        let body = format!(
            "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>{arn}</Arn>\
             <UserId>AIDA</UserId><Account>{}</Account></GetCallerIdentityResult>\
             </GetCallerIdentityResponse>",
            self.id
        );
        self.answer("GetCallerIdentity", &body);
    }

    /// Runs `plan --json` with `args` in addition, and checks what holds for every plan.
    pub fn plan(&self, args: &[&str]) -> Plan {
        let fixed = ["plan", "--json", "--detailed-exitcode"];
        Plan::new(&self.provision(&[&fixed, args].concat()))
    }

    /// Fails unless the next plan shows this change alone, and the next apply makes it.
    ///
    /// That it was made shows in the plan after it.
    #[track_caller]
    pub fn mends(&self, reason: &str, address: &str, action: &str, attributes: &[&str]) {
        let plan = self.plan(&[]);
        assert_eq!(plan.changes(), [(address, action)], "{reason}");
        if action == "update" {
            assert_eq!(plan.attributes(address), attributes, "{reason}");
        }
        self.apply(&[]).says("Outcome: 1 done.");
    }

    /// Runs `apply --yes` with `args` in addition, which must succeed.
    pub fn apply(&self, args: &[&str]) -> Output {
        self.provision(&[&["apply", "--yes"], args].concat())
            .exits(0)
    }

    /// Runs `destroy --yes` with `args` in addition, which must succeed.
    pub fn destroy(&self, args: &[&str]) -> Output {
        self.provision(&[&["destroy", "--yes"], args].concat())
            .exits(0)
    }
}
