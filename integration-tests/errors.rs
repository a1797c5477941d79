//! Errors of AWS and of the connection to AWS: each has its own message, with the way out.

use std::io::{Read, Write};
use std::net::TcpListener;

use crate::harness::{Account, MAIN, inventory};

#[test]
fn without_credentials_the_error_names_the_sources_that_were_tried_in_plain_words() {
    let account = Account::new(&[MAIN]);
    for args in [
        &["plan"][..],
        &["apply", "--yes"],
        &["preflight"],
        &["destroy", "--yes"],
    ] {
        let mut command = account.command(args);
        command.env_remove("AWS_ACCESS_KEY_ID");
        command.env_remove("AWS_SECRET_ACCESS_KEY");
        let failed = account.run(command).exits(1);
        assert!(failed.calls.is_empty(), "{failed}");
        failed
            .says("there are no AWS credentials: none in the environment, none in the AWS profile")
            .says("Provide credentials: with `aws sso login`");
    }
}

#[test]
fn the_endpoint_of_a_single_service_needs_https_too() {
    let account = Account::new(&[MAIN]);
    let plain = "http://192.0.2.1:4566";
    let services = [
        "CLOUDTRAIL",
        "EVENTBRIDGE",
        "FIREHOSE",
        "IAM",
        "KMS",
        "S3",
        "SSO",
        "SSO_OIDC",
        "STS",
    ];
    for service in services {
        let variable = format!("AWS_ENDPOINT_URL_{service}");
        let mut command = account.command(&["apply", "--yes"]);
        command.env(&variable, plain);
        let failed = account.run(command).exits(1).writes_nothing();
        assert!(failed.calls.is_empty(), "{failed}");
        failed.says(&variable).says(plain).says("https");
    }
    account.write(
        ".aws/config",
        &format!(
            "[default]\nservices = local\n[services local]\niam =\n  endpoint_url = {plain}\n"
        ),
    );
    let mut command = account.command(&["plan"]);
    // The variable would win over the endpoints of single services in the profile.
    command.env_remove("AWS_ENDPOINT_URL");
    let failed = account.run(command).exits(1);
    assert!(failed.calls.is_empty(), "{failed}");
    failed.says("AWS_ENDPOINT_URL_IAM, or endpoint_url of this service in the AWS profile");
}

#[test]
fn credentials_are_never_obtained_in_the_clear() {
    let account = Account::new(&[MAIN]);
    let plain = "http://192.0.2.1:4566";
    let config = format!(
        "[default]\nsso_session = s\nsso_account_id = 123456789012\nsso_role_name = r\n\
         services = local\n[sso-session s]\nsso_region = {MAIN}\nsso_start_url = https://s.example\n\
         [services local]\nsso =\n  endpoint_url = {plain}\n"
    );
    account.write(".aws/config", &config);
    // The name is the SHA-1 of the session's name.
    let token = r#"{"accessToken": "the-token", "expiresAt": "2999-01-01T00:00:00Z"}"#;
    let cached = "a0f1490a20d0211c997b44bc357e1972deab8ae3";
    account.write(&format!(".aws/sso/cache/{cached}.json"), token);
    let emulator = account.endpoint();
    let there = ["plan", "--endpoint-url", &emulator];
    let cases: [(&[&str], &[(&str, &str)], &str, &str); 5] = [
        (
            &["plan"],
            &[],
            "AWS_ENDPOINT_URL_SSO, or endpoint_url of this",
            "in the profile",
        ),
        (
            &there,
            &[],
            "neither https nor on this machine",
            "beside another endpoint",
        ),
        (
            &["plan"],
            &[("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")],
            "neither https nor on this machine",
            "credentials are obtained from it although the configuration is ignored",
        ),
        (
            &there,
            &[("AWS_ENDPOINT_URL_SSO", plain)],
            "AWS_ENDPOINT_URL_SSO",
            "a variable",
        ),
        (
            &there,
            &[("AWS_ENDPOINT_URL", plain)],
            "AWS_ENDPOINT_URL",
            "the variable for all",
        ),
    ];
    for (args, variables, told, why) in cases {
        let mut command = account.command(args);
        for name in [
            "AWS_ENDPOINT_URL",
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
        ] {
            command.env_remove(name);
        }
        command.envs(variables.iter().copied());
        let failed = account.run(command).exits(1);
        assert!(failed.calls.is_empty(), "{why}: {failed}");
        assert!(failed.to_string().contains(told), "{why}: {failed}");
        assert!(
            failed.to_string().contains("http://192.0.2.1"),
            "{why}: {failed}"
        );
    }
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
        .says("Account 424242424242");
    let failed = account.provision(&["plan", "--profile", "nope"]).exits(1);
    failed.says("sts:GetCallerIdentity failed").says("nope");
}

#[test]
fn an_endpoint_where_nobody_listens_is_unreachable() {
    let account = Account::new(&[MAIN]);
    // A port that a test had and gave back could be another test's by now. Nobody listens at this one.
    let endpoint = "http://127.0.0.1:1";
    for command in [
        &["plan"][..],
        &["apply", "--yes"],
        &["preflight"],
        &["destroy", "--yes"],
    ] {
        // With one call at a time, a failed call must free the place for the next one.
        for more in [&[][..], &["--concurrency", "1"]] {
            let args = [command, more, &["--endpoint-url", endpoint]].concat();
            let failed = account.provision(&args).exits(1);
            assert!(failed.calls.is_empty(), "{failed}");
            failed
                .says("Connection refused")
                .says("Check the network")
                .says("--endpoint-url");
        }
    }
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
fn a_permissions_boundary_of_another_account_is_refused() {
    let account = Account::new(&[MAIN]);
    let boundary = "arn:aws:iam::111122223333:policy/boundary";
    let args = ["apply", "--yes", "--permissions-boundary", boundary];
    let failed = account.provision(&args).exits(1).writes_nothing();
    let message = format!("{boundary} is in another account than {}", account.id);
    failed.says(&message).says("Name a policy of this account");
}

#[test]
fn an_error_on_expired_credentials_says_to_renew_them() {
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
fn a_denied_write_skips_what_needs_it_and_nothing_else() {
    let account = Account::new(&[MAIN]);
    account.refuse("PutRolePolicy", "AccessDenied", "not you");
    let failed = account.provision(&["apply", "--yes"]).exits(1);
    failed
        .says("iam:PutRolePolicy failed on iam_role.firehose-eu-west-1")
        .says(&format!("(account {})", account.id))
        .says("Allow iam:PutRolePolicy")
        .says("firehose_stream.eventbridge@eu-west-1 skipped, because iam_role.firehose-eu-west-1 failed")
        .says("s3_bucket.logs@eu-west-1 created")
        .says("event_rule.stackstate@eu-west-1 created")
        .says(": 3 created, 3 failed, 2 skipped.");
}

#[test]
fn a_date_at_the_end_of_all_years_does_not_end_the_run_as_a_bug() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let mut client = client.unwrap();
            let _ = client.read(&mut [0; 65536]);
            let body = "<ErrorResponse><Error><Code>RequestTimeTooSkewed</Code><Message>late\
                        </Message></Error></ErrorResponse>";
            let answer = format!(
                "HTTP/1.1 403 Forbidden\r\nDate: Fri, 31 Dec 9999 23:59:59 GMT\r\n\
                 Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
            let _ = client.write_all(answer.as_bytes());
        }
    });
    let account = Account::new(&[MAIN]);
    let mut plan = account.command(&["plan"]);
    plan.env("AWS_ENDPOINT_URL", format!("http://{address}"));
    account.run(plan).exits(1).says("RequestTimeTooSkewed");
}

#[test]
fn an_aws_profile_that_does_not_exist_and_a_session_of_sso_are_told_by_their_names() {
    let account = Account::new(&[MAIN]);
    account.write(
        ".aws/config",
        "[profile work]\nsso_start_url = https://x.awsapps.com/start\nsso_region = eu-west-1\n\
         sso_account_id = 111122223333\nsso_role_name = r\n[profile half]\nrole_arn = \
         arn:aws:iam::111122223333:role/x\nsource_profile = gone\n[profile plain]\nregion = eu-west-1\n",
    );
    let cases = [
        (
            "nope",
            "there is no AWS profile nope",
            "`aws configure list-profiles`",
        ),
        (
            "plain",
            "there is no AWS profile plain, or it names no credentials",
            "`aws configure --profile plain`",
        ),
        (
            "half",
            "there is no AWS profile gone, which the profile half names as its source",
            "`aws configure list-profiles`",
        ),
        (
            "work",
            "the session of AWS IAM Identity Center (SSO) has expired, or there is none",
            "`aws sso login --profile work`",
        ),
    ];
    for (profile, message, hint) in cases {
        let failed = account.provision(&["plan", "--profile", profile]).exits(1);
        assert!(failed.calls.is_empty(), "{failed}");
        failed.says(message).says(hint);
    }
}

#[test]
fn a_proxy_that_cannot_be_reached_is_named_without_its_password() {
    let account = Account::new(&[MAIN]);
    let mut command = account.command(&["plan", "--account", &account.id]);
    command.env("HTTPS_PROXY", "http://user:pass-word@nonsense.invalid:3128");
    command.env_remove("AWS_ENDPOINT_URL");
    let failed = account.run(command).exits(1);
    assert!(!failed.stderr.contains("pass-word"), "{failed}");
    failed.says("(HTTPS_PROXY names the proxy nonsense.invalid:3128)");
}

#[test]
fn every_read_that_is_denied_is_told_at_once() {
    let account = Account::new(&[MAIN]);
    account.refuse("GetRole", "AccessDenied", "not you");
    account.refuse("GetAccountAuthorizationDetails", "AccessDenied", "not you");
    account.refuse_in_json("DescribeRule", "AccessDeniedException", "nor you");
    let failed = account.provision(&["plan"]).exits(1);
    failed
        .says("of the reads that every plan begins with")
        .says("iam:GetRole for iam_role.eventbridge-eu-west-1, iam_role.firehose-eu-west-1, iam_role.integration")
        .says("events:DescribeRule for event_rule.stackstate@eu-west-1")
        .says("`provision permissions plan` prints the policy");
}
