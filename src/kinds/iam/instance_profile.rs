//! An IAM instance profile, through which an EC2 instance carries a role.

use async_trait::async_trait;

use crate::aws::{Aws, AwsError, ErrorKind};
use crate::engine::attributes::{Attributes, Change, changed_tags, key_of};
use crate::engine::identity::Identity;
use crate::engine::known::Known;
use crate::engine::observed::{Consent, Created, Observed, Phase, Present};
use crate::engine::permission::Permission;
use crate::engine::resource::{Resource, Specified, Wanted, gone_is_fine};
use crate::kinds::iam::iam_operation;
use crate::kinds::tags::{from_service, to_service};

/// The kind, as addresses name it.
pub const KIND: &str = "iam_instance_profile";

/// An instance profile under one name.
#[derive(Debug)]
pub struct InstanceProfile {
    /// The identity of the instance profile. The ARN follows from partition, account and name.
    pub identity: Identity,
    /// The specification of the instance profile, if it is wanted.
    pub spec: Option<ProfileSpec>,
}

/// An instance profile with one role in it.
#[derive(Debug)]
pub struct ProfileSpec {
    /// The name of the role that the instance profile carries.
    pub role: String,
}

impl InstanceProfile {
    async fn remove_role(&self, aws: &Aws, role: &str) -> Result<(), AwsError> {
        let answer = aws
            .call(iam_operation("RemoveRoleFromInstanceProfile"), || {
                let request = aws.iam().remove_role_from_instance_profile();
                request
                    .instance_profile_name(&self.identity.name)
                    .role_name(role)
                    .send()
            })
            .await;
        gone_is_fine(answer)
    }
}

#[async_trait]
impl Resource for InstanceProfile {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn wanted(&self) -> Option<Box<dyn Wanted + '_>> {
        Specified::of(self, self.spec.as_ref())
    }

    fn permissions_to_observe(&self) -> Vec<Permission> {
        self.observing()
    }

    fn permissions_to_delete(&self, _consent: Consent) -> Vec<Permission> {
        self.deleting()
    }

    async fn observe(&self, aws: &Aws) -> Result<Observed, AwsError> {
        let answer = aws
            .call(iam_operation("GetInstanceProfile"), || {
                let request = aws.iam().get_instance_profile();
                request.instance_profile_name(&self.identity.name).send()
            })
            .await;
        let profile = match answer {
            Ok(answer) => answer.instance_profile.ok_or_else(|| {
                let operation = iam_operation("GetInstanceProfile");
                aws.name(AwsError::incomplete(operation, "the instance profile"))
            })?,
            Err(error) if error.kind == ErrorKind::NotFound => return Ok(Observed::Missing),
            Err(error) => return Err(error),
        };
        let mut attributes: Attributes = profile
            .roles()
            .iter()
            .map(|role| {
                (
                    format!("role[{}]", role.role_name()),
                    role.role_name().into(),
                )
            })
            .collect();
        let tags = from_service(profile.tags());
        let owner = self.identity.tags.lower_observed(&tags, &mut attributes);
        Ok(Observed::Present(Present::new(
            attributes,
            owner,
            Phase::Stable,
        )))
    }

    async fn delete(
        &self,
        aws: &Aws,
        present: &Present,
        _consent: Consent,
    ) -> Result<(), AwsError> {
        for attribute in present.attributes.keys() {
            if let Some(role) = key_of(attribute, "role") {
                self.remove_role(aws, role).await?;
            }
        }
        let answer = aws
            .call(iam_operation("DeleteInstanceProfile"), || {
                let request = aws.iam().delete_instance_profile();
                request.instance_profile_name(&self.identity.name).send()
            })
            .await;
        gone_is_fine(answer)
    }
}

#[async_trait]
impl Wanted for Specified<'_, InstanceProfile, ProfileSpec> {
    fn desired(&self, _found: Option<&Present>, _known: &Known) -> Attributes {
        let role = self.spec.role.as_str();
        let mut attributes = Attributes::from([(format!("role[{role}]"), role.into())]);
        self.resource.identity.tags.lower_desired(&mut attributes);
        attributes
    }

    fn summary(&self, _desired: &Attributes) -> String {
        format!("carries the role {}", self.spec.role)
    }

    fn permissions_to_create(&self) -> Vec<Permission> {
        self.creating()
    }

    fn permissions_to_update(&self, changes: Option<&[Change]>) -> Vec<Permission> {
        self.updating(changes)
    }

    async fn create(&self, aws: &Aws, _known: &Known) -> Result<Created, AwsError> {
        let tags = to_service(self.resource.identity.tags.iter());
        aws.call(iam_operation("CreateInstanceProfile"), || {
            let request = aws.iam().create_instance_profile();
            let request = request
                .instance_profile_name(&self.resource.identity.name)
                .path("/");
            request.set_tags(Some(tags.clone())).send()
        })
        .await?;
        let mut attributes = Attributes::new();
        self.resource.identity.tags.lower_desired(&mut attributes);
        Ok(Created {
            attributes,
            arn: None,
        })
    }

    async fn update(
        &self,
        aws: &Aws,
        _present: &Present,
        changes: &[Change],
        _known: &Known,
    ) -> Result<(), AwsError> {
        let tags = to_service(changed_tags(changes));
        if !tags.is_empty() {
            aws.call(iam_operation("TagInstanceProfile"), || {
                let request = aws.iam().tag_instance_profile();
                request
                    .instance_profile_name(&self.resource.identity.name)
                    .set_tags(Some(tags.clone()))
                    .send()
            })
            .await?;
        }
        // A profile holds one role at most, so a wrong role is removed before ours is added.
        let roles = |wanted: bool| {
            changes
                .iter()
                .filter(move |change| change.after.is_some() == wanted)
                .filter_map(|change| key_of(&change.attribute, "role"))
        };
        for role in roles(false) {
            self.resource.remove_role(aws, role).await?;
        }
        for role in roles(true) {
            aws.call(iam_operation("AddRoleToInstanceProfile"), || {
                let request = aws.iam().add_role_to_instance_profile();
                request
                    .instance_profile_name(&self.resource.identity.name)
                    .role_name(role)
                    .send()
            })
            .await?;
        }
        Ok(())
    }
}
