//! The life of Audit Trail's policy on a user that the run makes and deletes. The user has no
//! credentials, so that nobody gets the policy's permissions.

use std::time::Instant;

use aws_sdk_iam::types::Tag;

use crate::life::none;
use crate::names::{AUDIT_TRAIL, Thing, failed};
use crate::probe::OFTEN;
use crate::stage::{
    APPLY, Config, DESTROY, Ended, PLAN, Stage, creates_all, ends_well, has_no_changes, shows,
    writes_nothing,
};

const SCENARIO: &str = "Audit Trail";

impl Stage {
    pub async fn life_of_audit_trail(&self) -> Result<(), Ended> {
        let config = |profile| Config {
            scenario: SCENARIO,
            text: self.names.audit_trail(profile),
        };
        let since = Instant::now();
        let made = self.make_user().await;
        self.done(SCENARIO, "make a scratch user", since, made)?;

        let documented = config("documented");
        self.step(&documented, "plan with nothing there", &PLAN, creates_all)
            .await?;
        self.step(&documented, "apply", &APPLY, ends_well).await?;
        self.step(&documented, "plan again", &PLAN, has_no_changes)
            .await?;
        self.step(&documented, "apply again", &APPLY, writes_nothing)
            .await?;

        let since = Instant::now();
        let detached = self.detach_all().await;
        self.done(SCENARIO, "detach the policy by hand", since, detached)?;
        let attachment = format!(
            "iam_policy_attachment.{}:user/{}",
            self.names.policy(),
            self.names.user()
        );
        let detached = shows(vec![(attachment, "create")]);
        self.step(&documented, "plan shows the change", &PLAN, detached)
            .await?;
        self.step(&documented, "apply mends it", &APPLY, ends_well)
            .await?;
        self.step(&documented, "plan after mending", &PLAN, has_no_changes)
            .await?;

        let hardened = config("hardened");
        self.step(
            &hardened,
            "apply the hardened profile in place",
            &APPLY,
            ends_well,
        )
        .await?;
        self.step(
            &hardened,
            "plan with the hardened profile",
            &PLAN,
            has_no_changes,
        )
        .await?;
        self.step(&hardened, "destroy", &DESTROY, ends_well).await?;
        let since = Instant::now();
        let left = self.left_of(&self.names.of_audit_trail()).await;
        self.done(SCENARIO, "nothing is left", since, none(&left))?;
        self.removed.borrow_mut().insert(AUDIT_TRAIL);

        let since = Instant::now();
        let deleted = self.delete_user().await;
        self.done(SCENARIO, "delete the scratch user", since, deleted)
    }

    async fn make_user(&self) -> Result<(), String> {
        let iam = self.aws.iam();
        let user = &self.names.user();
        let tag = Tag::builder().key("acceptance").value(&self.names.postfix);
        let tag = tag.build().map_err(|error| error.to_string())?;
        let create = iam.create_user().user_name(user).tags(tag).send().await;
        create.map_err(failed)?;
        self.probe("iam:CreateUser", "iam:GetUser", OFTEN, async || {
            Thing::User(user.clone()).exists(&self.aws).await
        })
        .await
    }

    async fn detach_all(&self) -> Result<(), String> {
        let iam = self.aws.iam();
        let user = &self.names.user();
        let attached = iam.list_attached_user_policies().user_name(user).send();
        let attached = attached.await.map_err(failed)?;
        for policy in attached.attached_policies() {
            let detach = iam.detach_user_policy().user_name(user);
            let detach = detach.set_policy_arn(policy.policy_arn.clone());
            detach.send().await.map_err(failed)?;
        }
        let (write, read) = ("iam:DetachUserPolicy", "iam:ListAttachedUserPolicies");
        self.probe(write, read, OFTEN, async || {
            let read = iam.list_attached_user_policies().user_name(user).send();
            Ok(read.await.map_err(failed)?.attached_policies().is_empty())
        })
        .await
    }

    /// Deletes the user, with whatever policy is still attached.
    pub async fn delete_user(&self) -> Result<(), String> {
        let user = self.names.user();
        let thing = Thing::User(user.clone());
        if !thing.exists(&self.aws).await? {
            return Ok(());
        }
        self.detach_all().await?;
        let delete = self.aws.iam().delete_user().user_name(&user).send().await;
        delete.map_err(failed)?;
        self.probe("iam:DeleteUser", "iam:GetUser", OFTEN, async || {
            Ok(!thing.exists(&self.aws).await?)
        })
        .await
    }
}
