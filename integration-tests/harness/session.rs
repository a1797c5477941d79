//! The program at a terminal, where it asks a person.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

const QUESTION: &str = "? Type yes: ";
/// Longer than the time for which an observation counts, so the program reads again.
pub const THOUGHT: Duration = Duration::from_secs(6);

/// Which output of the program the terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Both.
    All,
    /// Stderr alone. Stdout goes where the command says.
    OnStderr,
}

/// The program at a terminal, with the person's side of the terminal.
pub struct Session {
    child: Child,
    keyboard: File,
    screen: Receiver<String>,
    seen: String,
}

impl Session {
    /// Starts the program at a terminal of its own.
    pub fn start(command: Command) -> Self {
        Session::start_with(command, Shown::All)
    }

    /// The same, with the outputs that the terminal shows.
    pub fn start_with(mut command: Command, shown: Shown) -> Self {
        let person = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&person).unwrap();
        unlockpt(&person).unwrap();
        let name = ptsname(&person, Vec::new()).unwrap();
        let terminal = File::options()
            .read(true)
            .write(true)
            .open(name.to_str().unwrap())
            .unwrap();
        let end = || Stdio::from(OwnedFd::from(terminal.try_clone().unwrap()));
        command.stdin(end()).stderr(end());
        if shown == Shown::All {
            command.stdout(end());
        }
        let child = command.spawn().unwrap();
        let keyboard = File::from(person);
        let mut screen = keyboard.try_clone().unwrap();
        let (send, receive) = channel();
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            // The read fails once no process has the terminal open any more.
            while let Ok(read @ 1..) = screen.read(&mut buffer) {
                let text = String::from_utf8_lossy(&buffer[..read]).into_owned();
                if send.send(text).is_err() {
                    break;
                }
            }
        });
        Session {
            child,
            keyboard,
            screen: receive,
            seen: String::new(),
        }
    }

    /// Reads until the question is shown, and returns everything up to there.
    pub fn until_asked(&mut self) -> &str {
        while !self.seen.contains(QUESTION) {
            let text = self.screen.recv_timeout(Duration::from_secs(60));
            self.seen
                .push_str(&text.unwrap_or_else(|_| panic!("no question in {}", self.seen)));
        }
        &self.seen
    }

    /// Types a line.
    pub fn answer(&mut self, line: &str) {
        self.keyboard.write_all(line.as_bytes()).unwrap();
        self.keyboard.write_all(b"\n").unwrap();
    }

    /// Presses Ctrl-C.
    pub fn interrupt(&self) {
        kill_process(Pid::from_child(&self.child), Signal::INT).unwrap();
    }

    /// The exit code, and everything that was shown.
    pub fn end(mut self) -> (Option<i32>, String) {
        let code = self.child.wait().unwrap().code();
        self.seen.extend(self.screen.iter());
        (code, self.seen)
    }
}
