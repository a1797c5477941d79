//! The keys of `[fleet]`: what each holds, and what it is for.

use crate::settings::choices::MissingRegions;
use crate::settings::key::{Form, Key, choices};

/// The keys of `[fleet]`.
pub(in crate::settings) const KEYS: &[Key] = &[
    Key {
        name: "role",
        form: Form::Text,
        about: "The role that is assumed in each account: its path without the first slash, and its name.",
        usual: r#""provision/ProvisionDeploy""#,
    },
    Key {
        name: "external_id",
        form: Form::Secret,
        about: "The external ID that the trust policy of that role asks for, if it asks for one. Write \
                \"${NAME}\" as the whole value to have it read from an environment variable.",
        usual: r#""${PROVISION_ASSUME_ID}""#,
    },
    Key {
        name: "organization",
        form: Form::Text,
        about: "The ID of the only organization in which accounts may be discovered.",
        usual: r#""o-a1b2c3d4e5""#,
    },
    Key {
        name: "accounts",
        form: Form::List,
        about: "The IDs of accounts, in addition to those that `ous` finds.",
        usual: r#"["111111111111"]"#,
    },
    Key {
        name: "ous",
        form: Form::List,
        about: "Organizational units whose accounts are meant, with all units below: IDs, or \"root\" for \
                all accounts of the organization.",
        usual: r#"["ou-ab12-cdef3456"]"#,
    },
    Key {
        name: "account_tags",
        form: Form::Table,
        about: "Tags that an account must have to be among those that `ous` finds.",
        usual: r#"{ provision = "yes" }"#,
    },
    Key {
        name: "exclude",
        form: Form::List,
        about: "The IDs of accounts and of organizational units that are left out, the units with all below.",
        usual: r#"["999999999999"]"#,
    },
    Key {
        name: "management",
        form: Form::Truth,
        about: "Whether `ous` also finds the management account of the organization.",
        usual: "false",
    },
    Key {
        name: "expect",
        form: Form::Range,
        about: "How many accounts there must be, or the least and the most. Without it nothing is written \
                to accounts that were discovered.",
        usual: "{ min = 900, max = 1100 }",
    },
    Key {
        name: "missing_regions",
        form: Form::Choice(choices::<MissingRegions>),
        about: "What becomes of a region that an account has not enabled, or that is denied there.",
        usual: r#""fail""#,
    },
    Key {
        name: "canary",
        form: Form::List,
        about: "The IDs of the accounts that are changed before all others.",
        usual: r#"["111111111111"]"#,
    },
    Key {
        name: "waves",
        form: Form::Shares,
        about: "The steps in which the accounts are changed: \"canary\", and how many accounts are reached \
                at the end of each, as a part such as \"10%\" or as a number. The last is \"100%\".",
        usual: r#"["canary", "10%", "100%"]"#,
    },
    Key {
        name: "wave_pause",
        form: Form::Text,
        about: "The pause between two waves, in seconds, minutes or hours.",
        usual: r#""0s""#,
    },
    Key {
        name: "max_failures",
        form: Form::Share,
        about: "How many accounts may fail before no further one begins, as a number or as a part such as \
                \"2%\".",
        usual: "0",
    },
    Key {
        name: "account",
        form: Form::Sections(ACCOUNT),
        about: "What is different in single accounts, each a section with the ID of the account.",
        usual: "",
    },
];

const ACCOUNT: &[Key] = &[
    Key {
        name: "regions",
        form: Form::List,
        about: "The regions of this account, instead of those of all accounts.",
        usual: r#"["us-east-1"]"#,
    },
    Key {
        name: "tags",
        form: Form::Table,
        about: "Tags for the resources of this account, added to those of all accounts.",
        usual: r#"{ team = "observability" }"#,
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::fleet::written::OverrideKeys;

    #[test]
    fn the_keys_of_an_account_are_the_fields_of_what_is_read() {
        let refusal = toml::from_str::<OverrideKeys>("no-such-key = 1").unwrap_err();
        for key in ACCOUNT {
            assert!(refusal.message().contains(&format!("`{}`", key.name)));
        }
        assert_eq!(
            refusal.message().matches('`').count(),
            2 * (ACCOUNT.len() + 1)
        );
    }
}
