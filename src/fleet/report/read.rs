//! Reads a report again.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::line::{Line, Run, outcomes};
use super::{FORMAT_VERSION, Header, LARGEST_FILE, Report};
use crate::failure::Failure;
use crate::fleet::ended::Ended;
use crate::names::AccountId;
use crate::text_file;

/// Reads a report.
///
/// # Errors
/// A file that cannot be read, that is no report of this form, or of which a part is missing.
pub fn read(path: &Path) -> Result<Report, Failure> {
    let text = text_file::read_file(path, LARGEST_FILE).map_err(|error| error.to_string());
    text.and_then(|text| report(&text)).map_err(|reason| {
        Failure::new(format!("cannot use the report {}", path.display()))
            .because(reason)
            .hint("Name a file that a fleet command wrote with `--report FILE`")
    })
}

/// What every first line has, whatever its version.
#[derive(Deserialize)]
struct Version {
    r#type: String,
    format_version: u64,
    program_version: String,
}

fn report(text: &str) -> Result<Report, String> {
    let mut lines = text.lines().enumerate();
    let (_, first) = lines.next().ok_or("the file is empty")?;
    let header = header(first)?;
    let mut ended: BTreeMap<AccountId, Ended> = BTreeMap::new();
    for (index, line) in lines.by_ref() {
        let broken = |reason: String| format!("line {}: {reason}", index + 1);
        match serde_json::from_str(line).map_err(|error| broken(error.to_string()))? {
            Line::FleetReport(_) => return Err(broken("a second report begins".to_owned())),
            Line::Account(account) => {
                let account = Ended::try_from(account).map_err(broken)?;
                let twice = format!("the account {} stands there twice", account.account);
                if ended.insert(account.account.clone(), account).is_some() {
                    return Err(broken(twice));
                }
            }
            Line::Summary(summary) => {
                let ended: Vec<Ended> = ended.into_values().collect();
                if summary.accounts != ended.len() || summary.outcomes != outcomes(&ended) {
                    return Err(broken("its accounts are not those above".to_owned()));
                }
                return match lines.next() {
                    Some(_) => Err(broken("more follows after the summary".to_owned())),
                    None => Ok(Report {
                        header,
                        ended,
                        stopped: summary.stopped,
                    }),
                };
            }
        }
    }
    Err("it ends without a summary, so that accounts may be missing".to_owned())
}

fn header(line: &str) -> Result<Header, String> {
    let version: Version = serde_json::from_str(line)
        .map_err(|error| format!("this is not the report of a fleet: {error}"))?;
    if version.r#type != "fleet_report" {
        return Err("this is not the report of a fleet".to_owned());
    }
    if version.format_version != u64::from(FORMAT_VERSION) {
        return Err(format!(
            "it has the format {} of version {} of this program, and this is format {FORMAT_VERSION} of \
             version {}",
            version.format_version,
            version.program_version,
            env!("CARGO_PKG_VERSION")
        ));
    }
    match serde_json::from_str(line) {
        Ok(Line::FleetReport(Run {
            command,
            time,
            organization,
            settings,
            ..
        })) => Ok(Header {
            command,
            time,
            organization,
            settings,
        }),
        Ok(_) => Err("this is not the report of a fleet".to_owned()),
        Err(error) => Err(format!("line 1: {error}")),
    }
}
