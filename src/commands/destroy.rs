//! `provision destroy`: deletes every resource of the deployment, in the reverse order of its creation.

use tokio::sync::watch;

use crate::aws::Aws;
use crate::cli::DestroyArgs;
use crate::commands::context::Context;
use crate::commands::{Ending, run::run};
use crate::engine::action::Action;
use crate::engine::approved::Approved;
use crate::engine::events::Counts;
use crate::engine::observed::Consent;
use crate::engine::plan::{self, Plan, Step};
use crate::failure::Failure;
use crate::kinds::s3::empty::Bucket;
use crate::render::question::question;
use crate::render::{json, progress, text};
use crate::settings::{GeneralFlags, Need};
use crate::survey::Survey;
use crate::systems::Goal;
use crate::systems::stackstate::{Names, bucket_region};
use crate::terminal::confirm::confirm;
use crate::terminal::{print_json, report};

/// Runs the command. Blocked resources are reported and kept, and so is what is under our names and
/// not ours; all others are deleted. If something stays, the command has failed.
///
/// # Errors
/// Bad settings, `--yes` without an account, a read that failed, or no confirmation. In all these cases
/// nothing was deleted. What fails later is printed with the outcomes.
pub async fn command(
    general: &GeneralFlags,
    args: &DestroyArgs,
    stop: watch::Receiver<bool>,
) -> Result<Ending, Failure> {
    let context = Context::load(general, &args.stackstate, Need::Names, Goal::Absent, stop).await?;
    if args.yes && context.settings.account.is_none() {
        return Err(Failure::new(
            "`destroy --yes` needs the account, because nobody is asked whether it is the right one",
        )
        .hint(
            "Add account = \"123456789012\" to provision.toml, or pass --account 123456789012",
        ));
    }
    let survey = context.confirmed(context.survey().await?).await?;
    let consent = Consent {
        detach_foreign: args.detach_foreign,
        remove_restrictions: args.remove_restrictions,
        delete_content: args.empty_bucket,
        recovery_days: args.key_deletion_days,
        ..Consent::default()
    };
    let mut plan = plan::plan(&survey.nodes, &survey.observed, consent);
    // The plan is shown in the order of the deletions.
    plan.steps.reverse();
    let text = text::plan(&survey.site, &plan);
    super::show(&survey.site, &plan, &text, args.json, args.yes)?;
    let blocked = plan.blocked().next().is_some();
    if !plan.has_changes() && !blocked {
        let left = plan.left(&survey.observed);
        if args.json {
            print_json(json::summary(&Counts::of(&[]), &left))?;
        } else {
            report(&progress::left(&left));
        }
        return Ok(ending(true, &left));
    }
    if plan.has_changes() {
        let question = question(&survey.site, &plan);
        if args.empty_bucket && !args.yes {
            let contents = contents(&plan, &survey, &context.aws).await?;
            report(&contents);
        }
        confirm(args.yes, &question, context.aws.until_stopped()).await?;
    }

    let Survey {
        nodes,
        observed,
        observed_at,
        ..
    } = survey;
    let approved = Approved {
        plan,
        observed,
        observed_at,
        consent,
    };
    let left = approved.plan.left(&approved.observed);
    let result = run(&context, &nodes, &approved, &left, args.json).await?;
    let all_done = Counts::of(&result.outcomes).all_done();
    Ok(ending(all_done, &left))
}

/// A script that removes a deployment must notice what stays, whoever owns it by now.
fn ending(all_done: bool, left: &[&Step]) -> Ending {
    if all_done && left.is_empty() {
        Ending::Well
    } else {
        Ending::Failed
    }
}

/// What is deleted with the log bucket, as a line above the question, if the bucket is deleted.
async fn contents(plan: &Plan, survey: &Survey, aws: &Aws) -> Result<String, Failure> {
    let bucket = survey.site.regions.first().map(Names::bucket_address);
    let step = plan.steps.iter().find(|step| {
        Some(&step.address) == bucket.as_ref() && step.decision.action == Action::Delete
    });
    let Some(step) = step else {
        return Ok(String::new());
    };
    // The bucket may be in another region than the one that the settings name first.
    let Some(region) = bucket_region(survey.observed.get(&step.address)) else {
        return Ok(String::new());
    };
    let bucket = Bucket {
        name: &step.name,
        account: &survey.site.account,
        region: &region,
    };
    // One page is enough to tell a few objects from a lot.
    let holds = bucket.holds(&aws.on_behalf_of(&step.address), 1).await;
    let holds = holds.map_err(|error| error.failure())?;
    Ok(format!(
        "\nEvery object in {} goes with it ({holds}).\n",
        step.name
    ))
}
