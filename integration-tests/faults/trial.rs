//! A trial: one call that fails in one way, and everything that must be true afterwards.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};

use provision::aws::Session;
use provision::engine::address::Address;
use provision::engine::events::Outcome;

use super::account::{Account, Ending};
use super::connector::{Aim, Sent};
use super::fault::{Fault, REQUEST_ID};
use super::scenario::Scenario;

/// Gives out new accounts of the emulator.
#[derive(Debug)]
pub struct Accounts {
    session: Session,
    prefix: u32,
    used: AtomicU32,
}

impl Accounts {
    /// Accounts that no other run of the tests uses.
    pub fn new(session: Session) -> Self {
        let random = getrandom::u32().expect("the system gives random numbers");
        Accounts {
            session,
            prefix: 100_000 + random % 900_000,
            used: AtomicU32::new(0),
        }
    }

    fn new_one(&self, scenario: Scenario) -> Account {
        let number = self.used.fetch_add(1, Ordering::Relaxed);
        let id = format!("{}{number:06}", self.prefix);
        Account::new(id, &self.session, &scenario.settings())
    }
}

/// The requests of a run without faults, and the state of the account after it.
#[derive(Debug)]
pub struct Undisturbed {
    /// The requests.
    pub requests: Vec<Sent>,
    state: BTreeMap<String, String>,
}

impl Undisturbed {
    /// Runs the scenario once, in an account of its own.
    pub async fn observe(accounts: &Accounts, scenario: Scenario) -> Self {
        let account = accounts.new_one(scenario);
        scenario.prepare(&account).await;
        let (ending, requests) = account.run(scenario.command(), Aim::Nothing).await;
        assert!(matches!(ending, Ending::Well), "{ending:?}");
        Undisturbed {
            requests,
            state: account.state(scenario.command()).await.expect("a state"),
        }
    }
}

/// One scenario with one fault.
#[derive(Debug, Clone)]
pub struct Trial {
    /// The scenario.
    pub scenario: Scenario,
    /// The fault.
    pub fault: Fault,
    /// The calls that fail.
    pub aim: Aim,
}

/// Whether a request of a trial had the fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Met {
    /// At least one request had the fault.
    Yes,
    /// The run did not make the call that was to fail, and succeeded.
    No,
}

impl fmt::Display for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scenario, place) = (self.scenario.name(), self.place());
        write!(f, "{scenario}, {} at {place}", self.fault)
    }
}

impl Trial {
    /// The call that fails, for the report.
    pub fn place(&self) -> String {
        match &self.aim {
            Aim::One(call, earlier, _) => {
                let kind = if call.reads() { "read" } else { "write" };
                format!("{kind} {} of {call}", earlier + 1)
            }
            Aim::Every(_) | Aim::Nothing => "every call".to_owned(),
        }
    }

    /// Makes the trial.
    ///
    /// # Errors
    /// The differences from what must be true afterwards.
    pub async fn make(&self, accounts: &Accounts, seen: &Undisturbed) -> Result<Met, String> {
        let account = accounts.new_one(self.scenario);
        let foreign = self.scenario.prepare(&account).await;
        let command = self.scenario.command();

        let (ending, requests) = account.run(command, self.aim.clone()).await;
        let met = if requests.iter().any(|sent| sent.fault.is_some()) {
            self.check(&ending, &requests)?;
            Met::Yes
        } else if self.may_be_left_out() && matches!(ending, Ending::Well) {
            Met::No
        } else {
            return Err("the call was never made".to_owned());
        };
        spare(&foreign, &requests)?;

        if !matches!(ending, Ending::Well) {
            let (ending, requests) = account.run(command, Aim::Nothing).await;
            spare(&foreign, &requests)?;
            if !matches!(ending, Ending::Well) {
                return Err(format!("the next run failed: {ending:?}"));
            }
        }
        // After a run that succeeded nothing is left to do, so no further run is made.
        let state = account.state(command).await?;
        if state != seen.state {
            return Err(differences(&seen.state, &state));
        }
        Ok(met)
    }

    /// Whether a run may succeed without the call that was to fail: the number of observations until
    /// a resource has settled differs from run to run.
    fn may_be_left_out(&self) -> bool {
        matches!(&self.aim, Aim::One(call, earlier, _) if call.reads() && *earlier > 0)
    }

    /// Whether the only unfinished step is a key whose creation is unknown. The request is never
    /// repeated, because it would create a second key.
    fn leaves_the_key_unknown(&self, outcomes: &[(Address, Outcome)], requests: &[Sent]) -> bool {
        let unanswered = requests.iter().any(|sent| {
            sent.call.operation == "CreateKey"
                && matches!(sent.fault, Some(Fault::Unsent | Fault::ServerError))
        });
        unanswered
            && outcomes.iter().all(|(address, outcome)| match outcome {
                Outcome::Unknown(_) => address.kind == "kms_key",
                // Nobody stops the run.
                Outcome::Failed(_) | Outcome::HalfDone | Outcome::NotBegun => false,
                Outcome::Done(_) | Outcome::Skipped(_) => true,
            })
    }

    /// Whether only requests about a deleted resource had the fault. The parts of a resource are read
    /// at the same time as the resource, and are not needed if the resource is not found.
    fn asks_about_what_is_gone(requests: &[Sent]) -> bool {
        let mut hit = requests.iter().enumerate();
        hit.all(|(n, sent)| {
            let mut earlier = requests[..n].iter().filter(|sent| sent.fault.is_none());
            sent.fault.is_none() || earlier.any(|earlier| earlier.call.deletes(&sent.call))
        })
    }

    /// Whether only the page of all roles was denied. Then each role is read by itself.
    fn asks_role_by_role(&self, requests: &[Sent]) -> bool {
        let mut hit = requests.iter().filter(|sent| sent.fault.is_some());
        self.fault == Fault::Denied
            && hit.all(|sent| sent.call.operation == "GetAccountAuthorizationDetails")
    }

    /// Whether only the documents of policies that others attached were denied. Then each counts as a
    /// restriction, which every run here may remove.
    fn reads_documents_of_others(&self, requests: &[Sent]) -> bool {
        let mut hit = requests.iter().filter(|sent| sent.fault.is_some());
        self.fault == Fault::Denied
            && hit.all(|sent| {
                let reads = ["GetPolicy", "GetPolicyVersion"];
                reads.contains(&sent.call.operation.as_str())
                    && sent.call.to_string().contains("iam::aws:policy/")
            })
    }

    /// Whether only the list of all keys was denied, where it is not needed: the list is asked for at
    /// the same time as the alias, which leads to our key.
    fn lists_keys_in_vain(&self, requests: &[Sent]) -> bool {
        let mut hit = requests.iter().filter(|sent| sent.fault.is_some());
        self.fault == Fault::Denied
            && self.scenario != Scenario::Apply
            && hit.all(|sent| sent.call.operation == "ListKeys")
    }

    /// Whether the run's end and its report are right for this fault.
    fn check(&self, ending: &Ending, requests: &[Sent]) -> Result<(), String> {
        if self.fault.passes() {
            return match ending {
                Ending::Well => Ok(()),
                Ending::Failed(outcomes) if self.leaves_the_key_unknown(outcomes, requests) => {
                    Ok(())
                }
                other => Err(format!(
                    "the run did not succeed in spite of the fault: {other:?}"
                )),
            };
        }
        let wrote = requests
            .iter()
            .any(|sent| sent.fault.is_some() && !sent.call.reads());
        let told = match ending {
            Ending::Untold(steps) => return Err(format!("no outcome of {steps:?}")),
            // The answer is lost at every attempt, and the run may have found the result by reading.
            Ending::Well if self.fault == Fault::AlwaysLost => return Ok(()),
            Ending::Well if Self::asks_about_what_is_gone(requests) => return Ok(()),
            Ending::Well if self.asks_role_by_role(requests) => return Ok(()),
            Ending::Well if self.reads_documents_of_others(requests) => return Ok(()),
            Ending::Well if self.lists_keys_in_vain(requests) => return Ok(()),
            Ending::Well => return Err("the run ended as if nothing had happened".to_owned()),
            Ending::Refused(failure) => {
                if let Some(write) = requests.iter().find(|sent| !sent.call.reads()) {
                    return Err(format!("{} was sent by a run that refused", write.call));
                }
                failure.to_string()
            }
            Ending::Failed(outcomes)
                if !wrote
                    && outcomes
                        .iter()
                        .any(|(_, o)| matches!(o, Outcome::Unknown(_))) =>
            {
                return Err(format!(
                    "after a failed read no outcome may be unknown: {outcomes:?}"
                ));
            }
            Ending::Failed(outcomes) => {
                let told = outcomes.iter().filter_map(|(_, outcome)| match outcome {
                    Outcome::Failed(failure) | Outcome::Unknown(failure) => {
                        Some(failure.to_string())
                    }
                    Outcome::Done(_)
                    | Outcome::Skipped(_)
                    | Outcome::HalfDone
                    | Outcome::NotBegun => None,
                });
                told.collect::<Vec<_>>().join("\n")
            }
        };
        let mut expected = vec![];
        match self.fault {
            // A bucket that cannot be read is blocked in the plan, with a reason.
            Fault::Denied if told.contains("the bucket name") => expected.push("denied"),
            Fault::Denied => expected.extend(["enied", REQUEST_ID]),
            Fault::Quota => expected.extend(["quota", REQUEST_ID]),
            Fault::FailedEntries => expected.push("InternalFailure"),
            _ => {}
        }
        if let Some(missing) = expected.iter().find(|text| !told.contains(**text)) {
            return Err(format!("the failure does not say `{missing}`: {told}"));
        }
        let hit = requests.iter().filter(|sent| sent.fault.is_some()).count();
        if self.fault == Fault::Quota && hit != 1 {
            return Err(format!("the call was sent {hit} times against a quota"));
        }
        Ok(())
    }
}

/// No request that writes may name what belongs to others.
fn spare(foreign: &[String], requests: &[Sent]) -> Result<(), String> {
    let mut writes = requests.iter().filter(|sent| !sent.call.reads());
    match writes.find(|sent| foreign.iter().any(|name| sent.text.contains(name))) {
        None => Ok(()),
        Some(sent) => Err(format!(
            "{} names what is not ours: {}",
            sent.call, sent.text
        )),
    }
}

/// The differences from the expected state, line by line.
pub fn differences(
    expected: &BTreeMap<String, String>,
    state: &BTreeMap<String, String>,
) -> String {
    let mut text = "the state is not that of an undisturbed run:".to_owned();
    let names: std::collections::BTreeSet<&String> = expected.keys().chain(state.keys()).collect();
    for name in names {
        let (before, after) = (expected.get(name), state.get(name));
        if before != after {
            text.push_str(&format!("\n    {name}: {before:?} became {after:?}"));
        }
    }
    text
}
