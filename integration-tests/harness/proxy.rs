//! A proxy between the program and the emulator, which records every request.
//!
//! Writes are counted here and not in the program's log, because the log could miss a write. The proxy
//! can answer single operations instead of the emulator, and a watcher can act at each request. Each
//! connection carries one request.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::{call, models};

/// One request to AWS.
#[derive(Debug, Clone)]
pub struct Call {
    /// The operation's name, such as `CreateRole`; for S3 the method and the target, such as
    /// `PUT /bucket?versioning`.
    pub operation: String,
    /// The service, as the signature names it.
    pub service: String,
    /// The region, as the signature names it.
    pub region: String,
    /// The method and the target of the request, such as `POST /`.
    pub line: String,
    /// The body of the request.
    pub body: String,
    /// Whether the request can change anything.
    pub is_write: bool,
    /// The region, the line and the body, which identify the request.
    pub request: String,
    /// The call's name, which is the same in every account and every run.
    pub name: String,
    /// How many requests of the same name came earlier, since the last [`Proxy::take_calls`].
    pub earlier: usize,
}

/// How far a request has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Moment {
    /// The request has arrived at the proxy, and not at the emulator.
    Arrived,
    /// The emulator has carried out the request, and the program has not received the answer.
    Answered,
}

/// Is called twice for each request. If it returns false, the connection ends there.
pub type Watcher = Arc<dyn Fn(&Call, Moment) -> bool + Send + Sync>;

/// Asks the emulator: sends a request as it is, and returns the answer as it came.
pub type Ask<'a> = &'a dyn Fn(&[u8]) -> io::Result<Vec<u8>>;

/// Answers a request, from what the emulator answers now or from what it answered earlier.
pub type Route = Arc<dyn Fn(&Call, &[u8], Ask<'_>) -> io::Result<Vec<u8>> + Send + Sync>;

/// A proxy that runs until the test program ends.
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    calls: Mutex<Vec<Call>>,
    /// The requests that were not checked yet, as they were received.
    unchecked: Mutex<Vec<Vec<u8>>>,
    /// The answers instead of the emulator's; the last one is tried first.
    answers: Mutex<Vec<Answer>>,
    watcher: Mutex<Option<Watcher>>,
    route: Mutex<Option<Route>>,
    connections: Mutex<usize>,
    one_ended: Condvar,
}

/// Counts a connection for as long as it is served.
struct Connection(Arc<Shared>);

impl Connection {
    fn new(shared: Arc<Shared>) -> Self {
        *lock(&shared.connections) += 1;
        Connection(shared)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        *lock(&self.0.connections) -= 1;
        self.0.one_ended.notify_all();
    }
}

/// The status and the body of the answer to a call; `None` leaves the call to the next `Answer`.
type Answer = Arc<dyn Fn(&Call) -> Option<(String, String)> + Send + Sync>;

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Proxy {
    /// Starts a proxy for the server at `upstream`, which is `HOST:PORT`.
    pub fn start(upstream: &str) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?;
        let proxy = Proxy {
            address,
            shared: Arc::default(),
        };
        let (upstream, shared) = (upstream.to_owned(), Arc::clone(&proxy.shared));
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (upstream, shared) = (upstream.clone(), Arc::clone(&shared));
                let connection = Connection::new(shared);
                // The program notices a broken connection, and then the test fails.
                thread::spawn(move || serve(client, &upstream, &connection.0));
            }
        });
        Ok(proxy)
    }

    /// The proxy's address as an endpoint.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests since the previous `take_calls`.
    pub fn take_calls(&self) -> Vec<Call> {
        std::mem::take(&mut *lock(&self.shared.calls))
    }

    /// What AWS would refuse in the requests since the previous `refused_by_the_models`.
    pub fn refused_by_the_models(&self) -> Vec<String> {
        let requests = std::mem::take(&mut *lock(&self.shared.unchecked));
        let refused = requests.iter().flat_map(|it| models::refused(it));
        refused.collect()
    }

    /// Fails if AWS would refuse one of these requests.
    pub fn check(&self) {
        let refused = self.refused_by_the_models();
        assert!(refused.is_empty(), "AWS would refuse {refused:#?}");
    }

    /// From now on calls `watcher` for every request.
    pub fn watch(&self, watcher: Watcher) {
        *lock(&self.shared.watcher) = Some(watcher);
    }

    /// From now on lets `route` answer every request that nothing stands in for.
    pub fn route(&self, route: Route) {
        *lock(&self.shared.route) = Some(route);
    }

    /// Returns once every request of every sender is answered.
    pub fn until_idle(&self) -> io::Result<()> {
        // The proxy accepts connections in their order, so it has accepted every earlier one by then.
        let mut last = TcpStream::connect(self.address)?;
        last.shutdown(Shutdown::Write)?;
        last.read_to_end(&mut Vec::new())?;
        let mut connections = lock(&self.shared.connections);
        while *connections > 0 {
            let woken = self.shared.one_ended.wait(connections);
            connections = woken.unwrap_or_else(PoisonError::into_inner);
        }
        Ok(())
    }

    /// From now on answers `operation` with this status, this body and the request id
    /// `request-1`, without asking the emulator.
    pub fn answer(&self, operation: &str, status: &str, body: &str) {
        let answer = (status.to_owned(), body.to_owned());
        self.answer_with(operation, move |_| answer.clone());
    }

    /// The same, with an answer that depends on the call.
    pub fn answer_with(
        &self,
        operation: &str,
        answer: impl Fn(&Call) -> (String, String) + Send + Sync + 'static,
    ) {
        let operation = operation.to_owned();
        self.stand_in(move |call| (call.operation == operation).then(|| answer(call)));
    }

    /// From now on tries `answer` first, and calls the emulator only if `answer` returns none.
    pub fn stand_in(
        &self,
        answer: impl Fn(&Call) -> Option<(String, String)> + Send + Sync + 'static,
    ) {
        lock(&self.shared.answers).push(Arc::new(answer));
    }
}

impl Drop for Proxy {
    /// Not every run is waited for by the harness.
    fn drop(&mut self) {
        if !thread::panicking() {
            self.check();
        }
    }
}

fn serve(client: TcpStream, upstream: &str, shared: &Shared) -> io::Result<()> {
    let mut client = BufReader::new(client);
    let request = Request::read(&mut client)?;
    if request.line.is_empty() {
        return Ok(());
    }
    let mut client = client.into_inner();
    let mut call = request.call();
    let answers = lock(&shared.answers).clone();
    lock(&shared.unchecked).push(request.sent());
    {
        let mut calls = lock(&shared.calls);
        call.earlier = calls.iter().filter(|it| it.name == call.name).count();
        calls.push(call.clone());
    }
    if let Some((status, body)) = answers.iter().rev().find_map(|answer| answer(&call)) {
        let answer = format!(
            "HTTP/1.1 {status}\r\nconnection: close\r\nx-amzn-requestid: request-1\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        );
        return client.write_all(answer.as_bytes());
    }
    let watcher = lock(&shared.watcher).clone();
    let goes_on = |moment| watcher.as_ref().is_none_or(|watch| watch(&call, moment));
    if !goes_on(Moment::Arrived) {
        return Ok(());
    }
    let head = format!(
        "{}connection: close\r\n{}\r\n",
        request.line, request.headers
    );
    let sent = [head.as_bytes(), &request.body].concat();
    let ask = |sent: &[u8]| ask(upstream, sent);
    let route = lock(&shared.route).clone();
    let answer = match route {
        Some(route) => route(&call, &sent, &ask)?,
        None => ask(&sent)?,
    };
    if !goes_on(Moment::Answered) {
        return Ok(());
    }
    client.write_all(&answer)
}

fn ask(upstream: &str, request: &[u8]) -> io::Result<Vec<u8>> {
    let mut server = TcpStream::connect(upstream)?;
    server.write_all(request)?;
    let mut server = BufReader::new(server);
    let mut status = String::new();
    server.read_line(&mut status)?;
    let mut answer = format!("{status}connection: close\r\n").into_bytes();
    server.read_to_end(&mut answer)?;
    Ok(answer)
}

/// A request as it was received, with its line ends.
struct Request {
    line: String,
    headers: String,
    body: Vec<u8>,
}

impl Request {
    fn read(from: &mut impl BufRead) -> io::Result<Self> {
        let mut line = String::new();
        from.read_line(&mut line)?;
        let mut headers = String::new();
        loop {
            let start = headers.len();
            let read = from.read_line(&mut headers)?;
            if read == 0 || headers[start..].trim().is_empty() {
                headers.truncate(start);
                break;
            }
        }
        let mut request = Request {
            line,
            headers,
            body: Vec::new(),
        };
        // The SDK sends the length of every request.
        let length = request
            .header("content-length")
            .and_then(|it| it.parse().ok());
        request.body = vec![0; length.unwrap_or(0)];
        from.read_exact(&mut request.body)?;
        Ok(request)
    }

    /// The request as it was received.
    fn sent(&self) -> Vec<u8> {
        let head = format!("{}{}\r\n", self.line, self.headers);
        [head.as_bytes(), &self.body].concat()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }

    fn call(&self) -> Call {
        let body = String::from_utf8_lossy(&self.body);
        let target = self.header("x-amz-target").unwrap_or_default();
        // The signature names the key, the day, the region and the service.
        let scope = self.header("authorization").unwrap_or_default();
        let scope = scope.split_once(',').map_or(scope, |(scope, _)| scope);
        let mut parts = scope.split('/').skip(2);
        let mut part = || parts.next().unwrap_or_default().to_owned();
        let (region, service) = (part(), part());
        let (operation, is_write) = self.operation();
        let mut words = self.line.split(' ');
        let method = words.next().unwrap_or_default();
        let path = words.next().unwrap_or_default();
        let name = call::Call::of(method, path, |name| self.header(name), &self.body);
        Call {
            operation,
            service,
            region,
            line: self.line.trim().to_owned(),
            body: body.to_string(),
            is_write,
            request: format!("{scope} {} {target} {body}", self.line.trim()),
            name: name.to_string(),
            earlier: 0,
        }
    }

    /// The operation's name, and whether the operation can change anything.
    fn operation(&self) -> (String, bool) {
        let body = String::from_utf8_lossy(&self.body);
        let json = self.header("x-amz-target");
        let json = json.and_then(|it| it.rsplit('.').next());
        let json = json.filter(|name| !name.is_empty());
        let query = body.strip_prefix("Action=");
        let query = query.and_then(|rest| rest.split('&').next());
        if let Some(name) = json.or(query) {
            let reads = ["Get", "List", "Describe", "Simulate"];
            let is_read = reads.iter().any(|read| name.starts_with(read));
            return (name.to_owned(), !is_read);
        }
        let mut words = self.line.split(' ');
        let method = words.next().unwrap_or_default();
        let target = words.next().unwrap_or_default();
        let is_read = ["GET", "HEAD"].contains(&method);
        (format!("{method} {target}"), !is_read)
    }
}
