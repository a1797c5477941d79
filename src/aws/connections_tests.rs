//! Many accounts over one HTTP client.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use aws_sdk_sts::config::{Credentials, SharedCredentialsProvider};
use tokio::sync::watch;

use super::{Aws, Connections, Session};
use crate::names::{Partition, Region, Site};

/// An STS that names the account by the access key of a request, and counts connections.
fn sts() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&connections);
    thread::spawn(move || {
        for client in listener.incoming() {
            counted.fetch_add(1, Ordering::Relaxed);
            let mut client = BufReader::new(client.unwrap());
            thread::spawn(move || {
                while let Some(key) = access_key(&mut client) {
                    let body = format!(
                        "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>{key}\
                         </Account><Arn>arn:aws:iam::{key}:root</Arn></GetCallerIdentityResult>\
                         </GetCallerIdentityResponse>"
                    );
                    let length = body.len();
                    let answer =
                        format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{body}");
                    client.get_mut().write_all(answer.as_bytes()).unwrap();
                }
            });
        }
    });
    (url, connections)
}

/// Reads one request, and gives the access key that signed it.
fn access_key(client: &mut impl BufRead) -> Option<String> {
    let (mut key, mut length) = (None, 0);
    loop {
        let mut line = String::new();
        if client.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if let Some((_, credential)) = line.split_once("Credential=") {
            key = credential.split('/').next().map(str::to_owned);
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line == "\r\n" {
            let mut body = vec![0; length];
            client.read_exact(&mut body).ok()?;
            return key;
        }
    }
}

#[tokio::test]
async fn every_account_has_its_own_credentials_and_site_over_the_same_connections() {
    let (url, counted) = sts();
    let (_stop, stopped) = watch::channel(false);
    let connections = Connections::new(8, stopped);
    let region = "eu-west-1".parse().unwrap();
    let places: [(&str, &[&str]); 3] = [
        ("111111111111", &["eu-west-1"]),
        ("222222222222", &["us-east-1", "eu-west-1"]),
        ("333333333333", &[]),
    ];
    let mut accounts: Vec<(Site, Aws)> = Vec::new();
    for (id, regions) in places {
        let session = connections.session(Some(&region), None, Some(&url)).await;
        let credentials = Credentials::new(id, "secret", None, None, "tests");
        let provider = SharedCredentialsProvider::new(credentials);
        let config = session.config.to_builder().credentials_provider(provider);
        let session = Session {
            profile: None,
            config: config.build(),
            ..session
        };
        let regions = regions.iter().map(|name| name.parse().unwrap());
        let regions: Vec<Region> = regions.collect();
        let aws = connections.account(&session, None, &regions);
        assert_eq!(aws.site(), None, "nobody named the account {id} yet");
        let site = Site {
            partition: Partition::Aws,
            account: id.parse().unwrap(),
            regions,
        };
        accounts.push((site, aws));
    }
    for round in 0..2 {
        for (site, aws) in &accounts {
            let caller = aws.caller().await.unwrap();
            assert_eq!(caller.account, site.account, "round {round}");
            assert_eq!(aws.site().as_ref(), Some(site), "round {round}");
        }
    }
    assert_eq!(counted.load(Ordering::Relaxed), 1);
}
