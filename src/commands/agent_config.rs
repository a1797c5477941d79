//! `provision agent-config`: what goes into the agent's own configuration.

use serde_json::{Value as Json, json};
use tokio::sync::watch;

use crate::blueprint::{Site, stackstate};
use crate::cli::AgentConfigArgs;
use crate::commands::Ending;
use crate::commands::context::{Context, print};
use crate::failure::Failure;
use crate::names::Partition;
use crate::settings::{GeneralFlags, Need, StackState, Trust};

/// Runs the command. AWS is asked for the account only where the settings do not name it.
///
/// # Errors
/// Bad settings, or no way to find out the account.
pub async fn command(
    general: &GeneralFlags,
    args: &AgentConfigArgs,
    stop: watch::Receiver<bool>,
) -> Result<Ending, Failure> {
    let need = if args.policy {
        Need::Names
    } else {
        Need::Trust
    };
    let context = Context::load(general, &args.stackstate, need, stop).await?;
    let settings = &context.settings;
    let (Some(stackstate), Some(partition)) = (&settings.stackstate, settings.partition()) else {
        return Err(
            Failure::new("the settings do not name StackState, whose agent this is about")
                .hint("Add the section [stackstate], or leave out `--only`"),
        );
    };
    if args.policy {
        let policy = agent_policy(partition, stackstate);
        print(&format!("{policy:#}\n"))?;
        return Ok(Ending::Well);
    }
    let account = match &settings.account {
        Some(account) => account.clone(),
        None => {
            let caller = context.aws.caller().await;
            caller.map_err(|error| error.failure())?.0
        }
    };
    let site = Site {
        partition,
        account,
        regions: settings.regions.clone(),
    };
    print(&conf_yaml(stackstate, &site, args.show_secrets))?;
    Ok(Ending::Well)
}

/// The policy of the agent's own principal: it may assume the integration role in any account, as
/// the vendor documents it.
fn agent_policy(partition: Partition, settings: &StackState) -> Json {
    let role = stackstate::integration_role_name(settings);
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Sid": "AssumeStackStateIntegrationRole",
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Resource": format!("arn:{partition}:iam::*:role/{role}"),
        }],
    })
}

/// The agent's `conf.yaml`. Strings are written as JSON, which YAML includes.
fn conf_yaml(stackstate: &StackState, site: &Site, show_secrets: bool) -> String {
    let quoted = |text: &str| Json::from(text).to_string();
    let (external_id, note) = match &stackstate.trust {
        Trust::External { external_id, .. } if show_secrets => {
            (external_id.expose().to_owned(), None)
        }
        Trust::External {
            external_id_source, ..
        } => (
            "EXTERNAL_ID".to_owned(),
            Some(format!(
                "  # Put here the value of {external_id_source}, or use --show-secrets.\n"
            )),
        ),
        Trust::Ec2 | Trust::Unstated => (String::new(), None),
    };
    let role = stackstate::integration_role_name(stackstate);
    let role_arn = site.arn("iam", "", &format!("role/{role}"));
    let mut text = format!(
        "# /etc/stackstate-agent/conf.d/aws_topology.d/conf.yaml\n\
         init_config:\n\
         \x20 # Both stay empty where the agent's credentials come from an instance role.\n\
         \x20 aws_access_key_id: ''\n\
         \x20 aws_secret_access_key: ''\n\
         {}\
         \x20 external_id: {}\n\
         \x20 full_run_interval: 3600\n\
         instances:\n\
         \x20 - role_arn: {}\n\
         \x20   regions:\n\
         \x20     - global\n",
        note.unwrap_or_default(),
        quoted(&external_id),
        quoted(&role_arn),
    );
    for region in &site.regions {
        text.push_str(&format!("      - {region}\n"));
    }
    text.push_str("    collection_interval: 60\n");
    // The agent finds the bucket by itself under the documented name.
    if !stackstate.postfix.is_empty() {
        let bucket = stackstate::bucket_name(site, stackstate);
        text.push_str(&format!("    log_bucket_name: {}\n", quoted(&bucket)));
    }
    text
}
