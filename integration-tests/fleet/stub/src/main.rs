//! Records one account, or serves many, for `make bench-fleet`.
//!
//! ```text
//! fleet-stub record PROGRAM SETTINGS RECORDING
//! fleet-stub serve RECORDING ACCOUNTS MILLISECONDS [CERTIFICATES KEY]
//! ```

use std::error::Error;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use fleet_stub::{Fleet, Kind, Organization, Recorder, Recording, State, Stub, of_kinds};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// The account that assumes the roles.
const CALLER: u64 = 100_000_000_000;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        ["record", program, settings, recording] => {
            let recorder = Recorder {
                program: Path::new(program),
                emulator: &std::env::var("AWS_ENDPOINT_URL")?,
                settings: &std::fs::read_to_string(settings)?,
            };
            Ok(recorder.record()?.save(Path::new(recording))?)
        }
        ["serve", recording, accounts, latency, ref certificate @ ..] => {
            let tls = match certificate {
                [chain, key] => Some(tls(chain, key)?),
                _ => None,
            };
            let stub = Stub::start(Fleet {
                organization: Organization::of(CALLER, accounts.parse()?),
                recording: Arc::new(Recording::load(Path::new(recording))?),
                script: of_kinds([].into(), Kind::Holds(State::Applied)),
                latency: Duration::from_millis(latency.parse()?),
                emulator: None,
                tls,
            })?;
            let (key, secret) = stub.credentials();
            println!("{} {key} {secret}", stub.url());
            // It serves until stdin ends.
            std::io::stdin().read_to_end(&mut Vec::new())?;
            Ok(())
        }
        _ => Err("see the beginning of main.rs".into()),
    }
}

fn tls(chain: &str, key: &str) -> Result<Arc<ServerConfig>, Box<dyn Error>> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_file_iter(chain)?.collect();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain?, PrivateKeyDer::from_pem_file(key)?)?;
    Ok(Arc::new(config))
}
