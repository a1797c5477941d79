//! Bad input, tried by machine: any bytes lead to an error that names the place, never to a panic.

mod check;
mod edit;
mod survive;

use std::path::Path;

#[test]
fn policies_and_what_chance_makes_of_them() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/any_bytes/corpus");
    survive::survives(&corpus, false, 100, check::check);
}
