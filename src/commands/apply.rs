//! `provision apply`: shows the plan, asks, carries it out, and prints what is needed next.

use serde_json::json;
use tokio::sync::watch;

use crate::blueprint::{Site, stackstate};
use crate::cli::ApplyArgs;
use crate::commands::context::{Context, print};
use crate::commands::{Ending, confirm::confirm, run::run};
use crate::events::{Counts, Events};
use crate::execute::Approved;
use crate::failure::Failure;
use crate::plan::{self, Consent, Plan};
use crate::render::{json, text};
use crate::resource::{DeleteOptions, Known};
use crate::saved_plan::{self, SavedPlan};
use crate::settings::{Encryption, GeneralFlags, Need, Trust};
use crate::survey::{Survey, survey};

/// An apply deletes only what the settings no longer ask for, and never an object.
const DELETE_OPTIONS: DeleteOptions = DeleteOptions {
    key_deletion_days: 30,
    empty_bucket: false,
};

/// Runs the command.
///
/// # Errors
/// Bad settings, a read that failed, a saved plan that is no longer true, a plan with blocked
/// resources, or no consent. Nothing is written then. What fails later is printed with the
/// outcomes.
pub async fn command(
    general: &GeneralFlags,
    args: &ApplyArgs,
    stop: watch::Receiver<bool>,
) -> Result<Ending, Failure> {
    let saved = args.plan.as_deref().map(saved_plan::read).transpose()?;
    let consent = Consent {
        adopt: saved.as_ref().map_or(args.adopt, SavedPlan::adopts),
        ..Consent::default()
    };
    let context = Context::load(general, &args.stackstate, Need::Trust, stop).await?;
    if let Some(saved) = &saved {
        saved.check_inputs(&saved_plan::Inputs::of(
            &context.settings,
            &context.documents,
        ))?;
    }
    let survey = survey(context.wanted(true), &context.aws(Events::discarded())).await?;
    let plan = plan::plan(&survey.nodes, &survey.observed, consent);
    let document = json::plan(&survey.site, &plan);
    if let Some(saved) = &saved {
        saved.check_plan(&document)?;
    }
    if args.json {
        print(&format!("{}\n", json!({"event": "plan", "plan": document})))?;
    } else {
        print(&text::plan(&survey.site, &plan))?;
    }
    refuse_blocked(&plan)?;
    let known = plan::known(&survey.observed);
    if !plan.has_changes() {
        print_outputs(&context, &survey.site, &known, args.json)?;
        return Ok(Ending::Well);
    }
    confirm(args.yes, "Make these changes?").await?;

    let Survey {
        site,
        nodes,
        observed,
        observed_at,
    } = survey;
    let approved = Approved {
        plan,
        observed,
        observed_at,
        consent,
    };
    let result = run(&context, &nodes, &approved, DELETE_OPTIONS, args.json).await?;
    let all_done = Counts::of(&result.outcomes).all_done();
    if !all_done {
        return Ok(Ending::Failed);
    }
    print_outputs(&context, &site, &result.known, args.json)?;
    Ok(Ending::Well)
}

/// A part of what was asked for is worth nothing here, so that nothing is begun.
fn refuse_blocked(plan: &Plan) -> Result<(), Failure> {
    let mut failure = Failure::new("the plan is blocked; nothing was changed");
    for step in plan.blocked() {
        let reason = step.decision.reason.clone().unwrap_or_default();
        failure = failure.because(format!("{}: {reason}", step.address));
    }
    if failure.causes.is_empty() {
        Ok(())
    } else {
        Err(failure)
    }
}

/// What the person needs to set up the agent.
fn print_outputs(
    context: &Context,
    site: &Site,
    known: &Known,
    as_json: bool,
) -> Result<(), Failure> {
    let settings = &context.settings.stackstate;
    let role = stackstate::integration_role_name(settings);
    let mut outputs = vec![("role ARN", site.arn("iam", "", &format!("role/{role}")))];
    if let Trust::External {
        external_id_source, ..
    } = &settings.trust
    {
        outputs.push(("external ID", format!("the value of {external_id_source}")));
    }
    outputs.push(("log bucket", stackstate::bucket_name(site, settings)));
    let key = known
        .iter()
        .find(|(address, _)| address.region.as_ref() == Some(site.main_region()));
    if let (Some((_, arn)), Encryption::Kms) = (key, settings.encryption) {
        outputs.push(("key ARN", arn.clone()));
    }
    if as_json {
        let outputs: serde_json::Map<String, serde_json::Value> = outputs
            .into_iter()
            .map(|(name, value)| (name.to_lowercase().replace(' ', "_"), value.into()))
            .collect();
        return print(&format!(
            "{}\n",
            json!({"event": "outputs", "outputs": outputs})
        ));
    }
    let mut text = "\nFor the agent (`provision agent-config` prints its conf.yaml):\n".to_owned();
    for (name, value) in outputs {
        text.push_str(&format!("  {name:<12} {value}\n"));
    }
    print(&text)
}
