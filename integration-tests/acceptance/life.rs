//! The life of a deployment of StackState: made, found unchanged, changed by hand, mended, removed.

use std::time::Instant;

use provision::names::Region;

use crate::drift;
use crate::names::Thing;
use crate::stage::{
    APPLY, Config, DESTROY, Ended, PLAN, Stage, creates_all, creates_all_but_the_key, ends_well,
    has_no_changes, shows, writes_nothing,
};

impl Stage {
    /// The vendor's documents in one region, drift, then another region, and the hardened profile in
    /// place; with the questions to AWS.
    pub async fn life_of_documented(&self) -> Result<(), Ended> {
        let regions = self.names.regions();
        let main = &regions[..1];
        let config = self.config("documented", "-a", main);
        self.make(&config, "-a").await?;

        let since = Instant::now();
        let drifted = self.drift("-a").await;
        self.done(config.scenario, "change everything by hand", since, drifted)?;
        let changes = drift::expected(&main[0]);
        self.step(&config, "plan shows each change", &PLAN, shows(changes))
            .await?;
        self.step(&config, "apply mends them", &APPLY, ends_well)
            .await?;
        self.step(&config, "plan after mending", &PLAN, has_no_changes)
            .await?;

        let config = self.config("documented", "-a", &regions);
        if regions.len() > 1 {
            self.step(&config, "apply adds the other region", &APPLY, ends_well)
                .await?;
            self.step(&config, "plan with the other region", &PLAN, has_no_changes)
                .await?;
        }
        self.deliver("-a", &regions, true).await;
        let since = Instant::now();
        let deleted = self.delete_alias_stream().await;
        self.done(
            config.scenario,
            "delete the stream with the alias",
            since,
            deleted,
        )?;

        let config = self.config("hardened", "-a", &regions);
        self.step(
            &config,
            "apply the hardened profile in place",
            &APPLY,
            ends_well,
        )
        .await?;
        self.step(
            &config,
            "plan with the hardened profile",
            &PLAN,
            has_no_changes,
        )
        .await?;
        self.unmake(&config, "-a").await
    }

    /// The hardened profile in an account without the deployment, in every region at once.
    pub async fn life_of_hardened(&self) -> Result<(), Ended> {
        let regions = self.names.regions();
        let config = self.config("hardened", "-b", &regions);
        self.make(&config, "-b").await?;
        self.deliver("-b", &regions, false).await;
        self.unmake(&config, "-b").await
    }

    fn config(&self, profile: &str, deployment: &str, regions: &[Region]) -> Config<'static> {
        let regions: Vec<String> = regions.iter().map(ToString::to_string).collect();
        Config {
            scenario: match (deployment, regions.len()) {
                ("-a", 1) => "documented, one region",
                ("-a", _) => "documented, two regions",
                (_, 1) => "hardened, one region",
                (_, _) => "hardened, two regions",
            },
            text: self.names.stackstate(deployment, &regions, profile),
        }
    }

    /// The steps from nothing to a deployment that is found unchanged.
    async fn make(&self, config: &Config<'_>, deployment: &str) -> Result<(), Ended> {
        // What it finds is an answer: whether the applies below are denied shows if it is right.
        let preflight = ["preflight", "--json"];
        let answered = |run: &crate::program::Run| match run.code {
            Some(0 | 1) => Ok(()),
            _ => ends_well(run),
        };
        let found = self.step(config, "preflight", &preflight, answered).await?;
        let checks = serde_json::from_str::<serde_json::Value>(&found.stdout).ok();
        let fields =
            serde_json::json!({"scenario": config.scenario, "code": found.code, "checks": checks});
        self.record.add("preflight", fields);

        self.step(config, "plan with nothing there", &PLAN, creates_all)
            .await?;
        self.step(config, "apply", &APPLY, ends_well).await?;
        self.remember_key(deployment).await;
        self.step(config, "plan again", &PLAN, has_no_changes)
            .await?;
        self.step(config, "apply again", &APPLY, writes_nothing)
            .await?;
        Ok(())
    }

    async fn unmake(&self, config: &Config<'_>, deployment: &'static str) -> Result<(), Ended> {
        let destroy = [&DESTROY[..], &["--empty-bucket"]].concat();
        self.step(config, "destroy", &destroy, ends_well).await?;
        let since = Instant::now();
        let left = self.left_of(&self.names.of_deployment(deployment)).await;
        self.done(config.scenario, "nothing is left", since, none(&left))?;
        self.removed.borrow_mut().insert(deployment);
        self.step(config, "plan after destroy", &PLAN, creates_all_but_the_key)
            .await?;
        Ok(())
    }
}

/// An error that names what is left, if anything is.
pub fn none(left: &[(Thing, Option<String>)]) -> Result<(), String> {
    match left {
        [] => Ok(()),
        left => {
            let names: Vec<String> = left.iter().map(|(thing, _)| thing.to_string()).collect();
            Err(format!("left: {}", names.join(", ")))
        }
    }
}
