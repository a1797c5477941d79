//! What a run over many accounts leaves: the summary, the report, the page and the exit code.

use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use super::load::Fleet;
use crate::cli::RunArgs;
use crate::commands::{Ending, page, shell};
use crate::failure::Failure;
use crate::fleet::ended::{Ended, Outcome};
use crate::fleet::groups::Plans;
use crate::fleet::report::{self, Command, Header};
use crate::fleet::run::{Gone, Limits, Stopped as Halt};
use crate::fleet::stopped::Stopped;
use crate::fleet::target::{Skipped, Target};
use crate::fleet::tolerance::most_failures;
use crate::fleet::waves::waves;
use crate::names::AccountId;
use crate::render::fleet::summary::Summary;
use crate::render::html::fleet::page as fleet_page;
use crate::render::wrap::columns;
use crate::settings::Share;
use crate::terminal::confirm::asks_without_stdout;
use crate::terminal::{print, print_json, report as say};

/// A run over many accounts, from its beginning to its end.
pub(super) struct Run<'a> {
    fleet: &'a Fleet,
    args: &'a RunArgs,
    command: Command,
    details: bool,
    header: Header,
    began: Instant,
    skipped: Vec<Skipped>,
    /// How many accounts the run is about.
    accounts: usize,
    /// The accounts of each wave; empty where nothing is written.
    waves: Vec<Vec<AccountId>>,
}

impl<'a> Run<'a> {
    /// A run that begins now.
    ///
    /// # Errors
    /// A file that cannot be written, and a system without random numbers, which the digests of the settings need.
    pub(super) fn begin(
        fleet: &'a Fleet,
        args: &'a RunArgs,
        command: Command,
        details: bool,
        targets: &[Target],
        skipped: Vec<Skipped>,
    ) -> Result<Self, Failure> {
        // Whoever has waited for the accounts shall not lose how they ended.
        args.html.as_deref().map_or(Ok(()), page::check_path)?;
        args.report.as_deref().map_or(Ok(()), report::check_path)?;
        let organization = fleet.settings.fleet().organization.as_deref();
        let settings = fleet.inputs.salted()?;
        Ok(Run {
            header: Header::new(command, SystemTime::now(), organization, settings),
            began: Instant::now(),
            fleet,
            args,
            command,
            details,
            skipped,
            accounts: targets.len(),
            waves: match command.writes() {
                true => waves(targets, fleet.settings.fleet()),
                false => Vec::new(),
            },
        })
    }

    /// How the accounts are gone through where nothing is written. Only the command line limits how many may
    /// fail: a person wants to know of all.
    pub(super) fn reading(&self) -> Limits {
        Limits {
            at_once: self.args.accounts_at_once.into(),
            most_failed: self.args.max_failures.map(|it| self.most(it)),
            pause: Duration::ZERO,
        }
    }

    /// How the accounts are gone through where something is written.
    pub(super) fn writing(&self) -> Limits {
        let fleet = self.fleet.settings.fleet();
        let most = self.args.max_failures.unwrap_or(fleet.max_failures);
        Limits {
            most_failed: Some(self.most(most)),
            pause: fleet.wave_pause,
            ..self.reading()
        }
    }

    /// Shows the plans before a question, on stderr too where stdout is not what the person sees.
    ///
    /// # Errors
    /// The standard output cannot be written.
    pub(super) fn show(&self, gone: &Gone, plans: &Plans) -> Result<(), Failure> {
        if self.args.json {
            return Ok(());
        }
        let summary = Summary {
            command: Command::Plan,
            ..self.summary(&gone.ended, plans)
        };
        let text = summary.text();
        print(&text)?;
        if asks_without_stdout() {
            say(&text);
        }
        Ok(())
    }

    fn summary<'b>(&'b self, ended: &'b [Ended], plans: &'b Plans) -> Summary<'b> {
        Summary {
            command: self.command,
            ended,
            plans,
            waves: &self.waves,
            stopped: None,
            next: None,
            took: self.began.elapsed(),
            width: columns(&std::io::stdout()),
            details: self.details,
        }
    }

    /// The accounts of each wave.
    pub(super) fn waves(&self) -> &[Vec<AccountId>] {
        &self.waves
    }

    fn most(&self, share: Share) -> usize {
        most_failures(share, self.accounts)
    }

    /// Tells how the accounts ended, and writes the report.
    ///
    /// # Errors
    /// A report that cannot be written, and what would have failed in every account.
    pub(super) fn end(&self, gone: Gone, plans: &Plans) -> Result<Ending, Failure> {
        self.tell(&gone, plans)?;
        let Gone { ended, stopped } = gone;
        match stopped {
            Some(Halt::Everywhere(failure)) => return Err(failure),
            Some(Halt::AllDenied) => return Err(self.all_denied(&ended)),
            Some(Halt::Interrupted | Halt::TooManyFailed) | None => {}
        }
        Ok(match ended.iter().all(|it| it.outcome.is_well()) {
            false => Ending::Failed,
            true if ended.iter().any(|it| it.outcome == Outcome::Changed) => Ending::Changes,
            true => Ending::Well,
        })
    }

    /// Tells how the accounts ended, and writes the report and the page.
    ///
    /// # Errors
    /// A file or the standard output cannot be written.
    pub(super) fn tell(&self, gone: &Gone, plans: &Plans) -> Result<(), Failure> {
        let most = self.writing().most_failed.unwrap_or_default();
        let stopped = gone.stopped.as_ref().map(|it| Stopped::of(it, most));
        let ended = self.with_skipped(&gone.ended);
        let next = self.next(&ended);
        let summary = Summary {
            stopped: stopped.as_ref(),
            next: next.as_deref(),
            ..self.summary(&ended, plans)
        };
        let took = summary.took;
        if self.args.json {
            print_json(self.header.line())?;
            for account in &ended {
                print_json(report::account_line(account))?;
            }
            print_json(report::summary_line(&ended, stopped.as_ref(), took))?;
        } else {
            print(&summary.text())?;
        }
        if let Some(file) = &self.args.report {
            report::write(file, &self.header, &ended, stopped.as_ref(), took)?;
        }
        match &self.args.html {
            Some(file) => page::write_text(file, &fleet_page(&summary, self.organization())),
            None => Ok(()),
        }
    }

    /// How each account ended, also those that are left out, in the order of their numbers.
    pub(super) fn with_skipped(&self, ended: &[Ended]) -> Vec<Ended> {
        let skipped = self.skipped.iter().map(Ended::skipped);
        let mut all: Vec<Ended> = ended.iter().cloned().chain(skipped).collect();
        all.sort_by(|one, other| one.account.cmp(&other.account));
        all
    }

    fn organization(&self) -> Option<&str> {
        self.fleet.settings.fleet().organization.as_deref()
    }

    /// The command that goes on with the accounts that did not end well.
    fn next(&self, ended: &[Ended]) -> Option<String> {
        let file = self.args.report.as_ref()?;
        let is_left = ended.iter().any(|it| !it.outcome.is_well());
        let file = shell::quoted(&file.display().to_string());
        is_left.then(|| format!("provision fleet {} --retry {file}", self.command))
    }

    /// All the causes that AWS's answer does not tell apart.
    fn all_denied(&self, ended: &[Ended]) -> Failure {
        let role = &self.fleet.settings.fleet().role;
        let denied = ended.iter().filter(|it| it.outcome == Outcome::Unreachable);
        let denied: Vec<_> = denied.filter_map(|it| it.reason.as_ref()).collect();
        let caller = &self.fleet.caller.arn;
        let failure = Failure::new(format!(
            "the first {} accounts all deny the role {role} to {caller}, so that no other was tried",
            denied.len()
        ));
        let first = denied.first().map(|it| it.message.clone());
        let failure = first.into_iter().fold(failure, Failure::because);
        failure.hint(format!(
            "Look at four things: whether `role` in `[fleet]` is the name of the role in these accounts, with \
             its path; whether its trust policy names {caller}, and asks for no other external ID; whether the \
             caller's own policies allow sts:AssumeRole; and whether a policy of the organization denies it"
        ))
    }
}
