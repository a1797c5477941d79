//! The runs in the guide `docs/fleet.md`, in an organization of moto: what the page shows is what is printed.
//!
//! The page names accounts and units by ids of its own, in the same order as those that moto makes up. A line
//! `…` of the page stands for lines that were left out.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_sdk_organizations::Client;

use crate::harness::{Account, MAIN, OTHER, unwrapped};

/// The accounts of the unit in the order of their ids, each with its id on the page.
const ACCOUNTS: [(&str, &str); 5] = [
    ("data-prod", "108836451927"),
    ("ledger-prod", "283746550192"),
    ("payments-prod", "459120387746"),
    ("platform-test", "637205518894"),
    ("web-prod", "874411920635"),
];
/// An account that was closed.
const CLOSED: (&str, &str) = ("old-shop", "556677889900");
const UNIT: &str = "ou-ab12-cdef3456";
const ROOT: &str = "r-ab12";
const ORGANIZATION: &str = "o-a1b2c3d4e5";
const MANAGEMENT: &str = "111122223333";

/// The indented blocks of the page, without their indentation.
fn blocks(page: &str) -> Vec<String> {
    let mut blocks = vec![String::new()];
    for line in page.lines() {
        let last = blocks.len() - 1;
        match line.strip_prefix("    ") {
            Some(line) => blocks[last] += &format!("{line}\n"),
            None if line.is_empty() && !blocks[last].is_empty() => blocks[last] += "\n",
            None => blocks.push(String::new()),
        }
    }
    blocks.retain(|block| !block.trim().is_empty());
    blocks
}

/// An account of this name whose id is the `place`th of five, so that accounts have the order of the page. The
/// ids are random, and accounts with another one stay in the root, where the fleet has none.
async fn create(organizations: &Client, name: &str, place: Option<usize>) -> String {
    loop {
        let create = organizations.create_account().account_name(name);
        let created = create.email(format!("{name}@example.com")).send().await;
        let status = created.expect("an account").create_account_status;
        let id = status.and_then(|it| it.account_id).expect("an id");
        let number: u64 = id.parse().expect("a number");
        if place.is_none_or(|place| number / 200_000_000_000 == place as u64) {
            return id;
        }
    }
}

/// An organization as the page describes it: the caller with the page's settings, and the page's id of each id.
async fn organization(settings: &str) -> (Account, BTreeMap<String, &'static str>) {
    let caller = Account::in_moto(&[MAIN, OTHER]).await;
    let client = caller.organizations();
    let made = client.create_organization().send().await.expect("made");
    let organization = made.organization.and_then(|it| it.id).expect("an id");
    let roots = client.list_roots().send().await.expect("the roots");
    let root = roots.roots()[0].id().expect("the root's id").to_owned();
    let unit = client.create_organizational_unit().name("Workloads");
    let unit = unit.parent_id(&root).send().await.expect("a unit");
    let unit = unit
        .organizational_unit
        .and_then(|it| it.id)
        .expect("an id");
    let mut shown = BTreeMap::new();
    let places = (0..).map(Some).zip(ACCOUNTS);
    for (place, (name, id)) in places.chain([(None, CLOSED)]) {
        let account = create(&client, name, place).await;
        let place = client.move_account().account_id(&account);
        let place = place.source_parent_id(&root).destination_parent_id(&unit);
        place.send().await.expect("an account that can be moved");
        if id == CLOSED.1 {
            let close = client.close_account().account_id(&account).send().await;
            close.expect("an account that can be closed");
        }
        shown.insert(account, id);
    }
    shown.insert(unit, UNIT);
    shown.insert(root, ROOT);
    shown.insert(organization, ORGANIZATION);
    shown.insert(caller.id.clone(), MANAGEMENT);
    let ours = shown
        .iter()
        .fold(settings.to_owned(), |text, (id, of_page)| {
            text.replace(of_page, id)
        });
    caller.write("provision.toml", &ours);
    (caller, shown)
}

/// The text of a run in one line, without how long the run took.
fn told(text: &str) -> String {
    let text = unwrapped(text);
    let mut parts = text.split(" accounts in ");
    let mut told = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (_, rest) = part.split_once(": ").unwrap_or_default();
        told += &format!(" accounts in TIME: {rest}");
    }
    told
}

/// Whether the printed text is the page's, in which `…` stands for anything.
fn is_shown(page: &str, printed: &str) -> bool {
    let (page, printed) = (told(page), told(printed));
    let mut parts = page.split('…').map(str::trim);
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = printed.strip_prefix(first) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let [between @ .., last] = parts.as_slice() else {
        return rest.is_empty();
    };
    for part in between {
        let Some((_, after)) = rest.split_once(part) else {
            return false;
        };
        rest = after;
    }
    rest.ends_with(last)
}

#[tokio::test]
async fn the_guide_shows_what_is_printed() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/fleet.md");
    let page = fs::read_to_string(page).expect("the page");
    let blocks = blocks(&page);
    let settings = blocks.iter().find(|it| it.contains("[fleet]"));
    let (caller, shown) = organization(settings.expect("settings")).await;
    let id_of = |name: &str| {
        let (_, of_page) = ACCOUNTS.iter().find(|(it, _)| *it == name).unwrap();
        let found = shown.iter().find(|(_, it)| *it == of_page);
        found.expect("an account").0.clone()
    };
    let run = Arc::new(AtomicUsize::new(0));
    let (now, management) = (Arc::clone(&run), caller.id.clone());
    let (ledger, data) = (id_of("ledger-prod"), id_of("data-prod"));
    // Until the second run has ended there is no role in one account, and until the third has ended another
    // account has too many streams. Source of the messages: "Troubleshoot access denied error messages" in the
    // IAM User Guide, and "CreateDeliveryStream" in the API Reference of Firehose.
    caller.stand_in(move |call| {
        let now = now.load(Ordering::Relaxed);
        if now < 2 && call.operation == "AssumeRole" && call.body.contains(&ledger) {
            let body = format!(
                "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User: \
                 arn:aws:sts::{management}:assumed-role/deployer/tests is not authorized to perform: \
                 sts:AssumeRole on resource: arn:aws:iam::{ledger}:role/provision/ProvisionDeploy</Message>\
                 </Error></ErrorResponse>"
            );
            return Some(("403 Forbidden".to_owned(), body));
        }
        let is_full = now < 3 && call.operation == "CreateDeliveryStream";
        (is_full && call.body.contains(&data)).then(|| {
            let body = r#"{"__type": "LimitExceededException", "message": "You have already reached the limit for a requested operation."}"#;
            ("400 Bad Request".to_owned(), body.to_owned())
        })
    });
    let mut different = String::new();
    for block in &blocks {
        for run_shown in block
            .split("$ ")
            .skip(1)
            .filter(|it| it.starts_with("provision fleet "))
        {
            let (line, wanted) = run_shown.split_once('\n').expect("what is printed");
            let printed = printed(&caller, line);
            run.fetch_add(1, Ordering::Relaxed);
            let printed = shown
                .iter()
                .fold(printed, |text, (id, of_page)| text.replace(id, of_page));
            if !is_shown(wanted, &printed) {
                different += &format!("$ {line}\n{printed}\n");
            }
        }
    }
    assert!(run.load(Ordering::Relaxed) > 4, "runs are on the page");
    assert!(different.is_empty(), "the page must show:\n{different}");
}

/// What a person sees of a run.
fn printed(caller: &Account, line: &str) -> String {
    let program = env!("CARGO_BIN_EXE_provision");
    let line = line.replacen("provision", program, 1);
    let environment = caller.quiet_command(&[]);
    let environment = environment.get_envs();
    let mut shell = Command::new("bash");
    shell
        .args(["-c", &format!("{line} 2>&1")])
        .current_dir(caller.path(""))
        .stdin(Stdio::null())
        .env_clear()
        .envs(environment.filter_map(|(name, value)| Some((name, value?))));
    caller.run(shell).stdout
}
