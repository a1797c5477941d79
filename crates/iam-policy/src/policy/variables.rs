//! Policy variables in a text.

use crate::reading::Version;

/// Whether the text has something of the form `${…}`, which is a variable in the current version.
pub(super) fn has_variable(text: &str) -> bool {
    text.split_once("${")
        .is_some_and(|(_, rest)| rest.contains('}'))
}

/// The text with the names of its variables in lower case: AWS ignores their case (IAM User Guide,
/// "IAM policy elements: Variables and tags"). A default value, which follows a comma, has case. In
/// the version of 2008 there are no variables, and the text stays as it is.
pub(super) fn with_plain_variables(text: &str, version: Version) -> String {
    if version == Version::V2008 {
        return text.to_owned();
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((variable, behind)) = after.split_once('}') else {
            break;
        };
        let name = variable.split(',').next().unwrap_or_default();
        plain.push_str(before);
        plain.push_str("${");
        plain.push_str(&name.to_ascii_lowercase());
        plain.push_str(&variable[name.len()..]);
        plain.push('}');
        rest = behind;
    }
    plain + rest
}
