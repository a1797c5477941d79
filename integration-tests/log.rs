//! The log that `-v` and `-vv` add on stderr. The harness asks for the latter in every run.

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
        // Who is calling is what the one asks, and the other is asked beside it.
        let is_first = ["sts:GetCallerIdentity", "cloudtrail:DescribeTrails"];
        if !is_first.iter().any(|call| line.contains(call)) {
            assert!(line.contains(&id), "{line}");
            let of_many = line.contains("iam:GetAccountAuthorizationDetails");
            assert!(line.contains(" resource=") || of_many, "{line}");
        }
        let is_global = line.contains(" iam:");
        assert_eq!(line.contains(" region="), !is_global, "{line}");
    }
}

#[test]
fn one_v_logs_what_changes_something_and_none_logs_nothing() {
    let account = Account::new(&[MAIN]);
    let silent = account.run(account.quiet_command(&["plan"])).exits(0);
    assert_eq!(silent.log, Vec::<String>::new());
    let planned = account.run(account.quiet_command(&["plan", "-v"])).exits(0);
    assert_eq!(planned.log, Vec::<String>::new(), "a plan only reads");
    let applied = account
        .run(account.quiet_command(&["apply", "--yes", "-v"]))
        .exits(0);
    assert!(!applied.log.is_empty(), "{applied}");
    assert_eq!(
        applied.log.len(),
        applied.writes().len(),
        "{:?}",
        applied.log
    );
}
