//! Tests the page of a plan in a headless browser.
//!
//! `integration-tests/browser/run cargo test --test browser` installs what is needed and runs these tests.
//! They write pages and let `check.mjs`, whose tests print their names, look at them. With PAGES=FOLDER the
//! pages stay in that folder, and with PICTURES=1 pictures of them too.

mod fleets;
mod plans;

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use iam_policy::lint::Accepted;
use provision::render::html::page;

#[test]
fn the_page_works_in_a_browser() {
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let folder = std::env::var_os("PAGES").map_or(temporary.path().to_owned(), PathBuf::from);
    fs::create_dir_all(&folder).expect("a folder");
    for (name, plan) in plans::all() {
        let page = page(&plan, &Accepted::new()).expect("a plan");
        // The other pages are made to be longer than any plan is.
        assert!(
            name != "large.html" || page.len() < 300_000,
            "{} bytes",
            page.len()
        );
        fs::write(folder.join(name), page).expect("a page");
    }
    for (name, page) in fleets::all() {
        fs::write(folder.join(name), page).expect("a page");
    }
    let tests = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/integration-tests/browser/check.mjs"
    );
    let ended = Command::new("node")
        .args(["--test", "--test-reporter=spec", tests])
        .env("PAGES", &folder)
        .status()
        .expect("Node.js; `integration-tests/browser/run` says what these tests need");
    assert!(ended.success(), "the tests above failed");
}
