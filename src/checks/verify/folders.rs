//! The folders of a bucket in which an object of some time is.

use std::time::{Duration, SystemTime};

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

use super::SKEW;

/// The folders below `prefix` in which an object of this time is: Firehose adds the hour, in UTC (Firehose
/// Developer Guide, "Custom prefixes for Amazon S3 objects").
pub(super) fn folders(prefix: &str, from: SystemTime, to: SystemTime) -> Vec<String> {
    let first = from.checked_sub(SKEW).unwrap_or(from);
    let last = to.checked_add(SKEW).unwrap_or(to);
    let mut folders = Vec::new();
    let mut at = first;
    loop {
        // Every time that a clock shows can be written.
        let time = DateTime::from(at.min(last))
            .fmt(Format::DateTime)
            .unwrap_or_default();
        let hour = time.get(..13).unwrap_or_default().replace(['-', 'T'], "/");
        let folder = format!("{prefix}{hour}/");
        if folders.last() != Some(&folder) {
            folders.push(folder);
        }
        if at >= last {
            return folders;
        }
        at += Duration::from_secs(3600);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folders_are_those_of_the_hours() {
        let at = |text: &str| {
            SystemTime::try_from(DateTime::from_str(text, Format::DateTime).unwrap()).unwrap()
        };
        let cases: [(&str, &str, &str, &[&str]); 4] = [
            (
                "in the middle of an hour",
                "2026-11-28T12:30:00Z",
                "2026-11-28T12:35:00Z",
                &["2026/11/28/12"],
            ),
            (
                "near its end, where the clocks may differ",
                "2026-11-28T12:50:00Z",
                "2026-11-28T12:51:00Z",
                &["2026/11/28/12", "2026/11/28/13"],
            ),
            (
                "over the end of a year",
                "2026-12-31T23:59:00Z",
                "2027-01-01T00:01:00Z",
                &["2026/12/31/23", "2027/01/01/00"],
            ),
            (
                "for hours",
                "2026-11-28T01:30:00Z",
                "2026-11-28T03:40:00Z",
                &["2026/11/28/01", "2026/11/28/02", "2026/11/28/03"],
            ),
        ];
        for (reason, from, to, hours) in cases {
            let expected: Vec<String> = hours.iter().map(|hour| format!("a/{hour}/")).collect();
            assert_eq!(folders("a/", at(from), at(to)), expected, "{reason}");
        }
    }
}
