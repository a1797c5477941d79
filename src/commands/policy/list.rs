//! `provision policy list`: lists the documents, their sizes and the resources that carry them.

use serde_json::json;
use tokio::sync::watch;

use super::rendered::rendered;
use crate::cli::PolicyListArgs;
use crate::commands::Ending;
use crate::failure::Failure;
use crate::render::text;
use crate::render::wrap::columns;
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
        let heading = text::heading(&rendered.site, columns(&std::io::stdout()));
        print(&format!("{heading}\n{}", table(&rendered.documents)))?;
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

/// One line for each document. As AWS counts, white space between tokens adds nothing to a size.
fn table(documents: &[Written]) -> String {
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
    let (name, what, size) = (width(0), width(1), width(2));
    rows.iter()
        .map(|[a, b, c, d]| format!("{a:<name$}  {b:<what$}  {c:>size$}  {d}\n"))
        .collect()
}
