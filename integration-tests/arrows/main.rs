//! Checks the imports of the program and of the policy crate: no room imports upwards, and no two
//! files import each other, directly or in a circle.

mod forbidden;
mod house;
mod source;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use house::{Arrow, House};

/// The rooms, each with the rooms directly below. A room may import from every room below itself.
const ROOMS: [(&str, &[&str]); 16] = [
    ("main", &["cli", "commands"]),
    ("commands", &["cli", "terminal"]),
    ("cli", &["settings"]),
    ("render", &["fleet"]),
    ("fleet", &["checks", "survey", "saved_plan"]),
    ("checks", &["systems"]),
    ("survey", &["systems"]),
    ("saved_plan", &["systems"]),
    ("terminal", &["render"]),
    ("systems", &["kinds", "settings"]),
    ("kinds", &["engine"]),
    ("engine", &["aws"]),
    ("aws", &["names"]),
    ("settings", &["names"]),
    ("names", &[]),
    ("text_file", &["failure"]),
];

/// The modules that every room may import from.
const COMMON: [&str; 4] = ["failure", "secret", "stop", "text_file"];

fn room(module: &str) -> &str {
    module.split("::").next().unwrap_or(module)
}

/// Every room below `room`.
fn below<'a>(room: &str, rooms: &[(&'a str, &[&'a str])]) -> BTreeSet<&'a str> {
    let right_below = rooms.iter().find(|(name, _)| *name == room);
    let right_below = right_below.map_or(&[][..], |(_, below)| below);
    let deeper = right_below.iter().flat_map(|it| below(it, rooms));
    deeper.chain(right_below.iter().copied()).collect()
}

/// The arrows from a room to a room that is not below. The crate's root declares the rooms, and the
/// common modules are free to all.
fn upwards(arrows: &[Arrow], rooms: &[(&str, &[&str])]) -> Vec<String> {
    let is_upwards = |arrow: &&Arrow| {
        let (from, to) = (room(&arrow.from), room(&arrow.to));
        let is_common = COMMON.contains(&to) && !COMMON.contains(&from);
        !from.is_empty() && from != to && !is_common && !below(from, rooms).contains(to)
    };
    let upwards = arrows.iter().filter(is_upwards);
    upwards
        .map(|it| format!("{} is not below {}: {it}", room(&it.to), room(&it.from)))
        .collect()
}

/// The groups of files that import each other, directly or in a circle, each with its imports.
fn circles(arrows: &[Arrow]) -> Vec<String> {
    let mut next: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let uses = || arrows.iter().filter(|arrow| !arrow.is_reexport);
    for arrow in uses() {
        next.entry(&arrow.from).or_default().push(&arrow.to);
    }
    let reached = |from: &str| {
        let mut reached = BTreeSet::new();
        let mut left: Vec<&str> = next.get(from).cloned().unwrap_or_default();
        while let Some(module) = left.pop() {
            if reached.insert(module) {
                left.extend(next.get(module).into_iter().flatten());
            }
        }
        reached
    };
    let reached: BTreeMap<&str, BTreeSet<&str>> =
        next.keys().map(|from| (*from, reached(from))).collect();
    let meet = |a: &str, b: &str| {
        let leads = |a: &str, b: &str| reached.get(a).is_some_and(|it| it.contains(b));
        leads(a, b) && leads(b, a)
    };
    let mut circles: Vec<BTreeSet<&str>> = Vec::new();
    for module in next.keys() {
        let circle: BTreeSet<&str> = next.keys().copied().filter(|it| meet(module, it)).collect();
        if !circle.is_empty() && !circles.contains(&circle) {
            circles.push(circle);
        }
    }
    let lines = |circle: &BTreeSet<&str>| {
        let inside = |it: &&Arrow| circle.contains(&*it.from) && circle.contains(&*it.to);
        let lines = uses().filter(inside).map(|arrow| format!("\n    {arrow}"));
        let names = Vec::from_iter(circle.iter().copied()).join(", ");
        format!("a circle of {names}:{}", lines.collect::<String>())
    };
    circles.iter().map(lines).collect()
}

#[track_caller]
fn assert_none(wrong: &[String]) {
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn nothing_imports_upwards() {
    assert_none(&upwards(&House::read(Path::new("src")).arrows(), &ROOMS));
}

#[test]
fn no_two_files_of_the_program_import_each_other() {
    assert_none(&circles(&House::read(Path::new("src")).arrows()));
}

#[test]
fn no_two_files_of_the_policy_language_import_each_other() {
    assert_none(&circles(
        &House::read(Path::new("crates/iam-policy/src")).arrows(),
    ));
}

/// The arrows of a picture whose lines are such as `a, b ─► c ─► d, e`.
fn pictured(picture: &str) -> BTreeSet<(&str, &str)> {
    let mut arrows = BTreeSet::new();
    for line in picture.lines() {
        let chain: Vec<&str> = line.trim().split(" ─► ").collect();
        for pair in chain.windows(2) {
            for from in pair[0].split(", ") {
                arrows.extend(pair[1].split(", ").map(|to| (from, to)));
            }
        }
    }
    arrows
}

#[test]
fn the_picture_in_the_design_shows_the_rooms() {
    let page = std::fs::read_to_string("docs/design.md").expect("the page is there");
    let start = page.find("    main ─►").expect("the picture is there");
    let picture = page[start..].split("\n\n").next().unwrap_or_default();
    let rooms = ROOMS.iter().filter(|(room, _)| !COMMON.contains(room));
    let rooms = rooms.flat_map(|(from, below)| below.iter().map(move |to| (*from, *to)));
    assert_eq!(pictured(picture), rooms.collect());
}

/// The files that a page names between backticks, from the root of the project.
fn named_files(page: &str) -> Vec<String> {
    let quoted = page.split('`').skip(1).step_by(2);
    let roots = ["src/", "crates/", "integration-tests/", "policies/"];
    quoted
        .filter(|text| roots.iter().any(|root| text.starts_with(root)))
        // `NAME`, `SYSTEM` and `KIND` stand for what is yet to be written.
        .filter(|text| !text.contains(|c: char| c.is_ascii_uppercase() || c == '*'))
        // The fuzzer makes this folder.
        .filter(|text| !text.contains("/artifacts"))
        .map(|text| text.trim_end_matches('/').to_owned())
        .collect()
}

#[test]
fn every_file_that_the_guides_name_exists() {
    for page in ["docs/design.md", "docs/behaviour.md", "CONTRIBUTING.md"] {
        let text = std::fs::read_to_string(page).expect("the page is there");
        let missing = named_files(&text).into_iter();
        let missing: Vec<String> = missing.filter(|it| !Path::new(it).exists()).collect();
        assert_eq!(missing, Vec::<String>::new(), "{page}");
    }
}
