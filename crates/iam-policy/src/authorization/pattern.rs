//! Whether a policy's `Resource` and the pattern of a resource type's ARNs have an ARN in common.
//!
//! Both sides have parts that are open: `*`, `?` and policy variables in the policy, and
//! `${BucketName}` in the pattern. In doubt they overlap, so no resource is called wrong that is not.

/// One step of a pattern.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Token {
    Character(char),
    AnyCharacter,
    /// Any text, which may be empty.
    Anything,
    /// Any text without a slash or a colon, which may be empty.
    AnythingInSegment,
}

/// Whether some ARN matches a policy's `Resource` and is of the form `arn`, such as
/// `arn:${Partition}:s3:::${BucketName}`.
///
/// A `Resource` that ends before the sixth part of an ARN counts as if a wildcard followed. A
/// bucket's name has no slash, so the ARN of an object is not that of a bucket.
#[must_use]
pub fn resource_may_match(resource: &str, arn: &str) -> bool {
    let mut of_policy = policy_tokens(resource);
    if resource.matches(':').count() < 5 {
        of_policy.push(Token::Anything);
    }
    overlap(&of_policy, &form_tokens(arn))
}

/// Whether some text matches two patterns of policies, both with `*`, `?` and policy variables.
#[must_use]
pub fn patterns_overlap(a: &str, b: &str) -> bool {
    overlap(&policy_tokens(a), &policy_tokens(b))
}

/// Whether every text that matches `narrow` also matches `wide`, both with `*` and `?`, whatever the
/// case of either.
#[must_use]
pub fn pattern_covers(wide: &str, narrow: &str) -> bool {
    // Most patterns differ in their first letters already.
    let literal = wide.find(['*', '?']).unwrap_or(wide.len());
    let start = narrow.as_bytes().get(..literal);
    let begins_alike = start.is_some_and(|it| it.eq_ignore_ascii_case(&wide.as_bytes()[..literal]));
    if !begins_alike || literal == wide.len() {
        return begins_alike && narrow.len() == wide.len();
    }
    let [wide, narrow] = [wide, narrow].map(|it| wildcard_tokens(&it.to_ascii_lowercase()));
    covers(&wide, &narrow)
}

/// Whether every ARN that matches the `Resource` `narrow` of a policy also matches `wide`. A wildcard
/// stands for text of its own part of the ARN, and case counts. What a policy variable stands for is
/// covered by a wildcard only.
#[must_use]
pub fn resource_covers(wide: &str, narrow: &str) -> bool {
    if wide == "*" || wide == narrow {
        return true;
    }
    // Most resources differ in their first or last letters already.
    let wildcards = ['*', '?'];
    let start = wide.split(wildcards).next().unwrap_or_default();
    let end = wide.rsplit(wildcards).next().unwrap_or_default();
    if !narrow.starts_with(start) || !narrow.ends_with(end) {
        return false;
    }
    let (wide, narrow): (Vec<&str>, Vec<&str>) = (
        wide.splitn(6, ':').collect(),
        narrow.splitn(6, ':').collect(),
    );
    wide.len() == 6
        && narrow.len() == 6
        && wide.iter().zip(narrow).all(|(wide, narrow)| {
            *wide == narrow
                || !wide.contains("${") && covers(&wildcard_tokens(wide), &policy_tokens(narrow))
        })
}

fn covers(wide: &[Token], narrow: &[Token]) -> bool {
    // Which beginnings of `narrow` the tokens of `wide` so far cover.
    let mut covered = vec![false; narrow.len() + 1];
    covered[0] = true;
    for &token in wide {
        let mut next = vec![false; covered.len()];
        next[0] = covered[0] && is_open(token);
        for (index, &other) in narrow.iter().enumerate() {
            next[index + 1] = match token {
                Token::Character(_) => covered[index] && token == other,
                Token::AnyCharacter => covered[index] && !is_open(other),
                Token::Anything | Token::AnythingInSegment => covered[index + 1] || next[index],
            };
        }
        covered = next;
    }
    covered[narrow.len()]
}

fn wildcard_tokens(pattern: &str) -> Vec<Token> {
    let characters = pattern.chars();
    characters
        .map(|character| match character {
            '*' => Token::Anything,
            '?' => Token::AnyCharacter,
            other => Token::Character(other),
        })
        .collect()
}

/// `${*}`, `${?}` and `${$}` mean the character, any other `${…}` a value that is not known.
fn policy_tokens(mut resource: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    while let Some((literal, after)) = resource.split_once("${") {
        let Some((name, rest)) = after.split_once('}') else {
            break;
        };
        tokens.extend(wildcard_tokens(literal));
        tokens.push(match name {
            "*" | "?" | "$" => Token::Character(name.chars().next().unwrap_or('$')),
            _ => Token::Anything,
        });
        resource = rest;
    }
    tokens.extend(wildcard_tokens(resource));
    tokens
}

fn form_tokens(mut arn: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    while let Some((literal, after)) = arn.split_once("${") {
        let (name, rest) = after.split_once('}').unwrap_or((after, ""));
        tokens.extend(wildcard_tokens(literal));
        tokens.push(match name {
            "Partition" | "Region" | "Account" | "BucketName" => Token::AnythingInSegment,
            _ => Token::Anything,
        });
        arn = rest;
    }
    tokens.extend(wildcard_tokens(arn));
    tokens
}

/// Whether some text matches both. `reached` holds for how much of `b` each prefix of `a` can be
/// matched with, so no combination is looked at twice.
fn overlap(a: &[Token], b: &[Token]) -> bool {
    let width = b.len() + 1;
    let mut reached = vec![false; (a.len() + 1) * width];
    reached[0] = true;
    for i in 0..=a.len() {
        for j in 0..width {
            if !reached[i * width + j] {
                continue;
            }
            let (from_a, from_b) = (a.get(i), b.get(j));
            if from_a.is_some_and(|&token| is_open(token)) {
                reached[(i + 1) * width + j] = true;
            }
            if from_b.is_some_and(|&token| is_open(token)) {
                reached[i * width + j + 1] = true;
            }
            if let (Some(&from_a), Some(&from_b)) = (from_a, from_b)
                && share_character(from_a, from_b)
            {
                let (i, j) = (
                    i + usize::from(!is_open(from_a)),
                    j + usize::from(!is_open(from_b)),
                );
                reached[i * width + j] = true;
            }
        }
    }
    reached[a.len() * width + b.len()]
}

fn is_open(token: Token) -> bool {
    matches!(token, Token::Anything | Token::AnythingInSegment)
}

fn share_character(a: Token, b: Token) -> bool {
    match (a, b) {
        (Token::Character(a), Token::Character(b)) => a == b,
        (Token::Character(character), Token::AnythingInSegment)
        | (Token::AnythingInSegment, Token::Character(character)) => {
            !matches!(character, '/' | ':')
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::{pattern_covers, patterns_overlap, resource_covers, resource_may_match};

    const BUCKET: &str = "arn:${Partition}:s3:::${BucketName}";
    const OBJECT: &str = "arn:${Partition}:s3:::${BucketName}/${ObjectName}";
    const ROLE: &str = "arn:${Partition}:iam::${Account}:role/${RoleNameWithPath}";
    const KEY: &str = "arn:${Partition}:kms:${Region}:${Account}:key/${KeyId}";

    #[test]
    fn what_can_be_an_arn_of_a_type() {
        let cases = [
            (true, "*", BUCKET, "everything"),
            (true, "arn:aws:s3:::b", BUCKET, "a bucket"),
            (true, "arn:aws-cn:s3:::b", BUCKET, "of any partition"),
            (true, "arn:aws:s3:::b*", BUCKET, "buckets"),
            (false, "arn:aws:s3:::b/*", BUCKET, "the objects of a bucket"),
            (
                false,
                "arn:aws:s3:::*/*",
                BUCKET,
                "the objects of all buckets",
            ),
            (true, "arn:aws:s3:::b/*", OBJECT, "the objects of a bucket"),
            (true, "arn:aws:s3:::b/a/c", OBJECT, "an object in a folder"),
            (false, "arn:aws:s3:::b", OBJECT, "a bucket is no object"),
            (
                true,
                "arn:aws:s3:::b*",
                OBJECT,
                "AWS lets the wildcard span the slash",
            ),
            (
                true,
                "arn:aws:s3:::${aws:username}/x",
                OBJECT,
                "a policy variable",
            ),
            (
                true,
                "arn:aws:s3:::${aws:username}",
                OBJECT,
                "whose value may have a slash",
            ),
            (true, "arn:aws:s3:::b/${*}", OBJECT, "an escaped wildcard"),
            (
                true,
                "arn:aws:iam::123456789012:role/a/b",
                ROLE,
                "a role with a path",
            ),
            (true, "arn:aws:iam::*:role/x-*", ROLE, "of any account"),
            (false, "arn:aws:iam::123456789012:user/a", ROLE, "a user"),
            (
                true,
                "arn:aws:iam::123456789012:*",
                ROLE,
                "everything of an account",
            ),
            (true, "arn:aws:iam:*", ROLE, "an ARN that is not complete"),
            (true, "arn:aws:iam", ROLE, "without a wildcard of its own"),
            (false, "arn:aws:s3", ROLE, "of another service"),
            (
                false,
                "arn:aws:kms:eu-west-1:123456789012:alias/a",
                KEY,
                "an alias is no key",
            ),
            (
                true,
                "arn:aws:kms:eu-west-?:123456789012:key/*",
                KEY,
                "one character",
            ),
            (
                false,
                "arn:aws:kms:eu-west-1:123456789012:k?y",
                KEY,
                "too short",
            ),
        ];
        for (expected, resource, arn, reason) in cases {
            assert_eq!(
                resource_may_match(resource, arn),
                expected,
                "{resource}: {reason}"
            );
        }
    }

    #[test]
    fn what_two_patterns_have_in_common() {
        // Whether they overlap, whether the first covers the second, and both.
        let cases = [
            (
                true,
                true,
                "s3:Get*",
                "s3:GetObject",
                "a wildcard and one of its names",
            ),
            (
                true,
                false,
                "s3:GetObject",
                "s3:Get*",
                "the other way round",
            ),
            (true, true, "*", "s3:Get*", "everything"),
            (
                true,
                true,
                "s3:*",
                "S3:Get*",
                "whatever the case of the prefix",
            ),
            (
                true,
                false,
                "s3:*Object",
                "s3:Get*",
                "some names are in both",
            ),
            (
                true,
                false,
                "a:b?",
                "a:b*",
                "one character is less than any text",
            ),
            (
                true,
                true,
                "a:b*",
                "a:b?",
                "and any text more than one character",
            ),
            (true, true, "a:**c", "a:*c", "two wildcards in a row"),
            (false, false, "a:b", "a:bc", "a name and a longer one"),
            (false, false, "a:x*", "a:y*", "nothing in common"),
        ];
        for (overlaps, covers, a, b, reason) in cases {
            assert_eq!(pattern_covers(a, b), covers, "{reason}: covers");
            let overlap = patterns_overlap(&a.to_lowercase(), &b.to_lowercase());
            assert_eq!(overlap, overlaps, "{reason}: overlap");
        }
    }

    #[test]
    fn wildcards_of_actions() {
        let cases = [
            (true, "*", "GetObject", "all"),
            (true, "Get*", "GetObject", "a beginning"),
            (true, "get*T", "GetObject", "whatever the case"),
            (true, "GetObject", "GetObject", "no wildcard"),
            (true, "Get?bject", "GetObject", "one character"),
            (true, "GetObject*", "GetObject", "a wildcard for nothing"),
            (false, "GetObject?", "GetObject", "one character too many"),
            (false, "Put*", "GetObject", "another beginning"),
            (false, "", "GetObject", "nothing"),
        ];
        for (expected, pattern, text, reason) in cases {
            assert_eq!(pattern_covers(pattern, text), expected, "{reason}");
        }
    }

    #[test]
    fn which_resource_covers_which() {
        let role = |name: &str| format!("arn:aws:iam::123456789012:role/{name}");
        let cases = [
            (true, "*".to_owned(), role("a"), "everything"),
            (true, role("jane*"), role("jane-admin"), "a beginning"),
            (true, role("*"), role("a/*"), "a wildcard covers a slash"),
            (true, role("a"), role("a"), "the same twice"),
            (true, role("*"), role("${aws:username}"), "a variable"),
            (
                true,
                role("${aws:username}"),
                role("${aws:username}"),
                "the same variable",
            ),
            (
                false,
                role("${aws:username}"),
                role("a"),
                "a variable is one value",
            ),
            (
                false,
                role("?"),
                role("${aws:username}"),
                "a variable of any length",
            ),
            (false, role("jane"), role("Jane"), "case counts"),
            (false, role("a*"), role("*a"), "two sets that overlap"),
            (
                false,
                role("jane-admin"),
                role("jane*"),
                "the other way round",
            ),
            (
                false,
                "arn:aws:s3:::b".to_owned(),
                "arn:aws:s3:::b/*".to_owned(),
                "a bucket and its objects",
            ),
            (
                false,
                "arn:aws:sqs:*:q".to_owned(),
                "arn:aws:sqs:eu-west-1:123456789012:q".to_owned(),
                "a wildcard for one part only",
            ),
        ];
        for (expected, wide, narrow, reason) in cases {
            assert_eq!(resource_covers(&wide, &narrow), expected, "{reason}");
        }
    }
}
