//! The program: reads the command line, runs one command, and turns its ending into an exit code.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::CommandFactory;
use iam_policy::printable::harmless;
use provision::cli::{self, Cli, Command, OutputFlags, in_our_words, warnings};
use provision::commands::signals::{self, INTERRUPTED};
use provision::commands::{self, Ending};
use provision::failure::Failure;
use provision::render::json;
use provision::terminal::{self, panics};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;
use tracing_subscriber::filter::LevelFilter;

fn main() -> ExitCode {
    panics::report_panics();
    let words: Vec<OsString> = std::env::args_os().collect();
    if commands::completions::answer(&words) {
        return ExitCode::SUCCESS;
    }
    set_colours(cli::color(&words));
    let cli = match Cli::read(&words) {
        Ok(cli) => cli,
        // Every error ends with 1, because 2 means that there are changes.
        Err(error) => {
            if error.use_stderr() {
                terminal::report(&in_our_words(&error));
                return ExitCode::FAILURE;
            }
            // Where the help cannot be written, the error cannot be reported either.
            let _ = error.print();
            return ExitCode::SUCCESS;
        }
    };
    set_up_log(&cli.output);
    if let Some(folder) = &cli.general.chdir
        && let Err(error) = std::env::set_current_dir(folder)
    {
        let failure = Failure::new(format!("cannot change to the folder {}", folder.display()));
        return fail(&failure.because(error.to_string()));
    }
    let set = std::env::vars_os().map(|(name, _)| name);
    for warning in warnings(Cli::command, set) {
        terminal::report(&format!("Warning: {}\n", harmless(&warning)));
    }
    let runtime = match runtime(&cli.command) {
        Ok(runtime) => runtime,
        Err(error) => return fail(&Failure::new("cannot start").because(error.to_string())),
    };
    let code = runtime.block_on(run(cli));
    // The thread that waits for an answer to the question must not delay the end.
    runtime.shutdown_background();
    code
}

/// How many threads may wait for the operating system. Each has a stack, and a run calls some dozen hosts.
const BLOCKING_THREADS: usize = 32;

/// What the command runs on. One thread is enough for one account; signing and reading for many takes more than
/// one core can do in the time that AWS needs to answer.
fn runtime(command: &Command) -> std::io::Result<Runtime> {
    let mut builder = match command {
        Command::Fleet(_) => {
            let cores = std::thread::available_parallelism().map_or(1, usize::from);
            let mut builder = Builder::new_multi_thread();
            builder.worker_threads(cores.max(2));
            builder
        }
        _ => Builder::new_current_thread(),
    };
    // Names of hosts are looked up on threads of their own, and one may wait for an answer of a person.
    builder.max_blocking_threads(BLOCKING_THREADS);
    builder.enable_all().build()
}

async fn run(cli: Cli) -> ExitCode {
    let (stopping, stopped) = watch::channel(false);
    if let Err(error) = signals::listen(stopping, cli.command.prints_events()) {
        return fail(&Failure::new("cannot listen for signals").because(error.to_string()));
    }
    let general = &cli.general;
    let mut interrupted = stopped.clone();
    let command = async {
        match &cli.command {
            Command::Plan(args) => commands::plan::command(general, args, stopped).await,
            Command::Apply(args) => commands::apply::command(general, args, stopped).await,
            Command::Destroy(args) => commands::destroy::command(general, args, stopped).await,
            Command::Show(args) => commands::show::command(args),
            Command::AgentConfig(args) => {
                commands::agent_config::command(general, args, stopped).await
            }
            Command::Policy(args) => commands::policy::command(general, args, stopped).await,
            Command::Explain(args) => commands::explain::command(args),
            Command::Init(args) => commands::init::command(general, args).await,
            Command::Config(args) => commands::config::command(general, args, stopped).await,
            Command::Preflight(args) => commands::preflight::command(general, args, stopped).await,
            Command::Status(args) => commands::status::command(general, args, stopped).await,
            Command::Verify(args) => commands::verify::command(general, args, stopped).await,
            Command::Permissions(args) => {
                commands::permissions::command(general, args, stopped).await
            }
            Command::Fleet(command) => commands::fleet::command(general, command, stopped).await,
            Command::Graph(args) => commands::graph::command(general, args, stopped).await,
            Command::Completions(args) => commands::completions::command(args),
            Command::Man(args) => commands::man::command(args),
        }
    };
    let ending = command.await;
    let was_interrupted = *interrupted.borrow_and_update();
    let code = match ending {
        Ok(Ending::Well) => ExitCode::SUCCESS,
        Ok(Ending::Changes | Ending::NotComparable | Ending::Findings) => ExitCode::from(2),
        Ok(Ending::Unchecked) => ExitCode::from(3),
        Ok(Ending::Failed) => ExitCode::FAILURE,
        Err(failure) => {
            if cli.command.prints_events() {
                // The same error follows on stderr, so a failure to print it here loses nothing.
                let _ = terminal::print_event(json::error(&failure));
            }
            fail(&failure)
        }
    };
    if was_interrupted {
        ExitCode::from(INTERRUPTED)
    } else {
        code
    }
}

fn set_colours(choice: clap::ColorChoice) {
    match choice {
        clap::ColorChoice::Auto => anstream::ColorChoice::Auto,
        clap::ColorChoice::Always => anstream::ColorChoice::Always,
        clap::ColorChoice::Never => anstream::ColorChoice::Never,
    }
    .write_global();
}

fn set_up_log(flags: &OutputFlags) {
    let level = match flags.verbose {
        0 => return,
        1 => LevelFilter::INFO,
        _ => LevelFilter::DEBUG,
    };
    // The SDK's own logs would show requests, which hold the external ID.
    let filter = tracing_subscriber::filter::Targets::new().with_target("provision", level);
    let colours = anstream::AutoStream::choice(&std::io::stderr());
    let format = tracing_subscriber::fmt::layer()
        .with_ansi(colours != anstream::ColorChoice::Never)
        // An error of the log itself could only be written to the same place.
        .log_internal_errors(false)
        .with_writer(|| terminal::Log);
    use tracing_subscriber::layer::SubscriberExt;
    use tracing_subscriber::util::SubscriberInitExt;
    tracing_subscriber::registry()
        .with(format)
        .with(filter)
        .init();
}

fn fail(failure: &Failure) -> ExitCode {
    terminal::report(&format!("Error: {failure}\n"));
    ExitCode::FAILURE
}
