//! Snapshots of what a person sees of a run over many accounts.

use std::collections::BTreeMap;
use std::time::Duration;

use super::question::{Question, waves};
use super::summary::Summary;
use super::{accounts, question};
use crate::engine::node::Observations;
use crate::engine::plan;
use crate::failure::Failure;
use crate::fakes::deployment::{laid_out, settings, site, to_be_removed};
use crate::fakes::{consent, settled};
use crate::fleet::ended::{Ended, Outcome};
use crate::fleet::fakes::{account, target};
use crate::fleet::groups::Plans;
use crate::fleet::report::Command;
use crate::fleet::run;
use crate::fleet::stopped::Stopped;
use crate::fleet::target::{Skipped, Target, Targets};
use crate::names::AccountId;
use crate::render::json;
use crate::render::wrap::{width_of, words};
use crate::settings::{Fleet, Override, Share, Wave};
use serde_json::Value as Json;

/// A first plan of an account in these regions.
pub fn first(number: u64, regions: &[&str]) -> Json {
    let settings = settings(regions);
    let plan = plan::plan(&laid_out(&settings), &Observations::new(), consent(false));
    let mut site = site(&settings);
    site.account = account(number);
    let text = json::plan(&site, &plan).to_string();
    let text = text.replace("123456789012", account(number).as_str());
    serde_json::from_str(&text).unwrap()
}

/// A plan in which everything is deleted.
fn last(number: u64) -> Json {
    let settings = settings(&["eu-west-1"]);
    let nodes = laid_out(&settings);
    let observed = nodes.iter().filter(|node| node.is_wanted()).map(|node| {
        let key = "arn:aws:kms:eu-west-1:123456789012:key/k".to_owned();
        let keys = nodes.iter().filter(|node| node.address().kind == "kms_key");
        let known = keys.map(|it| (it.address().clone(), key.clone())).collect();
        let present = settled(node, &known);
        (
            node.address().clone(),
            crate::engine::observed::Observed::Present(present),
        )
    });
    let mut plan = plan::plan(
        &to_be_removed(&settings),
        &observed.collect(),
        consent(false),
    );
    plan.steps.reverse();
    let mut site = site(&settings);
    site.account = account(number);
    json::plan(&site, &plan)
}

fn teamed(number: u64) -> Target {
    Target {
        name: Some(format!("team-{number}")),
        path: vec!["Root".to_owned(), "Workloads".to_owned()],
        ..target(number)
    }
}

fn of(number: u64, outcome: Outcome) -> Ended {
    Ended::new(&teamed(number), outcome, Duration::from_secs(1))
}

fn denied(number: u64) -> Ended {
    let account = account(number);
    let failure = Failure::new(format!(
        "AssumeRole failed (account {account}, region eu-west-1)"
    ))
    .because(format!(
        "AccessDenied: User: arn:aws:sts::000000000001:assumed-role/Admin/me is not authorized to perform: \
         sts:AssumeRole on resource: arn:aws:iam::{account}:role/provision/ProvisionDeploy (request id \
         01234567-89ab-cdef-0123-{number:012})"
    ))
    .hint("Look at the role's name, its trust policy, the caller's permissions, and policies of the organization");
    of(number, Outcome::Unreachable).because(&failure)
}

/// A run over a thousand accounts in which everything occurs.
fn planned() -> (Vec<Ended>, Plans) {
    let mut plans = Plans::default();
    let mut ended = Vec::new();
    for number in 1..=1000 {
        let plan = match number {
            100..130 => Some(first(number, &["eu-west-1", "us-east-1"])),
            130 => Some(first(number, &["us-west-2", "us-east-1"])),
            500 => Some(first(number, &["eu-west-1"])),
            _ => None,
        };
        ended.push(match (plan, number) {
            (Some(plan), _) => {
                let account = of(number, Outcome::Changed).with_plan(&plan);
                plans.add(&account.account, account.plan.unwrap(), &plan);
                account
            }
            (None, 600..=602) => denied(number),
            (None, 700) => {
                let skipped = Skipped {
                    account: account(number),
                    name: None,
                    reason: "it is suspended".to_owned(),
                };
                Ended::skipped(&skipped)
            }
            _ => of(number, Outcome::Unchanged),
        });
    }
    ended.reverse();
    (ended, plans)
}

fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

fn shown((ended, plans): &(Vec<Ended>, Plans), width: usize, details: bool) -> String {
    let summary = Summary {
        command: Command::Plan,
        ended,
        plans,
        waves: &[],
        stopped: None,
        next: Some("provision fleet plan --retry report.jsonl"),
        took: Duration::from_secs(43),
        width,
        details,
    };
    plain(&summary.text())
}

#[test]
fn equal_plans_and_equal_failures_are_told_once() {
    let run = planned();
    for width in [60, 80, 120] {
        let text = shown(&run, width, false);
        insta::assert_snapshot!(format!("a_plan_of_a_fleet_in_{width}_columns"), text);
    }
    let all = shown(&run, 80, true);
    for number in 100..=130 {
        assert!(all.contains(account(number).as_str()), "{number}");
    }
}

#[test]
fn no_line_is_longer_than_the_terminal_unless_it_is_one_word() {
    let run = planned();
    for width in (60..=120).step_by(4) {
        for line in shown(&run, width, width % 8 == 0).lines() {
            let words = words(line).len() - usize::from(line.trim().starts_with(['+', '-', '~']));
            assert!(width_of(line) <= width || words == 1, "{width}: {line:?}");
        }
    }
}

#[test]
fn a_run_that_stopped_says_where_and_what_to_do() {
    let mut ended: Vec<Ended> = (1..=40)
        .map(|number| match number {
            1..=4 => of(number, Outcome::Done).with_plan(&first(number, &["eu-west-1"])),
            5 => {
                let failure = Failure::new(format!("CreateBucket failed on s3_bucket.logs@eu-west-1 (account {}, region eu-west-1)", account(5)))
                    .because("BucketAlreadyExists: the name\u{1b}[2J is taken (request id ABC)");
                of(5, Outcome::Failed).because(&failure)
            }
            6 => of(6, Outcome::Stale).because(&Failure::new("its plan is another one than was approved")),
            7 => of(7, Outcome::Unchanged),
            _ => of(number, Outcome::NotStarted),
        })
        .collect();
    ended[4].name = Some("a\u{202e}b".to_owned());
    let summary = Summary {
        command: Command::Apply,
        ended: &ended,
        plans: &Plans::default(),
        waves: &[
            (1..=2).map(account).collect(),
            (3..=40).map(account).collect(),
        ],
        stopped: Some(&Stopped::of(&run::Stopped::TooManyFailed, 0)),
        next: Some("provision fleet apply --retry report.jsonl"),
        took: Duration::from_secs(130),
        width: 80,
        details: false,
    };
    insta::assert_snapshot!(plain(&summary.text()));
}

#[test]
fn a_run_that_stopped_between_waves_says_before_which() {
    let begun = [Outcome::Failed, Outcome::Unchanged];
    for (second, words) in begun.into_iter().zip(["in", "before"]) {
        let ended = [
            of(1, Outcome::Failed),
            of(2, second),
            of(3, Outcome::NotStarted),
        ];
        let summary = Summary {
            command: Command::Apply,
            ended: &ended,
            plans: &Plans::default(),
            waves: &[vec![account(1)], vec![account(2), account(3)]],
            stopped: Some(&Stopped::of(&run::Stopped::TooManyFailed, 0)),
            next: None,
            took: Duration::from_secs(1),
            width: 80,
            details: false,
        };
        let text = plain(&summary.text());
        let stopped = format!("Stopped {words} wave 2 of 2: ");
        assert!(text.contains(&stopped), "{text}");
    }
}

#[test]
fn accounts_that_are_done_stand_together_whatever_their_plans_were() {
    let done =
        |number, regions: &[&str]| of(number, Outcome::Done).with_plan(&first(number, regions));
    let ended = [
        done(2, &["eu-west-1"]),
        done(1, &["eu-west-1", "us-east-1"]),
        done(3, &["eu-west-1"]),
    ];
    let text = shown(&(ended.into(), Plans::default()), 80, false);
    let heading = format!("Done: 3 accounts\n  {} (team-1)", account(1));
    assert_eq!(text.matches("Done: ").count(), 1, "{text}");
    assert!(text.contains(&heading), "{text}");
}

/// `fleet preflight` has no `--details`, and keeps no plans.
#[test]
fn a_preflight_says_that_nothing_is_wrong() {
    let ended = [of(1, Outcome::Changed).with_plan(&first(1, &["eu-west-1"]))];
    let summary = Summary {
        command: Command::Preflight,
        ended: &ended,
        plans: &Plans::default(),
        waves: &[],
        stopped: None,
        next: None,
        took: Duration::from_secs(1),
        width: 80,
        details: false,
    };
    let text = plain(&summary.text());
    let heading = "Changed: 1 account, by an apply; no check found anything wrong";
    assert!(text.contains(heading), "{text}");
}

/// The key of one account is not that of another, and in a fleet the commands are those of `fleet`.
#[test]
fn a_plan_in_common_names_no_id_of_one_account_and_no_command_for_one() {
    let mut plans = Plans::default();
    let ended: Vec<Ended> = (1..=2)
        .map(|number| {
            let key = format!("3a83b241-8d2b-478f-9af6-231dae928a8{number}");
            let reason = format!("`provision destroy` deletes the key {key}");
            let mut plan = last(number);
            for resource in plan["resources"].as_array_mut().unwrap() {
                resource["reason"] = reason.clone().into();
            }
            let ended = of(number, Outcome::Changed).with_plan(&plan);
            plans.add(&ended.account, ended.plan.unwrap(), &plan);
            ended
        })
        .collect();
    let text = shown(&(ended, plans), 80, false);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("Changed: 2 accounts"), "{text}");
    assert!(
        text.contains("`provision fleet destroy` deletes the key ID"),
        "{text}"
    );
}

fn fleet() -> Fleet {
    Fleet {
        role: "provision/ProvisionDeploy".to_owned(),
        external_id: None,
        organization: Some("o-a1b2c3d4e5".to_owned()),
        accounts: Vec::new(),
        ous: vec!["root".to_owned()],
        account_tags: BTreeMap::new(),
        excluded_accounts: Vec::new(),
        excluded_ous: Vec::new(),
        management: false,
        expect: None,
        skips_missing_regions: false,
        canary: vec![account(3)],
        waves: vec![
            Wave::Canary,
            Wave::Share(Share::Percent(50)),
            Wave::Share(Share::Percent(100)),
        ],
        wave_pause: Duration::ZERO,
        max_failures: Share::Count(0),
        overrides: BTreeMap::new(),
    }
}

#[test]
fn the_accounts_of_a_fleet() {
    let mut fleet = fleet();
    let regions = Override {
        regions: vec![
            "us-east-1".parse().unwrap(),
            "ca-central-1".parse().unwrap(),
        ],
        tags: BTreeMap::new(),
    };
    fleet.overrides.insert(account(2), regions);
    let mut targets: Vec<Target> = (1..=5).map(teamed).collect();
    targets[0].is_callers = true;
    targets[1].path = ["Root", "Workloads", "Production", "Payments"]
        .map(str::to_owned)
        .to_vec();
    targets[3].name = Some("x\u{1b}[2J".to_owned());
    let suspended = Skipped {
        account: account(6),
        name: Some("old".to_owned()),
        reason: "it is suspended".to_owned(),
    };
    let targets = Targets {
        targets,
        skipped: vec![suspended],
    };
    for width in [60, 80, 120] {
        let text = plain(&accounts::text(&targets, &fleet, width));
        insta::assert_snapshot!(format!("the_accounts_of_a_fleet_in_{width}_columns"), text);
    }
}

#[test]
fn the_question_says_how_much_is_changed_where() {
    let (ended, plans) = planned();
    let numbers = |range: std::ops::Range<u64>| -> Vec<AccountId> { range.map(account).collect() };
    let table = waves(
        &[numbers(100..101), numbers(101..120), numbers(1..1000)],
        true,
        &ended,
    );
    insta::assert_snapshot!(plain(&table));
    assert!(plain(&table).lines().all(|line| line.len() <= 60));
    let asked = |planned: &[Ended], plans: &Plans, organization, waves| {
        let question = Question {
            planned,
            plans,
            organization,
            waves,
        };
        question.text()
    };
    assert_eq!(
        asked(&ended, &plans, Some("o-a1b2c3d4e5"), 3),
        "Apply 411 changes (411 create) in 32 accounts of organization o-a1b2c3d4e5 in 3 waves?"
    );
    let mut plans = Plans::default();
    let gone: Vec<Ended> = (1..=3)
        .map(|number| {
            let plan = last(number);
            let ended = of(number, Outcome::Changed).with_plan(&plan);
            plans.add(&ended.account, ended.plan.unwrap(), &plan);
            ended
        })
        .collect();
    assert_eq!(
        asked(&gone, &plans, None, 1),
        "Delete 24 resources in 3 accounts, including 3 buckets?"
    );
    let one = &gone[..1];
    let created = of(9, Outcome::Changed).with_plan(&first(9, &["eu-west-1"]));
    assert_eq!(
        asked(&[one, &[created]].concat(), &plans, None, 1),
        "Apply 16 changes (8 create, 8 delete) in 2 accounts, deleting 8 resources in 1 account, including 1 \
         bucket?"
    );
    assert_eq!(question::typed(990).0, "990");
}
