//! Takes any bytes as two policies, separated by a NUL, and does with them what the program does with
//! policies, up to the output.

use provision::render;

use super::language::{self, printable};

/// Does with the bytes all that the program does with policies.
pub fn check(bytes: &[u8]) {
    language::check(bytes);
    let (before, after) = language::two(&String::from_utf8_lossy(bytes));
    for (before, after) in [
        (before.as_ref(), after.as_ref()),
        (before.as_ref(), None),
        (None, after.as_ref()),
    ] {
        let lines = iam_policy::diff(before, after);
        assert!(printable(&render::changes::policy_diff(&lines, 0, 80)));
    }
}
