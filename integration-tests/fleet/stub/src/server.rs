//! Serves the accounts.

use std::collections::HashSet;
use std::io::{self, Read};
use std::net::{Shutdown, SocketAddr};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustls::{HandshakeKind, ServerConfig};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio_rustls::TlsAcceptor;

use crate::answer::Answer;
use crate::counts::Counts;
use crate::organization::Organization;
use crate::recording::{Recording, ask};
use crate::request::{Request, key_of};
use crate::script::{Reply, Script};
use crate::sessions;

/// The accounts, and how they answer.
pub struct Fleet {
    /// The organization of the accounts.
    pub organization: Organization,
    /// What an account answers.
    pub recording: Arc<Recording>,
    /// How the accounts behave.
    pub script: Script,
    /// How long each call takes.
    pub latency: Duration,
    /// The endpoint of the emulator, if some requests are passed on.
    pub emulator: Option<String>,
    /// The certificate for connections that are asked for with CONNECT.
    pub tls: Option<Arc<ServerConfig>>,
}

/// A server for the accounts, which runs until it is dropped.
pub struct Stub {
    address: SocketAddr,
    shared: Arc<Shared>,
    runtime: Option<Runtime>,
}

struct Shared {
    fleet: Fleet,
    accounts: HashSet<String>,
    counts: Mutex<Counts>,
    connection_ended: Condvar,
}

impl Stub {
    /// Starts a server at a free port of this machine.
    pub fn start(fleet: Fleet) -> io::Result<Self> {
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = runtime.worker_threads(1).enable_all().build()?;
        let listener = runtime.block_on(TcpListener::bind(("127.0.0.1", 0)))?;
        let members = fleet.organization.members.iter();
        let shared = Arc::new(Shared {
            accounts: members.map(|member| member.id.clone()).collect(),
            counts: Mutex::default(),
            connection_ended: Condvar::new(),
            fleet,
        });
        let address = listener.local_addr()?;
        runtime.spawn(accept(listener, Arc::clone(&shared)));
        Ok(Stub {
            address,
            shared,
            runtime: Some(runtime),
        })
    }

    /// The server's address as an endpoint, and as a proxy for HTTPS.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The access key and the secret key of the management account.
    pub fn credentials(&self) -> (String, String) {
        let caller = &self.shared.fleet.organization.management;
        (key_of("AKIA", caller), sessions::secret_of(caller))
    }

    /// Returns once every request of a program that has ended is answered.
    pub fn until_idle(&self) -> io::Result<()> {
        // Connections are accepted in their order, so that every earlier one is accepted by then.
        let mut last = std::net::TcpStream::connect(self.address)?;
        last.shutdown(Shutdown::Write)?;
        last.read_to_end(&mut Vec::new())?;
        let busy = |counts: &mut Counts| counts.connections.now > 0;
        let ended = &self.shared.connection_ended;
        drop(ended.wait_while(self.shared.counts(), busy));
        Ok(())
    }

    /// What the server saw so far.
    pub fn counts(&self) -> Counts {
        self.shared.counts().clone()
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        // A test may be within another runtime, where nothing may be waited for.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((client, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            shared.counts().connections.begin();
            // A program that ends leaves its connections.
            let _ended = serve_plain(client, &shared).await;
            shared.counts().connections.end();
            shared.connection_ended.notify_all();
        });
    }
}

/// Serves a connection, with TLS if it begins with CONNECT.
async fn serve_plain(client: TcpStream, shared: &Shared) -> io::Result<()> {
    client.set_nodelay(true)?;
    let mut client = BufReader::new(client);
    let Some(first) = Request::read(&mut client).await? else {
        return Ok(());
    };
    let tls = shared.fleet.tls.as_ref();
    let Some(tls) = tls.filter(|_| first.method == "CONNECT") else {
        return serve(client, Some(first), shared).await;
    };
    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
    let client = TlsAcceptor::from(Arc::clone(tls)).accept(client).await?;
    match client.get_ref().1.handshake_kind() {
        Some(HandshakeKind::Resumed) => shared.counts().resumed += 1,
        _ => shared.counts().handshakes += 1,
    }
    serve(BufReader::new(client), None, shared).await
}

async fn serve(
    mut client: BufReader<impl AsyncRead + AsyncWrite + Unpin>,
    mut first: Option<Request>,
    shared: &Shared,
) -> io::Result<()> {
    loop {
        let request = match first.take() {
            Some(request) => Some(request),
            None => Request::read(&mut client).await?,
        };
        let Some(request) = request else {
            return Ok(());
        };
        if request.account.is_empty() {
            let caller = &shared.fleet.organization.management;
            let counts = shared.counts().json(caller).to_string();
            let answer = Answer::of(200, "application/json", &counts);
            client.write_all(&answer.to("")).await?;
            client.flush().await?;
            continue;
        }
        shared.counts().count(&request);
        let answer = shared.answer(&request).await;
        shared.counts().requests.end();
        let Some(answer) = answer else {
            return Ok(());
        };
        client.write_all(&answer).await?;
        client.flush().await?;
    }
}

impl Shared {
    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The answer's bytes; none where the connection is to end.
    async fn answer(&self, request: &Request) -> Option<Vec<u8>> {
        let Fleet {
            organization,
            recording,
            script,
            latency,
            emulator,
            ..
        } = &self.fleet;
        let turn = script(request);
        tokio::time::sleep(*latency + turn.delay).await;
        let account = &request.account;
        if self.is_foreign(request) {
            let name = format!("{account} {} {}", request.target, request.body);
            self.counts().foreign.insert(name);
            let error = Answer::error(request, 403, "AccessDenied", "signed by another account");
            return Some(error.to(account));
        }
        let answer = match (turn.reply, request.service.as_str()) {
            (Reply::Nothing, _) => return None,
            (Reply::With(answer), _) => Some(answer),
            (_, "sts") => {
                if let Some(account) = sessions::assumes(request) {
                    *self.counts().assumed.entry(account).or_default() += 1;
                }
                sessions::answer(request, &organization.management)
            }
            (_, "organizations") => organization.answer(request),
            (Reply::Emulated, _) => {
                let emulator = emulator.as_deref().unwrap_or_default();
                ask(emulator, &request.signed_by(account))
                    .await
                    .ok()
                    .map(Answer::new)
            }
            (Reply::As(state), _) => recording.answer(state, &request.key()).cloned(),
        };
        if turn.is_lost {
            return None;
        }
        let answer = answer.unwrap_or_else(|| {
            self.counts().unknown.insert(request.key());
            Answer::error(request, 501, "NotImplemented", "nothing was recorded")
        });
        Some(answer.to(account))
    }

    /// Whether the request is signed by another account than the one that it is about.
    fn is_foreign(&self, request: &Request) -> bool {
        let caller = &self.fleet.organization.management;
        let is_callers = request.service == "organizations" || request.operation == "AssumeRole";
        if is_callers {
            return request.account != *caller;
        }
        let mut others = request.accounts_named();
        let is_about_another = others.any(|id| id != request.account && self.accounts.contains(id));
        is_about_another
            || !self.accounts.contains(&request.account)
            || !sessions::has_own_token(request)
    }
}
