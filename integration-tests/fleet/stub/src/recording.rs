//! Records what an emulator answers for one account.

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::answer::{Answer, with_head};
use crate::request::{ACCOUNT, Request};
use crate::script::State;

/// The answers by what was asked.
type Answers = HashMap<String, Answer>;

/// What an account answers in each state.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recording {
    fresh: Answers,
    applied: Answers,
    drifted: Answers,
}

impl Recording {
    fn new(fresh: Answers, applied: Answers) -> Self {
        let drifted = applied.iter();
        let drifted = drifted.map(|(key, answer)| (key.clone(), disabled(answer)));
        Recording {
            drifted: drifted.collect(),
            fresh,
            applied,
        }
    }

    pub(crate) fn answer(&self, state: State, key: &str) -> Option<&Answer> {
        match state {
            State::Fresh => self.fresh.get(key),
            State::Applied => self.applied.get(key),
            State::Drifted => self.drifted.get(key),
        }
    }

    /// How many answers there are of a fresh and of an applied account.
    pub fn len(&self) -> (usize, usize) {
        (self.fresh.len(), self.applied.len())
    }

    /// Writes the recording into a file.
    pub fn save(&self, path: &Path) -> io::Result<()> {
        let texts = |answers: &Answers| -> HashMap<String, String> {
            let texts = answers.iter();
            let texts = texts.map(|(key, answer)| (key.clone(), answer.text().to_owned()));
            texts.collect()
        };
        let text = serde_json::json!([texts(&self.fresh), texts(&self.applied)]);
        std::fs::write(path, text.to_string())
    }

    /// Reads what [`Recording::save`] wrote.
    pub fn load(path: &Path) -> io::Result<Self> {
        let text = std::fs::read_to_string(path)?;
        let texts: [HashMap<String, String>; 2] = serde_json::from_str(&text)?;
        let [fresh, applied] = texts.map(|texts| {
            let answers = texts.into_iter();
            answers
                .map(|(key, text)| (key, Answer::new(text)))
                .collect()
        });
        Ok(Recording::new(fresh, applied))
    }
}

/// The answer where somebody has disabled the rule. It stays as long as it was.
fn disabled(answer: &Answer) -> Answer {
    let text = answer.text();
    Answer::new(text.replace("\"State\": \"ENABLED\"", "\"State\":\"DISABLED\""))
}

/// Runs the program in one account of an emulator.
pub struct Recorder<'a> {
    /// The program.
    pub program: &'a Path,
    /// The emulator's endpoint.
    pub emulator: &'a str,
    /// The content of `provision.toml`.
    pub settings: &'a str,
}

impl Recorder<'_> {
    /// Plans in an empty account, applies, and plans again.
    pub fn record(&self) -> io::Result<Recording> {
        let folder = tempfile::tempdir()?;
        std::fs::write(folder.path().join("provision.toml"), self.settings)?;
        let nanoseconds = SystemTime::now().duration_since(UNIX_EPOCH);
        let nanoseconds = nanoseconds.map_err(io::Error::other)?.as_nanos();
        // LocalStack takes the access key for the account. Another one is needed for each run.
        let account = format!("{:012}", nanoseconds % 1_000_000_000_000);
        let run = |args: &[&str], endpoint: &str| {
            let mut command = Command::new(self.program);
            command
                .args(args)
                .current_dir(folder.path())
                .stdin(Stdio::null())
                .env_clear()
                .env("HOME", folder.path())
                .env("AWS_ENDPOINT_URL", endpoint)
                .env("AWS_ACCESS_KEY_ID", &account)
                .env("AWS_SECRET_ACCESS_KEY", "test")
                .env("AWS_EC2_METADATA_DISABLED", "true")
                .env("STS_EXTERNAL_ID", "external-id-of-the-agent")
                .env("PROVISION_READ_LAG", "0");
            let finished = command.output()?;
            let said = String::from_utf8_lossy(&finished.stderr);
            match finished.status.success() {
                true => Ok(()),
                false => Err(io::Error::other(format!("{args:?} has failed: {said}"))),
            }
        };
        let plan = || {
            // Where the page of roles may not be read, each role is asked for.
            let (without_page, tape) = (
                Tape::start(self.emulator, true)?,
                Tape::start(self.emulator, false)?,
            );
            run(&["plan"], &without_page.url)?;
            run(&["plan"], &tape.url)?;
            let mut answers = without_page.take()?;
            answers.extend(tape.take()?);
            Ok::<_, io::Error>(answers)
        };
        let fresh = plan()?;
        run(&["apply", "--yes"], self.emulator)?;
        Ok(Recording::new(fresh, plan()?))
    }
}

fn poisoned<T>(error: std::sync::PoisonError<T>) -> io::Error {
    io::Error::other(error.to_string())
}

/// A proxy that keeps every answer of the emulator.
struct Tape {
    url: String,
    answers: Arc<Mutex<Answers>>,
    // It ends with the recording.
    _runtime: tokio::runtime::Runtime,
}

impl Tape {
    /// A proxy for the emulator, which denies the page of roles or not.
    fn start(emulator: &str, denies_page: bool) -> io::Result<Self> {
        let upstream: Arc<str> = emulator.into();
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = runtime.worker_threads(1).enable_all().build()?;
        let listener = runtime.block_on(TcpListener::bind(("127.0.0.1", 0)))?;
        let url = format!("http://{}", listener.local_addr()?);
        let answers = Arc::new(Mutex::new(Answers::new()));
        let kept = Arc::clone(&answers);
        runtime.spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                // The program reports a connection that ends too early.
                let (upstream, kept) = (Arc::clone(&upstream), Arc::clone(&kept));
                tokio::spawn(keep(client, denies_page, upstream, kept));
            }
        });
        Ok(Tape {
            url,
            answers,
            _runtime: runtime,
        })
    }

    fn take(&self) -> io::Result<Answers> {
        Ok(std::mem::take(&mut *self.answers.lock().map_err(poisoned)?))
    }
}

/// Passes the requests of a connection on, and keeps their answers.
async fn keep(
    client: TcpStream,
    denies_page: bool,
    upstream: Arc<str>,
    kept: Arc<Mutex<Answers>>,
) -> io::Result<()> {
    let mut client = BufReader::new(client);
    while let Some(request) = Request::read(&mut client).await? {
        if denies_page && request.operation == "GetAccountAuthorizationDetails" {
            let denied = Answer::error(&request, 403, "AccessDenied", "nobody may read all roles");
            client.write_all(denied.text().as_bytes()).await?;
            continue;
        }
        let text = ask(&upstream, &request).await?;
        client.write_all(text.as_bytes()).await?;
        let answer = Answer::new(text.replace(&request.account, ACCOUNT));
        let mut kept = kept.lock().map_err(poisoned)?;
        kept.insert(request.key(), answer);
    }
    Ok(())
}

/// The emulator's answer, with only the headers that matter.
pub(crate) async fn ask(emulator: &str, request: &Request) -> io::Result<String> {
    let address = emulator.trim_start_matches("http://");
    let mut server = TcpStream::connect(address.trim_end_matches('/')).await?;
    // The answers of HTTP 1.0 are not in parts, and end with the connection.
    let (method, target, headers) = (&request.method, &request.target, &request.headers);
    let head = format!("{method} {target} HTTP/1.0\r\n{headers}\r\n");
    server.write_all(head.as_bytes()).await?;
    server.write_all(request.body.as_bytes()).await?;
    let mut answer = String::new();
    server.read_to_string(&mut answer).await?;
    let incomplete = || io::Error::other(format!("no answer to {}", request.operation));
    let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(incomplete)?;
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1));
    let status = status
        .and_then(|it| it.parse().ok())
        .ok_or_else(incomplete)?;
    let headers = lines.filter(|line| is_kept(line));
    let headers: String = headers.map(|line| format!("{line}\r\n")).collect();
    Ok(with_head(status, &headers, body))
}

/// Whether the program reads this header. The SDK sets its clock by the date, and the others are made
/// anew for each answer.
fn is_kept(header: &str) -> bool {
    let name = header.split(':').next().unwrap_or_default();
    let name = name.to_lowercase();
    name == "content-type"
        || name == "etag"
        || name.starts_with("x-amz-") && name != "x-amz-request-id"
}
