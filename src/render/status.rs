//! The output of what is deployed, as text and as JSON.

use anstyle::{AnsiColor, Style};
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use serde_json::{Value as Json, json};

use super::wrap::hanging;
use crate::aws::AwsError;
use crate::checks::status::Part;
use crate::engine::action::Action;
use crate::engine::plan::Plan;
use crate::systems::Site;
use iam_policy::printable::printable;

/// The column at which the lines of a part begin.
const LINES: usize = 16;

/// The version of this program.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The parts, what differs, and the version, at `now` in seconds since 1970.
pub fn text(parts: &[Part], plan: &Plan, now: i64, width: usize) -> String {
    let rest = " ".repeat(LINES);
    let mut text = String::new();
    for part in parts {
        let (style, state) = state(part);
        let name = part
            .region
            .as_ref()
            .map_or("account", |region| region.name());
        let first = format!("{name:<LINES$}");
        text.push_str(&hanging(
            &first,
            &rest,
            &format!("{style}{state}{style:#}"),
            width,
        ));
        if part.exists == 0 {
            continue;
        }
        let since = match &part.since {
            Ok(Some(at)) => format!("since {} ({})", shown(*at), ago(*at, now)),
            Ok(None) => "since when could not be determined".to_owned(),
            Err(error) => unread("since when", error),
        };
        text.push_str(&hanging(&rest, &rest, &since, width));
        let last = match &part.last {
            None => continue,
            Some(Ok(Some(last))) => {
                format!("last event {} ({})", shown(last.at), ago(last.at, now))
            }
            Some(Ok(None)) => "last event: nothing in the bucket".to_owned(),
            Some(Err(error)) => unread("last event", error),
        };
        text.push_str(&hanging(&rest, &rest, &last, width));
    }
    let (style, drift) = drift(plan);
    let first = format!("\n{:<LINES$}", "drift");
    text.push_str(&hanging(
        &first,
        &rest,
        &format!("{style}{drift}{style:#}"),
        width,
    ));
    let first = format!("{:<LINES$}", "version");
    text.push_str(&hanging(&first, &rest, &version(plan), width));
    text
}

fn state(part: &Part) -> (Style, String) {
    let Part {
        exists,
        wanted,
        differs,
        ..
    } = part;
    match (exists, differs) {
        (0, _) => (AnsiColor::Yellow.on_default(), "not deployed".to_owned()),
        (_, 0) if exists == wanted => (
            AnsiColor::Green.on_default(),
            format!("deployed: {wanted} of {wanted} resources"),
        ),
        (_, 0) => (
            AnsiColor::Red.on_default(),
            format!("incomplete: {exists} of {wanted} resources"),
        ),
        _ => (
            AnsiColor::Yellow.on_default(),
            format!("deployed: {exists} of {wanted} resources, {differs} with drift"),
        ),
    }
}

/// Why something could not be read, with the way out where reading is denied.
fn unread(what: &str, error: &AwsError) -> String {
    format!(
        "{what} could not be determined: {} (`provision permissions verify` prints a policy that \
         allows it)",
        printable(&error.brief())
    )
}

fn drift(plan: &Plan) -> (Style, String) {
    if plan.has_changes() || plan.count(Action::Blocked) > 0 {
        let counts = super::text::counts(plan.actions());
        (
            AnsiColor::Yellow.on_default(),
            format!("{counts}; `provision plan` shows it"),
        )
    } else {
        (AnsiColor::Green.on_default(), "no drift".to_owned())
    }
}

/// AWS records no version of the program. A tag would, and every upgrade would be drift.
fn version(plan: &Plan) -> String {
    match plan.has_changes() {
        true => format!("not recorded in AWS; compared with provision {VERSION}"),
        false => format!("not recorded in AWS; as provision {VERSION} would deploy it"),
    }
}

/// A time in UTC, to the minute.
fn shown(at: DateTime) -> String {
    // Every time of AWS can be written.
    let text = at.fmt(Format::DateTime).unwrap_or_default();
    format!(
        "{} UTC",
        text.get(..16).unwrap_or_default().replace('T', " ")
    )
}

fn ago(at: DateTime, now: i64) -> String {
    let seconds = (now - at.secs()).max(0);
    let (number, unit) = match seconds {
        0..120 => (seconds, "s"),
        120..7_200 => (seconds / 60, "min"),
        7_200..172_800 => (seconds / 3_600, "h"),
        _ => (seconds / 86_400, "days"),
    };
    format!("{number} {unit} ago")
}

/// The status as one document.
pub fn json(site: &Site, parts: &[Part], plan: &Plan) -> Json {
    let time = |at: &DateTime| at.fmt(Format::DateTime).ok();
    let shown = parts.iter().map(|part| {
        let last = part.last.as_ref().and_then(|last| last.as_ref().ok());
        let last = last
            .and_then(Option::as_ref)
            .map(|it| json!({"key": it.version.key, "at": time(&it.at)}));
        let last_error = part.last.as_ref().and_then(|last| last.as_ref().err());
        json!({
            "region": part.region.as_ref().map(|region| region.name()),
            "exists": part.exists,
            "wanted": part.wanted,
            "differs": part.differs,
            "since": part.since.as_ref().ok().and_then(|it| it.as_ref().and_then(time)),
            "since_error": part.since.as_ref().err().map(AwsError::brief),
            "last_event": last,
            "last_event_error": last_error.map(AwsError::brief),
        })
    });
    json!({
        "account": site.account.as_str(),
        "partition": site.partition.name(),
        "version": VERSION,
        "parts": shown.collect::<Vec<_>>(),
        "drift": {
            "create": plan.count(Action::Create),
            "adopt": plan.count(Action::Adopt),
            "update": plan.count(Action::Update),
            "delete": plan.count(Action::Delete),
            "blocked": plan.count(Action::Blocked),
            "keep": plan.count(Action::Keep),
        },
    })
}
