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
    let is_complete = resource.matches(':').count() >= 5;
    let Some((resource, arn)) = after_common_segments(resource, arn) else {
        return false;
    };
    let mut of_policy = policy_tokens(resource);
    if !is_complete {
        of_policy.push(Token::Anything);
    }
    overlap(&of_policy, &form_tokens(arn))
}

/// Whether some text matches two patterns of policies, both with `*`, `?` and policy variables.
#[must_use]
pub fn patterns_overlap(a: &str, b: &str) -> bool {
    first_difference(a, b) != Some(Difference::Letter)
        && overlap(&policy_tokens(a), &policy_tokens(b))
}

/// What ends the common beginning of two texts.
#[derive(PartialEq, Eq)]
enum Difference {
    /// Two letters that are not the same.
    Letter,
    /// Something open in one of the texts, or the end of one.
    Open,
}

/// Most patterns differ in a letter before anything that is open, which is seen much faster than whether
/// they overlap. Nothing for two texts that are the same and have nothing open.
fn first_difference(a: &str, b: &str) -> Option<Difference> {
    let is_open = |byte| matches!(byte, b'*' | b'?' | b'$');
    let mut letters = a.bytes().zip(b.bytes());
    match letters.find(|&(a, b)| a != b || is_open(a)) {
        Some((a, b)) if !is_open(a) && !is_open(b) => Some(Difference::Letter),
        None if a.len() == b.len() => None,
        _ => Some(Difference::Open),
    }
}

/// What follows the segments that a `Resource` and the form of ARNs have in common. Nothing if they differ in
/// a letter before anything that is open.
fn after_common_segments<'a>(
    mut resource: &'a str,
    mut arn: &'a str,
) -> Option<(&'a str, &'a str)> {
    while let (Some((own, own_rest)), Some((form, form_rest))) =
        (resource.split_once(':'), arn.split_once(':'))
    {
        let is_any = matches!(form, "${Partition}" | "${Region}" | "${Account}");
        let is_common =
            is_any && !own.contains(['*', '?', '$', '/']) || first_difference(own, form).is_none();
        if !is_common {
            break;
        }
        (resource, arn) = (own_rest, form_rest);
    }
    (first_difference(resource, arn) != Some(Difference::Letter)).then_some((resource, arn))
}

/// Whether every text that matches `narrow` also matches `wide`, both with `*` and `?`, whatever the
/// case of either. A `?` is taken to match no other characters than those of ASCII.
#[must_use]
pub fn pattern_covers(wide: &str, narrow: &str) -> bool {
    covers(wide, narrow, |a, b| a.eq_ignore_ascii_case(&b))
}

/// As [`pattern_covers`], but case counts.
pub(crate) fn pattern_covers_with_case(wide: &str, narrow: &str) -> bool {
    covers(wide, narrow, |a, b| a == b)
}

/// A `*` of `narrow` is covered by a `*` alone, and its `?` by no certain character. So `narrow` is
/// matched like a text in which these two are characters of their own.
fn covers(wide: &str, narrow: &str, is_same: fn(u8, u8) -> bool) -> bool {
    let (wide, narrow) = (wide.as_bytes(), narrow.as_bytes());
    let (mut at, mut narrow_at) = (0, 0);
    // Behind the last `*` of `wide`, and how much of `narrow` that one has taken so far.
    let mut star = None;
    while narrow_at < narrow.len() {
        let other = narrow[narrow_at];
        let takes_one = |own: u8| own == b'?' && other.is_ascii() || is_same(own, other);
        match wide.get(at) {
            Some(b'*') => {
                at += 1;
                star = Some((at, narrow_at));
            }
            Some(&own) if other != b'*' && takes_one(own) => {
                (at, narrow_at) = (at + 1, narrow_at + 1);
            }
            _ => {
                let Some((behind, taken)) = star else {
                    return false;
                };
                star = Some((behind, taken + 1));
                (at, narrow_at) = (behind, taken + 1);
            }
        }
    }
    wide[at..].iter().all(|&byte| byte == b'*')
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
    use super::{pattern_covers, patterns_overlap, resource_may_match};

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
}
