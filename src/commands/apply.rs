//! `provision apply`: shows the plan, asks, carries it out, and prints what is needed next.

use serde_json::json;
use tokio::sync::watch;

use crate::blueprint::{Site, stackstate};
use crate::cli::ApplyArgs;
use crate::commands::context::{Context, print};
use crate::commands::{Ending, confirm::confirm, refuse_blocked, run::run};
use crate::events::Counts;
use crate::execute::Approved;
use crate::failure::Failure;
use crate::plan;
use crate::render::{json, text};
use crate::resource::{Consent, Known};
use crate::saved_plan::{self, SavedPlan};
use crate::settings::{Encryption, GeneralFlags, Need, Settings, StackState, Trust};
use crate::survey::{Survey, survey};

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
    let survey = survey(context.wanted(true), &context.aws).await?;
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
        print_outputs(&context.settings, &survey.site, &known, args.json)?;
        return Ok(Ending::Well);
    }
    confirm(args.yes, "Make these changes?", &context.aws).await?;

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
    let result = run(&context, &nodes, &approved, args.json).await?;
    let all_done = Counts::of(&result.outcomes).all_done();
    if !all_done {
        return Ok(Ending::Failed);
    }
    print_outputs(&context.settings, &site, &result.known, args.json)?;
    Ok(Ending::Well)
}

/// What the person needs next: to set up the agent, or the application.
fn print_outputs(
    settings: &Settings,
    site: &Site,
    known: &Known,
    as_json: bool,
) -> Result<(), Failure> {
    let mut outputs = Vec::new();
    if let Some(system) = &settings.stackstate {
        outputs.extend(stackstate_outputs(system, site, known));
    }
    if let Some(system) = &settings.audit_trail {
        let attached: Vec<String> = system.attach_to.iter().map(ToString::to_string).collect();
        outputs.push(("policy", system.policy_name.clone()));
        outputs.push(("attached to", attached.join(", ")));
    }
    outputs.retain(|(_, value)| !value.is_empty());
    if as_json {
        let outputs: serde_json::Map<String, serde_json::Value> = outputs
            .into_iter()
            .map(|(name, value)| (name.to_lowercase().replace(' ', "_"), value.into()))
            .collect();
        let event = json!({"event": "outputs", "outputs": outputs});
        return print(&format!("{event}\n"));
    }
    let mut text = match settings.stackstate {
        Some(_) => "\nFor the agent (`provision agent-config` prints its conf.yaml):\n".to_owned(),
        None => "\nFor the application:\n".to_owned(),
    };
    for (name, value) in outputs {
        text.push_str(&format!("  {name:<12} {value}\n"));
    }
    print(&text)
}

fn stackstate_outputs(
    settings: &StackState,
    site: &Site,
    known: &Known,
) -> Vec<(&'static str, String)> {
    let role = stackstate::integration_role_name(settings);
    let mut outputs = vec![("role ARN", site.arn("iam", "", &format!("role/{role}")))];
    if let Trust::External {
        external_id_source, ..
    } = &settings.trust
    {
        outputs.push(("external ID", format!("as in {external_id_source}")));
    }
    outputs.push(("log bucket", stackstate::bucket_name(site, settings)));
    let key = known
        .iter()
        .find(|(address, _)| address.region.as_ref() == site.regions.first());
    if let (Some((_, arn)), Encryption::Kms) = (key, settings.encryption) {
        outputs.push(("key ARN", arn.clone()));
    }
    outputs
}
