//! `provision graph`: shows what is created in which order.

use tokio::sync::watch;

use crate::cli::{GraphArgs, GraphFormat};
use crate::commands::Ending;
use crate::commands::context::Context;
use crate::failure::Failure;
use crate::render::graph::{Graph, dot, mermaid, svg_file};
use crate::settings::{GeneralFlags, Need};
use crate::systems::Goal;
use crate::terminal::print;

/// Runs the command. AWS is asked for the account only if the settings do not name it.
///
/// # Errors
/// Bad settings, or an account that cannot be found out.
pub async fn command(
    general: &GeneralFlags,
    args: &GraphArgs,
    stop: watch::Receiver<bool>,
) -> Result<Ending, Failure> {
    let context =
        Context::load(general, &args.stackstate, Need::Names, Goal::Present, stop).await?;
    let site = context.site().await?;
    let nodes = context.lay_out(&site)?.nodes;
    let regions: Vec<String> = site.regions.iter().map(ToString::to_string).collect();
    let graph = Graph::of(&nodes, &regions);
    print(&match args.format {
        GraphFormat::Mermaid => mermaid(&graph),
        GraphFormat::Dot => dot(&graph),
        GraphFormat::Svg => svg_file(&graph),
    })?;
    Ok(Ending::Well)
}
