//! The words for one account, put for many.

/// The commands that there are for one account and, below `fleet`, for many.
const COMMANDS: [&str; 5] = ["apply", "destroy", "plan", "preflight", "verify"];

/// A text in which each command for one account is the one for many: what is planned and what fails in an
/// account of a fleet is told by the same code as in an account alone.
pub fn for_many(text: &str) -> String {
    COMMANDS.iter().fold(text.to_owned(), |text, command| {
        let of_one = format!("`provision {command}");
        text.replace(&of_one, &format!("`provision fleet {command}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_for_one_account_is_named_as_the_one_for_many() {
        let cases = [
            ("run `provision apply`", "run `provision fleet apply`"),
            (
                "`provision destroy --empty-bucket` deletes, `provision plan` shows",
                "`provision fleet destroy --empty-bucket` deletes, `provision fleet plan` shows",
            ),
            ("`provision fleet plan`", "`provision fleet plan`"),
            ("`provision policy lint`", "`provision policy lint`"),
        ];
        for (of_one, of_many) in cases {
            assert_eq!(for_many(of_one), of_many);
        }
    }
}
