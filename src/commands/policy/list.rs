//! `provision policy list`: lists the documents, their sizes and the resources that carry them.

use serde_json::json;
use tokio::sync::watch;

use super::rendered::rendered;
use crate::cli::PolicyListArgs;
use crate::commands::Ending;
use crate::failure::Failure;
use crate::render::text;
use crate::render::wrap::{columns, hanging};
use crate::settings::GeneralFlags;
use crate::systems::Written;
use crate::terminal::{print, print_json, report};

pub(super) async fn command(
    general: &GeneralFlags,
    args: &PolicyListArgs,
    stop: watch::Receiver<bool>,
) -> Result<Ending, Failure> {
    let rendered = rendered(general, &args.stackstate, stop).await?;
    if args.json {
        let documents: Vec<_> = rendered.documents.iter().map(entry).collect();
        print_json(format_args!("{:#}", json!({"documents": documents})))?;
    } else {
        let columns = columns(&std::io::stdout());
        let heading = text::heading(&rendered.site, columns);
        print(&format!(
            "{heading}\n{}",
            table(&rendered.documents, columns)
        ))?;
    }
    if let Some(reason) = rendered.left_out {
        report(&format!("Note: {reason}.\n"));
    }
    Ok(Ending::Well)
}

fn entry(document: &Written) -> serde_json::Value {
    let (size, limit) = document.content.size();
    json!({
        "name": document.name,
        "form": document.content.form(),
        "carrier": document.carrier.to_string(),
        "origin": document.origin,
        "characters": size,
        "limit": limit,
    })
}

/// One line for each document, or two where a line would be too long. As AWS counts, white space between
/// tokens adds nothing to a size.
fn table(documents: &[Written], columns: usize) -> String {
    let header = ["NAME", "WHAT", "CHARACTERS", "WRITTEN TO"].map(str::to_owned);
    let rows = documents.iter().map(|document| {
        let (size, limit) = document.content.size();
        [
            document.name.clone(),
            document.content.form(),
            format!("{size} of {limit}"),
            document.carrier.to_string(),
        ]
    });
    let rows: Vec<[String; 4]> = std::iter::once(header).chain(rows).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or(0);
    let [name, what, size, carrier] = [0, 1, 2, 3].map(width);
    let fits = name + what + size + carrier + 6 <= columns;
    rows.iter()
        .map(|[a, b, c, d]| match fits {
            true => format!("{a:<name$}  {b:<what$}  {c:>size$}  {d}\n"),
            false => {
                let rest = format!("{b:<what$}  {c:>size$}  {d}");
                format!("{a}\n{}", hanging("  ", "  ", &rest, columns))
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::address::Address;
    use crate::systems::Content;

    #[test]
    fn documents_fit_any_width() {
        let document = |name: &str, carrier| Written {
            name: name.to_owned(),
            document: "event-pattern",
            origin: String::new(),
            built_in: None,
            carrier,
            content: Content::EventPattern(json!({})),
        };
        let region = "ap-southeast-2".parse().unwrap();
        let documents = [
            document(
                "event-pattern@ap-southeast-2",
                Address::regional("event_rule", "stackstate", &region),
            ),
            document("short", Address::global("iam_role", "integration")),
        ];
        let wide = "\
NAME                          WHAT           CHARACTERS  WRITTEN TO
event-pattern@ap-southeast-2  event pattern   2 of 2048  event_rule.stackstate@ap-southeast-2
short                         event pattern   2 of 2048  iam_role.integration
";
        assert_eq!(table(&documents, 93), wide);
        let narrow = "\
NAME
  WHAT           CHARACTERS  WRITTEN TO
event-pattern@ap-southeast-2
  event pattern   2 of 2048  event_rule.stackstate@ap-southeast-2
short
  event pattern   2 of 2048  iam_role.integration
";
        assert_eq!(table(&documents, 80), narrow);
        let narrowest = "\
event-pattern@ap-southeast-2
  event pattern 2 of 2048
  event_rule.stackstate@ap-southeast-2
";
        assert!(table(&documents, 60).contains(narrowest));
    }
}
