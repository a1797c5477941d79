//! Kills an apply in three accounts at a request with SIGKILL. The next run must reach exactly the state of
//! an undisturbed run.
//!
//! The accounts are LocalStack's; the stub is between the program and LocalStack, and answers for
//! Organizations and STS. Without `KILLS=all` (`make fleet`) an evenly spread sample of requests is
//! tried.

use std::collections::BTreeMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;

use fleet_stub::{Organization, Reply, Request, Turn};
use rustix::process::{Pid, Signal, kill_process};

use super::{EXTERNAL_ID, Place, Ran, SECOND, settings};
use crate::faults::account::{Account, Command, session};
use crate::harness::OTHER;

const ACCOUNTS: usize = 3;
/// How many kills the sample has.
const SAMPLE: usize = 6;
const AT_ONCE: usize = 3;

/// When a run is killed: before or after its n-th request is carried out.
#[derive(Debug, Clone, Copy)]
struct Kill {
    request: usize,
    is_after: bool,
}

/// New accounts of LocalStack.
fn organization() -> Organization {
    let random = RandomState::new().build_hasher().finish();
    Organization::of(random % 1_000_000_000_000, ACCOUNTS)
}

/// Runs an apply, to its end or until it is killed. Returns how many requests were made.
fn apply(organization: &Organization, kill: Option<Kill>) -> (Ran, usize) {
    let made = Arc::new(AtomicUsize::new(0));
    let process = Arc::new(OnceLock::<Pid>::new());
    let (number, killed) = (Arc::clone(&made), Arc::clone(&process));
    let script = Arc::new(move |_: &Request| -> Turn {
        let number = number.fetch_add(1, Ordering::Relaxed);
        let Some(kill) = kill.filter(|kill| kill.request == number) else {
            return Reply::Emulated.into();
        };
        // The process may have ended at a request that it did not wait for.
        let _gone = kill_process(*killed.wait(), Signal::KILL);
        match kill.is_after {
            true => Turn {
                is_lost: true,
                ..Reply::Emulated.into()
            },
            false => Reply::Nothing.into(),
        }
    });
    let place = Place::with(organization.clone(), script, "");
    let file = place.folder.path().join("provision.toml");
    let fleet = std::fs::read_to_string(&file).expect("the settings");
    std::fs::write(file, inspected(&fleet)).expect("a file that can be written");
    let started = place
        .command(&["fleet", "apply", "--yes", "--no-preflight"])
        .spawn();
    let child = started.expect("the program can be started");
    process
        .set(Pid::from_child(&child))
        .expect("it is set once");
    let finished = child.wait_with_output().expect("it ends");
    place.stub.until_idle().expect("the stub can be reached");
    (place.ran(finished), made.load(Ordering::Relaxed))
}

/// The settings with a region whose state is looked at.
fn inspected(settings: &str) -> String {
    settings.replace(SECOND, OTHER)
}

/// The state of each account, in the order of the accounts.
fn state(organization: &Organization) -> Vec<BTreeMap<String, String>> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("provision.toml");
    let settings = inspected(&settings("")).replace("${STS_EXTERNAL_ID}", EXTERNAL_ID);
    std::fs::write(&file, settings).expect("a file that can be written");
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let (session, mut states) = (session().await, Vec::new());
        for id in organization.workloads() {
            let account = Account::new(id.to_owned(), &session, &file);
            states.push(account.state(Command::Apply).await.expect("a state"));
        }
        states
    })
}

#[test]
fn after_a_kill_at_any_request_the_next_run_ends_as_an_undisturbed_one() {
    let place = organization();
    let (ran, requests) = apply(&place, None);
    assert_eq!(ran.count("done"), ACCOUNTS, "{}", ran.output);
    let undisturbed = state(&place);
    let kills = (0..2 * requests).map(|n| Kill {
        request: n / 2,
        is_after: n % 2 == 1,
    });
    let mut kills: Vec<Kill> = kills.collect();
    if std::env::var("KILLS").as_deref() != Ok("all") {
        let all = kills.len();
        let picked = (0..SAMPLE).map(|n| kills[n * all / SAMPLE + n % 2]);
        kills = picked.collect();
    }
    for some in kills.chunks(AT_ONCE) {
        thread::scope(|scope| {
            for kill in some {
                scope.spawn(|| survive(*kill, &undisturbed));
            }
        });
    }
}

fn survive(kill: Kill, undisturbed: &[BTreeMap<String, String>]) {
    let place = organization();
    let (killed, _) = apply(&place, Some(kill));
    assert_eq!(killed.code, None, "{kill:?}: {}", killed.output);
    let (next, _) = apply(&place, None);
    assert_eq!(next.code, Some(0), "{kill:?}: {}", next.output);
    assert_eq!(state(&place), undisturbed, "{kill:?}");
}
