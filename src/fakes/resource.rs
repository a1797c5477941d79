//! Fake resources in the account in memory.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_sts::operation::get_caller_identity::GetCallerIdentityOutput;
use tokio::time::Instant;

use super::{CALL, Effect, Refusal, State, Verb, World, at, attributes, ours, refusal};
use crate::aws::{Aws, AwsError};
use crate::engine::address::Address;
use crate::engine::attributes::{Attributes, Change, reference};
use crate::engine::identity::Identity;
use crate::engine::known::Known;
use crate::engine::node::{Milestone, Node};
use crate::engine::observed::{Consent, Created, Observed, Phase, Present};
use crate::engine::ownership::{Owner, Tags};
use crate::engine::permission::Permission;
use crate::engine::resource::{Resource, Wanted};

/// A resource in a [`World`].
#[derive(Debug, Clone)]
pub struct Fake {
    pub identity: Identity,
    pub world: World,
    /// Whether the settings ask for the resource.
    pub wanted: bool,
    /// Its wanted attributes.
    pub desired: Attributes,
    /// The attributes that a create call does not set.
    pub late: Vec<&'static str>,
    /// The attributes that cannot be changed.
    pub immutable: Vec<&'static str>,
    /// The resource whose ARN is wanted as its attribute `reference`.
    pub reference: Option<Address>,
    pub parent: Option<Address>,
    /// Whether the answer to its deletion is proof that it is gone.
    pub deletion_is_answered: bool,
    /// Whether AWS chooses its ARN.
    pub chosen_arn: bool,
    pub pace: Pace,
}

/// How long AWS takes for the steps of a resource.
#[derive(Debug, Clone, Default)]
pub struct Pace {
    /// From a write until reads show it.
    pub shown: Duration,
    /// From a create until AWS has finished it.
    pub creating: Duration,
    /// From a delete until the resource is gone.
    pub deleting: Duration,
    /// A role that this resource assumes, and the age that the role must have before this resource
    /// can be created.
    pub assumes: Option<(Address, Duration)>,
}

/// The identity of a fake, without an ARN.
fn identity(address: Address) -> Identity {
    Identity {
        name: address.name.clone(),
        address,
        arn: None,
        tags: Tags::new("fake", "", &BTreeMap::new()),
    }
}

impl Fake {
    /// A fake whose wanted size is 1.
    pub fn new(world: &World, name: &str) -> Self {
        Fake::at(world, at(name))
    }

    /// The same fake at any address.
    pub fn at(world: &World, address: Address) -> Self {
        Fake {
            identity: identity(address),
            world: world.clone(),
            wanted: true,
            desired: attributes(&[("size", 1)]),
            late: Vec::new(),
            immutable: Vec::new(),
            reference: None,
            parent: None,
            deletion_is_answered: false,
            chosen_arn: false,
            pace: Pace::default(),
        }
    }

    /// The same fake, unwanted.
    pub fn unwanted(self) -> Self {
        Fake {
            wanted: false,
            ..self
        }
    }

    /// The node of the fake, with its needs.
    pub fn node(self, needs: &[(&str, Milestone)]) -> Node {
        Node {
            needs: needs.iter().map(|(name, m)| (at(name), *m)).collect(),
            ..Node::new(self)
        }
    }

    pub fn address(&self) -> &Address {
        &self.identity.address
    }

    fn chosen(&self) -> Option<String> {
        self.chosen_arn
            .then(|| format!("arn:{}", self.identity.name))
    }

    /// The fake once it is settled.
    pub fn settled(&self, known: &Known) -> Present {
        Present {
            owner: match self.parent {
                Some(_) => Owner::Parent,
                None => Owner::Ours,
            },
            arn: self.chosen(),
            ..ours(self.desired(None, known))
        }
    }

    /// Makes one call. It fails if a fault is due, and otherwise has its effect.
    async fn call(
        &self,
        aws: &Aws,
        verb: Verb,
        effect: impl Fn(&mut State) -> Result<(), Refusal> + Send + Sync,
    ) -> Result<(), AwsError> {
        let name = &self.identity.name;
        let send = || async {
            self.world.state().log.push(format!("{verb:?} {name}"));
            tokio::time::sleep(CALL).await;
            let mut state = self.world.state();
            let fault = state
                .faults
                .iter_mut()
                .find(|fault| fault.left > 0 && fault.verb == verb && fault.name == *name);
            let fault = fault.map(|fault| {
                fault.left -= 1;
                (fault.effect, fault.error)
            });
            if let Some((Effect::None, error)) = fault {
                return Err(error());
            }
            effect(&mut state).map_err(|(code, message)| refusal(code, message))?;
            state.log.push(format!("{verb:?} {name} done"));
            match fault {
                Some((_, error)) => Err(error()),
                None => Ok(GetCallerIdentityOutput::builder().build()),
            }
        };
        aws.call(verb.operation(), send).await.map(drop)
    }
}

#[async_trait]
impl Resource for Fake {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn wanted(&self) -> Option<Box<dyn Wanted + '_>> {
        self.wanted.then(|| Box::new(self) as Box<dyn Wanted>)
    }

    fn parent(&self) -> Option<&Address> {
        self.parent.as_ref()
    }

    fn may_get_a_twin(&self) -> bool {
        self.chosen_arn
    }

    fn deletion_is_answered(&self) -> bool {
        self.deletion_is_answered
    }

    fn permissions_to_observe(&self) -> Vec<Permission> {
        Vec::new()
    }

    fn permissions_to_delete(&self, _consent: Consent) -> Vec<Permission> {
        Vec::new()
    }

    async fn observe(&self, aws: &Aws) -> Result<Observed, AwsError> {
        self.call(aws, Verb::Observe, |_| Ok(())).await?;
        Ok(self.world.read(self.address()))
    }

    async fn delete(
        &self,
        aws: &Aws,
        _present: &Present,
        _consent: Consent,
    ) -> Result<(), AwsError> {
        self.call(aws, Verb::Delete, |state| {
            let Pace {
                shown, deleting, ..
            } = self.pace;
            if deleting > Duration::ZERO
                && let Observed::Present(present) = state.truth(self.address())
            {
                let present = Present {
                    phase: Phase::Deleting,
                    ..present
                };
                state.becomes_in(shown, self.address(), Observed::Present(present));
            }
            state.becomes_in(shown + deleting, self.address(), Observed::Missing);
            Ok(())
        })
        .await
    }
}

#[async_trait]
impl Wanted for &Fake {
    fn desired(&self, _found: Option<&Present>, known: &Known) -> Attributes {
        let mut desired = self.desired.clone();
        if let Some(address) = &self.reference {
            desired.insert("reference".to_owned(), reference(known, address));
        }
        desired
    }

    fn summary(&self, _desired: &Attributes) -> String {
        format!("the fake {}", self.identity.name)
    }

    fn immutable(&self, change: &Change) -> Option<String> {
        let name = self.immutable.iter().find(|it| **it == change.attribute)?;
        Some(format!("{name} cannot be changed; make another one"))
    }

    fn permissions_to_create(&self) -> Vec<Permission> {
        Vec::new()
    }

    fn permissions_to_update(&self, _changes: Option<&[Change]>) -> Vec<Permission> {
        Vec::new()
    }

    async fn create(&self, aws: &Aws, known: &Known) -> Result<Created, AwsError> {
        let mut created = self.settled(known);
        created
            .attributes
            .retain(|name, _| !self.late.contains(&name.as_str()));
        self.call(aws, Verb::Create, |state| {
            if let Some((role, age)) = &self.pace.assumes
                && state.created.get(role).is_none_or(|it| it.elapsed() < *age)
            {
                return Err((
                    "InvalidArgumentException",
                    "Firehose is unable to assume role",
                ));
            }
            match state.truth(self.address()) {
                Observed::Missing | Observed::MissingBeside(_) => {
                    state.created.insert(self.address().clone(), Instant::now());
                    let Pace {
                        shown, creating, ..
                    } = self.pace;
                    if creating > Duration::ZERO {
                        let present = Present {
                            phase: Phase::Creating,
                            ..created.clone()
                        };
                        state.becomes_in(shown, self.address(), Observed::Present(present));
                    }
                    let present = Observed::Present(created.clone());
                    state.becomes_in(shown + creating, self.address(), present);
                    Ok(())
                }
                _ => Err(("EntityAlreadyExists", "the name is taken")),
            }
        })
        .await?;
        Ok(Created {
            attributes: created.attributes,
            arn: created.arn,
        })
    }

    async fn update(
        &self,
        aws: &Aws,
        _present: &Present,
        changes: &[Change],
        _known: &Known,
    ) -> Result<(), AwsError> {
        self.call(aws, Verb::Update, |state| {
            let Observed::Present(mut present) = state.truth(self.address()) else {
                return Err(("NoSuchEntity", "there is no such thing"));
            };
            for change in changes {
                let name = change.attribute.clone();
                match &change.after {
                    Some(value) => present.attributes.insert(name, value.clone()),
                    None => present.attributes.remove(&name),
                };
            }
            present.owner = self.settled(&Known::new()).owner;
            let observed = Observed::Present(present);
            state.becomes_in(self.pace.shown, self.address(), observed);
            Ok(())
        })
        .await
    }
}
