//! `provision init`: asks for what the settings need, and writes the settings file.

mod interview;
mod write;

use std::path::PathBuf;

use clap::ValueEnum;

use interview::{Interview, Question};

use crate::cli::InitArgs;
use crate::commands::Ending;
use crate::failure::Failure;
use crate::secret::known;
use crate::settings::{
    Answers, DEFAULT_FILE, GeneralFlags, StackStateFlags, System, generated_external_id,
};
use crate::terminal::print;

const DEFAULT_VARIABLE: &str = "STS_EXTERNAL_ID";

/// Runs the command.
///
/// # Errors
/// A file that exists, an answer that the settings would refuse, or a question that nobody answers.
/// Nothing is written then.
pub async fn command(general: &GeneralFlags, args: &InitArgs) -> Result<Ending, Failure> {
    let path = general
        .config
        .clone()
        .unwrap_or(PathBuf::from(DEFAULT_FILE));
    write::refuse_existing(&path)?;
    if let Some(external_id) = &args.stackstate.external_id {
        known::remember(external_id.expose());
    }
    let mut answers = Answers::of_flags(general, &args.stackstate);
    if !args.attach_to.is_empty() {
        answers.set("audit_trail.attach_to", args.attach_to.clone());
    }
    if let Some(boundary) = &args.audit_trail_boundary {
        answers.set("audit_trail.permissions_boundary", boundary.as_str());
    }
    let mut interview = Interview::new(answers, args.yes);
    interview.begin(&path);
    let systems = systems(&mut interview, args).await?;
    let has = |system| systems.contains(&system);
    ask_for_place(&mut interview, has(System::StackState)).await?;
    if has(System::StackState) {
        ask_for_agent(&mut interview, args.generate_external_id).await?;
    }
    ask_for_documents(
        &mut interview,
        has(System::StackState),
        has(System::AuditTrail),
    )
    .await?;
    let answers = interview.finished()?;

    let sections: Vec<&str> = systems.iter().map(|system| system.section()).collect();
    let external_id = answers.get("stackstate.external_id").unwrap_or_default();
    let variable = external_id
        .strip_prefix("${")
        .and_then(|it| it.strip_suffix('}'));
    let is_secret = !external_id.is_empty() && variable.is_none();
    write::write(&path, &answers.text(&sections), is_secret)?;
    print(&write::next(&path, variable, is_secret))?;
    Ok(Ending::Well)
}

/// The systems that options name, that somebody names, or that the other options are about.
async fn systems(interview: &mut Interview, args: &InitArgs) -> Result<Vec<System>, Failure> {
    if !args.systems.is_empty() {
        return Ok(args.systems.clone());
    }
    let has_audit_trail = !args.attach_to.is_empty() || args.audit_trail_boundary.is_some();
    let has_stackstate = args.stackstate != StackStateFlags::default() || !has_audit_trail;
    let named = [
        (
            System::StackState,
            has_stackstate || args.generate_external_id,
        ),
        (System::AuditTrail, has_audit_trail),
    ];
    let named: Vec<System> = named.into_iter().filter(|it| it.1).map(|it| it.0).collect();
    let usual: Vec<String> = named.iter().map(ToString::to_string).collect();
    interview
        .ask_with(
            "Systems to set up: stackstate, audit-trail, or both with a comma between them.",
            "Systems",
            &usual.join(","),
            |line| {
                let words = line.split([',', ' ']).filter(|word| !word.is_empty());
                let systems: Result<Vec<_>, _> =
                    words.map(|word| System::from_str(word, true)).collect();
                match systems {
                    Ok(systems) if !systems.is_empty() => Ok(systems),
                    _ => Err("Write stackstate, audit-trail, or both.".to_owned()),
                }
            },
        )
        .await
}

async fn ask_for_place(interview: &mut Interview, needs_region: bool) -> Result<(), Failure> {
    interview
        .ask(Question {
            key: "account",
            about: "The only AWS account that a command may touch. Enter: any account.",
            label: "Account ID",
            usual: "",
            is_list: false,
            missing: None,
        })
        .await?;
    if !needs_region {
        return Ok(());
    }
    let variables = ["AWS_REGION", "AWS_DEFAULT_REGION"];
    let usual = variables.iter().find_map(|name| std::env::var(name).ok());
    interview
        .ask(Question {
            key: "regions",
            about: "Regions, the main one first, with commas between them. The main region gets the \
                    bucket and the key, and cannot be changed in place later.",
            label: "Regions",
            usual: usual.as_deref().unwrap_or_default(),
            is_list: true,
            missing: Some("no region: pass --region eu-west-1"),
        })
        .await
}

async fn ask_for_agent(interview: &mut Interview, generate: bool) -> Result<(), Failure> {
    interview
        .ask(Question {
            key: "stackstate.trust",
            about: "Where the agent runs. external: outside of this account; it presents an external \
                    ID. ec2: on an EC2 instance of this account.",
            label: "external or ec2",
            usual: "external",
            is_list: false,
            missing: None,
        })
        .await?;
    if interview.answers.get("stackstate.trust").as_deref() == Some("ec2") {
        return Ok(());
    }
    interview
        .ask(Question {
            key: "stackstate.agent_principals",
            about: "Who the agent is: account IDs, or ARNs of a user or a role, with commas between \
                    them. They may assume the integration role.",
            label: "Principals",
            usual: "",
            is_list: true,
            missing: Some(
                "no principal of the agent: pass --agent-principal 210987654321, or --trust ec2 for \
                 an agent on an instance of this account",
            ),
        })
        .await?;
    if interview.answers.has("stackstate.external_id") {
        return Ok(());
    }
    let usual = if generate {
        "generate"
    } else {
        DEFAULT_VARIABLE
    };
    let asks = interview.asks && !generate;
    let external_id = interview
        .ask_if(
            asks,
            "The external ID is a secret that the agent presents. Give the name of an environment \
             variable that has it, so that no secret stands in the file. Or write generate: a random \
             one is written into the file, which only you can read then.",
            "Variable, or generate",
            usual,
            |line| match line {
                "generate" => generated_external_id()
                    .map(|secret| secret.expose().to_owned())
                    .map_err(|failure| failure.to_string()),
                line => variable(line).ok_or_else(|| {
                    "Write the name of a variable in capitals, such as STS_EXTERNAL_ID, or generate. An \
                     external ID that you have already can be written into the file later."
                        .to_owned()
                }),
            },
        )
        .await?;
    known::remember(&external_id);
    interview.answers.set("stackstate.external_id", external_id);
    Ok(())
}

/// The reference to a variable of that name, if it is one in the usual form.
fn variable(line: &str) -> Option<String> {
    let name = line.strip_prefix("${").and_then(|it| it.strip_suffix('}'));
    let name = name.unwrap_or(line);
    let is_name = name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')
        && name
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    is_name.then(|| format!("${{{name}}}"))
}

async fn ask_for_documents(
    interview: &mut Interview,
    has_stackstate: bool,
    has_audit_trail: bool,
) -> Result<(), Failure> {
    let profile = interview.answers.get("stackstate.profile");
    let profile = match profile {
        Some(profile) => profile,
        None => {
            interview
                .ask_with(
                    "Policy documents. documented: as the vendors print them, with their \
                     weaknesses. hardened: with these removed, and the integration the same; \
                     Audit Trail then needs a permissions boundary.",
                    "documented or hardened",
                    "documented",
                    |line| match line {
                        "documented" | "hardened" => Ok(line.to_owned()),
                        _ => Err("Write documented or hardened.".to_owned()),
                    },
                )
                .await?
        }
    };
    interview.answers.unset("stackstate.profile");
    if has_stackstate {
        interview
            .answers
            .set("stackstate.profile", profile.as_str());
    }
    if !has_audit_trail {
        return Ok(());
    }
    // The check of the boundary depends on it.
    interview
        .answers
        .set("audit_trail.profile", profile.as_str());
    if profile == "hardened" {
        interview
            .ask(Question {
                key: "audit_trail.permissions_boundary",
                about: "The managed policy that bounds every role that Audit Trail creates: its ARN, or \
                        policy/NAME for one of the account.",
                label: "Permissions boundary",
                usual: "",
                is_list: false,
                missing: Some(
                    "no permissions boundary of Audit Trail: pass --audit-trail-boundary",
                ),
            })
            .await?;
    }
    interview
        .ask(Question {
            key: "audit_trail.attach_to",
            about: "Who gets Audit Trail's policy: user/NAME, group/NAME or role/NAME, with commas \
                    between them. Enter: nobody, and the policy is created only.",
            label: "Identities",
            usual: "",
            is_list: true,
            missing: None,
        })
        .await
}
