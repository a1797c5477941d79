//! A list of regions in the settings.

use super::given::Given;
use super::invalid::Invalid;
use crate::names::Region;

/// The regions of a setting that are good, each with its place.
pub(super) fn check<'a>(given: &Given<'a, &'a Vec<String>>) -> Vec<Given<'a, Region>> {
    let regions = given.check_each(|text| text.parse::<Region>());
    // Of one that is refused the partition is not known, and it may be the main region.
    let all_good = regions.len() == given.value.len();
    let mut good: Vec<Given<Region>> = Vec::new();
    for region in regions {
        let name = &region.value;
        let main = good.first().map(|it| &it.value);
        let main = main.filter(|main| all_good && main.partition() != name.partition());
        if good.iter().any(|other| other.value == *name) {
            region.refuse(Invalid::new(
                format!("{name} is listed twice"),
                "List each region once.",
            ));
        } else if let Some(main) = main {
            region.refuse(Invalid::new(
                format!(
                    "{name} belongs to the partition {}, but the main region {main} to {}",
                    name.partition(),
                    main.partition()
                ),
                "Deploy to each partition in a run of its own.",
            ));
        } else {
            good.push(region);
        }
    }
    good
}
