//! AWS's variables, as far as a wrong value would be passed over or stop the SDK.

use std::ffi::OsString;

use crate::failure::Failure;

/// The variables that must be text: the SDK passes over those that are not, and would use other
/// credentials or another endpoint than the person meant. Without a control character, too, which no
/// header of a request can carry.
const TEXT: &[&str] = &[
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT",
    "AWS_PROFILE",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ENDPOINT_URL",
];

/// Refuses a variable of AWS that is not text or has a control character.
///
/// # Errors
/// The first such variable, by its name and without its value.
pub fn check(variables: impl Iterator<Item = (OsString, OsString)>) -> Result<(), Failure> {
    for (name, value) in variables {
        let Some(name) = name.to_str() else { continue };
        if !TEXT.contains(&name) && !name.starts_with("AWS_ENDPOINT_URL_") {
            continue;
        }
        let problem = match value.to_str() {
            None => "is not text in UTF-8",
            Some(text) if text.contains(char::is_control) => {
                "has a control character, such as a line break at its end"
            }
            Some(_) => continue,
        };
        let failure = Failure::new(format!("the environment variable {name} {problem}"));
        return Err(failure.hint(format!("Set {name} again, or unset it")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStringExt;

    use super::*;

    #[test]
    fn a_variable_of_aws_is_plain_text() {
        let cases: [(&str, &[u8], Option<&str>, &str); 6] = [
            ("AWS_ACCESS_KEY_ID", b"AKIA", None, "a key"),
            (
                "AWS_ACCESS_KEY_ID",
                b"AKIA\n",
                Some("line break"),
                "of a file with two lines",
            ),
            (
                "AWS_SECRET_ACCESS_KEY",
                b"s\r",
                Some("line break"),
                "of a file of Windows",
            ),
            (
                "AWS_ENDPOINT_URL_IAM",
                b"\xff",
                Some("UTF-8"),
                "of one service",
            ),
            (
                "AWS_OF_SOMEBODY",
                b"a\nb\xff",
                None,
                "a variable that nobody here reads",
            ),
            ("AWS_REGION", b"", None, "empty is as if unset"),
        ];
        for (name, value, problem, why) in cases {
            let variable = (OsString::from(name), OsString::from_vec(value.to_vec()));
            let failure = check([variable].into_iter()).err();
            match problem {
                None => assert_eq!(failure, None, "{why}"),
                Some(problem) => {
                    let text = failure.map(|it| it.to_string()).unwrap_or_default();
                    assert!(
                        text.contains(name) && text.contains(problem),
                        "{why}: {text}"
                    );
                    assert!(!text.contains("AKIA"), "{why}: {text}");
                }
            }
        }
    }
}
