//! Checks `[fleet]`.

use std::collections::BTreeSet;
use std::fmt::Display;

use super::checked::{Common, Fleet, Share};
use super::forms;
use super::overrides::overrides;
use super::waves::{max_failures, waves};
use super::written::{FleetKeys, WrittenRange};
use crate::names::AccountId;
use crate::settings::choices::MissingRegions;
use crate::settings::given::{Given, Section, given, values};
use crate::settings::invalid::Invalid;
use crate::settings::missing::Missing;
use crate::settings::source::below;
use crate::settings::tags;
use crate::settings::trust::{self, Environment, Need};

const ROLE: Missing = Missing {
    key: "fleet.role",
    problem: "the role is missing that is assumed in each account",
    line: "role = \"provision/ProvisionDeploy\"",
    flag: None,
    variable: None,
};

const ACCOUNTS: Missing = Missing {
    key: "fleet.accounts",
    problem: "no account is meant, because neither `accounts` nor `ous` is set",
    line: "accounts = [\"111111111111\"]",
    flag: None,
    variable: None,
};

const ORGANIZATION: Missing = Missing {
    key: "fleet.organization",
    problem: "`ous` is set and `organization` is not, in which alone accounts may be discovered",
    line: "organization = \"o-a1b2c3d4e5\"",
    flag: None,
    variable: None,
};

/// The checked section.
pub(in crate::settings) fn resolve(
    section: &Section<FleetKeys>,
    common: &Common,
    need: Need,
    environment: Environment,
) -> Fleet {
    let role = given!(section.role);
    let external_id = given!(section.external_id);
    let organization = given!(section.organization);
    let (accounts, ous) = (given!(section.accounts), given!(section.ous));
    let account_tags = given!(section.account_tags);
    let canary = given!(section.canary);
    if role.value.is_none() {
        section.reading.missing(ROLE);
    }
    if accounts.value.is_empty() && ous.value.is_empty() {
        section.reading.missing(ACCOUNTS);
    }
    if !ous.value.is_empty() && organization.value.is_none() {
        section.reading.missing(ORGANIZATION);
    }
    if !account_tags.value.is_empty() && ous.value.is_empty() {
        account_tags.refuse(Invalid::new(
            "`account_tags` narrows what `ous` finds, and `ous` is not set",
            "Set `ous`, or take out `account_tags`.",
        ));
    }
    check_tags(section);

    let named = distinct(accounts.check_each(|text| text.parse::<AccountId>()));
    let units = distinct(ous.check_each(|text| forms::unit(text)));
    let excluded = distinct(given!(section.exclude).check_each(|text| forms::excluded(text)));
    let excluded: BTreeSet<String> = values(excluded).into_iter().collect();
    refuse_excluded(&named, &excluded);
    refuse_excluded(&units, &excluded);
    let canaries = distinct(canary.check_each(|text| text.parse::<AccountId>()));
    refuse_excluded(&canaries, &excluded);
    let overrides = overrides(section, common);
    // Which accounts are discovered is not known before AWS is asked.
    if ous.value.is_empty() {
        let named: BTreeSet<&AccountId> = named.iter().map(|it| &it.value).collect();
        refuse_unnamed(canaries.iter().map(|it| it.with(it.value.clone())), &named);
        let of_overrides = overrides.iter().map(|it| it.with(it.value.0.clone()));
        refuse_unnamed(of_overrides, &named);
    }

    let is_account = |text: &String| text.parse::<AccountId>().ok();
    Fleet {
        role: role.check(|text| forms::role(text)).unwrap_or_default(),
        external_id: external_id
            .check(|text| trust::resolve_external_id(text, environment, need))
            .flatten()
            .map(|(external_id, _)| external_id),
        organization: organization.check(|text| forms::organization(text)),
        accounts: values(named),
        ous: values(units),
        account_tags: account_tags.value.clone(),
        excluded_accounts: excluded.iter().filter_map(is_account).collect(),
        excluded_ous: excluded
            .iter()
            .filter(|it| is_account(it).is_none())
            .cloned()
            .collect(),
        management: *given!(section.management).value,
        expect: given!(section.expect).check(expect),
        skips_missing_regions: *given!(section.missing_regions).value == MissingRegions::Skip,
        waves: waves(&given!(section.waves), &canary),
        canary: values(canaries),
        wave_pause: given!(section.wave_pause)
            .check(|text| forms::pause(text))
            .unwrap_or_default(),
        max_failures: given!(section.max_failures)
            .check(max_failures)
            .unwrap_or(Share::Count(0)),
        overrides: values(overrides).into_iter().collect(),
    }
}

fn check_tags(section: &Section<FleetKeys>) {
    for (key, value) in &section.in_file.account_tags {
        let tag = Given {
            value: (),
            place: section.place(&below("account_tags", key)),
            reading: section.reading,
        };
        section.note(section.path(&below("account_tags", key)), &tag.place);
        if let Err(why) = tags::check_texts(key, value) {
            tag.refuse(why);
        }
    }
}

/// The values without those that are there already, which are refused.
fn distinct<T: Display>(given: Vec<Given<T>>) -> Vec<Given<T>> {
    let mut seen = BTreeSet::new();
    let is_new = |given: &Given<T>| {
        let is_new = seen.insert(given.value.to_string());
        if !is_new {
            given.refuse(Invalid::new(
                format!("{} is listed twice", given.value),
                "List it once.",
            ));
        }
        is_new
    };
    let mut given = given;
    given.retain(is_new);
    given
}

fn refuse_excluded<T: Display>(given: &[Given<T>], excluded: &BTreeSet<String>) {
    for given in given {
        if excluded.contains(&given.value.to_string()) {
            given.refuse(Invalid::new(
                format!("{} is also in `exclude`", given.value),
                "Take it out here or there.",
            ));
        }
    }
}

fn refuse_unnamed<'a>(
    given: impl Iterator<Item = Given<'a, AccountId>>,
    named: &BTreeSet<&AccountId>,
) {
    for given in given.filter(|it| !named.contains(&it.value)) {
        given.refuse(Invalid::new(
            format!("{} is not among `accounts`", given.value),
            "Add it to `accounts`, or take it out here.",
        ));
    }
}

fn expect(written: &WrittenRange) -> Result<(usize, usize), Invalid> {
    let (least, most) = match *written {
        WrittenRange::Number(number) => (number, number),
        WrittenRange::Range { min, max } => (min, max),
    };
    let remedy = "Write the number of accounts, or the least and the most, for example \
                  { min = 900, max = 1100 }.";
    match (usize::try_from(least), usize::try_from(most)) {
        (Ok(least), Ok(most)) if (1..=most).contains(&least) => Ok((least, most)),
        (Ok(1..), Ok(_)) => Err(Invalid::new(
            format!("the least number, {least}, is larger than the most, {most}"),
            remedy,
        )),
        _ => Err(Invalid::new("a fleet has at least 1 account", remedy)),
    }
}
