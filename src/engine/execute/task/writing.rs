//! Creates a resource that does not exist, and changes one that differs from the wanted state.

use super::{FIND_LIMIT, Task, Trouble, UPDATE_ROUNDS, may_be_done};
use crate::aws::{AwsError, ErrorKind};
use crate::engine::attributes;
use crate::engine::decision::lifted;
use crate::engine::known::Known;
use crate::engine::observed::{Observed, Phase, Present};
use crate::engine::ownership::Owner;
use crate::engine::resource::Wanted;

/// Why a create did not lead to a resource.
enum NotCreated {
    /// AWS says that the resource exists, and does not show it.
    Hidden(AwsError),
    Ended(Trouble),
}

impl From<Trouble> for NotCreated {
    fn from(trouble: Trouble) -> Self {
        NotCreated::Ended(trouble)
    }
}

impl From<NotCreated> for Trouble {
    fn from(why: NotCreated) -> Self {
        match why {
            NotCreated::Hidden(error) => error.into(),
            NotCreated::Ended(trouble) => trouble,
        }
    }
}

impl Task<'_> {
    /// Creates the resource. What AWS says to exist and does not show for some seconds is the resource
    /// that was deleted before: it is created once more, if its ARN follows from its name, so that no
    /// second one can come of it.
    pub(super) async fn create(
        &self,
        wanted: &dyn Wanted,
        known: &Known,
    ) -> Result<Present, Trouble> {
        let has_its_own_name = self.node.resource.identity().arn.is_some();
        match self.create_once(wanted, known).await {
            Err(NotCreated::Hidden(_)) if has_its_own_name => {
                Ok(self.create_once(wanted, known).await?)
            }
            created => Ok(created?),
        }
    }

    async fn create_once(&self, wanted: &dyn Wanted, known: &Known) -> Result<Present, NotCreated> {
        let create = || wanted.create(&self.aws, known);
        let error = match self.once_its_needs_are_known(create).await {
            Ok(created) => {
                let mut present = Present::new(created.attributes, Owner::Ours, Phase::Stable);
                present.arn = created.arn;
                return Ok(present);
            }
            Err(error) => error,
        };
        // If the answer was lost, this run may have created the resource. After the SDK's own
        // second attempt, AWS says that it exists already. The tags tell whose it is. A resource
        // without tags belongs to the owner of its parent.
        if !matches!(error.kind, ErrorKind::AlreadyExists | ErrorKind::Unanswered) {
            return Err(NotCreated::Ended(error.into()));
        }
        let found = self
            .poll(known, FIND_LIMIT, |observed| match observed {
                Observed::Missing | Observed::MissingBeside(_) => {
                    Err("the created resource to appear".to_owned())
                }
                // If two runs created the resource at the same time, AWS may still show the one
                // that a run deletes again.
                Observed::Obstructed(_) => Err("AWS to show what was created".to_owned()),
                observed => Ok(observed),
            })
            .await;
        match found {
            Ok(Observed::Present(present))
                if !matches!(present.owner, Owner::Foreign(_))
                    && wanted.may_have_created(&present) =>
            {
                Ok(present)
            }
            Ok(_) => Err(self.stale("someone else created it meanwhile").into()),
            Err(Trouble::Stopped) if error.kind == ErrorKind::AlreadyExists => {
                Err(Trouble::Stopped.into())
            }
            Err(_) if error.kind == ErrorKind::AlreadyExists => Err(NotCreated::Hidden(error)),
            Err(_) => Err(NotCreated::Ended(error.into())),
        }
    }

    pub(super) async fn write(&self, mut present: Present, known: &Known) -> Result<(), Trouble> {
        let Some(wanted) = self.node.resource.wanted() else {
            return Ok(());
        };
        let differences = |present: &Present| {
            let desired = wanted.desired(Some(present), known);
            attributes::diff(&present.attributes, &desired)
        };
        for round in 1.. {
            let changes = differences(&present);
            let refused = changes.iter().find_map(|change| wanted.immutable(change));
            let refused = refused.or_else(|| lifted(&*wanted, &changes, self.approved.consent));
            if let Some(reason) = refused {
                return Err(self.stale(&reason));
            }
            if changes.is_empty() {
                break;
            }
            let update = || wanted.update(&self.aws, &present, &changes, known);
            let error = match self.once_all_is_known(update).await {
                Ok(()) => break,
                Err(error) => error,
            };
            if round == UPDATE_ROUNDS || !may_be_done(error.kind) {
                return Err(error.into());
            }
            match self.observe(known).await {
                Ok(Observed::Present(now))
                    if (now.owner == Owner::Ours || now.owner == present.owner)
                        && !now.is_another(&present) =>
                {
                    let left = differences(&now);
                    let came_further = match error.kind {
                        ErrorKind::Outdated => true,
                        // A call that exceeds a quota is not tried again.
                        ErrorKind::Quota => left.is_empty(),
                        _ => left != changes,
                    };
                    if !came_further {
                        return Err(error.into());
                    }
                    present = now;
                }
                Ok(_) => return Err(self.stale("someone else replaced it meanwhile")),
                Err(_) => return Err(error.into()),
            }
        }
        Ok(())
    }
}
