//! The replicas before an emulator that answers with the number of writes to a role.

use std::cell::Cell;
use std::collections::BTreeSet;

use super::replicas::Replicas;
use crate::harness::Call;

const ACCOUNT: &str = "123456789012";
const LONG: u64 = 1_000_000;

fn call(operation: &str, resource: &str) -> Call {
    let body = format!("Action={operation}&{resource}");
    Call {
        operation: operation.to_owned(),
        service: "iam".to_owned(),
        region: "us-east-1".to_owned(),
        line: "POST / HTTP/1.1".to_owned(),
        is_write: !operation.starts_with("Get"),
        request: body.clone(),
        name: format!("iam:{operation} {resource}"),
        body,
        earlier: 0,
    }
}

/// An account with one role.
struct Emulator {
    replicas: Replicas,
    writes: Cell<u32>,
}

impl Emulator {
    fn late_by(longest: u64) -> Self {
        Emulator {
            replicas: Replicas::new(ACCOUNT, 1, longest),
            writes: Cell::new(0),
        }
    }

    fn answer(&self, call: &Call) -> String {
        let request = format!("{ACCOUNT} {}", call.body);
        let ask = |request: &[u8]| {
            let request = String::from_utf8_lossy(request);
            if !request.contains(ACCOUNT) {
                return Ok(b"HTTP/1.1 404\r\n\r\nnothing".to_vec());
            }
            if request.contains("Put") {
                self.writes.set(self.writes.get() + 1);
            }
            Ok(format!("HTTP/1.1 200\r\n\r\n{}", self.writes.get()).into_bytes())
        };
        let answer = self.replicas.answer(call, request.as_bytes(), &ask);
        let answer = String::from_utf8(answer.expect("an answer"));
        let answer = answer.expect("text");
        answer.split("\r\n\r\n").nth(1).expect("a body").to_owned()
    }

    /// Everything that is answered when a read is asked often.
    fn answers(&self, read: &Call) -> BTreeSet<String> {
        (0..50).map(|_| self.answer(read)).collect()
    }
}

#[test]
fn a_read_is_answered_as_before_a_write_and_as_after() {
    let emulator = Emulator::late_by(LONG);
    let (read, write) = (
        call("GetRole", "RoleName=ours"),
        call("PutRolePolicy", "RoleName=ours"),
    );
    assert_eq!(emulator.answers(&read), ["0".to_owned()].into());
    for _ in 0..2 {
        emulator.answer(&write);
    }
    // All writes are equally long ago, so the answer between them is not given.
    assert_eq!(
        emulator.answers(&read),
        ["0".to_owned(), "2".to_owned()].into()
    );
}

#[test]
fn a_write_to_something_else_makes_no_answer_late() {
    let emulator = Emulator::late_by(LONG);
    let (read, write) = (
        call("GetRole", "RoleName=ours"),
        call("PutRolePolicy", "RoleName=other"),
    );
    emulator.answer(&read);
    emulator.answer(&write);
    assert_eq!(emulator.answers(&read), ["0".to_owned()].into());
}

#[test]
fn after_the_time_nothing_is_late() {
    let emulator = Emulator::late_by(0);
    let (read, write) = (
        call("GetRole", "RoleName=ours"),
        call("PutRolePolicy", "RoleName=ours"),
    );
    emulator.answer(&read);
    emulator.answer(&write);
    assert_eq!(emulator.answers(&read), ["1".to_owned()].into());
}

#[test]
fn before_its_first_write_a_resource_did_not_exist() {
    let emulator = Emulator::late_by(LONG);
    let (read, write) = (
        call("GetRole", "RoleName=ours"),
        call("PutRolePolicy", "RoleName=ours"),
    );
    emulator.answer(&write);
    assert_eq!(
        emulator.answers(&read),
        ["1".to_owned(), "nothing".to_owned()].into()
    );
}
