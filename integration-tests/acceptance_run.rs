//! `make acceptance` on both emulators, in short: it goes well, and it removes what it made however it
//! ends.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustix::process::Signal;

use crate::harness::{Account, MAIN, Moment, OTHER, Output, inventory};

/// IAM's answer before the change by hand.
const OLD_POLICIES: &str = "<ListRolePoliciesResponse><ListRolePoliciesResult><PolicyNames>\
    <member>STSIntegration</member></PolicyNames><IsTruncated>false</IsTruncated>\
    </ListRolePoliciesResult></ListRolePoliciesResponse>";

/// The acceptance run in these regions of this account, with more `args` behind the others.
fn acceptance(account: &Account, regions: [&str; 2], args: &[&str]) -> Command {
    let program = Path::new(env!("CARGO_BIN_EXE_provision"));
    let example = program.with_file_name("examples").join("acceptance");
    assert!(
        example.exists(),
        "run `cargo build --locked --example acceptance` first"
    );
    let mut command = Command::new(example);
    let of_account = account.quiet_command(&[]);
    let variables = of_account.get_envs();
    let variables = variables.filter_map(|(name, value)| Some((name, value?)));
    command
        .env_clear()
        .envs(variables)
        .current_dir(account.path(""))
        .arg(program)
        .arg(format!("--regions={}", regions.join(",")))
        .args(["--delivery-seconds=2", "--read-seconds=3"])
        .args(args);
    command
}

/// The same as somebody starts it who has read what it says.
fn confirmed(account: &Account, args: &[&str]) -> Command {
    let account_flag = format!("--account={}", account.id);
    let fixed = ["--confirm=create-and-destroy", &account_flag];
    acceptance(account, [MAIN, OTHER], &[&fixed, args].concat())
}

/// The files in the folder of the reports whose name begins and ends so.
fn files(account: &Account, begin: &str, end: &str) -> Vec<String> {
    let entries = fs::read_dir(account.path("target/acceptance")).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let named = paths.filter(|path| {
        let name = path.file_name().unwrap().to_string_lossy();
        name.starts_with(begin) && name.ends_with(end)
    });
    named
        .map(|path| fs::read_to_string(path).unwrap())
        .collect()
}

async fn leaves_nothing(account: &Account) {
    let left = inventory::of(account, &[MAIN, OTHER]).await;
    assert_eq!(left, [].into());
    assert_eq!(files(account, "left-", ".json"), Vec::<String>::new());
}

async fn goes_well(account: &Account) -> (Output, String) {
    let ended = account.run(confirmed(account, &[])).exits(0);
    let ended = ended
        .says("Steps that went wrong: 0")
        .says("Left in the account: nothing but keys whose deletion is scheduled");
    leaves_nothing(account).await;
    let [report] = files(account, "report-", ".md").try_into().unwrap();
    for line in files(account, "report-", ".jsonl").concat().lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(line["kind"].is_string(), "{line}");
        let line = line.to_string();
        let mut words = line.split(|c: char| !c.is_ascii_hexdigit());
        let external_id = words.find(|word| word.len() >= 32);
        assert_eq!(external_id, None, "{line}");
    }
    (ended, report)
}

#[tokio::test]
async fn it_goes_well_on_localstack_and_says_that_this_shows_nothing_about_aws() {
    let account = Account::new(&[MAIN]);
    let reads = AtomicUsize::new(0);
    account.stand_in(move |call| match call.operation.as_str() {
        "PutRolePolicy" if call.body.contains("PolicyName=acceptance&") => {
            reads.store(5, Ordering::Relaxed);
            None
        }
        // After that write the first, the second and the fourth read show the old state.
        "ListRolePolicies" => {
            match reads.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(1)
            }) {
                Ok(5 | 4 | 2) => Some(("200 OK".to_owned(), OLD_POLICIES.to_owned())),
                _ => None,
            }
        }
        _ => None,
    });
    let (ended, report) = goes_well(&account).await;
    ended
        .says(&format!("Account {} in the partition aws", account.id))
        .says("IAM user provision-acceptance-acc-")
        .says("Cost: less than one dollar");
    for text in [
        "**On an emulator.**",
        "| hardened, two regions | apply again | 0 |",
        "**Does CreateBucket take tags here?** Yes",
        "**Does Firehose deliver across regions?** Yes (documented, stream in us-east-1",
        "**Does an event of AWS reach the bucket?** Not seen",
        "is ACTIVE, and reads back `arn:aws:kms:eu-west-1",
        "**Are reads late, and by how much?** Yes. iam:ListRolePolicies after iam:PutRolePolicy: old until ",
        " ms, 1 times after a new answer.",
        "| kms:UpdateKeyDescription | kms:DescribeKey by alias |",
        "| iam:CreateRole |  | ok: 10 |",
        "Nothing but the keys below.",
    ] {
        assert!(report.contains(text), "{text:?} is missing in {report}");
    }
}

#[tokio::test]
async fn it_goes_well_on_moto() {
    let account = Account::in_moto(&[MAIN]).await;
    goes_well(&account).await;
}

#[test]
fn nothing_is_written_in_another_account_or_without_the_word() {
    let account = Account::new(&[MAIN]);
    let word = "--confirm=create-and-destroy";
    let own = format!("--account={}", account.id);
    let both = [MAIN, OTHER];
    for (regions, args, says) in [
        (
            both,
            &[word, "--account=000000000001"][..],
            "and not of 000000000001; nothing was changed",
        ),
        (both, &[word, "--account="], "\"\" is not an AWS account ID"),
        (
            both,
            &[&own, "--confirm=yes"],
            "not confirmed; nothing was changed",
        ),
        (both, &[&own], "Pass CONFIRM=create-and-destroy"),
        // The program refuses such settings, so that nothing could be removed again.
        (
            [MAIN, MAIN],
            &[word, &own],
            "one or two different regions of one partition are needed",
        ),
        (
            [MAIN, "us-gov-west-1"],
            &[word, &own],
            "one or two different regions of one partition are needed",
        ),
    ] {
        let refused = account.run(acceptance(&account, regions, args)).exits(1);
        refused.says(says).writes_nothing();
    }
}

#[tokio::test]
async fn ctrl_c_ends_the_scenarios_and_everything_is_removed() {
    let account = Account::new(&[MAIN]);
    // Only the changes by hand tag a role that exists.
    let stopped = account.run_watched(confirmed(&account, &[]), |process, call, moment| {
        if call.operation == "TagRole" && moment == Moment::Answered {
            process.send(Signal::INT);
        }
        true
    });
    stopped
        .exits(1)
        .says("stopped by the person")
        .says("Left in the account: nothing but keys");
    leaves_nothing(&account).await;
}

#[tokio::test]
async fn what_a_killed_run_left_is_named_and_removed_by_the_next() {
    let account = Account::new(&[MAIN]);
    account.run_watched(confirmed(&account, &[]), |process, call, moment| {
        if call.operation == "TagRole" && moment == Moment::Answered {
            process.send(Signal::KILL);
        }
        true
    });
    let role = inventory::of(&account, &[MAIN]).await;
    let role = role.iter().any(|line| line.starts_with("role StackState"));
    assert!(role, "the killed run left its roles");

    let cleaned = account.run(confirmed(&account, &["--clean-up"])).exits(0);
    cleaned
        .says("Runs that were cut off may have left the following, which is removed first")
        .says("IAM role StackStateAwsIntegrationRole-acc-")
        .says("Left in the account: nothing but keys");
    leaves_nothing(&account).await;
    account
        .run(confirmed(&account, &["--clean-up"]))
        .exits(0)
        .says("was cut off")
        .writes_nothing();
}
