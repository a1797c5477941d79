//! The settings that belong to no single system: the account, the regions, the tags, and how AWS
//! is reached.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueHint};
use serde::Deserialize;

use super::audit_trail::AuditTrailKeys;
use super::choices::System;
use super::endpoint;
use super::fleet::FleetKeys;
use super::given::{Reading, Section, given, values};
use super::invalid::Invalid;
use super::lint::LintKeys;
use super::regions;
use super::stackstate::StackStateFlags;
use super::tags::{self, WrittenTag};
use crate::names::{AccountId, Region};

const DEPLOYMENT: &str = "Deployment";
const CONNECTION: &str = "Connection";

/// Enough for all reads of a plan for three regions at once, which then take no longer than one
/// region.
const DEFAULT_CONCURRENCY: u16 = 64;
/// The most calls at the same time that one account is asked for.
const MOST_FOR_ONE_ACCOUNT: u16 = 256;
/// Enough for a plan of 1,000 accounts in 17 regions within a minute.
const FLEET_CONCURRENCY: u16 = 256;
/// What the file descriptors of a process are usually enough for, at most.
const MOST_CONCURRENCY: u16 = 1024;

/// The flags of every command that carry settings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub struct GeneralFlags {
    /// Run as if started in this folder
    #[arg(
        short = 'C',
        long,
        global = true,
        value_name = "DIR",
        value_hint = ValueHint::DirPath,
        help_heading = DEPLOYMENT
    )]
    pub chdir: Option<PathBuf>,
    /// Settings file [default: provision.toml, if there is one]
    #[arg(short, long, global = true, value_name = "FILE", help_heading = DEPLOYMENT)]
    pub config: Option<PathBuf>,
    /// Some of the systems that the settings name, instead of all; with commas, or repeated
    #[arg(
        long,
        global = true,
        value_name = "SYSTEM",
        value_delimiter = ',',
        help_heading = DEPLOYMENT
    )]
    pub only: Vec<System>,
    /// The settings that also have a key in the file.
    #[command(flatten)]
    pub top: TopLevel,
    /// Profile of the AWS configuration files
    #[arg(long = "profile", global = true, value_name = "NAME", help_heading = CONNECTION)]
    pub aws_profile: Option<String>,
    /// Endpoint for every AWS service, such as that of an emulator
    #[arg(long, global = true, value_name = "URL", help_heading = CONNECTION)]
    pub endpoint_url: Option<String>,
    /// How many AWS calls may be under way at the same time [default: 64, and 256 for a fleet]
    #[arg(
        long,
        global = true,
        value_name = "N",
        help_heading = CONNECTION,
        value_parser = clap::value_parser!(u16).range(1..=1024)
    )]
    pub concurrency: Option<u16>,
    /// How many seconds old an answer of AWS may be; 0 for an emulator [default: 10]
    #[arg(
        long,
        global = true,
        value_name = "SECONDS",
        help_heading = CONNECTION,
        value_parser = clap::value_parser!(u16).range(0..=300)
    )]
    pub read_lag: Option<u16>,
    /// The flags whose values come from the environment, each with the variable.
    #[arg(skip)]
    pub variables: BTreeMap<String, String>,
    /// For a command about one account, the command to use where the settings have `[fleet]`.
    #[arg(skip)]
    pub for_many: Option<&'static str>,
    /// Whether all flags of StackState come from the environment, which names no system.
    #[arg(skip)]
    pub stackstate_is_unnamed: bool,
}

/// The keys at the top of the settings file, with their flags, and its sections.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TopLevel {
    /// Refuse to run in any other account than this one
    #[arg(long, global = true, value_name = "ID", help_heading = DEPLOYMENT)]
    pub account: Option<String>,
    /// Regions to deploy to, with commas, or repeated; the first is the main region
    #[arg(
        short = 'r',
        long = "region",
        global = true,
        value_name = "REGION",
        value_delimiter = ',',
        help_heading = DEPLOYMENT
    )]
    pub regions: Vec<String>,
    /// Tags for every resource, with commas, or repeated; added to the file's tags
    #[arg(
        long = "tag",
        global = true,
        value_name = "KEY=VALUE",
        value_parser = tags::from_flag,
        value_delimiter = ',',
        help_heading = DEPLOYMENT
    )]
    #[serde(deserialize_with = "tags::from_table")]
    pub tags: Vec<WrittenTag>,
    // The flags of a section, where it has any, belong to some commands only.
    #[arg(skip)]
    pub(super) stackstate: Option<StackStateFlags>,
    #[arg(skip)]
    pub(super) audit_trail: Option<AuditTrailKeys>,
    #[arg(skip)]
    pub(super) fleet: Option<FleetKeys>,
    #[arg(skip)]
    pub(super) lint: LintKeys,
}

/// The settings that only say how AWS is reached, and do not change what is provisioned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// The profile of the AWS configuration files, if one is named.
    pub profile: Option<String>,
    /// The endpoint for every service, if one is named; plain `http` only on this machine.
    pub endpoint_url: Option<String>,
    /// How many AWS calls may be under way at the same time: 1 to 256, and to 1,024 for a
    /// fleet.
    pub concurrency: usize,
    /// How old an answer of AWS may be, if somebody says so.
    pub read_lag: Option<Duration>,
}

/// The account that flags or file name.
pub(super) fn account(section: &Section<TopLevel>) -> Option<AccountId> {
    given!(section.account).check(|text| text.parse::<AccountId>())
}

/// The regions that flags or file name, all of one partition and each once.
pub(super) fn regions(section: &Section<TopLevel>) -> Vec<Region> {
    values(regions::check(&given!(section.regions)))
}

/// The way to AWS, which flags alone name.
pub(super) fn connection(flags: &GeneralFlags, reading: &Reading, is_fleet: bool) -> Connection {
    let place = |flag| flags.variables.get(flag).map_or(flag, String::as_str);
    let (default, most) = match is_fleet {
        true => (FLEET_CONCURRENCY, MOST_CONCURRENCY),
        false => (DEFAULT_CONCURRENCY, MOST_FOR_ONE_ACCOUNT),
    };
    let concurrency = flags.concurrency.unwrap_or(default);
    if concurrency > most {
        let place = place("--concurrency");
        let why = Invalid::new(
            format!("{concurrency} calls at the same time are more than one account takes"),
            format!("Write a number from 1 to {most}."),
        );
        reading.problems.add(place, || why.at(place));
    }
    let endpoint_url = flags.endpoint_url.clone();
    if let Some(Err(invalid)) = endpoint_url.as_deref().map(endpoint::check_endpoint) {
        let place = place("--endpoint-url");
        reading.problems.add(place, || invalid.at(place));
    }
    Connection {
        profile: flags.aws_profile.clone(),
        endpoint_url,
        concurrency: concurrency.into(),
        read_lag: flags.read_lag.map(|it| Duration::from_secs(it.into())),
    }
}
