//! What AWS, or the way to it, can refuse: each is told apart and says what to do.

use std::net::TcpListener;

use crate::harness::{Account, MAIN, inventory};

#[test]
fn without_credentials_the_chain_is_named() {
    let account = Account::new(&[MAIN]);
    let mut command = account.command(&["plan"]);
    command.env_remove("AWS_ACCESS_KEY_ID");
    command.env_remove("AWS_SECRET_ACCESS_KEY");
    let failed = account.run(command).exits(1);
    assert!(failed.calls.is_empty(), "{failed}");
    failed
        .says("no credentials found")
        .says("Provide credentials: with `aws sso login`");
}

#[test]
fn a_named_profile_wins_over_the_environment() {
    let account = Account::new(&[MAIN]);
    account.write(
        ".aws/credentials",
        "[prod]\naws_access_key_id = 424242424242\naws_secret_access_key = test\n",
    );
    account
        .provision(&["plan", "--profile", "prod"])
        .exits(0)
        .says("Account 424242424242 in the partition aws");
    let failed = account.provision(&["plan", "--profile", "nope"]).exits(1);
    failed.says("sts:GetCallerIdentity failed").says("nope");
}

#[test]
fn an_endpoint_where_nobody_listens_is_unreachable() {
    let account = Account::new(&[MAIN]);
    // The port was free a moment ago, and nobody listens at it now.
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let failed = account
        .provision(&["plan", "--endpoint-url", &endpoint])
        .exits(1);
    assert!(failed.calls.is_empty(), "{failed}");
    failed
        .says("Connection refused")
        .says("Check the network")
        .says("--endpoint-url");
}

#[tokio::test]
async fn another_account_than_the_settings_name_is_refused() {
    let account = Account::new(&[MAIN]);
    let another = "111122223333";
    for command in [&["plan"][..], &["apply", "--yes"], &["destroy", "--yes"]] {
        let args = [command, &["--account", another]].concat();
        let failed = account.provision(&args).exits(1).writes_nothing();
        let belong = format!("the credentials belong to the account {}", account.id);
        failed
            .says(&belong)
            .says(another)
            .says("or correct `account`");
    }
    assert!(inventory::of(&account, &[MAIN]).await.is_empty());
    account.apply(&["--account", &account.id]);
}

#[test]
fn expired_credentials_are_to_be_renewed() {
    let account = Account::new(&[MAIN]);
    let message = "The security token included in the request is expired";
    account.refuse("GetCallerIdentity", "ExpiredToken", message);
    let failed = account.provision(&["plan"]).exits(1);
    let failed = failed.says("sts:GetCallerIdentity failed").says(message);
    failed
        .says("request id request-1")
        .says("Renew the credentials");
}

#[test]
fn a_denied_read_names_the_permission_and_writes_nothing() {
    let account = Account::new(&[MAIN]);
    let message = "User: alice is not authorized to perform: iam:GetInstanceProfile";
    account.refuse("GetInstanceProfile", "AccessDenied", message);
    let failed = account
        .provision(&["apply", "--yes"])
        .exits(1)
        .writes_nothing();
    failed
        .says("iam:GetInstanceProfile failed on iam_instance_profile.integration")
        .says(&format!("(account {})", account.id))
        .says(message)
        .says("Allow iam:GetInstanceProfile to the credentials in use");
}

#[test]
fn a_denied_write_stops_what_needs_it_and_nothing_else() {
    let account = Account::new(&[MAIN]);
    account.refuse("PutRolePolicy", "AccessDenied", "not you");
    let failed = account.provision(&["apply", "--yes"]).exits(1);
    failed
        .says("iam:PutRolePolicy failed on iam_role.firehose-eu-west-1")
        .says(&format!("(account {})", account.id))
        .says("Allow iam:PutRolePolicy")
        .says("firehose_stream.eventbridge@eu-west-1: skipped: iam_role.firehose-eu-west-1 was not done")
        .says("s3_bucket.logs@eu-west-1: created")
        .says("event_rule.stackstate@eu-west-1: created")
        .says("Outcome: 3 done, 3 failed, 2 skipped.");
}
