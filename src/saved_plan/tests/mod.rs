//! Tests of the file of a saved plan: its content, its mode, and which files are refused.

mod changes;

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::SystemTime;

use proptest::prelude::*;

use super::file::LARGEST_FILE;
use super::*;
use crate::engine::known::Known;
use crate::engine::narrow::narrow;
use crate::engine::node::Observations;
use crate::engine::observed::Observed;
use crate::engine::plan;
use crate::fakes::consent;
use crate::fakes::deployment::{
    EXTERNAL_ID, laid_out, settings, site, to_be_removed, with_audit_trail,
};
use crate::fakes::settled;
use crate::render::{self, plan::View};
use crate::systems::{Goal, named};

const REGIONS: [&str; 2] = ["eu-west-1", "us-east-1"];

fn inputs() -> Inputs {
    inputs_of(&settings(&REGIONS))
}

fn inputs_of(settings: &Settings) -> Inputs {
    Inputs::of(settings, &named(settings, Goal::Present).unwrap()).unwrap()
}

/// The plan of a first apply, as `plan --json` prints it.
fn document() -> Json {
    let settings = settings(&REGIONS);
    let plan = plan::plan(&laid_out(&settings), &Observations::new(), consent(false));
    render::json::plan(&site(&settings), &plan)
}

/// A saved plan in a folder of its own, which is deleted when the first value is dropped.
fn saved() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.json");
    write(&path, &document(), &inputs(), Made::default()).unwrap();
    (folder, path)
}

/// The error for a text that is read as a saved plan, with the file's name replaced.
fn refusal(text: impl AsRef<[u8]>) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.json");
    fs::write(&path, text).unwrap();
    let failure = read(&path).err()?;
    Some(
        failure
            .to_string()
            .replace(&path.display().to_string(), "FILE"),
    )
}

#[test]
fn a_saved_plan_is_read_back_unchanged() {
    let all = Consent {
        adopt: true,
        remove_restrictions: true,
        expire_content: true,
        detach_foreign: true,
        delete_content: true,
        recovery_days: 7,
    };
    for (destroys, consent, flags) in [
        (false, Consent::default(), vec![]),
        (false, consent(true), vec!["--region=eu-west-1".to_owned()]),
        (true, all, vec!["--postfix=-blue".to_owned()]),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.json");
        let made = Made {
            destroys,
            consent,
            flags,
        };
        write(&path, &document(), &inputs(), made.clone()).unwrap();
        let saved = read(&path).unwrap();
        assert_eq!(saved.made, made);
        assert_eq!(saved.plan, document());
        assert_eq!(saved.check_inputs(&inputs()), Ok(()));
        assert_eq!(saved.check_place(&document()), Ok(()));
        assert_eq!(saved.check_plan(&document()), Ok(()));
    }
}

#[test]
fn what_nobody_sees_needs_its_consent_again() {
    let of = |adopt, delete_content, recovery_days| Consent {
        adopt,
        delete_content,
        recovery_days,
        ..Consent::default()
    };
    let nothing = Consent::default();
    let cases = [
        ("nothing is needed", nothing, of(true, true, 7), None),
        ("it is given", of(true, false, 7), of(true, true, 7), None),
        ("it is not", of(true, false, 30), nothing, Some("--adopt")),
        (
            "another one is given",
            of(true, false, 30),
            of(false, true, 30),
            Some("--adopt"),
        ),
        (
            "one of two is given",
            of(true, true, 30),
            of(true, false, 30),
            Some("pass --empty-bucket too"),
        ),
        (
            "other days",
            of(false, false, 7),
            of(false, false, 8),
            Some("--key-deletion-days=7"),
        ),
    ];
    for (why, consent, given, missing) in cases {
        let (_folder, path) = saved();
        let made = Made {
            consent,
            ..Made::default()
        };
        write(&path, &document(), &inputs(), made).unwrap();
        let checked =
            read(&path)
                .unwrap()
                .made
                .check_consent(&given.options(), &[], Path::new("plan.json"));
        let hint = checked.err().and_then(|failure| failure.hint);
        let said = |flags: &str| hint.as_ref().is_some_and(|it| it.contains(flags));
        assert!(missing.map_or(hint.is_none(), said), "{why}: {hint:?}");
    }
}

#[test]
fn what_nobody_sees_is_no_destroy_and_chooses_no_settings() {
    let (_folder, path) = saved();
    let made = Made {
        destroys: true,
        ..Made::default()
    };
    write(&path, &document(), &inputs(), made).unwrap();
    let saved = read(&path).unwrap();
    let trust = "--agent-principal=999999999999".to_owned();
    let destroy = "--destroy".to_owned();
    let cases = [
        ("all is given", vec![destroy.clone()], vec![], None),
        (
            "nobody agrees to a destroy",
            vec![],
            vec![],
            Some("pass --destroy too"),
        ),
        (
            "the file says who is trusted",
            vec![destroy],
            vec![trust],
            Some("pass --agent-principal=999999999999 too"),
        ),
    ];
    for (why, agreed, taken, missing) in cases {
        let checked = saved.made.check_consent(&agreed, &taken, &path);
        let hint = checked.err().and_then(|failure| failure.hint);
        let said = |words: &str| hint.as_ref().is_some_and(|it| it.contains(words));
        assert!(missing.map_or(hint.is_none(), said), "{why}: {hint:?}");
    }
}

#[test]
fn a_saved_plan_is_shown_as_it_was() {
    let settings = with_audit_trail(settings(&REGIONS));
    let nodes = laid_out(&settings);
    let removed = to_be_removed(&settings);
    let key = nodes.iter().find(|node| node.address().kind == "kms_key");
    let arn = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd".to_owned();
    let known = Known::from([(key.unwrap().address().clone(), arn)]);
    let there = nodes.iter().filter(|node| node.is_wanted()).map(|node| {
        let mut present = settled(node, &known);
        present.attributes.pop_last();
        present.note = Some("a note".to_owned());
        (node.address().clone(), Observed::Present(present))
    });
    let there: Observations = there.collect();
    let now = SystemTime::UNIX_EPOCH;
    let target = removed
        .iter()
        .find(|it| it.address().kind == "event_target");
    let target = target.unwrap().address();
    for (nodes, observed, targets) in [
        (&nodes, &Observations::new(), vec![]),
        (&nodes, &there, vec![]),
        (&removed, &there, vec![]),
        // What it needs stays, and is not in the plan.
        (&removed, &there, vec![target.clone()]),
    ] {
        let mut plan = plan::plan(nodes, observed, consent(false));
        if !targets.is_empty() {
            narrow(&mut plan, nodes, targets);
        }
        plan.warn(nodes, observed, consent(false), now);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.json");
        let document = render::json::plan(&site(&settings), &plan);
        write(&path, &document, &inputs(), Made::default()).unwrap();
        let (at, shown) = read(&path).unwrap().shown().unwrap();
        assert_eq!(at, site(&settings));
        assert_eq!(render::json::plan(&at, &shown), document);
        let view = View {
            site: &at,
            findings: &Default::default(),
            width: 80,
            details: true,
        };
        let text = |plan| view.text(plan);
        assert_eq!(text(&shown), text(&plan));
    }
}

#[test]
fn a_saved_destroy_is_shown_that_was_narrowed_to_what_does_not_exist() {
    let settings = settings(&REGIONS);
    let removed = to_be_removed(&settings);
    let mut plan = plan::plan(&removed, &Observations::new(), consent(false));
    narrow(&mut plan, &removed, vec![removed[0].address().clone()]);
    let document = render::json::plan(&site(&settings), &plan);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.json");
    write(&path, &document, &inputs(), Made::default()).unwrap();
    let (_, shown) = read(&path).unwrap().shown().unwrap();
    assert!(shown.narrowed.is_some());
}

#[test]
fn neither_the_external_id_nor_its_bare_digest_is_in_the_file() {
    let (_folder, path) = saved();
    let text = fs::read_to_string(&path).unwrap();
    assert!(!text.contains(EXTERNAL_ID));
    let name = "`stackstate.external_id`";
    assert!(text.contains(name));
    for value in [EXTERNAL_ID.to_owned(), format!("{EXTERNAL_ID}\0")] {
        assert!(!text.contains(&sha256(&["", name, &value])));
        assert!(!text.contains(&sha256(&[&value])));
    }
    // The salts differ, so the digests of two files cannot be compared to test a guess of the
    // external ID.
    let (_other_folder, other) = saved();
    let digest = |path: &Path| read(path).unwrap().inputs[name].clone();
    assert_ne!(digest(&path), digest(&other));
}

#[test]
fn only_the_owner_can_read_the_file() {
    let (_folder, path) = saved();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    // The new file does not inherit the mode of an older one.
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    write(&path, &document(), &inputs(), Made::default()).unwrap();
    assert_eq!(mode(&path), 0o600);
    assert!(read(&path).is_ok());
}

#[test]
fn a_plan_is_not_written_through_a_link() {
    let folder = tempfile::tempdir().unwrap();
    let (link, file) = (folder.path().join("link"), folder.path().join("file"));
    for (why, exists) in [("to a file", true), ("to nothing yet", false)] {
        if exists {
            fs::write(&file, "kept").unwrap();
        }
        symlink(&file, &link).unwrap();
        let failure = write(&link, &document(), &inputs(), Made::default()).unwrap_err();
        assert_eq!(
            failure.to_string(),
            format!(
                "cannot save the plan as {}\nCaused by:\n  1: it is a symbolic link\n\
                 Hint: Name a new file, or a saved plan to replace, in a folder that is there",
                link.display()
            ),
            "{why}"
        );
        assert_eq!(
            fs::read_to_string(&file).ok().as_deref(),
            exists.then_some("kept"),
            "{why}"
        );
        fs::remove_file(&link).unwrap();
        fs::remove_file(&file).ok();
    }
}

#[test]
fn only_a_plan_is_replaced_by_a_plan() {
    let (_folder, path) = saved();
    let newer = Made {
        destroys: true,
        ..Made::default()
    };
    write(&path, &document(), &inputs(), newer).unwrap();
    assert!(
        read(&path).unwrap().made.destroys,
        "a newer plan replaced it"
    );
    let printed = format!("{:#}", document());
    for other in ["regions = [\"eu-west-1\"]\n", "", "{}", &printed] {
        fs::write(&path, other).unwrap();
        let failure = write(&path, &document(), &inputs(), Made::default()).unwrap_err();
        assert_eq!(failure.causes, ["another file is there"]);
        assert_eq!(fs::read_to_string(&path).unwrap(), other);
    }
}

#[test]
fn a_failed_write_leaves_no_file_behind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("missing/plan.json");
    let failure = write(&path, &document(), &inputs(), Made::default()).unwrap_err();
    assert!(
        failure.message.starts_with("cannot save the plan as "),
        "{failure}"
    );
    let taken = folder.path().join("taken");
    fs::create_dir(&taken).unwrap();
    fs::write(taken.join("x"), "").unwrap();
    let failure = write(&taken, &document(), &inputs(), Made::default()).unwrap_err();
    assert_eq!(failure.causes, ["it is a folder"]);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn the_folder_of_a_fleet_is_refused_with_the_command_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let failure = read(folder.path()).err().unwrap();
    assert_eq!(failure.causes, ["it is a folder"]);
    assert!(failure.hint.unwrap().contains("`provision fleet apply"));
}

#[test]
fn a_file_that_is_no_saved_plan_is_refused_with_its_reason() {
    let (_folder, path) = saved();
    let text = fs::read_to_string(&path).unwrap();
    let version = env!("CARGO_PKG_VERSION");
    let this = format!("\"program_version\": \"{version}\"");
    assert!(text.contains(&this));
    let cases = [
        (
            "",
            "this is not a saved plan: EOF while parsing a value at line 1 column 0",
            "nothing",
        ),
        (
            "{}",
            "this is not a saved plan: missing field `format_version` at line 1 column 2",
            "another JSON document",
        ),
        (
            &text.replacen('{', "{\"more\": 1,", 1),
            "this is not a saved plan: unknown field `more`, expected one of `format_version`, \
             `program_version`, `made`, `salt`, `inputs`, `plan`, `digest` at line 1 column 7",
            "an unknown field",
        ),
        (
            &text.replace(&this, "\"program_version\": \"99.0.0\""),
            &format!(
                "it has the format 3 of version 99.0.0 of this program, and this is format 3 of \
                 version {version}"
            ),
            "another program may plan differently",
        ),
        (
            &text
                .replace("\"format_version\": 3", "\"format_version\": 2")
                .replace("\"made\"", "\"adopt\""),
            &format!(
                "it has the format 2 of version {version} of this program, and this is format 3 of \
                 version {version}"
            ),
            "an older format",
        ),
        (
            &text.replace("\"adopt\": false", "\"adopt\": true"),
            "it was changed after it was saved",
            "a changed decision",
        ),
        (
            &document().to_string(),
            "this is what `provision plan --json` prints, which is for reading",
            "the other output of a plan",
        ),
    ];
    for (text, cause, why) in cases {
        assert_eq!(
            refusal(text),
            Some(format!(
                "cannot use the saved plan FILE\nCaused by:\n  1: {cause}\n\
                 Hint: Make one with `provision plan --out FILE`"
            )),
            "{why}"
        );
    }
    let missing = read(Path::new("/nowhere/plan.json")).unwrap_err();
    assert_eq!(missing.causes, ["No such file or directory (os error 2)"]);
}

#[test]
fn a_file_larger_than_any_plan_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.json");
    let file = fs::File::create(&path).unwrap();
    file.set_len(LARGEST_FILE + 1).unwrap();
    assert_eq!(
        read(&path).unwrap_err().causes,
        ["it has more than 16384 KiB"]
    );
}

/// The bytes of a saved plan. They are written once, since a write takes far longer than a read.
static SAVED: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let (_folder, path) = saved();
    fs::read(path).unwrap()
});

/// The content without white space, if the text is JSON.
fn meaning(text: &[u8]) -> Option<Json> {
    serde_json::from_slice(text).ok()
}

proptest! {
    #[test]
    fn a_changed_byte_is_refused(at in any::<prop::sample::Index>(), to in any::<u8>()) {
        let mut bytes = SAVED.clone();
        let at = at.index(bytes.len());
        bytes[at] = to;
        let accepted = refusal(&bytes).is_none();
        prop_assert_eq!(accepted, meaning(&bytes) == meaning(&SAVED), "byte {}", at);
    }

    /// An event pattern may contain any number.
    #[test]
    fn a_number_is_read_as_it_was_written(number in any::<f64>().prop_filter("JSON", |it| it.is_finite())) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.json");
        let plan = serde_json::json!({"pattern": number});
        write(&path, &plan, &inputs(), Made::default()).unwrap();
        prop_assert_eq!(read(&path).unwrap().check_plan(&plan), Ok(()));
    }

    #[test]
    fn a_part_of_a_file_is_refused(at in any::<prop::sample::Index>()) {
        // The last byte is a line break, which is not needed.
        let part = &SAVED[..at.index(SAVED.len() - 1)];
        prop_assert!(refusal(part).is_some());
    }

    #[test]
    fn no_text_makes_reading_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(refusal(bytes).is_some());
    }
}
