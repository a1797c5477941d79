//! Plans all accounts.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::account::planned;
use super::load::{Access, Fleet};
use super::progress;
use super::region::left_out;
use super::turn::left;
use super::warned::Warned;
use crate::engine::observed::Consent;
use crate::fleet::ended::{Outcome, Reason};
use crate::fleet::groups::Plans;
use crate::fleet::run::{End, Gone, Limits, Note};
use crate::fleet::target::Target;
use crate::names::AccountId;

/// What is kept of the plans of all accounts.
#[derive(Default)]
pub(super) struct Kept {
    pub(super) plans: Plans,
    pub(super) warned: Warned,
    /// What is left by a destroy that has nothing to delete.
    pub(super) left: BTreeMap<AccountId, Reason>,
}

/// Plans these accounts. Where something is to be written afterwards, a survey that may be out of date is made
/// again.
pub(super) async fn plan_all(
    fleet: &Arc<Fleet>,
    targets: &[Target],
    limits: Limits,
    consent: Consent,
    confirms: bool,
) -> (Gone, Kept) {
    let kept: Arc<Mutex<Kept>> = Arc::default();
    let work = |target: Target| {
        let (fleet, kept) = (Arc::clone(fleet), Arc::clone(&kept));
        async move {
            let planned = planned(&fleet, &target, Access::Reads, consent, confirms).await;
            let planned = match planned {
                Ok(planned) => planned,
                Err(end) => return end,
            };
            let ended = planned.ended(&target);
            if let Some(digest) = ended.plan {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                let Kept {
                    plans,
                    warned,
                    left: all_left,
                } = &mut *kept;
                if ended.outcome == Outcome::Unchanged
                    && let Some(failure) = left(&fleet, &planned.plan, &planned.survey.observed)
                {
                    all_left.insert(target.account.clone(), Reason::of(&failure));
                }
                plans.add(&target.account, digest, &planned.document);
                let all = fleet.settings.of(&target.account).regions;
                let mut warnings = planned.plan.warnings.clone();
                warnings.extend(left_out(&all, &planned.context.settings.regions));
                warned.add(&target.account, &warnings);
            }
            End::Alone(ended)
        }
    };
    let wave = [targets.to_vec()];
    let gone = progress::shown(&wave, limits, &fleet.stop, work, |_: &Note<'_>| {}).await;
    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    (gone, std::mem::take(&mut *kept))
}
