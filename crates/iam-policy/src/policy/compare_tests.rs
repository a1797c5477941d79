//! When two policies mean the same to AWS: a table of cases, each with its reason.

use serde_json::{Value, json};

use super::{Policy, same_meaning};

const SAME: bool = true;
const DIFFERENT: bool = false;

type Case = (bool, &'static str, Value, Value);

/// A policy of the current version with the given statements.
fn policy(statements: Value) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

/// An identity policy of one statement, in which `changes` replaces elements, and `null` removes
/// them.
fn with(changes: Value) -> Value {
    policy(json!([statement(changes)]))
}

fn statement(changes: Value) -> Value {
    let base = json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"});
    merged(base, changes)
}

fn merged(mut base: Value, changes: Value) -> Value {
    let (Value::Object(members), Value::Object(changes)) = (&mut base, changes) else {
        panic!("both must be objects");
    };
    for (key, value) in changes {
        if value.is_null() {
            members.remove(&key);
        } else {
            members.insert(key, value);
        }
    }
    base
}

fn principal(principal: Value) -> Value {
    with(json!({"Principal": principal}))
}

fn not_principal(principal: Value) -> Value {
    with(json!({"Effect": "Deny", "NotPrincipal": principal}))
}

fn condition(condition: Value) -> Value {
    with(json!({"Condition": condition}))
}

fn check(cases: Vec<Case>) {
    for (expected, reason, a, b) in cases {
        let a = Policy::from_value(a).unwrap_or_else(|error| panic!("{reason}: {error}"));
        let b = Policy::from_value(b).unwrap_or_else(|error| panic!("{reason}: {error}"));
        assert_eq!(same_meaning(&a, &b), expected, "{reason}");
        assert_eq!(
            same_meaning(&b, &a),
            expected,
            "{reason}, the other way round"
        );
    }
}

#[test]
#[rustfmt::skip]
fn form_of_the_document() {
    let s = statement(json!({}));
    let t = statement(json!({"Action": "s3:PutObject"}));
    check(vec![
        (SAME, "a document equals itself", with(json!({})), with(json!({}))),
        (SAME, "one statement needs no list", policy(s.clone()), policy(json!([s]))),
        (SAME, "the order of statements", policy(json!([s, t])), policy(json!([t, s]))),
        (SAME, "the order of elements",
            policy(json!({"Effect": "Allow", "Action": "a:b", "Resource": "*"})),
            policy(json!({"Resource": "*", "Action": "a:b", "Effect": "Allow"}))),
        (SAME, "a statement given twice", policy(json!([s, s])), policy(json!([s]))),
        (SAME, "evaluation ignores the Sid", with(json!({"Sid": "A"})), with(json!({"Sid": "B"}))),
        (SAME, "an empty Sid or none", with(json!({"Sid": ""})), with(json!({}))),
        (SAME, "evaluation ignores the Id", merged(policy(json!([s])), json!({"Id": "x"})), policy(json!([s]))),
        (DIFFERENT, "one statement more", policy(json!([s, t])), policy(json!([s]))),
        (DIFFERENT, "the effect", with(json!({"Effect": "Deny"})), with(json!({}))),
        (DIFFERENT, "an allow beside the deny it lacks", policy(json!([s, statement(json!({"Effect": "Deny"}))])), policy(json!([s]))),
        (SAME, "neither has a statement", policy(json!([])), policy(json!([]))),
        (DIFFERENT, "no statement against one", policy(json!([])), policy(json!([s]))),
        (SAME, "no statement against one that matches nothing", policy(json!([])), with(json!({"Action": []}))),
    ]);
}

#[test]
#[rustfmt::skip]
fn version() {
    let plain = || json!([statement(json!({}))]);
    let variable = || json!([statement(json!({"Resource": "arn:aws:s3:::b/${aws:username}/*"}))]);
    let in_condition = || json!([statement(json!({"Condition": {"StringLike": {"s3:prefix": "${aws:username}/*"}}}))]);
    let old = |statements| json!({"Version": "2008-10-17", "Statement": statements});
    let none = |statements| json!({"Statement": statements});
    check(vec![
        (SAME, "no version is 2008-10-17", none(plain()), old(plain())),
        (SAME, "no version is 2008-10-17, also with variables", none(variable()), old(variable())),
        (SAME, "the version changes nothing without variables", old(plain()), policy(plain())),
        (SAME, "no version against the current one, without variables", none(plain()), policy(plain())),
        (DIFFERENT, "2008-10-17 takes a variable in a resource literally", old(variable()), policy(variable())),
        (DIFFERENT, "so does a missing version", none(variable()), policy(variable())),
        (DIFFERENT, "a variable in a condition's value", old(in_condition()), policy(in_condition())),
        (DIFFERENT, "a variable in NotResource",
            old(json!([statement(json!({"Resource": null, "NotResource": "arn:aws:s3:::${aws:username}"}))])),
            policy(json!([statement(json!({"Resource": null, "NotResource": "arn:aws:s3:::${aws:username}"}))]))),
        (DIFFERENT, "an escape is a variable, too",
            old(json!([statement(json!({"Resource": "arn:aws:s3:::b/${*}"}))])),
            policy(json!([statement(json!({"Resource": "arn:aws:s3:::b/${*}"}))]))),
        (SAME, "what is never closed is no variable",
            old(json!([statement(json!({"Resource": "arn:aws:s3:::b/${x"}))])),
            policy(json!([statement(json!({"Resource": "arn:aws:s3:::b/${x"}))]))),
        (SAME, "an action holds no variables",
            old(json!([statement(json!({"Action": "s3:${a}"}))])),
            policy(json!([statement(json!({"Action": "s3:${a}"}))]))),
        (SAME, "a statement that matches nothing has no use for variables",
            old(json!([statement(json!({"Action": [], "Resource": "${aws:username}"}))])),
            policy(json!([statement(json!({"Action": [], "Resource": "${aws:username}"}))]))),
    ]);
}

#[test]
#[rustfmt::skip]
fn actions() {
    let not = |action: Value| with(json!({"Action": null, "NotAction": action}));
    let is = |action: Value| with(json!({"Action": action}));
    check(vec![
        (SAME, "one action needs no list", is(json!("s3:GetObject")), is(json!(["s3:GetObject"]))),
        (SAME, "the order", is(json!(["s3:Get*", "s3:Put*"])), is(json!(["s3:Put*", "s3:Get*"]))),
        (SAME, "a repeated action", is(json!(["s3:Get*", "s3:Get*"])), is(json!("s3:Get*"))),
        (SAME, "AWS ignores the case of the action", is(json!("s3:getobject")), is(json!("s3:GetObject"))),
        (SAME, "AWS ignores the case of the service prefix", is(json!("S3:GetObject")), is(json!("s3:GetObject"))),
        (SAME, "repeated in another case", is(json!(["s3:Get*", "S3:get*"])), is(json!("s3:Get*"))),
        (DIFFERENT, "another action", is(json!("s3:GetObject")), is(json!("s3:PutObject"))),
        (DIFFERENT, "one action more", is(json!(["s3:GetObject", "s3:PutObject"])), is(json!("s3:GetObject"))),
        (DIFFERENT, "a wildcard is not one of its actions", is(json!("s3:Get*")), is(json!("s3:GetObject"))),
        (SAME, "a wildcard beside what it covers", is(json!(["s3:*", "s3:Get*", "s3:PutObject"])), is(json!("S3:*"))),
        (SAME, "everything beside an action", is(json!(["*", "s3:Get*"])), is(json!("*"))),
        (SAME, "two wildcards in a row are one", is(json!("s3:**")), is(json!("s3:*"))),
        (SAME, "`*?` and `?*` both match one character or more", is(json!("s3:Get*?")), is(json!("s3:Get?*"))),
        (SAME, "every action has a service and a name", is(json!("*:*")), is(json!("*"))),
        (DIFFERENT, "wildcards that overlap", is(json!(["s3:Get*", "s3:*Object"])), is(json!("s3:Get*"))),
        (DIFFERENT, "what matches two actions is not both of them", is(json!(["s3:Get?", "s3:GetA"])), is(json!("s3:GetA"))),
        (DIFFERENT, "no name against any name", is(json!("s3:Get*")), is(json!("s3:Get?*"))),
        (SAME, "NotAction beside all actions", policy(json!([statement(json!({"Action": null, "NotAction": "a:b"})), statement(json!({"Action": "*"}))])), is(json!("*"))),
        (SAME, "NotAction that excludes more adds nothing",
            policy(json!([statement(json!({"Action": null, "NotAction": ["a:b", "c:d"]})), statement(json!({"Action": null, "NotAction": "a:b"}))])),
            not(json!("a:b"))),
        (DIFFERENT, "an action against all but it", is(json!("s3:GetObject")), not(json!("s3:GetObject"))),
        (SAME, "NotAction: the order", not(json!(["a:b", "c:d"])), not(json!(["c:d", "a:b"]))),
        (SAME, "NotAction: a repeated value and case", not(json!(["a:b", "A:B"])), not(json!("a:b"))),
        (DIFFERENT, "NotAction: one value more excludes more", not(json!(["a:b", "c:d"])), not(json!("a:b"))),
        (DIFFERENT, "all but both is not all but one or all but the other",
            not(json!(["a:b", "c:d"])),
            policy(json!([
                statement(json!({"Action": null, "NotAction": "a:b"})),
                statement(json!({"Action": null, "NotAction": "c:d"})),
            ]))),
        (SAME, "two lists without actions match nothing alike", is(json!([])), with(json!({"Action": [], "Effect": "Deny"}))),
        (DIFFERENT, "NotAction of nothing matches everything", not(json!([])), is(json!([]))),
    ]);
}

#[test]
#[rustfmt::skip]
fn resources() {
    let is = |resource: Value| with(json!({"Resource": resource}));
    let not = |resource: Value| with(json!({"Resource": null, "NotResource": resource}));
    check(vec![
        (SAME, "one resource needs no list", is(json!("*")), is(json!(["*"]))),
        (SAME, "order and repetition", is(json!(["a", "b", "a"])), is(json!(["b", "a"]))),
        (DIFFERENT, "ARNs have case", is(json!("arn:aws:s3:::b/Key")), is(json!("arn:aws:s3:::b/key"))),
        (DIFFERENT, "the bucket is not its objects", is(json!("arn:aws:s3:::b")), is(json!("arn:aws:s3:::b/*"))),
        (DIFFERENT, "another partition", is(json!("arn:aws:s3:::b")), is(json!("arn:aws-cn:s3:::b"))),
        (DIFFERENT, "every resource is not no Resource element", is(json!("*")), is(json!(null))),
        (SAME, "a trust policy has no resource", is(json!(null)), is(json!(null))),
        (DIFFERENT, "a resource against all but it", is(json!("a")), not(json!("a"))),
        (SAME, "NotResource: order and repetition", not(json!(["a", "b", "a"])), not(json!(["b", "a"]))),
        (DIFFERENT, "NotResource: one value more", not(json!(["a", "b"])), not(json!("a"))),
        (DIFFERENT, "no resource at all is not every resource", is(json!([])), is(json!(null))),
        (SAME, "a folder beside an object in it", is(json!(["arn:aws:s3:::b/*", "arn:aws:s3:::b/a"])), is(json!("arn:aws:s3:::b/*"))),
        (SAME, "every resource beside one with a variable", is(json!(["*", "arn:aws:s3:::b/${aws:username}"])), is(json!("*"))),
        (SAME, "two wildcards in a row are one", is(json!("arn:aws:s3:::b/**")), is(json!("arn:aws:s3:::b/*"))),
        (DIFFERENT, "a wildcard in the middle ends at the colon (\"Resource\" in the IAM guide)",
            is(json!(["arn:aws:logs:*:1:*:a", "arn:aws:logs:r:1:b:c:a"])), is(json!("arn:aws:logs:*:1:*:a"))),
        (DIFFERENT, "what a variable stands for is not known",
            is(json!(["arn:aws:s3:::b/*", "arn:aws:s3:::b/${aws:username}"])), is(json!("arn:aws:s3:::b/*"))),
        (SAME, "the names of variables have no case (\"Variables and tags\" in the IAM guide)",
            is(json!("arn:aws:s3:::b/${AWS:Username}")), is(json!("arn:aws:s3:::b/${aws:username}"))),
        (DIFFERENT, "but their default values have",
            is(json!("arn:aws:s3:::b/${aws:username, 'A'}")), is(json!("arn:aws:s3:::b/${aws:username, 'a'}"))),
        (SAME, "a statement without resources adds nothing",
            policy(json!([statement(json!({})), statement(json!({"Resource": [], "Action": "s3:*"}))])),
            with(json!({}))),
    ]);
}

#[test]
#[rustfmt::skip]
fn principals() {
    let root = "arn:aws:iam::123456789012:root";
    let is = principal;
    let trust = |action: &str, principal: Value| with(json!({"Action": action, "Resource": null, "Principal": principal}));
    check(vec![
        (SAME, "one principal needs no list", is(json!({"Service": "a.b"})), is(json!({"Service": ["a.b"]}))),
        (SAME, "order and repetition", is(json!({"AWS": ["1", "2", "1"]})), is(json!({"AWS": ["2", "1"]}))),
        (SAME, "order of the kinds", is(json!({"AWS": "1", "Service": "s"})), is(json!({"Service": "s", "AWS": "1"}))),
        (SAME, "an account's id is its root", is(json!({"AWS": "123456789012"})), is(json!({"AWS": root}))),
        (SAME, "within a list", is(json!({"AWS": ["123456789012", "x"]})), is(json!({"AWS": ["x", root]}))),
        (SAME, "both spellings are one principal", is(json!({"AWS": ["123456789012", root]})), is(json!({"AWS": root}))),
        (SAME, "in China", is(json!({"AWS": "123456789012"})), is(json!({"AWS": "arn:aws-cn:iam::123456789012:root"}))),
        (SAME, "in GovCloud", is(json!({"AWS": "123456789012"})), is(json!({"AWS": "arn:aws-us-gov:iam::123456789012:root"}))),
        (SAME, "for NotPrincipal as well", not_principal(json!({"AWS": "123456789012"})), not_principal(json!({"AWS": root}))),
        (DIFFERENT, "another account", is(json!({"AWS": "123456789012"})), is(json!({"AWS": "210987654321"}))),
        (DIFFERENT, "a role of the account", is(json!({"AWS": root})), is(json!({"AWS": "arn:aws:iam::123456789012:role/root"}))),
        (DIFFERENT, "a user whose path ends like the root", is(json!({"AWS": "123456789012"})), is(json!({"AWS": "arn:aws:iam::123456789012:user/a:root"}))),
        (DIFFERENT, "an ARN with a segment too many", is(json!({"AWS": "123456789012"})), is(json!({"AWS": "arn:aws:x:iam::123456789012:root"}))),
        (DIFFERENT, "an ARN of another service", is(json!({"AWS": "123456789012"})), is(json!({"AWS": "arn:aws:sts::123456789012:root"}))),
        (DIFFERENT, "eleven digits are no account", is(json!({"AWS": "12345678901"})), is(json!({"AWS": "arn:aws:iam::12345678901:root"}))),
        (DIFFERENT, "only AWS principals are accounts", is(json!({"Federated": "123456789012"})), is(json!({"Federated": root}))),
        (DIFFERENT, "role names have case", is(json!({"AWS": "arn:aws:iam::1:role/A"})), is(json!({"AWS": "arn:aws:iam::1:role/a"}))),
        (DIFFERENT, "a principal that was deleted reads back as an id", is(json!({"AWS": "arn:aws:iam::123456789012:role/a"})), is(json!({"AWS": "AROAEXAMPLE"}))),
        (SAME, "everyone, in both spellings", is(json!("*")), is(json!({"AWS": "*"}))),
        (SAME, "everyone, in a list", is(json!("*")), is(json!({"AWS": ["*"]}))),
        (DIFFERENT, "AWS documents that for Allow alone, not for NotPrincipal", not_principal(json!("*")), not_principal(json!({"AWS": "*"}))),
        (DIFFERENT, "nor for Deny",
            with(json!({"Effect": "Deny", "Principal": "*"})), with(json!({"Effect": "Deny", "Principal": {"AWS": "*"}}))),
        (DIFFERENT, "a trust policy has federated principals, too",
            trust("sts:AssumeRoleWithWebIdentity", json!("*")), trust("sts:AssumeRoleWithWebIdentity", json!({"AWS": "*"}))),
        (DIFFERENT, "whatever the trust policy's action", trust("sts:AssumeRole", json!("*")), trust("sts:AssumeRole", json!({"AWS": "*"}))),
        (DIFFERENT, "so have the actions of STS in an endpoint's policy",
            with(json!({"Action": ["s3:Get*", "STS:*"], "Principal": "*"})), with(json!({"Action": ["s3:Get*", "STS:*"], "Principal": {"AWS": "*"}}))),
        (DIFFERENT, "and everything but some actions",
            with(json!({"Action": null, "NotAction": "s3:*", "Principal": "*"})), with(json!({"Action": null, "NotAction": "s3:*", "Principal": {"AWS": "*"}}))),
        (SAME, "everyone to whom everything is denied, written alike",
            with(json!({"Effect": "Deny", "Principal": "*"})), policy(json!([statement(json!({"Effect": "Deny", "Principal": "*", "Sid": "x"}))]))),
        (DIFFERENT, "the roots of one account in two partitions",
            is(json!({"AWS": root})), is(json!({"AWS": "arn:aws-cn:iam::123456789012:root"}))),
        (DIFFERENT, "an ID beside the roots of two partitions",
            is(json!({"AWS": [root, "123456789012"]})), is(json!({"AWS": [root, "arn:aws-cn:iam::123456789012:root"]}))),
        (SAME, "the roots of two partitions, written alike",
            is(json!({"AWS": [root, "arn:aws-cn:iam::123456789012:root"]})), is(json!({"AWS": ["arn:aws-cn:iam::123456789012:root", root]}))),
        (DIFFERENT, "everyone is not the absence of a principal", is(json!("*")), with(json!({}))),
        (DIFFERENT, "everyone is not every service", is(json!("*")), is(json!({"Service": "*"}))),
        (DIFFERENT, "everyone is not one account", is(json!("*")), is(json!({"AWS": "123456789012"}))),
        (DIFFERENT, "the kind of principal", is(json!({"Service": "a"})), is(json!({"Federated": "a"}))),
        (DIFFERENT, "a principal against all but it", is(json!({"AWS": "1"})), with(json!({"NotPrincipal": {"AWS": "1"}}))),
        (DIFFERENT, "NotPrincipal: one more", not_principal(json!({"AWS": ["1", "2"]})), not_principal(json!({"AWS": "1"}))),
        (SAME, "nobody, of two kinds", is(json!({"AWS": []})), is(json!({"Service": []}))),
        (SAME, "nobody, without a kind", is(json!({})), is(json!({"AWS": [], "Service": []}))),
        (DIFFERENT, "nobody is not the absence of a principal", is(json!({})), with(json!({}))),
        (SAME, "an empty kind beside another", is(json!({"AWS": "1", "Service": []})), is(json!({"AWS": "1"}))),
    ]);
}

#[test]
#[rustfmt::skip]
fn conditions() {
    let is = condition;
    let one = |operator: &str, key: &str, value: Value| condition(json!({operator: {key: value}}));
    let account = "aws:SourceAccount";
    check(vec![
        (SAME, "no condition or an empty one", is(json!({})), with(json!({}))),
        (SAME, "an operator without keys", is(json!({"StringEquals": {}})), with(json!({}))),
        (DIFFERENT, "a condition or none", one("StringEquals", account, json!("1")), with(json!({}))),
        (DIFFERENT, "a key without values still has to match", one("StringEquals", account, json!([])), with(json!({}))),
        (SAME, "one value needs no list", one("StringEquals", account, json!("1")), one("StringEquals", account, json!(["1"]))),
        (SAME, "order and repetition of values", one("StringEquals", account, json!(["1", "2", "1"])), one("StringEquals", account, json!(["2", "1"]))),
        (DIFFERENT, "one value more", one("StringEquals", account, json!(["1", "2"])), one("StringEquals", account, json!("1"))),
        (DIFFERENT, "values have case", one("StringEquals", "k", json!("A")), one("StringEquals", "k", json!("a"))),
        (DIFFERENT, "white space in values", one("StringEquals", "k", json!("a ")), one("StringEquals", "k", json!("a"))),
        (SAME, "AWS ignores the case of keys", one("StringEquals", "aws:SourceAccount", json!("1")), one("StringEquals", "AWS:sourceaccount", json!("1"))),
        (SAME, "also of the tag key in a key", one("StringEquals", "aws:ResourceTag/Team", json!("x")), one("StringEquals", "aws:ResourceTag/team", json!("x"))),
        (DIFFERENT, "another key", one("StringEquals", "aws:SourceArn", json!("1")), one("StringEquals", account, json!("1"))),
        (SAME, "StringLike compares text without wildcards as StringEquals does", one("StringEquals", "k", json!("1")), one("StringLike", "k", json!("1"))),
        (SAME, "so does its negation", one("StringNotEquals", "k", json!(["a", "b"])), one("StringNotLike", "k", json!(["b", "a"]))),
        (DIFFERENT, "a wildcard in one of the values", one("StringEquals", "k", json!(["a", "b*"])), one("StringLike", "k", json!(["a", "b*"]))),
        (DIFFERENT, "a variable, whose value may have wildcards", one("StringEquals", "k", json!("${a}")), one("StringLike", "k", json!("${a}"))),
        (DIFFERENT, "without values nothing is documented", one("StringEquals", "k", json!([])), one("StringLike", "k", json!([]))),
        (DIFFERENT, "another operator", one("StringEquals", "k", json!("a")), one("StringEqualsIgnoreCase", "k", json!("a"))),
        (DIFFERENT, "that the case of an operator is ignored is not documented", one("StringEquals", "k", json!("a")), one("stringequals", "k", json!("a"))),
        (DIFFERENT, "nor that of a boolean", one("Bool", "k", json!("True")), one("Bool", "k", json!("true"))),
        (SAME, "the names of variables have no case", one("StringEquals", "k", json!("${AWS:Username}")), one("StringEquals", "k", json!("${aws:username}"))),
        (SAME, "a negated operator is true for an absent key, as with IfExists", one("StringNotEquals", "k", json!("a")), one("StringNotEqualsIfExists", "k", json!("a"))),
        (SAME, "so is NotIpAddress", one("NotIpAddress", "k", json!("192.0.2.0/24")), one("NotIpAddressIfExists", "k", json!("192.0.2.0/24"))),
        (DIFFERENT, "for a set operator that is not documented", one("ForAllValues:StringNotEquals", "k", json!("a")), one("ForAllValues:StringNotEqualsIfExists", "k", json!("a"))),
        (SAME, "an IPv4 address without a prefix is a range of one", one("IpAddress", "k", json!("192.0.2.7")), one("IpAddress", "k", json!("192.0.2.7/32"))),
        (SAME, "the spellings of an IPv6 address (RFC 5952)", one("NotIpAddress", "k", json!("2001:DB8:0::1/64")), one("NotIpAddress", "k", json!("2001:db8::1/64"))),
        (DIFFERENT, "the default prefix is documented for IPv4 alone", one("IpAddress", "k", json!("2001:db8::1")), one("IpAddress", "k", json!("2001:db8::1/128"))),
        (DIFFERENT, "a range whose address has bits behind the prefix may be refused", one("IpAddress", "k", json!("192.0.2.7/24")), one("IpAddress", "k", json!("192.0.2.0/24"))),
        (DIFFERENT, "to a string operator an address is text", one("StringEquals", "k", json!("192.0.2.7")), one("StringEquals", "k", json!("192.0.2.7/32"))),
        (SAME, "a date in both documented forms", one("DateLessThan", "k", json!("2024-03-01T00:00:01Z")), one("DateLessThan", "k", json!(1_709_251_201))),
        (DIFFERENT, "the second after", one("DateLessThan", "k", json!("2024-03-01T00:00:01Z")), one("DateLessThan", "k", json!(1_709_251_202))),
        (DIFFERENT, "a day that does not exist", one("DateEquals", "k", json!("2023-02-29T00:00:00Z")), one("DateEquals", "k", json!("1677628800"))),
        (DIFFERENT, "a date without its time", one("DateEquals", "k", json!("2023-02-28")), one("DateEquals", "k", json!("2023-02-28T00:00:00Z"))),
        (DIFFERENT, "two keys that differ in case, their values swapped: which of both counts is not documented",
            is(json!({"StringEquals": {"k": "a", "K": "b"}})), is(json!({"StringEquals": {"k": "b", "K": "a"}}))),
        (DIFFERENT, "nor with operators that differ in case",
            is(json!({"StringEquals": {"k": "a"}, "stringEquals": {"K": "b"}})), is(json!({"StringEquals": {"k": "b"}, "stringEquals": {"K": "a"}}))),
        (SAME, "two keys that differ in case, written alike",
            is(json!({"StringEquals": {"k": "a", "K": "b"}})), is(json!({"StringEquals": {"K": "b", "k": "a"}}))),
        (DIFFERENT, "which text a number with a fraction is, is not documented", one("StringEquals", "k", json!(1.1)), one("StringEquals", "k", json!("1.1"))),
        (DIFFERENT, "also with an exponent", one("StringEquals", "k", json!(1e-7)), one("StringEquals", "k", json!("1e-7"))),
        (SAME, "the same number with a fraction", one("StringEquals", "k", json!([1.1])), one("StringEquals", "k", json!(1.1))),
        (DIFFERENT, "IfExists also matches when the key is absent", one("StringEquals", "k", json!("1")), one("StringEqualsIfExists", "k", json!("1"))),
        (SAME, "the order of operators and keys",
            is(json!({"StringEquals": {"a": "1", "b": "2"}, "Bool": {"c": "true"}})),
            is(json!({"Bool": {"c": "true"}, "StringEquals": {"b": "2", "a": "1"}}))),
        (DIFFERENT, "a key moved to another operator",
            is(json!({"StringEquals": {"a": "1"}, "StringLike": {"b": "2*"}})),
            is(json!({"StringEquals": {"a": "1", "b": "2*"}}))),
        (SAME, "a boolean is its word", one("Bool", "k", json!(true)), one("Bool", "k", json!("true"))),
        (SAME, "a boolean in a list", one("Bool", "k", json!([false])), one("Bool", "k", json!("false"))),
        (DIFFERENT, "the other boolean", one("Bool", "k", json!(true)), one("Bool", "k", json!("false"))),
        (SAME, "Null takes booleans, too", one("Null", "k", json!(true)), one("Null", "k", json!("true"))),
        (SAME, "a number is its digits", one("NumericEquals", "k", json!(100)), one("NumericEquals", "k", json!("100"))),
        (SAME, "a negative number", one("NumericEquals", "k", json!(-5)), one("NumericEquals", "k", json!("-5"))),
        (SAME, "an account id as a number", one("StringEquals", account, json!(123_456_789_012_u64)), one("StringEquals", account, json!("123456789012"))),
        (SAME, "decimals", one("NumericEquals", "k", json!([0.5, 10.25])), one("NumericEquals", "k", json!(["10.25", "0.5"]))),
        (SAME, "a decimal's superfluous zeros", one("NumericLessThan", "k", json!("010.50")), one("NumericLessThan", "k", json!(10.5))),
        (SAME, "a whole number as a decimal", one("NumericLessThanIfExists", "k", json!(10.0)), one("NumericLessThanIfExists", "k", json!("10"))),
        (SAME, "a zero has no sign", one("NumericEquals", "k", json!("-0.0")), one("NumericEquals", "k", json!(0))),
        (DIFFERENT, "trailing zeros before the point count", one("NumericEquals", "k", json!("100")), one("NumericEquals", "k", json!("10"))),
        (DIFFERENT, "digits beyond a float's precision", one("NumericEquals", "k", json!("9007199254740993")), one("NumericEquals", "k", json!("9007199254740992"))),
        (DIFFERENT, "to a string operator zeros are characters", one("StringEquals", "k", json!("1.0")), one("StringEquals", "k", json!("1"))),
        (SAME, "an operator that ignores case", one("StringEqualsIgnoreCase", "k", json!("ABC")), one("StringEqualsIgnoreCase", "k", json!("abc"))),
        (SAME, "its negation for each of many values", one("ForAnyValue:StringNotEqualsIgnoreCase", "k", json!(["A", "a"])), one("ForAnyValue:StringNotEqualsIgnoreCase", "k", json!("a"))),
        (SAME, "ArnEquals and ArnLike are identical", one("ArnEquals", "k", json!("arn:aws:s3:::*")), one("ArnLike", "k", json!("arn:aws:s3:::*"))),
        (SAME, "so are their negations", one("ArnNotEqualsIfExists", "k", json!("a")), one("ArnNotLikeIfExists", "k", json!("a"))),
        (DIFFERENT, "an ARN operator and its negation", one("ArnEquals", "k", json!("a")), one("ArnNotEquals", "k", json!("a"))),
        (SAME, "identical conditions under both ARN operators",
            is(json!({"ArnEquals": {"k": "a"}, "ArnLike": {"k": "a"}})),
            one("ArnLike", "k", json!("a"))),
        (SAME, "a decimal under a set operator", one("ForAnyValue:NumericEquals", "k", json!("1.0")), one("ForAnyValue:NumericEquals", "k", json!(1))),
        (DIFFERENT, "two ARN conditions must both match",
            is(json!({"ArnEquals": {"k": "a"}, "ArnLike": {"k": "b"}})),
            is(json!({"ArnLike": {"k": ["a", "b"]}}))),
        (SAME, "set operators: order and repetition", one("ForAllValues:StringEquals", "k", json!(["a", "b", "a"])), one("ForAllValues:StringEquals", "k", json!(["b", "a"]))),
        (DIFFERENT, "all values are not any value", one("ForAllValues:StringEquals", "k", json!("a")), one("ForAnyValue:StringEquals", "k", json!("a"))),
        (DIFFERENT, "a set operator or none", one("ForAnyValue:StringEquals", "k", json!("a")), one("StringEquals", "k", json!("a"))),
        (DIFFERENT, "another external ID", one("StringEquals", "sts:ExternalId", json!("aa")), one("StringEquals", "sts:ExternalId", json!("bb"))),
    ]);
}

#[test]
#[rustfmt::skip]
fn splitting_and_merging() {
    let get = || statement(json!({}));
    let put = || statement(json!({"Action": "s3:PutObject"}));
    let on = |resource: &str, action: &str| statement(json!({"Resource": resource, "Action": action}));
    let for_whom = |principal: Value| statement(json!({"Principal": principal}));
    check(vec![
        (SAME, "two actions or two statements", with(json!({"Action": ["s3:GetObject", "s3:PutObject"]})), policy(json!([get(), put()]))),
        (SAME, "two resources or two statements", with(json!({"Resource": ["a", "b"]})), policy(json!([on("a", "s3:GetObject"), on("b", "s3:GetObject")]))),
        (SAME, "two accounts or two statements", principal(json!({"AWS": ["1", "2"]})), policy(json!([for_whom(json!({"AWS": "1"})), for_whom(json!({"AWS": "2"}))]))),
        (SAME, "two kinds of principal or two statements", principal(json!({"AWS": "1", "Service": "s"})), policy(json!([for_whom(json!({"AWS": "1"})), for_whom(json!({"Service": "s"}))]))),
        (SAME, "split along actions or along resources",
            policy(json!([statement(json!({"Action": "a:b", "Resource": ["x", "y"]})), statement(json!({"Action": "c:d", "Resource": ["x", "y"]}))])),
            policy(json!([statement(json!({"Action": ["a:b", "c:d"], "Resource": "x"})), statement(json!({"Action": ["a:b", "c:d"], "Resource": "y"}))]))),
        (SAME, "statements that overlap",
            policy(json!([statement(json!({"Action": ["a:b", "c:d"]})), statement(json!({"Action": ["c:d", "e:f"]}))])),
            with(json!({"Action": ["a:b", "c:d", "e:f"]}))),
        (SAME, "a denial is split like an allowance",
            with(json!({"Effect": "Deny", "Action": ["a:b", "c:d"]})),
            policy(json!([statement(json!({"Effect": "Deny", "Action": "c:d"})), statement(json!({"Effect": "Deny", "Action": "a:b"}))]))),
        (DIFFERENT, "not every combination is there",
            policy(json!([on("x", "a:b"), on("y", "c:d")])),
            with(json!({"Action": ["a:b", "c:d"], "Resource": ["x", "y"]}))),
        (DIFFERENT, "a condition on one half only",
            policy(json!([get(), statement(json!({"Action": "s3:PutObject", "Condition": {"Bool": {"k": "true"}}}))])),
            with(json!({"Action": ["s3:GetObject", "s3:PutObject"], "Condition": {"Bool": {"k": "true"}}}))),
        (SAME, "a statement that another one covers",
            policy(json!([statement(json!({"Action": "s3:*", "Resource": "*"})), get()])),
            with(json!({"Action": "s3:*", "Resource": "*"}))),
        (SAME, "a condition on what is allowed without it, too",
            policy(json!([get(), statement(json!({"Condition": {"Bool": {"k": "true"}}}))])), with(json!({}))),
        (SAME, "a condition more limits more",
            policy(json!([statement(json!({"Condition": {"Bool": {"k": "true"}}})), statement(json!({"Condition": {"Bool": {"k": "true", "l": "true"}}}))])),
            condition(json!({"Bool": {"k": "true"}}))),
        (DIFFERENT, "two conditions of which none limits more",
            policy(json!([statement(json!({"Condition": {"Bool": {"k": "true"}}})), statement(json!({"Condition": {"Bool": {"l": "true"}}}))])),
            condition(json!({"Bool": {"k": "true"}}))),
        (SAME, "a denial that another one covers",
            policy(json!([statement(json!({"Effect": "Deny", "Action": "s3:*"})), statement(json!({"Effect": "Deny"}))])),
            with(json!({"Effect": "Deny", "Action": "s3:*"}))),
        (DIFFERENT, "a denial is not covered by what is allowed",
            policy(json!([statement(json!({"Action": "s3:*"})), statement(json!({"Effect": "Deny"}))])),
            with(json!({"Action": "s3:*"}))),
        (SAME, "what is denied in any case is not allowed either",
            policy(json!([get(), put(), statement(json!({"Effect": "Deny", "Action": "s3:G*", "Resource": "*"}))])),
            policy(json!([put(), statement(json!({"Effect": "Deny", "Action": "s3:G*", "Resource": "*"}))]))),
        (DIFFERENT, "a denial with a condition leaves some of it",
            policy(json!([get(), statement(json!({"Effect": "Deny", "Condition": {"Bool": {"k": "true"}}}))])),
            with(json!({"Effect": "Deny", "Condition": {"Bool": {"k": "true"}}}))),
        (DIFFERENT, "a denial of a part leaves the rest",
            policy(json!([statement(json!({"Action": "s3:*"})), statement(json!({"Effect": "Deny"}))])),
            with(json!({"Effect": "Deny"}))),
        (DIFFERENT, "whom a principal includes may differ between Allow and Deny",
            policy(json!([for_whom(json!({"AWS": "1"})), statement(json!({"Effect": "Deny", "Principal": {"AWS": "1"}}))])),
            with(json!({"Effect": "Deny", "Principal": {"AWS": "1"}}))),
        (DIFFERENT, "everybody does not cover an account, which has permissions of its own",
            policy(json!([for_whom(json!("*")), for_whom(json!({"AWS": "123456789012"}))])), principal(json!("*"))),
        (DIFFERENT, "the halves swap their resources",
            policy(json!([on("x", "a:b"), on("y", "c:d")])),
            policy(json!([on("y", "a:b"), on("x", "c:d")]))),
    ]);
}

#[test]
fn a_policy_that_multiplies_to_billions_is_compared_in_bounded_time() {
    let list = |prefix: &str| {
        (0..2_000)
            .map(|n| format!("{prefix}{n}"))
            .collect::<Vec<_>>()
    };
    let mut reversed = list("s3:");
    reversed.reverse();
    let elements = |actions: Vec<String>| json!({"Principal": {"AWS": list("p")}, "Action": actions, "Resource": list("r")});
    let mut fewer = list("S3:");
    fewer.pop();
    check(vec![
        (
            SAME,
            "order and case still do not matter",
            with(elements(list("S3:"))),
            with(elements(reversed)),
        ),
        (
            DIFFERENT,
            "one action of 2,000",
            with(elements(list("s3:"))),
            with(elements(fewer)),
        ),
        (
            DIFFERENT,
            "what is merely split differently is not recognised at this size",
            with(elements(list("s3:"))),
            policy(json!([
                statement(elements(list("s3:"))),
                statement(elements(vec!["s3:0".to_owned()])),
            ])),
        ),
        (
            DIFFERENT,
            "a large policy against a small one",
            with(elements(list("s3:"))),
            with(json!({})),
        ),
    ]);
}
