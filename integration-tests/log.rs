//! The log on stderr with `-v` and `-vv`. The harness uses `-vv` in every run.

use crate::harness::{Account, MAIN};

#[test]
fn every_call_is_logged_with_account_region_and_resource() {
    let account = Account::new(&[MAIN]);
    let applied = account.apply(&[]);
    assert!(applied.log.len() > applied.writes().len(), "{applied}");
    let id = format!(" account={} ", account.id);
    for line in &applied.log {
        assert!(!line.contains('\x1b'), "colours in a pipe: {line}");
        assert!(line.contains(" request_id="), "{line}");
        // GetCallerIdentity asks for the account, and DescribeTrails is called at the same time.
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
fn v_logs_only_the_calls_that_write_and_without_it_nothing_is_logged() {
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
