//! Tells the program its version: that of the package and, in a release build, its commit with the date.
//!
//! A debug build has no commit, because every commit would then compile the whole program again.

use std::env;
use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=SOURCE_DATE_EPOCH");
    let variable = |name| env::var(name).unwrap_or_default();
    let source = variable("CARGO_MANIFEST_DIR");
    let commit = (variable("PROFILE") == "release")
        .then(|| commit(Path::new(&source)))
        .flatten();
    let version = variable("CARGO_PKG_VERSION");
    let version = commit.map_or(version.clone(), |commit| format!("{version} ({commit})"));
    println!("cargo::rustc-env=PROVISION_VERSION={version}");
}

/// The commit with its date; `None` for a source that is not the root of a repository.
///
/// A source without a repository may lie in somebody else's, whose commit says nothing of it.
fn commit(source: &Path) -> Option<String> {
    let git = |args: &[&str]| {
        let output = Command::new("git").current_dir(source).args(args).output();
        let output = output.ok().filter(|output| output.status.success())?;
        Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
    };
    let root = git(&["rev-parse", "--show-toplevel"])?;
    if Path::new(&root).canonicalize().ok() != source.canonicalize().ok() {
        return None;
    }
    let branch = git(&["rev-parse", "--symbolic-full-name", "HEAD"]);
    // Cargo takes a file that is missing for one that has changed.
    for name in ["HEAD", "logs/HEAD", "packed-refs"]
        .into_iter()
        .chain(branch.as_deref())
    {
        let path = git(&["rev-parse", "--git-path", name])?;
        let path = source.join(path);
        if path.is_file() {
            println!("cargo::rerun-if-changed={}", path.display());
        }
    }
    let commit = git(&["rev-parse", "--short=12", "HEAD"])?;
    let date = match env::var("SOURCE_DATE_EPOCH") {
        Ok(seconds) => date(seconds.parse().ok()?),
        Err(_) => git(&["show", "--no-patch", "--format=%cs", "HEAD"])?,
    };
    Some(format!("{commit} {date}"))
}

/// The date of a time in seconds since 1970, in UTC.
fn date(seconds: u64) -> String {
    let is_leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    let (mut days, mut year, mut month) = (seconds / 86400, 1970, 0);
    while days >= 365 + u64::from(is_leap(year)) {
        days -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let february = 28 + u64::from(is_leap(year));
    let lengths = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    while days >= lengths[month] {
        days -= lengths[month];
        month += 1;
    }
    format!("{year}-{:02}-{:02}", month + 1, days + 1)
}
