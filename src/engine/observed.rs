//! The observed state of a resource, and what a person agreed to do with it.

use serde::{Deserialize, Serialize};

use crate::engine::attributes::Attributes;
use crate::engine::holder::Holder;
use crate::engine::ownership::Owner;

/// The state of one resource, as AWS answers it.
#[derive(Debug, Clone)]
pub enum Observed {
    /// The resource does not exist.
    Missing,
    /// The resource does not exist and cannot be created. The reason says what is in the way, and
    /// names the way out.
    Impossible(String),
    /// The resource does not exist. The text says what a person should know beside that: what may look
    /// like it and is not taken for it, or which quota may be in the way.
    MissingBeside(String),
    /// The name belongs to another account, so no resource of this account exists or can be created
    /// under it. The reason says so, and names the way out.
    Taken(String),
    /// The resource exists.
    Present(Present),
    /// The program cannot tell what exists, or must not touch it. The reason says why, and names
    /// the way out.
    Obstructed(String),
}

impl Observed {
    /// Whether it is certain that the resource does not exist in this account.
    pub fn is_absent(&self) -> bool {
        match self {
            Observed::Missing
            | Observed::MissingBeside(_)
            | Observed::Impossible(_)
            | Observed::Taken(_) => true,
            Observed::Present(_) | Observed::Obstructed(_) => false,
        }
    }
}

/// A resource that exists.
#[derive(Debug, Clone)]
pub struct Present {
    /// Its attributes, under the same names as those that are wanted.
    pub attributes: Attributes,
    /// Its owner.
    pub owner: Owner,
    /// How far AWS is with its creation or deletion.
    pub phase: Phase,
    /// Its ARN, where AWS chose the ARN.
    pub arn: Option<String>,
    /// What a person should know about it beside its attributes.
    pub note: Option<String>,
    /// Whether the name is another resource's, which a deletion leaves.
    pub leaves_name: bool,
    /// Whether some attributes come from a listing of many resources, which may lag behind the
    /// resource itself. What differs there is read again at the resource.
    pub is_listed: bool,
    /// What others added to the resource and the settings keep, one line each.
    pub keeps: Vec<String>,
    /// The names of these, as the kind has them.
    pub kept: Vec<String>,
    /// What others use the resource with. Only an unwanted resource needs an answer to that.
    pub held_by: Vec<Holder>,
    /// Where the resource leads beside its attributes, with what to do before it is taken over. Only
    /// an adoption needs an answer to that.
    pub exposure: Option<String>,
    /// What is in it, in words, where that was asked and something is. Only a deletion, and a change that
    /// lets it expire, need an answer to that.
    pub holds: Option<String>,
}

impl Present {
    /// A resource without a chosen ARN, a note, anything kept, holders, an exposure or content.
    pub fn new(attributes: Attributes, owner: Owner, phase: Phase) -> Self {
        Present {
            attributes,
            owner,
            phase,
            arn: None,
            note: None,
            leaves_name: false,
            is_listed: false,
            keeps: Vec::new(),
            kept: Vec::new(),
            held_by: Vec::new(),
            exposure: None,
            holds: None,
        }
    }
}

/// How far AWS is with the creation or the deletion of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Nothing is under way.
    Stable,
    /// AWS is still creating or changing the resource.
    Creating,
    /// AWS is deleting the resource. Its name is free afterwards.
    Deleting,
    /// The resource is scheduled for deletion. An update cancels the deletion; a destroy takes the
    /// resource as gone.
    PendingDeletion,
}

/// The result of a create call.
#[derive(Debug)]
pub struct Created {
    /// The attributes that the create call has set. Other wanted attributes follow in an update.
    pub attributes: Attributes,
    /// The ARN, where AWS chose the ARN, and where a look at what the run has created may read less than
    /// any other.
    pub arn: Option<String>,
}

/// What a person agreed to beside the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    /// Whether resources that exist under our names and are not ours may be taken over.
    pub adopt: bool,
    /// Whether what restricts access to a resource may be removed, such as a Deny.
    pub remove_restrictions: bool,
    /// Whether what is in a resource may expire, where it would stay without the change.
    pub expire_content: bool,
    /// Whether a resource that others use may be deleted, and detached from its users.
    pub detach_foreign: bool,
    /// Whether a resource is deleted together with its content.
    pub delete_content: bool,
    /// The days until AWS deletes a resource for good, 7 to 30, where AWS offers such a delay.
    pub recovery_days: u8,
}

impl Default for Consent {
    /// Consent to nothing beside the settings, and the longest delay.
    fn default() -> Self {
        Consent {
            adopt: false,
            remove_restrictions: false,
            expire_content: false,
            detach_foreign: false,
            delete_content: false,
            recovery_days: 30,
        }
    }
}

impl Consent {
    /// The options that give this consent.
    pub fn options(self) -> Vec<String> {
        let all = [
            ("--adopt", self.adopt),
            ("--remove-restrictions", self.remove_restrictions),
            ("--expire-existing-objects", self.expire_content),
            ("--detach-foreign", self.detach_foreign),
            ("--empty-bucket", self.delete_content),
        ];
        let given = all.into_iter().filter(|(_, is_given)| *is_given);
        let days = (self.recovery_days != Consent::default().recovery_days)
            .then(|| format!("--key-deletion-days={}", self.recovery_days));
        given
            .map(|(option, _)| option.to_owned())
            .chain(days)
            .collect()
    }
}

impl Present {
    /// Whether this is another resource than the one that was found `before`. An approval counts for
    /// one resource, so nothing else may be changed in its place. Where the ARN follows from the
    /// name, both are the same resource.
    pub fn is_another(&self, before: &Present) -> bool {
        matches!((&before.arn, &self.arn), (Some(before), Some(now)) if before != now)
    }

    /// The holders of the resource, in words.
    pub fn holders(&self) -> Option<String> {
        in_words(self.held_by.iter())
    }

    /// The holders that the resource did not have `before`, in words.
    pub fn new_holders(&self, before: &Present) -> Option<String> {
        let holders = self.held_by.iter();
        in_words(holders.filter(|holder| !before.held_by.contains(holder)))
    }

    /// Why the resource may not be deleted while others use it, or while something is in it, with the way
    /// out.
    pub fn held(&self, consent: Consent) -> Option<String> {
        let holders = self.holders().filter(|_| !consent.detach_foreign);
        let holders = holders.map(|holders| {
            format!("{holders}; detach it there, or run `provision destroy --detach-foreign`")
        });
        let content = self.holds.as_ref().filter(|_| !consent.delete_content);
        let content = content.map(|content| {
            format!(
                "it holds {content}; `provision destroy --empty-bucket` deletes everything in it"
            )
        });
        let reasons: Vec<String> = holders.into_iter().chain(content).collect();
        (!reasons.is_empty()).then(|| reasons.join("; and "))
    }
}

/// Identities of the settings are no holders, so those that are have the policy beside them.
fn in_words<'a>(holders: impl Iterator<Item = &'a Holder>) -> Option<String> {
    let holders: Vec<&Holder> = holders.collect();
    let is_identity = |holder: &&Holder| ["user", "group", "role"].contains(&holder.kind);
    let verb = if holders.len() == 1 { "is" } else { "are" };
    let listed: Vec<String> = holders.iter().map(ToString::to_string).collect();
    let listed = listed.join(", ");
    match holders.first() {
        None => None,
        Some(first) if is_identity(first) => Some(format!(
            "also attached to {listed}, which {verb} not in `attach_to`"
        )),
        Some(_) => Some(format!(
            "also used by {listed}, which provision does not manage"
        )),
    }
}
