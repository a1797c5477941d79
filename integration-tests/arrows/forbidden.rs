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
        ([top, middle, inner, bottom], &[], "imports downwards only"),
        (
            ["fn f() { crate::bottom::B; }", middle, inner, bottom],
            &[],
            "a path to a room two floors below",
        ),
        (
            [top, middle, inner, "use crate::failure::F;"],
            &[],
            "an import of a common module",
        ),
        (
            [top, middle, inner, "fn f(_: crate::top::T) {}"],
            &["top is not below bottom"],
            "an upward path outside of a `use`",
        ),
        (
            [
                top,
                "use crate::bottom::B; pub struct M;",
                inner,
                "use crate::top::T;",
            ],
            &["top is not below bottom", "a circle of bottom, middle, top"],
            "an upward import that closes a circle",
        ),
        (
            [
                top,
                middle,
                inner,
                "/// [`crate::top::T`]\nconst A: &str = \"crate::top\";",
            ],
            &[],
            "paths in comments and strings are ignored",
        ),
        (
            [
                top,
                middle,
                inner,
                "#[cfg(test)]\nmod tests { use crate::top::T; }",
            ],
            &[],
            "a module of tests is ignored",
        ),
        (
            [
                top,
                middle,
                inner,
                "#[cfg(test)]\nuse crate::{top::T};\npub struct B;",
            ],
            &[],
            "a single item under `cfg(test)` is ignored",
        ),
        (
            [top, middle, inner, "pub use crate::top::{self as a, T};"],
            &["top is not below bottom"],
            "a re-export is an import",
        ),
        (
            [top, "mod inner; use inner::I;", "use super::M;", bottom],
            &["a circle of middle, middle::inner"],
            "a parent and a child that import from each other",
        ),
        (
            [
                top,
                "mod inner; pub struct M;",
                "use super::M; impl M {}",
                bottom,
            ],
            &[],
            "a child that adds methods to its parent's type",
        ),
        (
            [
                top,
                "mod inner; pub use inner::I; pub struct M;",
                "use super::M;",
                bottom,
            ],
            &[],
            "a parent that only re-exports its child's name",
        ),
        (
            [
                top,
                "mod inner; pub use inner::I; pub struct M(I);",
                "use super::M;",
                bottom,
            ],
            &["a circle of middle, middle::inner"],
            "a parent that re-exports its child's name and uses it",
        ),
        (
            [
                "use crate::middle::I;",
                "mod inner; pub use inner::I;",
                "use crate::top::T;",
                bottom,
            ],
            &["top is not below middle", "a circle of middle::inner, top"],
            "an import through a re-export leads to the defining file",
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
