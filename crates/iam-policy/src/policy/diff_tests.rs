//! The lines of a diff.

use serde_json::{Value, json};

use super::{DiffLine, Policy, Sign, diff};

fn policy(document: Value) -> Policy {
    Policy::from_value(document).expect("a valid policy")
}

fn statements(statements: Value) -> Policy {
    policy(json!({"Version": "2012-10-17", "Statement": statements}))
}

/// The diff as a person would see it.
fn shown(before: Option<&Policy>, after: Option<&Policy>) -> String {
    diff(before, after).iter().map(row).collect()
}

fn row(line: &DiffLine) -> String {
    let sign = match line.sign {
        Sign::Added => '+',
        Sign::Removed => '-',
        Sign::Changed => '~',
    };
    let indent = "  ".repeat(line.depth.into());
    format!("{indent}{sign} {}\n", line.text)
}

fn changes(before: Value, after: Value) -> String {
    shown(Some(&statements(before)), Some(&statements(after)))
}

#[test]
fn every_part_of_a_statement_that_differs_has_a_line() {
    let before = json!([{
        "Sid": "Events", "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111111111111:root", "Service": "a.amazonaws.com"},
        "Action": ["s3:GetObject", "s3:listbucket"],
        "Resource": ["arn:aws:s3:::a", "arn:aws:s3:::b"],
        "Condition": {"StringEquals": {"aws:SourceAccount": ["1", "2"]}, "Bool": {"aws:SecureTransport": true}},
    }]);
    let after = json!([{
        "Sid": "Events", "Effect": "Deny",
        "Principal": {"AWS": ["111111111111", "210987654321"]},
        "Action": ["s3:PutObject", "s3:ListBucket"],
        "Resource": "arn:aws:s3:::b",
        "Condition": {"StringEquals": {"AWS:SourceAccount": ["3", "1"]}},
    }]);
    let expected = "\
~ statement \"Events\"
  - effect Allow
  + effect Deny
  - principal Service a.amazonaws.com
  + principal AWS 210987654321
  - action s3:GetObject
  + action s3:PutObject
  - resource arn:aws:s3:::a
  - condition Bool aws:SecureTransport = true
  - condition StringEquals aws:SourceAccount = 2
  + condition StringEquals AWS:SourceAccount = 3
";
    assert_eq!(changes(before, after), expected);
}

#[test]
fn negated_and_empty_lists_are_told_apart() {
    let cases = [
        (
            json!({"Action": "a:b"}),
            json!({"NotAction": "a:b"}),
            "- action a:b\n  + not action a:b",
            "an action against all but it",
        ),
        (
            json!({"Action": "a:b"}),
            json!({"Action": "a:b", "Resource": []}),
            "+ resource (none)",
            "no resource matches instead of no element",
        ),
        (
            json!({"Action": "a:b", "Principal": {}}),
            json!({"Action": "a:b", "Principal": "*"}),
            "- principal (none)\n  + principal *",
            "everyone instead of nobody",
        ),
        (
            json!({"Action": "a:b"}),
            json!({"Action": "a:b", "Condition": {"StringEquals": {"k": []}}}),
            "+ condition StringEquals k = (no value)",
            "a condition that nothing meets",
        ),
        (
            json!({"Action": "a:b", "Condition": {"ArnLike": {"k": ["a", "b"]}}}),
            json!({"Action": "a:b", "Condition": {"ArnLike": {"k": ["a"]}, "ArnEquals": {"k": "b"}}}),
            "- condition ArnLike k = b\n  + condition ArnEquals k (again) = b",
            "both must match instead of one",
        ),
    ];
    for (mut before, mut after, expected, reason) in cases {
        for statement in [&mut before, &mut after] {
            statement["Effect"] = json!("Allow");
            statement["Sid"] = json!("S");
        }
        let expected = format!("~ statement \"S\"\n  {expected}\n");
        assert_eq!(changes(before, after), expected, "{reason}");
    }
}

#[test]
fn a_whole_statement_is_summed_up() {
    let kept = json!({"Sid": "Kept", "Effect": "Allow", "Action": "a:b", "Resource": "*"});
    let many: Vec<String> = (1..=9).map(|n| format!("s3:Action{n}")).collect();
    let added = json!({
        "Effect": "Allow", "Principal": {"Service": "x.amazonaws.com"}, "Action": many,
        "NotResource": ["r1", "r2"], "Condition": {"StringLike": {"s3:prefix": ["a/", "b/"]}},
    });
    let removed = json!({"Sid": "Old", "Effect": "Deny", "NotAction": ["iam:*"], "Resource": []});
    let expected = "+ statement 2: Allow s3:Action1, s3:Action2, s3:Action3, s3:Action4, \
        s3:Action5, s3:Action6, s3:Action7, s3:Action8, s3:Action9 \
        to Service x.amazonaws.com on all but r1, r2 if StringLike s3:prefix = a/, b/\n";
    assert_eq!(changes(json!([kept]), json!([kept, added])), expected);

    let expected = "- statement \"Old\": Deny all but iam:* on (none)\n";
    let policy = statements(json!([removed]));
    assert_eq!(shown(Some(&policy), None), expected);
    assert_eq!(shown(None, Some(&policy)), expected.replace("- ", "+ "));
}

#[test]
fn a_missing_policy_differs_from_an_empty_one() {
    let empty = statements(json!([]));
    assert_eq!(shown(None, None), "");
    assert_eq!(shown(None, Some(&empty)), "+ policy without statements\n");
    assert_eq!(shown(Some(&empty), None), "- policy without statements\n");
    assert_eq!(shown(Some(&empty), Some(&empty)), "");
}

#[test]
fn statements_are_paired_by_meaning_then_sid_then_similarity() {
    let on = |sid: Option<&str>, actions: Value, resource: &str| {
        let mut statement = json!({"Effect": "Allow", "Action": actions, "Resource": resource});
        if let Some(sid) = sid {
            statement["Sid"] = json!(sid);
        }
        statement
    };
    let get = json!("s3:Get*");
    let two = json!(["s3:Get*", "s3:Put*"]);
    let cases = [
        (
            json!([
                on(Some("A"), get.clone(), "x"),
                on(Some("B"), get.clone(), "y")
            ]),
            json!([
                on(Some("B"), get.clone(), "y"),
                on(Some("A"), get.clone(), "z")
            ]),
            "~ statement \"A\"\n  - resource x\n  + resource z\n",
            "the Sid decides although the place changed",
        ),
        (
            json!([
                on(Some("A"), get.clone(), "x"),
                on(Some("B"), get.clone(), "y")
            ]),
            json!([
                on(Some("B"), get.clone(), "x"),
                on(Some("A"), two.clone(), "y")
            ]),
            "~ statement \"A\"\n  + action s3:Put*\n",
            "a statement that only changed its name is no difference",
        ),
        (
            json!([on(None, json!("iam:*"), "*"), on(None, get.clone(), "x")]),
            json!([on(None, two.clone(), "x"), on(None, json!("iam:*"), "*")]),
            "~ statement 1 (Allow s3:Get* …)\n  + action s3:Put*\n",
            "without a Sid the most similar one",
        ),
        (
            json!([on(Some(""), get.clone(), "x"), on(None, json!("a:b"), "*")]),
            json!([
                on(Some(""), json!("iam:*"), "*"),
                on(None, json!("a:b"), "*")
            ]),
            "+ statement 1: Allow iam:* on *\n- statement 1: Allow s3:Get* on x\n",
            "an empty Sid is none, and nothing is in common",
        ),
        (
            json!([on(Some("A"), get.clone(), "x")]),
            json!([on(Some("B"), json!("iam:*"), "y")]),
            "~ statement \"B\"\n  - action s3:Get*\n  + action iam:*\n  - resource x\n  + resource y\n",
            "the only statements, although nothing is in common",
        ),
        (
            json!([on(None, two, "x"), on(None, get.clone(), "q")]),
            json!([
                on(None, json!("s3:put*"), "x"),
                on(None, get.clone(), "x"),
                on(None, get.clone(), "r")
            ]),
            "~ statement 3 (Allow s3:Get*)\n  - resource q\n  + resource r\n",
            "a statement that was merely split is no difference",
        ),
        (
            json!([
                on(None, get.clone(), "x"),
                on(None, json!("s3:Put*"), "x"),
                on(None, get.clone(), "q")
            ]),
            json!([
                on(None, json!(["s3:Get*", "s3:Put*"]), "x"),
                on(None, get.clone(), "r")
            ]),
            "~ statement 2 (Allow s3:Get*)\n  - resource q\n  + resource r\n",
            "nor is one that was merged",
        ),
        (
            json!([
                on(None, json!(["a:1", "a:2"]), "x"),
                on(None, json!(["a:1", "a:2", "a:3"]), "x")
            ]),
            json!([on(None, json!(["a:1", "a:2", "a:3", "a:4"]), "x")]),
            "~ statement 1 (Allow a:1 …)\n  + action a:4\n",
            "of two similar ones the more similar",
        ),
        (
            json!([
                on(Some("A"), get.clone(), "x"),
                on(Some("A"), get.clone(), "y")
            ]),
            json!([
                on(Some("A"), json!("s3:Put*"), "x"),
                on(Some("A"), json!(["b:1", "b:1"]), "y")
            ]),
            "~ statement \"A\"\n  - action s3:Get*\n  + action s3:Put*\n\
             ~ statement \"A\"\n  - action s3:Get*\n  + action b:1\n",
            "statements of the same Sid are paired in their order, and a repeated action is one line",
        ),
    ];
    for (before, after, expected, reason) in cases {
        assert_eq!(changes(before, after), expected, "{reason}");
    }
}

#[test]
fn what_moved_or_was_narrowed_is_shown_where_it_is_now() {
    let on = |sid: &str, actions: Value, resource: &str| json!({"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resource});
    let narrowed = |sid: &str, action: &str| {
        let mut statement = on(sid, json!(action), "*");
        statement["Condition"] = json!({"Bool": {"aws:SecureTransport": "true"}});
        statement
    };
    let cases = [
        (
            json!([on("A", json!(["a:1", "a:2"]), "*")]),
            json!([
                on("A", json!(["a:2", "a:3"]), "*"),
                on("B", json!("a:1"), "*")
            ]),
            "~ statement \"A\"\n  - action a:1\n  + action a:3\n+ statement \"B\": Allow a:1 on *\n",
            "an action that moved to a new statement is not lost",
        ),
        (
            json!([
                on("A", json!(["a:2", "a:3"]), "*"),
                on("B", json!("a:1"), "*")
            ]),
            json!([on("A", json!(["a:1", "a:2"]), "*")]),
            "~ statement \"A\"\n  - action a:3\n  + action a:1\n- statement \"B\": Allow a:1 on *\n",
            "an action that moved from another statement is not new",
        ),
        (
            json!([
                on("A", json!(["a:1", "a:2"]), "*"),
                on("C", json!(["c:1", "a:4"]), "*")
            ]),
            json!([
                on("A", json!(["a:2", "a:3"]), "*"),
                on("C", json!(["c:1", "a:4", "a:1"]), "*")
            ]),
            "~ statement \"A\"\n  - action a:1\n  + action a:3\n~ statement \"C\"\n  + action a:1\n",
            "nor is one that moved to another statement",
        ),
        (
            json!([
                on("A", json!(["a:1", "a:2"]), "*"),
                on("C", json!("a:1"), "*")
            ]),
            json!([
                on("A", json!(["a:2", "a:3"]), "*"),
                on("C", json!("a:1"), "*")
            ]),
            "~ statement \"A\"\n  - action a:1\n  + action a:3\n",
            "a statement that stayed as it was has no line",
        ),
        (
            json!([on("A", json!(["a:1", "a:2"]), "*")]),
            json!([on("A", json!("a:2"), "*"), narrowed("B", "a:1")]),
            "~ statement \"A\"\n  - action a:1\n+ statement \"B\": Allow a:1 on * if Bool aws:SecureTransport = true\n",
            "what is left under a condition",
        ),
        (
            json!([on("A", json!("a:*"), "*")]),
            json!([
                on("A", json!("a:Get*"), "*"),
                on("B", json!("a:List*"), "*")
            ]),
            "~ statement \"A\"\n  - action a:*\n  + action a:Get*\n+ statement \"B\": Allow a:List* on *\n",
            "what is left of a wildcard",
        ),
        (
            json!([on("A", json!("a:*"), "x")]),
            json!([
                on("A", json!("a:*"), "x"),
                narrowed("B", "a:1"),
                on("C", json!("a:1"), "x"),
                on("D", json!("a:1"), "y")
            ]),
            "+ statement \"B\": Allow a:1 on * if Bool aws:SecureTransport = true\n+ statement \"D\": Allow a:1 on y\n",
            "of the new statements, one adds nothing to what is still there",
        ),
        (
            json!([
                on("A", json!("a:Get*"), "*"),
                on("B", json!("a:List*"), "*")
            ]),
            json!([on("A", json!("a:*"), "*")]),
            "~ statement \"A\"\n  - action a:Get*\n  + action a:*\n- statement \"B\": Allow a:List* on *\n",
            "a wildcard in place of two statements",
        ),
    ];
    for (before, after, expected, reason) in cases {
        assert_eq!(changes(before, after), expected, "{reason}");
    }
}

#[test]
fn a_version_that_matters_has_a_line() {
    let resource = json!([{"Effect": "Allow", "Action": "a:b", "Resource": "${aws:username}"}]);
    let before = policy(json!({"Statement": resource}));
    let after = statements(resource);
    assert_eq!(
        shown(Some(&before), Some(&after)),
        "~ version 2008-10-17 -> 2012-10-17 (only 2012-10-17 makes policy variables of ${…})\n"
    );
    let plain = json!([{"Sid": "S", "Effect": "Allow", "Action": ["a:b"]}]);
    let mut more = plain.clone();
    more[0]["Action"] = json!(["a:b", "c:d"]);
    let before = policy(json!({"Statement": plain}));
    assert_eq!(
        shown(Some(&before), Some(&statements(more))),
        "~ statement \"S\"\n  + action c:d\n",
        "no variables, so the version changes nothing"
    );
}

#[test]
fn the_external_id_is_never_shown() {
    let trust = |ids: Value| {
        json!([{
            "Sid": "Trust", "Effect": "Allow", "Principal": {"AWS": "1"}, "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"sts:externalID": ids}},
        }])
    };
    let subject = "condition StringEquals sts:externalID";
    let cases = [
        (
            json!("secret1"),
            json!("secret2"),
            format!("~ {subject} = (sensitive, changed)"),
            "changed",
        ),
        (
            json!("secret1"),
            json!(["secret1", "secret2"]),
            format!("+ {subject} = (sensitive)"),
            "one more",
        ),
        (
            json!(["secret1", "secret2"]),
            json!("secret2"),
            format!("- {subject} = (sensitive)"),
            "one less",
        ),
    ];
    for (before, after, expected, reason) in cases {
        let expected = format!("~ statement \"Trust\"\n  {expected}\n");
        assert_eq!(changes(trust(before), trust(after)), expected, "{reason}");
    }
    let whole = shown(
        None,
        Some(&statements(trust(json!(["secret1", "secret2"])))),
    );
    assert!(!whole.contains("secret1"), "{whole}");
    assert!(whole.contains("(sensitive)"), "{whole}");
}

#[test]
fn what_an_attacker_wrote_cannot_steer_the_terminal() {
    let evil = "\u{1b}[2J\r\n\u{202e}";
    let after = json!([{
        "Sid": evil, "Effect": "Allow", "Principal": {"AWS": evil}, "Action": evil, "Resource": evil,
        "Condition": {evil: {evil: evil}},
    }, {"Effect": "Allow", "Action": evil}]);
    let mut before = after.clone();
    before[0]["Action"] = json!("a:b");
    let text: String = [changes(before, after.clone()), changes(json!([]), after)].concat();
    let harmless = |c: char| c == '\n' || !(c.is_control() || c == '\u{202e}');
    assert!(text.chars().all(harmless), "{text:?}");
    assert!(
        text.contains(r#"statement "\u{1b}[2J\r\n\u{202e}""#),
        "{text}"
    );
}

#[test]
fn texts_that_differ_in_an_escaped_character_read_differently() {
    let on = |resource: &str| json!([{"Sid": "S", "Effect": "Allow", "Action": "a:b", "Resource": resource}]);
    assert_eq!(
        changes(on("a\n"), on("a\\n")),
        "~ statement \"S\"\n  - resource a\\n\n  + resource a\\\\n\n"
    );
}
