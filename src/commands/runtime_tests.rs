//! No command assumes that a runtime has one thread.

use clap::Parser;
use tokio::sync::watch;

use super::{Ending, agent_config, apply, destroy, graph, permissions, plan, policy, preflight};
use super::{config, fleet, init, status, verify};
use crate::cli::{Cli, Command};
use crate::failure::Failure;

fn fits_every_runtime(_: impl Future<Output = Result<Ending, Failure>> + Send) {}

/// A runtime of several threads may move a command from one thread to another. That this
/// compiles is the proof; no command is run.
#[test]
fn a_command_can_move_to_another_thread() {
    let (_, stop) = watch::channel(false);
    let Cli {
        command, general, ..
    } = Cli::parse_from(["provision", "plan"]);
    let general = &general;
    match &command {
        Command::Plan(args) => fits_every_runtime(plan::command(general, args, stop)),
        Command::Apply(args) => fits_every_runtime(apply::command(general, args, stop)),
        Command::Destroy(args) => fits_every_runtime(destroy::command(general, args, stop)),
        Command::AgentConfig(args) => {
            fits_every_runtime(agent_config::command(general, args, stop));
        }
        Command::Policy(args) => fits_every_runtime(policy::command(general, args, stop)),
        Command::Preflight(args) => {
            fits_every_runtime(preflight::command(general, args, stop));
        }
        Command::Permissions(args) => {
            fits_every_runtime(permissions::command(general, args, stop));
        }
        Command::Init(args) => fits_every_runtime(init::command(general, args)),
        Command::Config(args) => fits_every_runtime(config::command(general, args, stop)),
        Command::Status(args) => fits_every_runtime(status::command(general, args, stop)),
        Command::Verify(args) => fits_every_runtime(verify::command(general, args, stop)),
        Command::Graph(args) => fits_every_runtime(graph::command(general, args, stop)),
        Command::Fleet(command) => fits_every_runtime(fleet::command(general, command, stop)),
        // These are no futures.
        Command::Explain(_) | Command::Show(_) | Command::Completions(_) | Command::Man(_) => {}
    }
}
