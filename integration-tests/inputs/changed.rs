//! The corpora as they are, and what chance makes of them.

use super::survive::survives;
use super::*;

#[test]
fn settings_files() {
    survives(&corpus("settings_file"), false, 300, settings_file::check);
}

#[test]
fn policy_documents() {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let corpus = package.join("crates/iam-policy/tests/any_bytes/corpus");
    survives(&corpus, false, 100, policies::check);
}

#[test]
fn documents_that_replace_ours() {
    survives(
        &corpus("override_documents"),
        true,
        150,
        override_documents::check,
    );
}

#[test]
fn saved_plans() {
    survives(&corpus("saved_plan"), false, 100, saved_plan::check);
}

#[test]
fn answers_of_aws() {
    survives(&corpus("aws_answers"), true, 100, aws_answers::check);
}
