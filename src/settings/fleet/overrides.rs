//! `[fleet.account."…"]`: what is different in some accounts.

use super::checked::{Common, Override};
use super::written::{FleetKeys, OverrideKeys};
use crate::names::AccountId;
use crate::settings::given::{Given, Section, given, values};
use crate::settings::invalid::Invalid;
use crate::settings::source::below;
use crate::settings::{regions, tags};

/// The accounts in which something is different, each with its place.
pub(super) fn overrides<'a>(
    section: &Section<'a, FleetKeys>,
    common: &Common,
) -> Vec<Given<'a, (AccountId, Override)>> {
    let mut overrides = Vec::new();
    for (id, keys) in &section.in_file.account {
        let path = below("account", id);
        let entry = Given {
            value: &Some(id),
            place: section.place(&path),
            reading: section.reading,
        };
        let account = entry.check(|id| id.parse::<AccountId>());
        let section = Section::new(section.reading, format!("fleet.{path}"), keys);
        overrides.extend(account.map(|id| entry.with((id, one(&section, common)))));
    }
    overrides
}

fn one(section: &Section<OverrideKeys>, common: &Common) -> Override {
    let given = given!(section.regions);
    let regions = regions::check(&given);
    let main = common.regions.first();
    if let (Some(main), Some(own)) = (main, regions.first())
        && main.partition() != own.value.partition()
    {
        own.refuse(Invalid::new(
            format!(
                "{} belongs to the partition {}, but the main region {main} of all accounts to {}",
                own.value,
                own.value.partition(),
                main.partition()
            ),
            "Write regions of the same partition: an organization is in one alone.",
        ));
    }
    let tags = tags::merge(section, |keys| &keys.tags);
    let given = given!(section.tags);
    if let Some(why) = tags::conflict(common.tags, &tags) {
        given.refuse(why);
    }
    Override {
        regions: values(regions),
        tags,
    }
}
