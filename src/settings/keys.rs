//! The keys of the settings file: what each holds, and what it is for.
//!
//! The reader takes these keys and no others, and the JSON schema for editors is made of them.

use super::choices::{Encryption, Profile, System, TrustKind};
use super::fleet::keys as fleet;
use super::key::{Form, Key, RANGE, choices};

/// The keys at the top of the file.
pub(super) const TOP: &[Key] = &[
    Key {
        name: "account",
        form: Form::Text,
        about: "The ID of the only account that a command may touch: 12 digits.",
        usual: r#""123456789012""#,
    },
    Key {
        name: "regions",
        form: Form::List,
        about: "The regions to deploy to, all of one partition. The first is the main region, which has \
                the bucket and the key. Without any, the region of the AWS environment or profile.",
        usual: r#"["eu-west-1"]"#,
    },
    Key {
        name: "tags",
        form: Form::Table,
        about: "Tags for every resource that has tags.",
        usual: r#"{ team = "observability" }"#,
    },
    Key {
        name: System::StackState.section(),
        form: Form::Section(STACKSTATE),
        about: "The StackState integration.",
        usual: "",
    },
    Key {
        name: System::AuditTrail.section(),
        form: Form::Section(AUDIT_TRAIL),
        about: "The permission policy of Audit Trail.",
        usual: "",
    },
    Key {
        name: "fleet",
        form: Form::Section(fleet::KEYS),
        about: "Many accounts that get the same, and how they are reached and changed. With this section \
                there is no `account`, and the commands are those of `provision fleet`.",
        usual: "",
    },
    Key {
        name: "lint",
        form: Form::Section(LINT),
        about: "What `provision policy lint` accepts.",
        usual: "",
    },
];

const STACKSTATE: &[Key] = &[
    Key {
        name: "agent_principals",
        form: Form::List,
        about: "Who may assume the integration role: account IDs, or ARNs of an account's root, a user, \
                a role or an assumed role.",
        usual: r#"["210987654321"]"#,
    },
    Key {
        name: "external_id",
        form: Form::Secret,
        about: "The external ID that the agent presents. Write \"${NAME}\" as the whole value to have it \
                read from an environment variable.",
        usual: r#""${STS_EXTERNAL_ID}""#,
    },
    Key {
        name: "trust",
        form: Form::Choice(choices::<TrustKind>),
        about: "Whom the integration role trusts. With \"ec2\" there are neither agent_principals nor an \
                external_id.",
        usual: r#""external""#,
    },
    Key {
        name: "encryption",
        form: Form::Choice(choices::<Encryption>),
        about: "How the logs are encrypted.",
        usual: r#""kms""#,
    },
    Key {
        name: "profile",
        form: Form::Choice(choices::<Profile>),
        about: "Which policy documents are written.",
        usual: r#""documented""#,
    },
    Key {
        name: "postfix",
        form: Form::Text,
        about: "What every name ends with, to deploy more than once in an account.",
        usual: r#""""#,
    },
    Key {
        name: "permissions_boundary",
        form: Form::Text,
        about: "The managed policy that bounds every role: \"policy/NAME\" or \"policy/PATH/NAME\" of the \
                account, or an ARN.",
        usual: r#""""#,
    },
    Key {
        name: "policies",
        form: Form::Text,
        about: "A folder of documents that replace the built-in ones of the same name. A relative path \
                starts at the folder of the settings file.",
        usual: r#""""#,
    },
    Key {
        name: "keep_policies",
        form: Form::List,
        about: "Policies that others added to the deployment's roles and that stay: an ARN, \"policy/PATH/NAME\", \
                \"aws/NAME\", \"customer/NAME\" or \"inline/NAME\".",
        usual: "[]",
    },
];

const AUDIT_TRAIL: &[Key] = &[
    Key {
        name: "attach_to",
        form: Form::List,
        about: "Who gets the policy: \"user/NAME\", \"group/NAME\" or \"role/NAME\", without a path.",
        usual: r#"["user/audit-trail"]"#,
    },
    Key {
        name: "policy_name",
        form: Form::Text,
        about: "The name of the policy. By default \"AuditTrailRole\".",
        usual: r#""AuditTrailRole""#,
    },
    Key {
        name: "description",
        form: Form::Text,
        about: "The description of the policy, which AWS does not let anybody change later.",
        usual: r#""For use with Audit Trail""#,
    },
    Key {
        name: "profile",
        form: Form::Choice(choices::<Profile>),
        about: "Which policy document is written.",
        usual: r#""documented""#,
    },
    Key {
        name: "permissions_boundary",
        form: Form::Text,
        about: "The managed policy that bounds every role that Audit Trail creates, as an ARN or as \
                \"policy/PATH/NAME\" of the account. The \
                hardened profile needs it, and the documented one has no use for it.",
        usual: r#""""#,
    },
];

const LINT: &[Key] = &[Key {
    name: "accept",
    form: Form::Table,
    about: "Findings that are known and stay: the code of each, with the reason.",
    usual: r#"{ "old-version" = "as the vendor documents it" }"#,
}];

/// Whether a key of that name stands anywhere.
pub(super) fn is_key(name: &str) -> bool {
    RANGE.contains(&name) || all().any(|key| key.name == name)
}

/// Whether the value of a key of that name, wherever it stands, may be shown.
pub(super) fn is_shown(name: &str) -> bool {
    let is_shown = |key: &Key| {
        !matches!(
            key.form,
            Form::Secret | Form::Table | Form::Section(_) | Form::Sections(_)
        )
    };
    RANGE.contains(&name) || all().any(|key| key.name == name && is_shown(key))
}

/// Whether a table of that name has keys of its own choice.
pub(super) fn is_free(name: &str) -> bool {
    all().any(|key| key.name == name && matches!(key.form, Form::Table))
}

/// Whether the keys of a table of that name are the names of sections.
pub(super) fn names_sections(name: &str) -> bool {
    all().any(|key| key.name == name && matches!(key.form, Form::Sections(_)))
}

/// The keys at the top, and those of every section.
pub(super) fn all() -> impl Iterator<Item = &'static Key> {
    let mut all: Vec<&Key> = TOP.iter().collect();
    let mut next = 0;
    while let Some(key) = all.get(next) {
        if let Form::Section(below) | Form::Sections(below) = key.form {
            all.extend(below);
        }
        next += 1;
    }
    all.into_iter()
}

/// The name of `known` that is like `name`, if one is.
pub(super) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_ascii_lowercase().replace('-', "_");
    if name.len() > 64 {
        return None;
    }
    let distance = |known: &str| {
        // A word that only lacks its end, or has one too many, is near however long the end is.
        let (longer, shorter) = (known.len().max(name.len()), known.len().min(name.len()));
        if shorter >= 4 && (known.starts_with(&name) || name.starts_with(known)) && longer > shorter
        {
            return 1;
        }
        strsim::osa_distance(&name, known)
    };
    let known = known.map(|known| (distance(known), known));
    let (distance, nearest) = known.min_by_key(|(distance, _)| *distance)?;
    (distance <= name.len().max(4) / 3).then_some(nearest)
}

#[cfg(test)]
mod tests {
    use clap::{Args, Command};
    use serde::de::DeserializeOwned;

    use super::*;
    use crate::settings::audit_trail::AuditTrailKeys;
    use crate::settings::lint::LintKeys;
    use crate::settings::{StackStateFlags, TopLevel};

    /// The keys that `T` takes from a file, as serde names them where a key is unknown.
    fn fields<T: DeserializeOwned>() -> Vec<String> {
        let refusal = toml::from_str::<T>("no-such-key = 1").err().unwrap();
        let quoted = refusal.message().split('`').skip(3).step_by(2);
        quoted.map(str::to_owned).collect()
    }

    fn flags<T: Args>() -> Vec<String> {
        let command = T::augment_args(Command::default());
        let arguments = command.get_arguments();
        let flags = arguments.filter(|argument| argument.get_long().is_some());
        flags.map(|flag| flag.get_id().to_string()).collect()
    }

    fn names(keys: &[Key]) -> Vec<&str> {
        keys.iter().map(|key| key.name).collect()
    }

    #[test]
    fn the_keys_are_the_fields_of_what_is_read() {
        let cases = [
            (TOP, fields::<TopLevel>()),
            (STACKSTATE, fields::<StackStateFlags>()),
            (AUDIT_TRAIL, fields::<AuditTrailKeys>()),
            (fleet::KEYS, fields::<crate::settings::fleet::FleetKeys>()),
            (LINT, fields::<LintKeys>()),
        ];
        for (keys, mut fields) in cases {
            if fields.is_empty() {
                // Of a single field the message has no list.
                fields = vec!["accept".to_owned()];
            }
            assert_eq!(names(keys), fields);
        }
    }

    #[test]
    fn every_key_has_a_flag_unless_it_is_or_is_in_a_section_without_flags() {
        let sections = [
            System::StackState.section(),
            System::AuditTrail.section(),
            "fleet",
            "lint",
        ];
        let mut top = names(TOP);
        top.retain(|key| !sections.contains(key));
        assert_eq!(top, flags::<TopLevel>());
        assert_eq!(names(STACKSTATE), flags::<StackStateFlags>());
    }

    #[test]
    fn the_nearest_key_is_found() {
        let cases = [
            ("acount", Some("account"), "a letter is missing"),
            ("acconut", Some("account"), "two letters changed places"),
            ("region", Some("regions"), "the singular"),
            ("Regions", Some("regions"), "a capital"),
            ("stack-state", Some("stackstate"), "a hyphen too many"),
            ("audit-trail", Some("audit_trail"), "a hyphen"),
            ("audit", Some("audit_trail"), "the first word of two"),
            ("bucket", None, "nothing is near"),
            ("", None, "nothing was written"),
        ];
        for (name, expected, reason) in cases {
            let known = TOP.iter().map(|key| key.name);
            assert_eq!(nearest(name, known), expected, "{reason}");
        }
    }
}
