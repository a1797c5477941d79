//! Feeds the corpora to the checks, unchanged and with random changes.

use super::survive::survives;
use super::*;

#[test]
fn changed_settings_files_never_panic() {
    survives(&corpus("settings_file"), false, 300, settings_file::check);
}

#[test]
fn changed_policies_never_panic() {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let corpus = package.join("crates/iam-policy/tests/any_bytes/corpus");
    survives(&corpus, false, 100, policies::check);
}

#[test]
fn changed_documents_that_replace_shipped_ones_never_panic() {
    survives(
        &corpus("override_documents"),
        true,
        150,
        override_documents::check,
    );
}

#[test]
fn changed_saved_plans_never_panic() {
    survives(&corpus("saved_plan"), false, 100, saved_plan::check);
}

#[test]
fn changed_answers_of_aws_never_panic() {
    survives(&corpus("aws_answers"), true, 100, aws_answers::check);
}
