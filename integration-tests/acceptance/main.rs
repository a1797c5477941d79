//! `make acceptance`: the life of both systems in a real AWS account. `docs/acceptance.md` explains it.
//!
//! It drives the built program with the caller's credentials, under a postfix of its own, removes what it
//! made in every case, and leaves a report with what AWS answered.

mod announcement;
mod answers;
mod audit_trail;
mod delivery;
mod drift;
mod left;
mod life;
mod names;
mod probe;
mod program;
mod record;
mod report;
mod stage;

use std::cell::{Cell, RefCell};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::rc::Rc;
use std::time::Duration;

use clap::Parser;
use provision::aws::{Aws, Connections, Network, Session, variables};
use provision::failure::Failure;
use provision::names::{AccountId, Partition, Region};
use provision::settings::check_endpoint;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::LocalSet;

use names::Names;
use program::{Program, Running};
use record::{Record, say};
use stage::Stage;

/// Makes, changes, mends and destroys deployments in a real AWS account, and reports what AWS answered
#[derive(Parser)]
struct Args {
    /// The built program
    program: PathBuf,
    /// Account that the credentials must belong to
    #[arg(long)]
    account: String,
    /// Main region and, for what crosses regions, another one
    #[arg(long, value_delimiter = ',')]
    regions: Vec<String>,
    /// The word that agrees, instead of an answer at the terminal
    #[arg(long)]
    confirm: Option<String>,
    /// Remove what runs that were cut off left, and nothing else
    #[arg(long)]
    clean_up: bool,
    /// Where the reports are written
    #[arg(long, default_value = "target/acceptance")]
    folder: PathBuf,
    /// How many seconds to wait for an object in the bucket
    #[arg(long, default_value_t = 600)]
    delivery_seconds: u64,
    /// How many seconds to repeat a read after a write
    #[arg(long, default_value_t = 30)]
    read_seconds: u64,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let ended = runtime.block_on(LocalSet::new().run_until(run(args)));
    match ended {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            say(format_args!("Error: {failure}\n"));
            ExitCode::FAILURE
        }
    }
}

/// The way to the account that the credentials belong to, which must be the one that was named.
async fn connect(account: &AccountId, regions: &[Region]) -> Result<(Aws, Session), Failure> {
    variables::check(std::env::vars_os())?;
    let network = Network::from_environment(|name| std::env::var_os(name))?;
    // Nothing that ends the scenarios may end the calls that clean up.
    let connections = Connections::over(network, 64, watch::channel(false).1);
    let session = connections.session(regions.first(), None, None).await;
    for (place, url) in session.endpoints() {
        check_endpoint(&url).map_err(|invalid| invalid.at(place))?;
    }
    let aws = connections.account(&session, None, regions);
    let caller = aws.caller().await.map_err(|error| error.failure())?;
    if caller.account != *account {
        return Err(Failure::new(format!(
            "the credentials are those of account {}, and not of {account}; nothing was changed",
            caller.account
        ))
        .hint("Pass the number of the account that you mean as ACCOUNT"));
    }
    Ok((aws, session))
}

/// Everything; false if a step went wrong or something is left.
async fn run(args: Args) -> Result<bool, Failure> {
    let invalid = |error: provision::names::InvalidName| {
        Failure::new(error.problem).hint(error.remedy.trim_end_matches('.'))
    };
    let account: AccountId = args.account.parse().map_err(invalid)?;
    let regions = args.regions.iter().map(|name| name.parse::<Region>());
    let regions: Vec<Region> = regions.collect::<Result<_, _>>().map_err(invalid)?;
    let fit = match regions.as_slice() {
        [_] => true,
        [main, other] => main != other && main.partition() == other.partition(),
        _ => false,
    };
    if !fit {
        return Err(
            Failure::new("one or two different regions of one partition are needed")
                .hint("Pass REGIONS=eu-west-1,us-east-1, the main region first"),
        );
    }
    let (aws, session) = connect(&account, &regions).await?;
    // Only this machine is reached over plain http.
    let emulated = session
        .endpoints()
        .iter()
        .any(|(_, url)| url.starts_with("http://"));

    let disk = |error: std::io::Error| {
        Failure::new(format!("cannot use the folder {}", args.folder.display()))
            .because(error.to_string())
    };
    fs::create_dir_all(&args.folder).map_err(disk)?;
    let folder = args.folder.canonicalize().map_err(disk)?;
    let names = Names::new(
        &account,
        aws.partition().unwrap_or(Partition::Aws),
        &regions,
    );
    let earlier = left::written_down(&folder, account.as_str()).map_err(disk)?;
    if args.clean_up && earlier.is_empty() {
        say(format_args!("No run in account {account} was cut off.\n"));
        return Ok(true);
    }
    say(announcement::announcement(&names, &earlier, args.clean_up));
    announcement::agreed(args.confirm.as_deref())?;

    let (stopping, stop) = watch::channel(false);
    let running = Running::default();
    listen_for_signals(stopping, running.clone()).map_err(disk)?;
    let stage = |names: &Names| -> Result<Rc<Stage>, Failure> {
        let report = format!(
            "report-{}{}",
            record::now().replace(':', "-"),
            names.postfix
        );
        let of_run = folder.join(format!("run{}", names.postfix));
        fs::create_dir_all(&of_run).map_err(disk)?;
        let random = [(); 4].map(|()| getrandom::u32().expect("the system gives random numbers"));
        let external_id = random.map(|it| format!("{it:08x}")).concat();
        let report = folder.join(report);
        let record = report.with_extension("jsonl");
        Ok(Rc::new(Stage {
            aws: aws.clone(),
            names: names.clone(),
            program: Program {
                path: args.program.canonicalize().map_err(disk)?,
                external_id: external_id.clone(),
                running: running.clone(),
            },
            record: Record::create(&record, &external_id).map_err(disk)?,
            folder: of_run,
            report: report.with_extension("md"),
            delivery: Duration::from_secs(args.delivery_seconds),
            reads: Duration::from_secs(args.read_seconds),
            removed: RefCell::default(),
            stop: stop.clone(),
            cleaning: Cell::new(false),
        }))
    };
    let mut well = true;
    for names in &earlier {
        let stage = stage(names)?;
        well &= finish(&stage, &folder, emulated).await.map_err(disk)?;
    }
    if args.clean_up || !well {
        return Ok(well);
    }
    let stage = stage(&names)?;
    left::write_down(&folder, &names).map_err(disk)?;
    // A panic ends the scenarios, and not what removes their resources.
    let scenarios = tokio::task::spawn_local(scenarios(Rc::clone(&stage)));
    if scenarios.await.is_err() {
        stage.went_wrong("all", "scenarios", "a panic, whose message is above");
    }
    finish(&stage, &folder, emulated).await.map_err(disk)
}

/// Each scenario is tried, whether or not another one failed.
async fn scenarios(stage: Rc<Stage>) {
    let ended = [
        stage.life_of_documented().await,
        stage.life_of_hardened().await,
        stage.life_of_audit_trail().await,
    ];
    let well = ended.iter().filter(|it| it.is_ok()).count();
    say(format_args!(
        "{well} of {} scenarios went well\n",
        ended.len()
    ));
}

/// Removes what is left, writes the report, and says what is left even so.
async fn finish(stage: &Stage, folder: &Path, emulated: bool) -> std::io::Result<bool> {
    let left = stage.clean_up().await;
    let version = Command::new(&stage.program.path)
        .arg("--version")
        .output()?;
    let version = String::from_utf8_lossy(&version.stdout).trim().to_owned();
    let text = report::report(&stage.record, &stage.names, &version, emulated, &left);
    fs::write(&stage.report, text)?;
    let wrong = report::wrong(&stage.record);
    say(format_args!("\nReport: {}\n", stage.report.display()));
    say(format_args!("Steps that went wrong: {}\n", wrong.len()));
    for step in &wrong {
        say(format_args!(
            "  {}: {}: {}\n",
            report::cell(&step["scenario"]),
            report::cell(&step["step"]),
            report::cell(&step["wrong"])
        ));
    }
    match left.is_empty() {
        true => {
            left::forget(folder, &stage.names)?;
            say("Left in the account: nothing but keys whose deletion is scheduled\n");
        }
        false => {
            say("Left in the account:\n");
            left.iter().for_each(|it| say(format_args!("  {it}\n")));
            say("Run `make acceptance` again with the same ACCOUNT: it removes them first.\n");
        }
    }
    Ok(wrong.is_empty() && left.is_empty())
}

/// The first signal ends the scenarios; each one ends the program's run that is under way.
fn listen_for_signals(stopping: watch::Sender<bool>, running: Running) -> std::io::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    tokio::task::spawn_local(async move {
        loop {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
                _ = hang_up.recv() => {}
            }
            say("\nStopping: everything that was made is removed.\n");
            stopping.send_replace(true);
            running.interrupt();
        }
    });
    Ok(())
}
