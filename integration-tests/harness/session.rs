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
use rustix::termios::{Winsize, tcsetwinsize};

use super::screen::Screen;
use super::unwrapped;

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
    shown: Screen,
    /// How much was seen when somebody typed last.
    answered: usize,
}

fn size(columns: u16) -> Winsize {
    Winsize {
        ws_row: 40,
        ws_col: columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    }
}

impl Session {
    /// Starts the program at a terminal of its own, of a kind that the program does not know.
    pub fn start(command: Command) -> Self {
        Session::start_at(command, 80)
    }

    /// The same, with the outputs that the terminal shows.
    pub fn start_with(command: Command, shown: Shown) -> Self {
        Session::start_as(command, shown, 80)
    }

    /// The same at a terminal of 40 lines, each of so many characters.
    pub fn start_at(command: Command, columns: u16) -> Self {
        Session::start_as(command, Shown::All, columns)
    }

    fn start_as(mut command: Command, shown: Shown, columns: u16) -> Self {
        let person = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&person).unwrap();
        unlockpt(&person).unwrap();
        let name = ptsname(&person, Vec::new()).unwrap();
        let terminal = File::options()
            .read(true)
            .write(true)
            .open(name.to_str().unwrap())
            .unwrap();
        tcsetwinsize(&terminal, size(columns)).unwrap();
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
            shown: Screen::new(columns.into()),
            answered: 0,
        }
    }

    /// Reads until the question is shown, and returns everything up to there.
    pub fn until_asked(&mut self) -> &str {
        // The question may be broken into lines.
        self.until(|session| unwrapped(&session.seen).ends_with(QUESTION.trim_end()));
        &self.seen
    }

    /// Reads until `done`.
    fn until(&mut self, done: impl Fn(&Session) -> bool) {
        while !done(self) {
            let text = self.screen.recv_timeout(Duration::from_secs(60));
            let text = text.unwrap_or_else(|_| panic!("it is not shown in {}", self.seen));
            self.shown.write(&text);
            self.seen.push_str(&text);
        }
    }

    /// Reads until a line of the screen has `text`.
    pub fn until_it_shows(&mut self, text: &str) {
        self.until(|session| {
            let lines = session.shown.lines();
            lines.iter().any(|line| line.contains(text))
        });
    }

    /// Reads until the lines of the screen are as they are to be.
    pub fn until_lines(&mut self, done: impl Fn(&[String]) -> bool) {
        self.until(|session| done(&session.shown.lines()));
    }

    /// The exit code.
    pub fn code(&mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }

    /// Makes the terminal narrower or wider, right after the program has drawn its view: until it draws
    /// the next time, nothing of the old width is on its way.
    pub fn resize(&mut self, columns: u16) {
        let length = self.seen.len();
        self.until(|session| session.seen.len() > length && session.seen.ends_with("\x1b[J"));
        tcsetwinsize(&self.keyboard, size(columns)).unwrap();
        self.shown.resize(columns.into());
    }

    /// Sends a signal.
    pub fn send(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Reads until the text is shown, after what was typed last.
    pub fn until_shown(&mut self, text: &str) {
        self.until(|session| session.seen[session.answered..].contains(text));
    }

    /// Types without the end of the line.
    pub fn press(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
    }

    /// Types a line.
    pub fn answer(&mut self, line: &str) {
        self.answered = self.seen.len();
        self.keyboard.write_all(line.as_bytes()).unwrap();
        self.keyboard.write_all(b"\n").unwrap();
    }

    /// Presses Ctrl-C.
    pub fn interrupt(&self) {
        self.send(Signal::INT);
    }

    /// The exit code, and the lines of the screen.
    pub fn end_of_screen(mut self) -> (Option<i32>, Vec<String>) {
        let code = self.child.wait().unwrap().code();
        for text in self.screen.iter() {
            self.shown.write(&text);
        }
        (code, self.shown.lines())
    }

    /// The exit code, and everything that was shown.
    pub fn end(mut self) -> (Option<i32>, String) {
        let code = self.child.wait().unwrap().code();
        self.seen.extend(self.screen.iter());
        (code, self.seen)
    }
}
