//! `provision plan`: shows what apply or destroy would do, and writes nothing to AWS.

use std::env;
use std::path::Path;

use serde_json::Value as Json;
use tokio::sync::watch;

use crate::cli::{self, Belongs, Flag, PlanArgs};
use crate::commands::context::Context;
use crate::commands::{Ending, consent, page, refuse_blocked, shell};
use crate::engine::plan::Plan;
use crate::failure::Failure;
use crate::render::markdown::markdown;
use crate::render::wrap::columns;
use crate::render::{json, warnings};
use crate::saved_plan::{self, Inputs, Made};
use crate::settings::{GeneralFlags, Need};
use crate::survey::Survey;
use crate::systems::Goal;
use crate::terminal::{print, print_json, report};

/// Runs the command.
///
/// # Errors
/// A file that cannot be written, bad settings, a read that failed, or a plan with blocked resources, which is
/// shown first.
pub async fn command(
    general: &GeneralFlags,
    args: &PlanArgs,
    stop: watch::Receiver<bool>,
) -> Result<Ending, Failure> {
    // Whoever has waited for a plan shall not lose it.
    args.out.as_deref().map_or(Ok(()), saved_plan::check_path)?;
    args.html.as_deref().map_or(Ok(()), page::check_path)?;
    let (need, goal, consent) = if args.destroy {
        let consent = consent::to_destroy(&args.removal, args.consent.remove_restrictions);
        (Need::Names, Goal::Absent, consent)
    } else {
        (Need::Trust, Goal::Present, consent::to_apply(&args.consent))
    };
    let context = Context::load(general, &args.stackstate, need, goal, stop).await?;
    let mut survey = context.survey().await?;
    survey.look_before_adoption(&context.aws, consent).await;
    let mut plan = super::decided(&survey, consent, &args.targets)?;
    if args.destroy {
        // The plan is shown in the order of the deletions.
        plan.steps.reverse();
    }
    if let (true, Some(doubt)) = (plan.has_changes(), survey.doubt()) {
        report(&format!(
            "{doubt}.\nRight after another run AWS may answer some seconds late: plan again then.\n"
        ));
    }
    let document = json::plan(&survey.site, &plan);
    let form = Form {
        json: args.json,
        markdown: args.markdown,
        details: args.details,
        html: args.html.as_deref(),
    };
    show(&context, &survey, &plan, &document, &form)?;
    refuse_blocked(&plan).map_err(|blocked| match &args.out {
        Some(file) => blocked.hint(format!(
            "{} is not written, since no apply carries a blocked plan out",
            file.display()
        )),
        None => blocked,
    })?;
    if let Some(file) = &args.out {
        let flags = cli::flags(env::args_os()).map_err(|error| Failure::new(error.to_string()))?;
        let made = Made {
            destroys: args.destroy,
            consent,
            flags: words(&flags, Belongs::InTheFile)?,
        };
        let inputs = Inputs::of(&context.settings, &context.systems)?;
        saved_plan::write(file, &document, &inputs, made)?;
        report(&saved(file, &flags)?);
    }
    Ok(if args.detailed_exitcode && plan.has_changes() {
        Ending::Changes
    } else {
        Ending::Well
    })
}

/// In which form a plan is shown.
pub(super) struct Form<'a> {
    pub(super) json: bool,
    pub(super) markdown: bool,
    pub(super) details: bool,
    /// The file of the page, if there is to be one.
    pub(super) html: Option<&'a Path>,
}

/// Shows the plan of an account.
///
/// # Errors
/// A file or the standard output cannot be written.
pub(super) fn show(
    context: &Context,
    survey: &Survey,
    plan: &Plan,
    document: &Json,
    form: &Form<'_>,
) -> Result<(), Failure> {
    let accepted = &context.settings.accepted;
    if form.json {
        print_json(format_args!("{document:#}"))?;
    } else if form.markdown {
        print(&markdown(document, accepted)?)?;
    } else {
        let text = super::in_words(context, survey, plan, form.details);
        print(&(text + &warnings::text(&plan.warnings, columns(&std::io::stdout()))))?;
    }
    form.html
        .map_or(Ok(()), |file| page::write(file, document, accepted))
}

pub(super) fn words(flags: &[Flag], belongs: Belongs) -> Result<Vec<String>, Failure> {
    let flags = flags.iter().filter(|flag| flag.belongs == belongs);
    let words = flags.map(|flag| {
        let word = flag.word.clone().into_string();
        word.map_err(|_| {
            Failure::new(format!(
                "{} is not valid UTF-8, so the plan cannot be saved",
                flag.name
            ))
        })
    });
    words.collect()
}

/// Says how the saved plan is applied.
fn saved(file: &Path, flags: &[Flag]) -> Result<String, Failure> {
    let command = shell::apply(file, &words(flags, Belongs::InTheCommand)?);
    let secret = match flags.iter().find(|flag| flag.belongs == Belongs::Nowhere) {
        Some(flag) => format!(
            "The file does not hold the value of {0}: pass {0} again.\n",
            flag.name
        ),
        None => String::new(),
    };
    Ok(format!(
        "Saved as {}. This does exactly what the plan says:\n  {command}\n{secret}",
        file.display()
    ))
}
