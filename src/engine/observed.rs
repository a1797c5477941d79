//! What AWS answers about a resource, and what a person agreed to do with it.

use crate::engine::attributes::Attributes;
use crate::engine::holder::Holder;
use crate::engine::ownership::Owner;

/// What AWS answers about one resource.
#[derive(Debug, Clone)]
pub enum Observed {
    /// Nothing exists under the name.
    Missing,
    /// Nothing exists, and nothing can; the reason says what is in the way and the way out.
    Impossible(String),
    /// Something exists.
    Present(Present),
    /// What exists cannot be told or must not be touched; the reason says what and the way out.
    Obstructed(String),
}

/// A resource that exists.
#[derive(Debug, Clone)]
pub struct Present {
    /// What it is, in the same terms as what is wanted.
    pub attributes: Attributes,
    /// Whose it is.
    pub owner: Owner,
    /// Whether it can be acted upon now.
    pub phase: Phase,
    /// Its ARN, where AWS chose that.
    pub arn: Option<String>,
    /// What a person should know about it beside its attributes.
    pub note: Option<String>,
    /// What others use it with. Every unwanted resource is asked for that.
    pub held_by: Vec<Holder>,
}

impl Present {
    /// A resource of which no more is to be said than this.
    pub fn new(attributes: Attributes, owner: Owner, phase: Phase) -> Self {
        Present {
            attributes,
            owner,
            phase,
            arn: None,
            note: None,
            held_by: Vec::new(),
        }
    }
}

/// How far AWS is with what it was told to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Nothing is under way.
    Stable,
    /// AWS is still creating it, or changing it.
    Creating,
    /// AWS is deleting it; its name is free afterwards.
    Deleting,
    /// It is scheduled for deletion, which an update takes back; for a destroy it is gone.
    Doomed,
}

/// What the create call alone has set.
#[derive(Debug)]
pub struct Created {
    /// The attributes that exist now. Whatever else is wanted follows as an update.
    pub attributes: Attributes,
    /// The ARN, where AWS chose that.
    pub arn: Option<String>,
}

/// What a person agreed to beside the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Consent {
    /// Whether what exists under our names and is not ours may be taken over.
    pub adopt: bool,
    /// Whether others lose what they use a policy or a role with when that goes.
    pub detach_foreign: bool,
    /// Whether the objects of a bucket go with it.
    pub empty_bucket: bool,
    /// Days until a KMS key is really deleted, 7 to 30.
    pub key_deletion_days: u8,
}

impl Default for Consent {
    /// Nothing beside the settings, and the longest time to change one's mind about a key.
    fn default() -> Self {
        Consent {
            adopt: false,
            detach_foreign: false,
            empty_bucket: false,
            key_deletion_days: 30,
        }
    }
}

impl Present {
    /// What others use it with, in words.
    pub fn holders(&self) -> Option<String> {
        let holders: Vec<String> = self.held_by.iter().map(ToString::to_string).collect();
        (!holders.is_empty()).then(|| format!("others use it with {}", holders.join(", ")))
    }

    /// Why it may not be deleted for the sake of others, and the way out.
    pub fn held(&self, consent: Consent) -> Option<String> {
        let holders = self.holders().filter(|_| !consent.detach_foreign)?;
        Some(format!(
            "{holders}; detach it there, or run `provision destroy --detach-foreign`"
        ))
    }
}
