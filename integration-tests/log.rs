//! The log that `-vv` adds on stderr, which the harness asks of every run.

use crate::harness::{Account, MAIN};

#[test]
fn every_call_is_logged_with_where_and_for_whom_it_was() {
    let account = Account::new(&[MAIN]);
    let applied = account.apply(&[]);
    assert!(applied.log.len() > applied.writes().len(), "{applied}");
    let id = format!(" account={} ", account.id);
    for line in &applied.log {
        assert!(!line.contains('\x1b'), "colours in a pipe: {line}");
        assert!(line.contains(" request_id="), "{line}");
        // Who is calling is what that one call asks.
        if !line.contains("sts:GetCallerIdentity") {
            assert!(line.contains(&id), "{line}");
            assert!(
                line.contains(" resource=") || line.contains("iam:ListRoles"),
                "{line}"
            );
        }
        let is_global = line.contains(" iam:");
        assert_eq!(line.contains(" region="), !is_global, "{line}");
    }
}
