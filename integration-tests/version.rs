//! What the build script says of the version, for sources with and without a repository.

use std::path::Path;
use std::process::{Command, Output};

/// Runs a command, which must succeed, and returns its output.
#[track_caller]
fn run(command: &mut Command) -> String {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    let stderr = String::from_utf8_lossy(&stderr);
    assert!(status.success(), "{command:?}: {stderr}");
    String::from_utf8(stdout).unwrap()
}

fn git(folder: &Path, args: &[&str]) {
    let date = "2026-02-28T23:30:00-05:00";
    run(Command::new("git")
        .current_dir(folder)
        .args(["-c", "user.name=a", "-c", "user.email=a@example.com"])
        .args(args)
        .env("GIT_AUTHOR_DATE", date)
        .env("GIT_COMMITTER_DATE", date));
}

#[test]
fn a_release_names_its_commit_where_the_source_has_one() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("script");
    let rustc = std::env::var_os("RUSTC").unwrap_or("rustc".into());
    run(Command::new(rustc)
        .args(["--edition=2024", "-o"])
        .arg(&script)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/build.rs")));

    let repository = folder.path().join("repository");
    let inside = repository.join("inside");
    let plain = folder.path().join("plain");
    for folder in [&inside, &plain] {
        std::fs::create_dir_all(folder).unwrap();
    }
    git(&repository, &["init", "--quiet"]);
    git(
        &repository,
        &["commit", "--quiet", "--allow-empty", "-m", "a"],
    );
    let head = Command::new("git")
        .current_dir(&repository)
        .args(["rev-parse", "--short=12", "HEAD"])
        .output()
        .unwrap();
    let head = String::from_utf8(head.stdout).unwrap();
    let head = head.trim();

    let with = |date: &str| format!("1.2.3 ({head} {date})");
    let cases = [
        (
            &repository,
            "release",
            None,
            with("2026-02-28"),
            "the commit's own date",
        ),
        (
            &repository,
            "release",
            Some("1709208000"),
            with("2024-02-29"),
            "the builder's date",
        ),
        (
            &repository,
            "release",
            Some("0"),
            with("1970-01-01"),
            "the first date",
        ),
        (
            &repository,
            "debug",
            None,
            "1.2.3".to_owned(),
            "it would be compiled again",
        ),
        (
            &inside,
            "release",
            None,
            "1.2.3".to_owned(),
            "the repository is of others",
        ),
        (
            &plain,
            "release",
            None,
            "1.2.3".to_owned(),
            "there is no repository",
        ),
    ];
    for (source, profile, epoch, version, reason) in cases {
        let mut command = Command::new(&script);
        command
            .env_remove("SOURCE_DATE_EPOCH")
            .envs(epoch.map(|epoch| ("SOURCE_DATE_EPOCH", epoch)))
            .env("GIT_CEILING_DIRECTORIES", folder.path())
            .env("CARGO_PKG_VERSION", "1.2.3")
            .env("CARGO_MANIFEST_DIR", source)
            .env("PROFILE", profile);
        let said = run(&mut command);
        let expected = format!("cargo::rustc-env=PROVISION_VERSION={version}");
        assert!(
            said.lines().any(|line| line == expected),
            "{reason}: {said}"
        );
        // A missing file would let Cargo run the script at every build.
        for path in said
            .lines()
            .filter_map(|it| it.strip_prefix("cargo::rerun-if-changed="))
        {
            assert!(path == "build.rs" || Path::new(path).is_file(), "{path}");
        }
    }
}
