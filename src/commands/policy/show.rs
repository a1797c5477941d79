//! `provision policy show NAME`: prints one document as it is written to AWS.

use tokio::sync::watch;

use super::rendered::rendered;
use crate::cli::PolicyShowArgs;
use crate::commands::Ending;
use crate::failure::Failure;
use crate::settings::GeneralFlags;
use crate::systems::Written;
use crate::terminal::{print_json, report};

/// The document alone is printed to stdout, which another program may read. Its size and origin are
/// printed to stderr.
pub(super) async fn command(
    general: &GeneralFlags,
    args: &PolicyShowArgs,
    stop: watch::Receiver<bool>,
) -> Result<Ending, Failure> {
    let rendered = rendered(general, &args.stackstate, stop).await?;
    let Some(document) = find(&rendered.documents, &args.name) else {
        let names = rendered.documents.iter();
        let names: Vec<&str> = names.map(|document| document.name.as_str()).collect();
        let failure = Failure::new(format!("no document is called {:?}", args.name))
            .hint(format!("The documents are {}", names.join(", ")));
        return Err(match rendered.left_out {
            Some(reason) => failure.because(reason),
            None => failure,
        });
    };
    print_json(format_args!("{:#}", document.content.shown()))?;
    let (size, limit) = document.content.size();
    report(&format!(
        "{}: {} of {}, from {}; {size} of {limit} characters, white space left out\n",
        document.name,
        document.content.form(),
        document.carrier,
        document.origin,
    ));
    Ok(Ending::Well)
}

/// The document of that name. A name without a region means the document of the main region.
fn find<'a>(documents: &'a [Written], name: &str) -> Option<&'a Written> {
    let exact = documents.iter().find(|document| document.name == name);
    exact.or_else(|| documents.iter().find(|document| document.document == name))
}
