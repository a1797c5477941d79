//! Any bytes as two policies, parted by a NUL: read, compared, made to fit and linted.

use iam_policy::lint::{self, Accepted, Checked, Found, Home, Report, Unreadable};
use iam_policy::policy::{self, FitError, Kind, Policy, PolicyError};
use provision::render;

use super::printable;

/// The kinds of policy that `policy lint` takes.
const KINDS: [Kind; 5] = [
    Kind::Managed,
    Kind::Inline,
    Kind::Trust,
    Kind::Bucket,
    Kind::Key,
];

/// Does with the bytes all that the program does with policies.
pub fn check(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (before, after) = text.split_once('\0').unwrap_or((&text, ""));
    let (before, after) = (read(before), read(after));
    if let (Some(before), Some(after)) = (&before, &after) {
        let same = policy::same_meaning(before, after);
        assert_eq!(same, policy::same_meaning(after, before));
        assert_eq!(same, differences(before, after) == 0);
    }
    for policy in before.iter().chain(&after) {
        assert!(policy::same_meaning(policy, policy));
        fits(policy);
    }
    lints(text.split('\0').next().unwrap_or_default());
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
    let lines = policy::diff(Some(before), Some(after));
    assert!(lines.iter().all(|line| printable(&line.text)), "{lines:?}");
    let whole = [
        policy::diff(Some(before), None),
        policy::diff(None, Some(after)),
    ];
    for lines in whole.iter().chain([&lines]) {
        assert!(printable(&render::text::policy_diff(lines, 0)));
    }
    lines.len()
}

fn fits(policy: &Policy) {
    let limit = Kind::Managed.limit();
    match policy::fit(policy, limit) {
        Ok(fitted) => {
            assert!(fitted.policy.size() <= limit);
            assert!(policy::same_meaning(&fitted.policy, policy));
        }
        Err(FitError::TooLong { size, .. }) => {
            assert!(limit < size && size <= policy.size());
        }
        Err(error) => panic!("{error}"),
    }
}

fn lints(text: &str) {
    // One kind for each text, so that all have their turn and none takes five times as long.
    for kind in [None, Some(KINDS[text.len() % KINDS.len()])] {
        let found = match lint::read(text, kind, Home::default()) {
            Ok(document) => Found::in_text(text, lint::lint(&document), &Accepted::new()),
            Err(Unreadable::Json(finding, position)) => vec![Found {
                position: Some(position),
                ..Found::new(*finding, &Accepted::new())
            }],
            Err(Unreadable::UnknownKind) => continue,
        };
        let report = Report {
            documents: vec![Checked {
                name: "policy.json".to_owned(),
                kind,
                file: Some("policy.json".to_owned()),
                found,
            }],
        };
        let words = iam_policy::report::text(&report);
        assert!(printable(&words), "{words:?}");
        for json in [
            iam_policy::report::json(&report),
            provision::checks::documents::sarif(&report),
        ] {
            assert!(json.is_object());
        }
    }
}
