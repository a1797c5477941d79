//! A saved plan of a fleet, written and read again, and what is refused.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};

use super::*;
use crate::fakes::deployment::settings;
use crate::fleet::fakes::{account, ended};
use crate::fleet::groups::Plans;
use crate::systems::{Goal, named};

fn inputs(regions: &[&str]) -> Inputs {
    let settings = settings(regions);
    Inputs::of(&settings, &named(&settings, Goal::Present).unwrap()).unwrap()
}

fn plan(number: u64, name: &str) -> Json {
    let account = account(number);
    json!({
        "account": account.as_str(), "partition": "aws", "regions": ["eu-west-1"], "targets": [],
        "resources": [{"address": "s3_bucket.logs", "name": format!("{name}-{account}"), "action": "create"}],
        "warnings": [],
    })
}

/// Two accounts with equal plans, one with another plan, and one that is left out.
fn planned() -> (Vec<Ended>, Plans) {
    let mut plans = Plans::default();
    let names = [(3, "logs"), (1, "logs"), (2, "other")];
    let mut planned: Vec<Ended> = names
        .into_iter()
        .map(|(number, name)| {
            let plan = plan(number, name);
            let ended = ended(number, Outcome::Changed).with_plan(&plan);
            plans.add(&ended.account, ended.plan.unwrap(), &plan);
            ended
        })
        .collect();
    planned.push(ended(4, Outcome::Skipped));
    (planned, plans)
}

fn made() -> Made {
    Made {
        flags: vec!["--postfix=-blue".to_owned()],
        ..Made::default()
    }
}

fn save(folder: &Path) -> Result<(), Failure> {
    let (planned, plans) = planned();
    let organization = Some("o-a1b2c3d4e5");
    write(
        folder,
        &planned,
        &plans,
        &inputs(&["eu-west-1"]),
        organization,
        made(),
    )
}

/// A saved plan in a folder of its own.
fn saved() -> (tempfile::TempDir, PathBuf) {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("plan");
    save(&folder).unwrap();
    (parent, folder)
}

fn refusal(folder: &Path) -> String {
    let read = read(folder).and_then(|saved| saved.plans().map(drop));
    read.unwrap_err().causes.join("; ")
}

#[test]
fn a_saved_plan_is_read_as_it_was_written() {
    let (_parent, folder) = saved();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    assert_eq!(mode(&folder.join(INDEX)), 0o600);
    let saved = read(&folder).unwrap();
    let (mut planned, plans) = planned();
    planned.sort_by(|one, other| one.account.cmp(&other.account));
    assert_eq!(saved.planned, planned);
    assert_eq!(saved.made, made());
    assert_eq!(saved.organization.as_deref(), Some("o-a1b2c3d4e5"));
    let read_again = saved.plans().unwrap();
    assert_eq!(read_again.digests().count(), 2);
    for digest in plans.digests() {
        assert_eq!(read_again.get(digest), plans.get(digest));
    }
}

#[test]
fn settings_targets_and_plans_are_compared() {
    let (_parent, folder) = saved();
    let saved = read(&folder).unwrap();
    saved.check_inputs(&inputs(&["eu-west-1"])).unwrap();
    let changed = saved.check_inputs(&inputs(&["us-east-1"])).unwrap_err();
    assert_eq!(changed.causes, ["`regions` has changed"]);
    let targets = |numbers: &[u64], of_all| {
        let numbers: Vec<AccountId> = numbers.iter().map(|it| account(*it)).collect();
        saved.check_targets(numbers.iter(), of_all)
    };
    targets(&[1, 2, 3], true).unwrap();
    targets(&[1, 3], false).unwrap();
    let narrowed = targets(&[1, 5], false).unwrap_err().causes;
    assert_eq!(
        narrowed,
        ["000000000005 is a target now and was not planned"]
    );
    let causes = targets(&[1, 3, 5], true).unwrap_err().causes;
    let expected = [
        "000000000002 was planned and is no target now",
        "000000000005 is a target now and was not planned",
    ];
    assert_eq!(causes, expected);
    let now = |number, name| ended(number, Outcome::Changed).with_plan(&plan(number, name));
    assert!(saved.is_planned(&now(1, "logs")));
    assert!(!saved.is_planned(&now(1, "other")), "another plan");
    assert!(!saved.is_planned(&now(9, "logs")), "another account");
    assert!(!saved.is_planned(&ended(4, Outcome::Failed)), "no plan");
}

#[test]
fn an_earlier_plan_is_replaced_and_nothing_else() {
    let (parent, folder) = saved();
    save(&folder).unwrap();
    let empty = parent.path().join("empty");
    fs::create_dir(&empty).unwrap();
    save(&empty).unwrap();
    let (file, link) = (parent.path().join("file"), parent.path().join("link"));
    fs::write(&file, "mine").unwrap();
    symlink(&folder, &link).unwrap();
    let other = parent.path().join("other");
    fs::create_dir(&other).unwrap();
    fs::write(other.join(INDEX), "[]").unwrap();
    fs::write(folder.join("notes"), "mine").unwrap();
    for (path, expected) in [
        (&file, "a file is there"),
        (&link, "it is a symbolic link"),
        (&other, "another folder is there"),
        (&folder, "another folder is there"),
    ] {
        assert_eq!(
            save(path).unwrap_err().causes,
            [expected],
            "{}",
            path.display()
        );
    }
    assert_eq!(fs::read_to_string(folder.join("notes")).unwrap(), "mine");
    assert_eq!(
        fs::read_dir(parent.path()).unwrap().count(),
        5,
        "nothing is left over"
    );
}

#[test]
fn hostile_and_foreign_folders_are_refused_with_a_reason() {
    let rows: [(fn(&Path), &str, &str); 8] = [
        (
            |folder| fs::remove_file(folder.join(INDEX)).unwrap(),
            "index.json: No such file",
            "no index",
        ),
        (
            |folder| change(folder, "\"format_version\": 1", "\"format_version\": 2"),
            "it has the format 2",
            "newer",
        ),
        (
            |folder| change(folder, "logs", "logs"),
            "",
            "nothing was changed",
        ),
        (
            |folder| change(folder, "-blue", "-green"),
            "it was changed after it was saved",
            "a flag",
        ),
        (
            |folder| change(folder, "\"made\"", "\"more\": 1, \"made\""),
            "unknown field `more`",
            "another field",
        ),
        (
            |folder| {
                let path = folder.join(INDEX);
                let copy = folder.join("copy");
                fs::rename(&path, &copy).unwrap();
                symlink(copy, path).unwrap();
            },
            "index.json is a symbolic link",
            "a link",
        ),
        (
            |folder| {
                let text = fs::read_to_string(folder.join(INDEX)).unwrap();
                let mut index: Json = serde_json::from_str(&text).unwrap();
                let accounts = index["content"]["accounts"].as_array_mut().unwrap();
                accounts.push(accounts[0].clone());
                index["digest"] = json!(Digest::of(&index["content"].to_string()));
                fs::write(folder.join(INDEX), index.to_string()).unwrap();
            },
            "the account 000000000001 stands there twice",
            "a target twice, with a new digest",
        ),
        (
            |folder| {
                for entry in fs::read_dir(folder).unwrap() {
                    let path = entry.unwrap().path();
                    if path.to_string_lossy().contains("plan-") {
                        let text = fs::read_to_string(&path).unwrap();
                        fs::write(&path, text.replace("create", "keep")).unwrap();
                    }
                }
            },
            "was changed after it was saved",
            "a plan that is shown is another one",
        ),
    ];
    for (harm, expected, why) in rows {
        let (_parent, folder) = saved();
        harm(&folder);
        match expected {
            "" => assert!(read(&folder).is_ok(), "{why}"),
            _ => {
                let refused = refusal(&folder);
                assert!(refused.contains(expected), "{why}: {refused}");
            }
        }
    }
    let (parent, folder) = saved();
    let link = parent.path().join("link");
    symlink(&folder, &link).unwrap();
    assert_eq!(refusal(&link), "it is a symbolic link");
}

fn change(folder: &Path, from: &str, to: &str) {
    let path = folder.join(INDEX);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

#[test]
fn a_file_is_no_saved_plan_of_a_fleet() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("plan.json");
    fs::write(&file, "{}").unwrap();
    let failure = read(&file).err().unwrap();
    let cause = "it is a file, and the plans of many accounts are in a folder";
    assert_eq!(failure.causes, [cause]);
}
