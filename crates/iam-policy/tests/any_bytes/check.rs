//! Does with any bytes all that the crate does with policies. The fuzz target calls it too.

use iam_policy::lint::{self, Accepted, Checked, Found, Home, Report, Unreadable};
use iam_policy::report::{self, Extent, Tool};
use iam_policy::{FitError, Kind, Policy, PolicyError};

/// Takes the bytes for two policies, parted by a NUL: both are read, compared and made to fit, and
/// the first is linted.
///
/// # Panics
/// If one of the promises of the crate is broken.
pub fn check(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (before, after) = two(&text);
    if let (Some(before), Some(after)) = (&before, &after) {
        let same = iam_policy::same_meaning(before, after);
        assert_eq!(same, iam_policy::same_meaning(after, before));
        assert_eq!(same, differences(before, after) == 0);
    }
    for policy in before.iter().chain(&after) {
        assert!(iam_policy::same_meaning(policy, policy));
        fits(policy);
    }
    lints(text.split('\0').next().unwrap_or_default());
}

/// The two policies that a text holds, as far as they are policies.
pub fn two(text: &str) -> (Option<Policy>, Option<Policy>) {
    let (before, after) = text.split_once('\0').unwrap_or((text, ""));
    (read(before), read(after))
}

fn read(text: &str) -> Option<Policy> {
    match Policy::parse(text) {
        Ok(policy) => Some(policy),
        Err(error) => {
            let words = error.to_string();
            assert!(printable(&words), "{words:?}");
            let place = match &error {
                PolicyError::Json(_) => "line ",
                PolicyError::Malformed { place, .. } => place,
            };
            assert!(!place.is_empty() && words.starts_with(place), "{words}");
            None
        }
    }
}

fn differences(before: &Policy, after: &Policy) -> usize {
    let lines = iam_policy::diff(Some(before), Some(after));
    for lines in [
        &lines,
        &iam_policy::diff(Some(before), None),
        &iam_policy::diff(None, Some(after)),
    ] {
        assert!(lines.iter().all(|line| printable(&line.text)), "{lines:?}");
    }
    lines.len()
}

fn fits(policy: &Policy) {
    let limit = Kind::Managed.limit();
    match iam_policy::fit(policy, limit) {
        Ok(fitted) => {
            assert!(fitted.policy.size() <= limit);
            assert!(iam_policy::same_meaning(&fitted.policy, policy));
        }
        Err(FitError::TooLong { size, .. }) => {
            assert!(limit < size && size <= policy.size());
        }
        Err(error) => panic!("{error}"),
    }
}

fn lints(text: &str) {
    // One kind for each text: all have their turn, and none takes twelve times as long.
    for kind in [None, Some(Kind::ALL[text.len() % Kind::ALL.len()])] {
        let report = lint_report(text, kind);
        for is_whole in [true, false] {
            let words = report::text(
                &report,
                Extent {
                    width: 60,
                    is_whole,
                },
            );
            assert!(printable(&words), "{words:?}");
        }
        let tool = Tool {
            name: "any-bytes",
            version: "0.0.0",
        };
        for json in [report::json(&report), report::sarif(&report, tool)] {
            assert!(json.is_object());
        }
    }
}

/// What is found in a text: something in any case, if it is not checked.
fn lint_report(text: &str, kind: Option<Kind>) -> Report {
    let found = match lint::read(text, kind, Home::default()) {
        Ok(document) => {
            let findings = lint::lint(&document);
            same_problems(text, &findings);
            Found::in_text(text, findings, &Accepted::new())
        }
        Err(Unreadable { finding, position }) => vec![Found {
            position,
            ..Found::new(finding, &Accepted::new())
        }],
    };
    Report {
        documents: vec![Checked {
            name: "policy.json".to_owned(),
            kind,
            file: Some("policy.json".to_owned()),
            is_built_in: false,
            found,
        }],
    }
}

/// A document that is no policy has a finding that says so in the same words.
fn same_problems(text: &str, findings: &[lint::Finding]) {
    // Lint does not see external IDs.
    if text.to_ascii_lowercase().contains("externalid") {
        return;
    }
    if let Err(PolicyError::Malformed { place, problem }) = Policy::parse(text) {
        let says_so = |it: &lint::Finding| {
            it.place.in_words(it.sid.as_deref()) == place && it.detail == problem
        };
        assert!(findings.iter().any(says_so), "{place}: {problem}");
    }
}

/// Whether a terminal shows the text as it is: colours and line ends alone command it.
pub fn printable(text: &str) -> bool {
    let mut pieces = text.split("\x1b[");
    let starts_well = pieces.next().is_none_or(plain);
    starts_well
        && pieces.all(|piece| {
            let parameters = |c: char| c.is_ascii_digit() || c == ';';
            let rest = piece.trim_start_matches(parameters);
            rest.starts_with('m') && plain(rest)
        })
}

fn plain(text: &str) -> bool {
    !text.contains(|c: char| c.is_control() && c != '\n')
}
