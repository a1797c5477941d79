//! The values that options may have: regions, profiles, documents, addresses, and what can be explained.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Arg, Command};
use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};

use crate::commands::explain;
use crate::names::{Partition, Region, Site};
use crate::settings::{self, GeneralFlags, Need, StackStateFlags};
use crate::systems::{self, Goal, Layout};
use crate::text_file;

/// Far more than a file of profiles has.
const LARGEST_FILE: u64 = 1024 * 1024;

/// What the words before say of the settings, if they can be understood.
type Given = Arc<Option<(GeneralFlags, StackStateFlags)>>;

/// The same command, whose options know their values.
pub(super) fn added(command: Command, given: &Given) -> Command {
    let add = |arg: Arg| {
        let value = arg.get_value_names().and_then(|names| names.first());
        match (arg.get_id().as_str(), value.map(|name| name.as_str())) {
            ("aws_profile", _) => arg.add(candidates(profiles)),
            (_, Some("REGION")) => arg.add(candidates(regions)),
            (_, Some("DOCUMENT")) => {
                let given = Arc::clone(given);
                arg.add(candidates(move || documents(&given)))
            }
            (_, Some("ADDRESS")) => {
                let given = Arc::clone(given);
                let arg = arg.value_delimiter(',');
                arg.add(candidates(move || addresses(&given)))
            }
            ("what", _) => {
                let given = Arc::clone(given);
                arg.add(candidates(move || {
                    let mut words = explain::words();
                    words.extend(addresses(&given));
                    words
                }))
            }
            _ => arg,
        }
    };
    let command = command.mut_args(add);
    command.mut_subcommands(|command| added(command, given))
}

fn candidates(values: impl Fn() -> Vec<String> + Send + Sync + 'static) -> ArgValueCandidates {
    ArgValueCandidates::new(move || {
        let values = values().into_iter();
        values.map(CompletionCandidate::new).collect::<Vec<_>>()
    })
}

fn regions() -> Vec<String> {
    Region::all().map(|region| region.to_string()).collect()
}

/// The profiles of AWS's configuration files.
fn profiles() -> Vec<String> {
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let files = [
        ("AWS_CONFIG_FILE", "config"),
        ("AWS_SHARED_CREDENTIALS_FILE", "credentials"),
    ];
    let paths = files.iter().filter_map(|(variable, name)| {
        let set = std::env::var_os(variable).map(PathBuf::from);
        set.or_else(|| Some(home.as_ref()?.join(".aws").join(name)))
    });
    let texts = paths.filter_map(|path| text_file::read_regular_file(&path, LARGEST_FILE).ok());
    let mut names: Vec<String> = texts.flat_map(|text| profiles_of(&text)).collect();
    names.sort();
    names.dedup();
    names
}

/// The names of the sections that are profiles. A section of another kind, such as `[sso-session a]`,
/// has that kind before its name.
fn profiles_of(text: &str) -> Vec<String> {
    let sections = text.lines().filter_map(|line| {
        let (section, _) = line.trim().strip_prefix('[')?.split_once(']')?;
        let section = section.trim();
        let name = section.strip_prefix("profile ").unwrap_or(section).trim();
        (!name.contains(' ')).then(|| name.trim_matches('"').to_owned())
    });
    sections.collect()
}

fn addresses(given: &Given) -> Vec<String> {
    let nodes = layout(given, Goal::Absent).unwrap_or_default().nodes;
    let usual = nodes.iter().filter(|node| node.is_usual);
    usual.map(|node| node.address().to_string()).collect()
}

fn documents(given: &Given) -> Vec<String> {
    let written = layout(given, Goal::Present).unwrap_or_default().written;
    written.into_iter().map(|it| it.name).collect()
}

/// What the settings ask for. AWS is not called: no address depends on the account.
fn layout(given: &Given, goal: Goal) -> Option<Layout> {
    let (general, stackstate) = given.as_ref().as_ref()?;
    let environment = |name: &str| std::env::var(name).ok();
    let here = Path::new(".");
    let draft = settings::load(general, stackstate, Need::Names, here, &environment).ok()?;
    let region = environment("AWS_REGION").or_else(|| environment("AWS_DEFAULT_REGION"));
    let settings = draft.complete(region.as_deref()).ok()?;
    let systems = systems::named(&settings, goal).ok()?;
    let site = Site {
        partition: settings.partition().unwrap_or(Partition::Aws),
        account: match settings.account {
            Some(account) => account,
            None => "000000000000".parse().ok()?,
        },
        regions: settings.regions,
    };
    systems::lay_out(&systems, &site).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_are_the_sections_of_both_files() {
        let config = "[default]\nregion = eu-west-1\n[profile dev]\n[ profile \"a b\" ]\n\
                      [sso-session main]\n[services s3]\n# [profile no]\n";
        assert_eq!(profiles_of(config), ["default", "dev"]);
        assert_eq!(
            profiles_of("[default]\n[prod]\naws_access_key_id = [x"),
            ["default", "prod"]
        );
    }
}
