//! Runs the program in an AWS account of the emulator, and reads and changes the account with the SDK.

pub mod call;
mod clients;
pub mod contents;
pub mod inventory;
pub mod models;
mod moto;
pub mod organization;
mod output;
mod plan;
mod process;
mod proxy;
pub mod random;
mod screen;
pub mod session;

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

pub use output::{Output, unwrapped};
pub use plan::Plan;
pub use process::Process;
use proxy::Proxy;
pub use proxy::{Ask, Call, Moment};

/// The main region of most tests.
pub const MAIN: &str = "eu-west-1";
/// A second region.
pub const OTHER: &str = "us-east-1";
/// The account that the agent runs in.
pub const AGENT: &str = "210987654321";

/// The ownership tags of the deployment, by name and value.
pub const OWNERSHIP: [(&str, &str); 2] = [
    ("provision:system", "stackstate"),
    ("provision:deployment", "default"),
];

/// The address of an emulator, from the environment.
fn endpoint(variable: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| {
        panic!(
            "{variable} is not set: these tests need two AWS emulators, which `make test` starts \
             (or `integration-tests/localstack/run integration-tests/moto/run cargo test`)"
        )
    })
}

/// The id of an account. It is random, because the emulator still has the accounts of earlier runs.
fn unused_id() -> String {
    let random = RandomState::new().build_hasher().finish();
    format!("{:012}", random % 1_000_000_000_000)
}

/// An account that no other test uses, and a folder with settings for it.
pub struct Account {
    /// The account's id of twelve digits, which in LocalStack is also the access key id.
    pub id: String,
    /// The external ID in the settings.
    pub external_id: String,
    credentials: Credentials,
    folder: TempDir,
    proxy: Proxy,
    sdk: SdkConfig,
    answers_late: bool,
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
            answers_late: false,
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

    /// The same account, where the program takes answers for as old as those of AWS may be. Elsewhere it is
    /// told that it talks to an emulator.
    pub fn answering_late(self) -> Self {
        Account {
            answers_late: true,
            ..self
        }
    }

    /// An account in which the program was applied to `regions`.
    pub fn applied(regions: &[&str]) -> Self {
        let account = Account::new(regions);
        account.apply(&[]);
        account
    }

    /// The address of the emulator, by way of the proxy.
    pub fn endpoint(&self) -> String {
        self.proxy.url()
    }

    /// The path of a file in the folder that the program runs in.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file, and creates its folders.
    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        let folder = path.parent().expect("a folder");
        fs::create_dir_all(folder).expect("a folder that can be made");
        fs::write(&path, text).expect("a file that can be written");
    }

    /// The program with `args`, not started yet.
    ///
    /// The program logs every call, because the log too is searched for secrets.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = self.quiet_command(args);
        command.arg("-vv");
        command
    }

    /// The program with `args` and no log.
    ///
    /// `destroy --yes` gets the account, without which the program refuses it.
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
        if !self.answers_late {
            command.env("PROVISION_READ_LAG", "0");
        }
        let needs_account = args.contains(&"destroy") && args.contains(&"--yes");
        if needs_account && !args.contains(&"--account") {
            command.args(["--account", &self.id]);
        }
        command
    }

    /// Runs the program to its end.
    pub fn provision(&self, args: &[&str]) -> Output {
        self.run(self.command(args))
    }

    /// Runs a command that [`Account::command`] made.
    ///
    /// Fails if a secret is in the command's output or in a file that the command writes.
    pub fn run(&self, mut command: Command) -> Output {
        self.proxy.take_calls();
        let finished = command.output().expect("the program can be started");
        self.checked(&command, finished)
    }

    /// From now on calls `watch` twice for each request, as [`Account::run_watched`] does.
    pub fn watch(&self, watch: impl Fn(&Call, Moment) -> bool + Send + Sync + 'static) {
        self.proxy.watch(Arc::new(watch));
    }

    /// Runs a command to its end beside another one. The [`Output`] has the calls of both commands,
    /// because they cannot be told apart.
    pub fn run_beside(&self, mut command: Command) -> Output {
        let finished = command.output().expect("the program can be started");
        self.checked(&command, finished)
    }

    /// Runs a command to its end and calls `watch` twice for each request: before the emulator
    /// receives the request, and before the program receives the answer. If `watch` returns false,
    /// the connection ends there.
    ///
    /// Returns once every request that was sent is carried out, even if the process ended earlier.
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

    /// What AWS would refuse in the requests through the proxy, by AWS's own models. Those that
    /// this was asked of before are left out.
    pub fn refused_by_the_models(&self) -> Vec<String> {
        self.proxy.refused_by_the_models()
    }

    /// The output of a run, after a look at its requests, and a search for secrets in everything
    /// that the run wrote.
    fn checked(&self, command: &Command, finished: std::process::Output) -> Output {
        self.proxy.check();
        let shows_secrets = command
            .get_args()
            .any(|arg| arg == OsStr::new("--show-secrets"));
        let output = Output::new(command, finished, self.proxy.take_calls());
        let mut texts = vec![output.to_string(), output.log.join("\n")];
        // The output is no terminal, and a tag of others may hold a terminal's control characters.
        let coloured = command.get_args().any(|arg| arg == "--color=always");
        let commands = |c: char| c.is_control() && c != '\n' && !coloured;
        let shown = texts.iter().find(|text| text.contains(commands));
        assert!(shown.is_none(), "control characters in {shown:?}");
        for entry in fs::read_dir(self.folder.path()).expect("the folder") {
            let path = entry.expect("an entry of the folder").path();
            // To open a named pipe waits for whoever writes to it.
            if path.is_file() {
                texts.extend(fs::read_to_string(path));
            }
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
        let mut hints = output
            .stderr
            .lines()
            .filter(|line| line.starts_with("Hint: "));
        let stopped = hints.find(|line| line.ends_with('.'));
        assert_eq!(stopped, None, "a hint ends without a full stop");
        output
    }

    /// Answers `operation` with an error of IAM or STS, instead of the emulator's answer.
    pub fn refuse(&self, operation: &str, code: &str, message: &str) {
        let body = format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code>\
             <Message>{message}</Message></Error></ErrorResponse>"
        );
        self.proxy.answer(operation, "403 Forbidden", &body);
    }

    /// Answers `operation` with an error of a service whose protocol is JSON, such as KMS.
    pub fn refuse_in_json(&self, operation: &str, code: &str, message: &str) {
        let body = format!(r#"{{"__type": "{code}", "message": "{message}"}}"#);
        self.proxy.answer(operation, "400 Bad Request", &body);
    }

    /// From now on answers `operation` with `body`, instead of the emulator's answer.
    pub fn answer(&self, operation: &str, body: &str) {
        self.proxy.answer(operation, "200 OK", body);
    }

    /// The same, with an answer that depends on the call.
    pub fn answer_with(
        &self,
        operation: &str,
        answer: impl Fn(&Call) -> (String, String) + Send + Sync + 'static,
    ) {
        self.proxy.answer_with(operation, answer);
    }

    /// The same, for every call for which `answer` returns an answer.
    pub fn stand_in(
        &self,
        answer: impl Fn(&Call) -> Option<(String, String)> + Send + Sync + 'static,
    ) {
        self.proxy.stand_in(answer);
    }

    /// From now on lets `route` answer every request: it gets the request, and may ask the emulator.
    pub fn route(
        &self,
        route: impl Fn(&Call, &[u8], Ask<'_>) -> std::io::Result<Vec<u8>> + Send + Sync + 'static,
    ) {
        self.proxy.route(Arc::new(route));
    }

    /// From now on AWS reports this ARN as the caller's.
    pub fn calls_as(&self, arn: &str) {
        let body = format!(
            "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>{arn}</Arn>\
             <UserId>AIDA</UserId><Account>{}</Account></GetCallerIdentityResult>\
             </GetCallerIdentityResponse>",
            self.id
        );
        self.answer("GetCallerIdentity", &body);
    }

    /// Runs `plan --json` with more `args`, and checks what every plan must fulfil.
    pub fn plan(&self, args: &[&str]) -> Plan {
        let fixed = ["plan", "--json", "--detailed-exitcode"];
        Plan::new(&self.provision(&[&fixed, args].concat()))
    }

    /// Fails unless the next plan shows this change alone, and the plan after the next apply shows
    /// none.
    #[track_caller]
    pub fn mends(&self, reason: &str, address: &str, action: &str, attributes: &[&str]) {
        self.mends_with(&[], reason, address, action, attributes);
    }

    /// The same, with more `args` for plan and apply.
    #[track_caller]
    pub fn mends_with(
        &self,
        args: &[&str],
        reason: &str,
        address: &str,
        action: &str,
        attributes: &[&str],
    ) {
        let plan = self.plan(args);
        assert_eq!(plan.changes(), [(address, action)], "{reason}");
        if action == "update" {
            assert_eq!(plan.attributes(address), attributes, "{reason}");
        }
        self.apply(args).has_done(1);
    }

    /// Runs `apply --yes` with more `args`, which must succeed.
    pub fn apply(&self, args: &[&str]) -> Output {
        self.provision(&[&["apply", "--yes"], args].concat())
            .exits(0)
    }

    /// Runs `destroy --yes` with more `args`, which must leave something under our names.
    pub fn destroy_leaves(&self, args: &[&str]) -> Output {
        self.provision(&[&["destroy", "--yes"], args].concat())
            .exits(1)
            .says("Left under the names of this deployment:")
    }

    /// Runs `destroy --yes` with more `args`, which must succeed.
    pub fn destroy(&self, args: &[&str]) -> Output {
        self.provision(&[&["destroy", "--yes"], args].concat())
            .exits(0)
    }
}
