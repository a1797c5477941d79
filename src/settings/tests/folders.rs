//! Where the settings file is looked for.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use super::*;

fn load_in(folder: &Path, args: &[&str], environment: Environment) -> Result<Draft, Failure> {
    let (general, stackstate) = plan_flags(args);
    load(&general, &stackstate, Need::Trust, folder, environment)
}

/// The account of the settings that count in `folder`, and the file where it is above.
fn found(folder: &Path, home: &Path) -> (Option<String>, Option<String>) {
    let environment = |name: &str| (name == "HOME").then(|| home.display().to_string());
    let args = ["--region=eu-west-1", "--trust=ec2"];
    let draft = load_in(folder, &args, &environment).unwrap();
    let above = draft.found_above().map(str::to_owned);
    (draft.settings.account.map(|it| it.to_string()), above)
}

#[test]
fn the_nearest_file_counts_up_to_the_home_folder() {
    let root = tempfile::tempdir().unwrap();
    let folder = |path: &str| {
        let folder = root.path().join(path);
        fs::create_dir_all(&folder).unwrap();
        folder
    };
    let files = [
        ("", "111111111111"),
        ("home", "222222222222"),
        ("home/team", "333333333333"),
        ("home/team/one", "444444444444"),
    ];
    for (path, account) in files {
        let file = folder(path).join("provision.toml");
        fs::write(file, format!("account = \"{account}\"\n")).unwrap();
    }
    symlink(folder("home/team"), root.path().join("link")).unwrap();
    let cases = [
        ("home/team/one", "444444444444", None, "the folder's own"),
        (
            "home/team/one/a/b",
            "444444444444",
            Some("../../provision.toml"),
            "two above",
        ),
        (
            "home/team/two",
            "333333333333",
            Some("../provision.toml"),
            "the parent's",
        ),
        (
            "home/other",
            "222222222222",
            Some("../provision.toml"),
            "the home folder's",
        ),
        (
            "elsewhere/a",
            "111111111111",
            Some("../../provision.toml"),
            "outside of the home folder",
        ),
        (
            "link/two",
            "333333333333",
            Some("../provision.toml"),
            "by a link",
        ),
    ];
    for (path, account, above, reason) in cases {
        let found = found(&folder(path), &folder("home"));
        let expected = (Some(account.to_owned()), above.map(str::to_owned));
        assert_eq!(found, expected, "{reason}");
    }
    fs::remove_file(root.path().join("home/provision.toml")).unwrap();
    let beyond = found(&folder("home/other"), &folder("home"));
    assert_eq!(beyond, (None, None), "the parent of the home folder");
}

#[test]
fn a_file_above_that_everybody_may_write_is_refused() {
    let root = tempfile::tempdir().unwrap();
    let below = root.path().join("below");
    fs::create_dir(&below).unwrap();
    let file = root.path().join("provision.toml");
    let target = root.path().join("target.toml");
    fs::write(&target, "regions = [\"eu-west-1\"]\n").unwrap();
    symlink(&target, &file).unwrap();
    let refused = |mode| {
        fs::set_permissions(&target, fs::Permissions::from_mode(mode)).unwrap();
        let loaded = load_in(&below, &["--trust=ec2"], &environment);
        loaded.err().map(|failure| failure.message)
    };
    let message = "the settings file ../provision.toml may be written by everybody";
    for (mode, expected, reason) in [
        (0o644, None, "the owner's own"),
        (0o664, None, "the owner and a group that the owner chose"),
        (0o666, Some(message.to_owned()), "others, by a link too"),
    ] {
        assert_eq!(refused(mode), expected, "{reason}");
    }
}

#[test]
fn a_path_in_a_file_above_starts_at_the_file() {
    let root = tempfile::tempdir().unwrap();
    let below = root.path().join("below");
    fs::create_dir(&below).unwrap();
    let text = "regions = [\"eu-west-1\"]\n[stackstate]\ntrust = \"ec2\"\npolicies = \"mine\"\n";
    fs::write(root.path().join("provision.toml"), text).unwrap();
    let settings = load_in(&below, &[], &environment).unwrap().settings;
    let policies = settings.stackstate.unwrap().policies.unwrap();
    assert_eq!(policies, below.join("../mine"));
}

#[test]
fn a_file_that_cannot_be_read_is_named_with_the_reason() {
    type Make = fn(&Path);
    let cases: [(Make, &str); 2] = [
        (|path| fs::create_dir(path).unwrap(), "it is a folder"),
        (
            |path| {
                let made = std::process::Command::new("mkfifo")
                    .arg(path)
                    .status()
                    .unwrap();
                assert!(made.success());
            },
            "it is a named pipe",
        ),
    ];
    for (make, what) in cases {
        let root = tempfile::tempdir().unwrap();
        make(&root.path().join("provision.toml"));
        let below = root.path().join("below");
        fs::create_dir(&below).unwrap();
        for (folder, file) in [
            (root.path(), "provision.toml"),
            (&below, "../provision.toml"),
        ] {
            let failure = load_in(folder, &[], &environment).unwrap_err();
            let expected = format!("cannot read the settings file {file}");
            assert_eq!(failure.message, expected);
            let cause = format!("{what}, and not a regular file");
            assert_eq!(failure.causes, [cause]);
            assert!(failure.hint.is_some());
        }
    }
}
