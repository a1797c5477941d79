//! Tests the check itself, with small crates that have forbidden imports.

use crate::house::House;
use crate::{circles, upwards};

/// The findings in a crate of these files.
fn found(files: &[(&str, &str)]) -> Vec<String> {
    let rooms: [(&str, &[&str]); 2] = [("top", &["middle"]), ("middle", &["bottom"])];
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in files {
        let file = folder.path().join(name);
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        std::fs::write(file, text).expect("a file");
    }
    let arrows = House::read(folder.path()).arrows();
    [upwards(&arrows, &rooms), circles(&arrows)].concat()
}

#[test]
fn every_forbidden_import_is_found() {
    let lib = "pub mod top; pub mod middle; pub mod bottom; pub mod failure;";
    let (top, middle) = ("use crate::middle::M;", "pub struct M; pub mod inner;");
    let (inner, bottom) = ("pub struct I;", "pub struct B;");
    let cases: &[([&str; 4], &[&str], &str)] = &[
        ([top, middle, inner, bottom], &[], "nothing"),
        (
            ["fn f() { crate::bottom::B; }", middle, inner, bottom],
            &[],
            "a room may use what is deeper",
        ),
        (
            [top, middle, inner, "use crate::failure::F;"],
            &[],
            "what is common",
        ),
        (
            [top, middle, inner, "fn f(_: crate::top::T) {}"],
            &["top is not below bottom"],
            "an arrow upwards, without a use",
        ),
        (
            [
                top,
                "use crate::bottom::B; pub struct M;",
                inner,
                "use crate::top::T;",
            ],
            &["top is not below bottom", "a circle of bottom, middle, top"],
            "an arrow upwards that closes a circle",
        ),
        (
            [
                top,
                middle,
                inner,
                "/// [`crate::top::T`]\nconst A: &str = \"crate::top\";",
            ],
            &[],
            "words are no arrows",
        ),
        (
            [
                top,
                middle,
                inner,
                "#[cfg(test)]\nmod tests { use crate::top::T; }",
            ],
            &[],
            "nor are tests",
        ),
        (
            [
                top,
                middle,
                inner,
                "#[cfg(test)]\nuse crate::{top::T};\npub struct B;",
            ],
            &[],
            "nor is a single item of a test",
        ),
        (
            [top, middle, inner, "pub use crate::top::{self as a, T};"],
            &["top is not below bottom"],
            "who passes a name on imports it",
        ),
        (
            [top, "mod inner; use inner::I;", "use super::M;", bottom],
            &["a circle of middle, middle::inner"],
            "a parent that imports from its child, which imports from it",
        ),
        (
            [
                top,
                "mod inner; pub struct M;",
                "use super::M; impl M {}",
                bottom,
            ],
            &[],
            "a child that adds to a type of its parent",
        ),
        (
            [
                top,
                "mod inner; pub use inner::I; pub struct M;",
                "use super::M;",
                bottom,
            ],
            &[],
            "a parent that passes on what its child has",
        ),
        (
            [
                top,
                "mod inner; pub use inner::I; pub struct M(I);",
                "use super::M;",
                bottom,
            ],
            &["a circle of middle, middle::inner"],
            "the same, if the parent uses it too",
        ),
        (
            [
                "use crate::middle::I;",
                "mod inner; pub use inner::I;",
                "use crate::top::T;",
                bottom,
            ],
            &["top is not below middle", "a circle of middle::inner, top"],
            "a name leads to the file that defines it",
        ),
    ];
    for ([top, middle, inner, bottom], expected, why) in cases {
        let found = found(&[
            ("lib.rs", lib),
            ("top.rs", top),
            ("middle/mod.rs", middle),
            ("middle/inner.rs", inner),
            ("bottom.rs", bottom),
            ("failure.rs", "pub struct F;"),
        ]);
        let fits = found
            .iter()
            .zip(*expected)
            .all(|(it, start)| it.starts_with(start));
        assert!(found.len() == expected.len() && fits, "{why}: {found:?}");
    }
}
