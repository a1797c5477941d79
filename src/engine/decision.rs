//! Decides what to do with one resource: a pure function of the wanted and the observed state.

use crate::engine::action::Action;
use crate::engine::address::Address;
use crate::engine::attributes::{self, Attributes, Change};
use crate::engine::known::Known;
use crate::engine::node::Node;
use crate::engine::observed::{Consent, Observed, Phase, Present};
use crate::engine::ownership::Owner;
use crate::engine::resource::Wanted;

/// The reasons where nothing is left to do for a deletion.
pub const GOES_ALREADY: [&str; 2] = [
    "it is scheduled for deletion already",
    "it is being deleted already",
];
/// What the reason begins with where something of others is kept.
pub const NOT_OURS: &str = "it is not managed by provision and stays";

/// An action with its reason and its changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The action.
    pub action: Action,
    /// Why, where the action alone does not say why.
    pub reason: Option<String>,
    /// The attributes that change. For a create or a delete these are all attributes.
    pub changes: Vec<Change>,
}

impl Decision {
    fn new(action: Action, changes: Vec<Change>) -> Self {
        Decision {
            action,
            reason: None,
            changes,
        }
    }

    fn because(action: Action, reason: impl Into<String>, changes: Vec<Change>) -> Self {
        Decision {
            action,
            reason: Some(reason.into()),
            changes,
        }
    }
}

/// What a decision depends on outside the resource itself.
#[derive(Debug, Clone, Default)]
pub struct Around<'a> {
    /// The action on the parent, whose ownership this resource shares.
    pub parent: Option<Action>,
    /// The resource that this one outlives, if it exists and stays.
    pub outlived: Option<&'a Address>,
    /// What a person agreed to.
    pub consent: Consent,
}

/// Decides for one resource; `None` if it is neither wanted nor present.
pub fn decide(
    node: &Node,
    observed: &Observed,
    known: &Known,
    around: &Around<'_>,
) -> Option<Decision> {
    match node.resource.wanted() {
        Some(wanted) => Some(decide_wanted(node, &*wanted, observed, known, around)),
        None => decide_unwanted(node, observed, around),
    }
}

fn decide_wanted(
    node: &Node,
    wanted: &dyn Wanted,
    observed: &Observed,
    known: &Known,
    around: &Around<'_>,
) -> Decision {
    let create = || attributes::diff(&Attributes::new(), &wanted.desired(None, known));
    let present = match observed {
        Observed::Missing | Observed::MissingBeside(_)
            if around.parent == Some(Action::Blocked) =>
        {
            return blocked_by_parent(node);
        }
        Observed::Missing | Observed::MissingBeside(_) => {
            return Decision::new(Action::Create, create());
        }
        Observed::Obstructed(reason) | Observed::Impossible(reason) | Observed::Taken(reason) => {
            return Decision::because(Action::Blocked, reason.clone(), Vec::new());
        }
        Observed::Present(present) if present.phase == Phase::Deleting => {
            return Decision::because(
                Action::Create,
                "it is being deleted, and is created again once it is gone",
                create(),
            );
        }
        Observed::Present(present) => present,
    };
    let changes = attributes::diff(&present.attributes, &wanted.desired(Some(present), known));
    let impossible = changes.iter().find_map(|change| wanted.immutable(change));
    let restrictions = restrictions(wanted, &changes);
    let lifted = refusal(restrictions.as_deref(), around.consent);
    let expired = expiry(wanted, present, &changes, around.consent);
    let unagreed: Vec<String> = lifted.into_iter().chain(expired).collect();
    let unagreed = (!unagreed.is_empty()).then(|| unagreed.join("; and "));
    let foreign = match &present.owner {
        Owner::Ours => None,
        Owner::Parent if around.parent == Some(Action::Blocked) => return blocked_by_parent(node),
        Owner::Parent => None,
        Owner::Foreign(whose) if !around.consent.adopt => {
            let way_out = match (impossible, unagreed) {
                (Some(reason), _) => format!("and cannot be taken over: {reason}"),
                (None, Some(unagreed)) => format!("`--adopt` takes it over, but {unagreed}"),
                (None, None) => "`--adopt` takes it over".to_owned(),
            };
            let reason = format!("it exists and is not managed by provision: {whose}; {way_out}");
            return Decision::because(Action::Blocked, reason, changes);
        }
        Owner::Foreign(whose) => Some(whose),
    };
    if let Some(reason) = impossible.or(unagreed) {
        return Decision::because(Action::Blocked, reason, changes);
    }
    match (foreign, &present.exposure) {
        (Some(whose), Some(exposure)) => {
            let reason = format!(
                "it exists and is not managed by provision: {whose}; and cannot be taken over as it is: {exposure}"
            );
            Decision::because(Action::Blocked, reason, changes)
        }
        (Some(whose), None) => {
            let removed = restrictions.map_or_else(String::new, |it| format!("; {}", removes(&it)));
            let reason = format!(
                "it exists and is not managed by provision ({whose}); apply takes it over, and a \
                 later destroy deletes it{removed}"
            );
            Decision::because(Action::Adopt, reason, changes)
        }
        (None, _) if changes.is_empty() => Decision::new(Action::Keep, changes),
        (None, _) => match restrictions {
            Some(removed) => Decision::because(Action::Update, removes(&removed), changes),
            None => Decision::new(Action::Update, changes),
        },
    }
}

fn removes(restrictions: &str) -> String {
    format!("it removes what restricts access: {restrictions}")
}

/// What restricts access and would be gone after `changes`, in words; `None` if nothing is.
fn restrictions(wanted: &dyn Wanted, changes: &[Change]) -> Option<String> {
    let lifted = changes
        .iter()
        .filter_map(|change| wanted.lifts(change, changes));
    let lifted: Vec<String> = lifted.collect();
    (!lifted.is_empty()).then(|| lifted.join(", "))
}

fn refusal(restrictions: Option<&str>, consent: Consent) -> Option<String> {
    let restrictions = restrictions.filter(|_| !consent.remove_restrictions)?;
    Some(format!(
        "it would remove what restricts access: {restrictions}; ask who set that, then \
         `--remove-restrictions` agrees to it"
    ))
}

/// Why `changes` need the consent that what is in the resource expires, with the flag that gives it; `None`
/// if they need none.
fn expiry(
    wanted: &dyn Wanted,
    present: &Present,
    changes: &[Change],
    consent: Consent,
) -> Option<String> {
    let holds = present.holds.as_ref().filter(|_| !consent.expire_content)?;
    let expires = wanted.expires(changes)?;
    Some(format!(
        "{expires}, also those that it holds now: {holds}; `--expire-existing-objects` agrees to that"
    ))
}

/// Why `changes` need the consent to remove what restricts access, with the flag that gives it;
/// `None` if they need none.
pub fn lifted(wanted: &dyn Wanted, changes: &[Change], consent: Consent) -> Option<String> {
    refusal(restrictions(wanted, changes).as_deref(), consent)
}

fn blocked_by_parent(node: &Node) -> Decision {
    let parent = node
        .resource
        .parent()
        .map(ToString::to_string)
        .unwrap_or_default();
    Decision::because(
        Action::Blocked,
        format!("it belongs to {parent}, which is blocked"),
        Vec::new(),
    )
}

fn decide_unwanted(node: &Node, observed: &Observed, around: &Around<'_>) -> Option<Decision> {
    let keep = |reason: String| Some(Decision::because(Action::Keep, reason, Vec::new()));
    let present = match observed {
        Observed::Missing | Observed::Impossible(_) => return None,
        Observed::MissingBeside(stays) => return keep(stays.clone()),
        Observed::Taken(reason) => return keep(format!("{NOT_OURS}: {reason}")),
        Observed::Obstructed(reason) => {
            return Some(Decision::because(
                Action::Blocked,
                reason.clone(),
                Vec::new(),
            ));
        }
        Observed::Present(present) => present,
    };
    match &present.owner {
        Owner::Foreign(whose) => return keep(format!("{NOT_OURS}: {whose}")),
        Owner::Parent if around.parent == Some(Action::Blocked) => {
            return Some(blocked_by_parent(node));
        }
        Owner::Parent if around.parent != Some(Action::Delete) => {
            let parent = node.resource.parent().map(ToString::to_string);
            let parent = parent.unwrap_or_default();
            return keep(format!("it belongs to {parent}, which stays"));
        }
        Owner::Ours | Owner::Parent => {}
    }
    match present.phase {
        Phase::PendingDeletion => return keep(GOES_ALREADY[0].to_owned()),
        Phase::Deleting => return keep(GOES_ALREADY[1].to_owned()),
        Phase::Stable | Phase::Creating => {}
    }
    if let Some(outlived) = around.outlived {
        return keep(format!(
            "kept until {outlived} is deleted, whose content would be lost without it"
        ));
    }
    let lifted = node.resource.deletion_lifts(present);
    if let Some(lifted) = lifted.filter(|_| !around.consent.remove_restrictions) {
        let reason = format!(
            "its deletion would remove what restricts access: {lifted}; `provision destroy \
             --remove-restrictions` agrees to that"
        );
        return Some(Decision::because(Action::Blocked, reason, Vec::new()));
    }
    if let Some(reason) = present.held(around.consent) {
        return Some(Decision::because(Action::Blocked, reason, Vec::new()));
    }
    let gone = Attributes::new();
    Some(Decision {
        action: Action::Delete,
        reason: node.unwanted.clone(),
        changes: attributes::diff(&present.attributes, &gone),
    })
}

/// What is still awaited before the node counts as settled; `None` once it is settled.
pub fn unsettled(node: &Node, observed: &Observed, known: &Known) -> Option<String> {
    let wanted = node.resource.wanted();
    let present = match (&wanted, observed) {
        (None, absent) if absent.is_absent() => return None,
        (_, Observed::Missing | Observed::MissingBeside(_)) => {
            return Some("it to appear".to_owned());
        }
        (
            _,
            Observed::Obstructed(reason) | Observed::Impossible(reason) | Observed::Taken(reason),
        ) => {
            return Some(reason.clone());
        }
        (_, Observed::Present(present)) => present,
    };
    let Some(wanted) = wanted else {
        return (present.phase != Phase::PendingDeletion).then(|| "it to disappear".to_owned());
    };
    let minutes = node.resource.patience().as_secs() / 60;
    match present.phase {
        Phase::Stable => {}
        Phase::Creating => {
            return Some(format!(
                "AWS to finish creating it, for {minutes} minutes at most"
            ));
        }
        Phase::Deleting => return Some("it to disappear and free its name".to_owned()),
        Phase::PendingDeletion => return Some("AWS to cancel its deletion".to_owned()),
    }
    let changes = attributes::diff(&present.attributes, &wanted.desired(Some(present), known));
    let names: Vec<&str> = changes
        .iter()
        .map(|change| change.attribute.as_str())
        .collect();
    (!names.is_empty()).then(|| format!("AWS to read back {}", names.join(", ")))
}
