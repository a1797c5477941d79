//! `plan --html` and `plan --markdown`: the plan for others to read.

use std::fs;
use std::os::unix::fs::symlink;

use crate::harness::{Account, MAIN};

const PLAN: [&str; 3] = ["plan", "--html", "plan.html"];

#[test]
fn the_page_is_written_beside_the_text_and_has_no_secret() {
    let account = Account::new(&[MAIN]);
    for _ in 0..2 {
        // The second run replaces the page of the first.
        let plan = account.provision(&PLAN).exits(0).writes_nothing();
        let plan = plan.says("The page is plan.html");
        assert_eq!(plan.stdout.matches("8 to create").count(), 1, "{plan}");
        let page = fs::read_to_string(account.path("plan.html")).unwrap();
        assert!(
            page.contains(&account.id) && page.contains("8</b> to create"),
            "{page}"
        );
        assert!(!page.contains(&account.external_id), "{page}");
    }
}

#[test]
fn nothing_but_a_page_is_replaced() {
    let account = Account::new(&[MAIN]);
    account.write("plan.html", "precious");
    let refused = account.provision(&PLAN).exits(1).writes_nothing();
    refused
        .says("cannot write the page plan.html")
        .says("another file is there");
    assert_eq!(
        fs::read_to_string(account.path("plan.html")).unwrap(),
        "precious"
    );

    account.write("page", "<meta name=\"generator\" content=\"provision\">");
    fs::remove_file(account.path("plan.html")).unwrap();
    symlink(account.path("page"), account.path("plan.html")).unwrap();
    let refused = account.provision(&PLAN).exits(1);
    refused.says("it is a symbolic link");

    let args = ["plan", "--html", "missing/plan.html"];
    let refused = account.provision(&args).exits(1);
    let refused = refused.says("cannot write the page missing/plan.html");
    assert!(refused.calls.is_empty(), "{refused}");
}

#[test]
fn the_comment_is_all_that_is_printed_and_has_no_secret() {
    let account = Account::new(&[MAIN]);
    let plan = account
        .provision(&["plan", "--markdown"])
        .exits(0)
        .writes_nothing();
    let start = format!("### Account `{}`: 8 to create\n", account.id);
    assert!(plan.stdout.starts_with(&start), "{plan}");
    assert_eq!(plan.stdout.matches("<details>").count(), 8, "{plan}");
    assert!(plan.stdout.len() < 65_536);
    assert!(!plan.stdout.contains(&account.external_id), "{plan}");
    account
        .provision(&["plan", "--markdown", "--json"])
        .exits(1);
}
