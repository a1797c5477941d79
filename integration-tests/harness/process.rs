//! A run of the program that has not ended yet.

use std::io::Read;
use std::process::{Child, Output};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

/// The longest wait. What a test waits for happens sooner, or never.
const LIMIT: Duration = Duration::from_secs(60);

/// A process, and its output so far.
pub struct Process {
    pid: Pid,
    seen: Mutex<Seen>,
    changed: Condvar,
}

#[derive(Default)]
struct Seen {
    stderr: Vec<u8>,
    ended: bool,
}

impl Process {
    /// The process of `child`.
    pub(super) fn of(child: &Child) -> Self {
        Process {
            pid: Pid::from_child(child),
            seen: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    /// Sends a signal, unless the process has ended.
    pub fn send(&self, signal: Signal) {
        if !self.lock().ended {
            kill_process(self.pid, signal).expect("the process runs");
        }
    }

    /// The most memory that the process has had resident until now, in KiB; `None` where the system
    /// does not report it as Linux does.
    pub fn peak_memory(&self) -> Option<u64> {
        let status = format!("/proc/{}/status", self.pid.as_raw_nonzero());
        let status = std::fs::read_to_string(status).ok()?;
        let peak = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))?;
        peak.trim().strip_suffix(" kB")?.parse().ok()
    }

    /// Returns once the process has printed `text` on stderr.
    pub fn until_it_says(&self, text: &str) {
        let says = |seen: &Seen| String::from_utf8_lossy(&seen.stderr).contains(text);
        assert!(self.until(says), "the process did not print {text:?}");
    }

    /// Returns once the process has ended.
    pub fn until_gone(&self) {
        assert!(self.until(|seen| seen.ended), "the process did not end");
    }

    /// Reads the output until the process ends.
    pub(super) fn until_it_ends(&self, child: &mut Child) -> Output {
        let mut out = child.stdout.take().expect("a pipe");
        let mut err = child.stderr.take().expect("a pipe");
        let mut stdout = Vec::new();
        thread::scope(|scope| {
            scope.spawn(|| out.read_to_end(&mut stdout).expect("stdout can be read"));
            let mut buffer = [0; 4096];
            loop {
                let read = err.read(&mut buffer).expect("stderr can be read");
                if read == 0 {
                    break;
                }
                self.lock().stderr.extend_from_slice(&buffer[..read]);
                self.changed.notify_all();
            }
        });
        // The lock is held while the process is waited for: after that its id may be another
        // process's, which must get no signal.
        let mut seen = self.lock();
        let status = child.wait().expect("the process was not waited for before");
        seen.ended = true;
        self.changed.notify_all();
        Output {
            status,
            stdout,
            stderr: seen.stderr.clone(),
        }
    }

    fn until(&self, done: impl Fn(&Seen) -> bool) -> bool {
        let waiting = |seen: &mut Seen| !done(seen);
        let waited = self.changed.wait_timeout_while(self.lock(), LIMIT, waiting);
        !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
