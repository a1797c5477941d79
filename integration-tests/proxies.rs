//! The way to AWS through a proxy, and with certificates of one's own.

use std::fs;
use std::io::BufReader;
use std::net::SocketAddr;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::harness::{Account, MAIN, Output};

/// The name of the emulator with TLS, which only the proxy can resolve.
const NAME: &str = "aws.test";
/// The password that the proxy wants, and its user.
const USER: &str = "user:pass%21word";
const BASIC: &str = "proxy-authorization: basic dxnlcjpwyxnzixdvcmq=";

/// An account whose emulator is reached with TLS, and through a proxy alone.
struct Place {
    account: Account,
    tls: SocketAddr,
    proxy: SocketAddr,
    /// The heads of the requests that the proxy got, in lower case.
    asked: Arc<Mutex<Vec<String>>>,
}

impl Place {
    fn new() -> Self {
        let account = Account::new(&[MAIN]);
        make_certificates(&account);
        let (tls, proxy) = (listener(), listener());
        let asked = Arc::default();
        let place = Place {
            tls: tls.local_addr().unwrap(),
            proxy: proxy.local_addr().unwrap(),
            asked: Arc::clone(&asked),
            account,
        };
        let emulator = place.account.endpoint().replace("http://", "");
        let (acceptor, target) = (server(&place.account), place.tls);
        // The test itself waits for the program, so that the servers have a thread of their own.
        thread::spawn(move || {
            let mut runtime = tokio::runtime::Builder::new_current_thread();
            let runtime = runtime.enable_all().build().unwrap();
            runtime.block_on(async {
                let (tls, proxy) = (TcpListener::from_std(tls), TcpListener::from_std(proxy));
                let tls = serve_tls(tls.unwrap(), acceptor, emulator);
                tokio::join!(tls, serve_proxy(proxy.unwrap(), target, asked));
            });
        });
        place
    }

    /// Runs `plan` at the emulator with TLS, with these variables.
    fn plan(&self, variables: &[(&str, &str)]) -> Output {
        self.asked.lock().unwrap().clear();
        let url = format!("https://{NAME}:{}", self.tls.port());
        let mut command = self.account.command(&["plan", "--endpoint-url", &url]);
        command.env_remove("AWS_ENDPOINT_URL");
        command.envs(variables.iter().copied());
        self.account.run(command)
    }

    fn bundle(&self) -> String {
        self.account.path("tls/ca.pem").to_str().unwrap().to_owned()
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// A listener at a free port.
fn listener() -> std::net::TcpListener {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    listener
}

/// A certificate authority, and a certificate of the emulator by it.
fn make_certificates(account: &Account) {
    account.write("tls/names", &format!("subjectAltName = DNS:{NAME}\n"));
    let openssl = |args: &str| {
        let mut command = Command::new("openssl");
        command
            .args(args.split(' '))
            .current_dir(account.path("tls"));
        let made = command.output().expect("openssl, which this test needs");
        let said = String::from_utf8_lossy(&made.stderr).into_owned();
        assert!(made.status.success(), "openssl {args}: {said}");
    };
    let key = "-newkey rsa:2048 -nodes -days 2";
    openssl(&format!(
        "req -x509 {key} -subj /CN=ca -keyout ca.key -out ca.pem"
    ));
    openssl(
        &format!("req -new {key} -subj /CN={NAME} -keyout server.key -out server.csr")
            .replace(" -days 2", ""),
    );
    openssl(
        "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out server.pem",
    );
}

fn server(account: &Account) -> TlsAcceptor {
    let open = |name: &str| BufReader::new(fs::File::open(account.path(name)).unwrap());
    let chain = CertificateDer::pem_reader_iter(open("tls/server.pem"));
    let key = PrivateKeyDer::from_pem_reader(open("tls/server.key")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain.map(Result::unwrap).collect(), key);
    TlsAcceptor::from(Arc::new(config.unwrap()))
}

async fn serve_tls(listener: TcpListener, acceptor: TlsAcceptor, emulator: String) {
    loop {
        let (client, _) = listener.accept().await.unwrap();
        let (acceptor, emulator) = (acceptor.clone(), emulator.clone());
        tokio::spawn(async move {
            // A client that does not trust the certificate ends the handshake.
            if let Ok(mut client) = acceptor.accept(client).await {
                let mut emulator = TcpStream::connect(emulator).await.unwrap();
                let _ = copy_bidirectional(&mut client, &mut emulator).await;
            }
        });
    }
}

/// A proxy that leads every CONNECT to `target`, and wants a password from whoever sends one.
async fn serve_proxy(listener: TcpListener, target: SocketAddr, asked: Arc<Mutex<Vec<String>>>) {
    loop {
        let (mut client, _) = listener.accept().await.unwrap();
        let asked = Arc::clone(&asked);
        tokio::spawn(async move {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let Ok(byte) = client.read_u8().await else {
                    return;
                };
                head.push(byte);
            }
            let head = String::from_utf8(head).unwrap().to_lowercase();
            let is_refused = head.contains("proxy-authorization") && !head.contains(BASIC);
            asked.lock().unwrap().push(head);
            if is_refused {
                let answer =
                    b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n";
                let _ = client.write_all(answer).await;
                return;
            }
            let mut server = TcpStream::connect(target).await.unwrap();
            let _ = client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
            let _ = copy_bidirectional(&mut client, &mut server).await;
        });
    }
}

#[test]
fn the_proxy_leads_to_aws_with_tls_and_a_bundle_of_ones_own() {
    let place = Place::new();
    let (proxy, bundle) = (format!("http://{}", place.proxy), place.bundle());
    let with_user = format!("http://{USER}@{}", place.proxy);
    let without_scheme = place.proxy.to_string();
    let cases: [(&[(&str, &str)], &str); 6] = [
        (
            &[("HTTPS_PROXY", &proxy), ("AWS_CA_BUNDLE", &bundle)],
            "upper case",
        ),
        (
            &[("https_proxy", &proxy), ("AWS_CA_BUNDLE", &bundle)],
            "lower case",
        ),
        (
            &[("ALL_PROXY", &proxy), ("SSL_CERT_FILE", &bundle)],
            "the system's variable",
        ),
        (
            &[("HTTPS_PROXY", &without_scheme), ("AWS_CA_BUNDLE", &bundle)],
            "no scheme",
        ),
        (
            &[("HTTPS_PROXY", &with_user), ("AWS_CA_BUNDLE", &bundle)],
            "with a password",
        ),
        (
            &[
                ("HTTPS_PROXY", &proxy),
                ("AWS_CA_BUNDLE", &bundle),
                ("NO_PROXY", "other.test"),
            ],
            "another name is direct",
        ),
    ];
    for (variables, why) in cases {
        let planned = place.plan(variables);
        assert_eq!(planned.code(), Some(0), "{why}: {planned}");
        let asked = place.asked();
        let connect = format!("connect {NAME}:{} http/1.1\r\n", place.tls.port());
        assert!(!asked.is_empty(), "{why}: the proxy was not used");
        for head in asked {
            assert!(head.starts_with(&connect), "{why}: {head}");
            assert_eq!(
                head.contains(BASIC),
                variables[0].1 == with_user,
                "{why}: {head}"
            );
        }
    }
}

#[test]
fn what_the_proxy_or_the_certificate_prevents_is_said() {
    let place = Place::new();
    let (proxy, bundle) = (format!("http://{}", place.proxy), place.bundle());
    let wrong_user = format!("http://user:wrong@{}", place.proxy);
    let nobody = format!("http://{}", listener().local_addr().unwrap());
    let cases: [(&[(&str, &str)], bool, &str); 5] = [
        (
            &[
                ("HTTPS_PROXY", &proxy),
                ("AWS_CA_BUNDLE", &bundle),
                ("NO_PROXY", NAME),
            ],
            false,
            "the name is to be reached directly, and cannot",
        ),
        (
            &[
                ("https_proxy", &proxy),
                ("AWS_CA_BUNDLE", &bundle),
                ("no_proxy", ".test"),
            ],
            false,
            "the same of its domain, in lower case",
        ),
        (
            &[("HTTPS_PROXY", &proxy)],
            true,
            "the certificate is not trusted",
        ),
        (
            &[("HTTPS_PROXY", &wrong_user), ("AWS_CA_BUNDLE", &bundle)],
            true,
            "a wrong password",
        ),
        (
            &[("HTTPS_PROXY", &nobody), ("AWS_CA_BUNDLE", &bundle)],
            false,
            "no proxy there",
        ),
    ];
    for (variables, is_asked, why) in cases {
        let failed = place.plan(variables).exits(1);
        assert!(failed.calls.is_empty(), "{why}: {failed}");
        assert_eq!(!place.asked().is_empty(), is_asked, "{why}: {failed}");
        let text = failed.to_string();
        assert!(
            text.contains("Check the network, the proxy and its certificate"),
            "{why}: {text}"
        );
        assert!(!text.contains("wrong@"), "{why}: {text}");
    }
}

#[test]
fn what_is_not_encrypted_never_goes_to_a_proxy() {
    let place = Place::new();
    let proxy = format!("http://{}", place.proxy);
    for name in [
        "HTTP_PROXY",
        "http_proxy",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "all_proxy",
    ] {
        let mut command = place.account.command(&["plan"]);
        command.env(name, &proxy);
        let planned = place.account.run(command);
        assert_eq!(planned.code(), Some(0), "{name}: {planned}");
        assert_eq!(place.asked(), [""; 0], "{name}");
    }
}
