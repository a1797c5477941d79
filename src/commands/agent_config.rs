//! `provision agent-config`: prints the agent's own configuration, or the policy that it needs.

use serde_json::{Value as Json, json};
use tokio::sync::watch;

use crate::cli::{AgentConfigArgs, NarrowArgs};
use crate::commands::context::Context;
use crate::commands::{Ending, fleet};
use crate::failure::Failure;
use crate::names::Partition;
use crate::settings::{GeneralFlags, Need, Settings, StackState, Trust};
use crate::systems::stackstate::Names;
use crate::systems::{Goal, Site};
use crate::terminal::{print, print_json, print_with_secrets};
use iam_policy::printable::printable;

/// Runs the command. AWS is asked for the account only if the settings do not name it. For a fleet AWS is asked who
/// calls, and the organization for its accounts; the accounts themselves are not asked.
///
/// # Errors
/// Bad settings, an account that cannot be found out, and accounts that cannot be discovered.
pub async fn command(
    general: &GeneralFlags,
    args: &AgentConfigArgs,
    stop: watch::Receiver<bool>,
) -> Result<Ending, Failure> {
    let need = if args.show_secrets {
        Need::Trust
    } else {
        Need::Names
    };
    let alone = |stop| Context::load(general, &args.stackstate, need, Goal::Absent, stop);
    if args.policy {
        let settings = match args.fleet {
            true => fleet::common(general, &args.stackstate, need)?,
            false => alone(stop).await?.settings,
        };
        let (stackstate, partition) = deployed(&settings)?;
        let policy = agent_policy(partition, stackstate);
        print_json(format_args!("{policy:#}"))?;
        return Ok(Ending::Well);
    }
    let (settings, sites) = if args.fleet {
        let narrow = NarrowArgs {
            accounts: args.accounts.clone(),
            exclude: args.exclude.clone(),
            retry: None,
        };
        fleet::sites(general, &args.stackstate, need, &narrow, stop).await?
    } else {
        let context = alone(stop).await?;
        deployed(&context.settings)?;
        let site = context.site().await?;
        (context.settings, vec![site])
    };
    let (stackstate, _) = deployed(&settings)?;
    let text = conf_yaml(stackstate, &sites, args.show_secrets);
    if args.show_secrets {
        print_with_secrets(&text)?;
    } else {
        print(&text)?;
    }
    Ok(Ending::Well)
}

/// The settings of what the agent reads.
fn deployed(settings: &Settings) -> Result<(&StackState, Partition), Failure> {
    let (Some(stackstate), Some(partition)) = (&settings.stackstate, settings.partition()) else {
        return Err(Failure::new("[stackstate] is not in the settings").hint(
            "Add the section [stackstate] to the settings, and leave out `--only audit-trail`",
        ));
    };
    Ok((stackstate, partition))
}

fn names(settings: &StackState) -> Names<'_> {
    Names {
        postfix: &settings.postfix,
    }
}

/// The policy for the agent's own principal, as the vendor documents it: the principal may assume the
/// integration role in every account.
fn agent_policy(partition: Partition, settings: &StackState) -> Json {
    let role = names(settings).integration_role();
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

/// The agent's `conf.yaml` with an instance for each account. Strings are written as JSON, which is valid YAML.
fn conf_yaml(stackstate: &StackState, sites: &[Site], show_secrets: bool) -> String {
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
                "  # Replace EXTERNAL_ID by the external ID from {}, or print it with --show-secrets.\n",
                printable(external_id_source)
            )),
        ),
        Trust::Unstated => (
            "EXTERNAL_ID".to_owned(),
            Some(
                "  # Replace EXTERNAL_ID by the external ID that the agent presents.\n".to_owned(),
            ),
        ),
        Trust::Ec2 => (String::new(), None),
    };
    let mut text = format!(
        "# /etc/stackstate-agent/conf.d/aws_topology.d/conf.yaml\n\
         init_config:\n\
         \x20 # Both stay empty where the agent's credentials come from an instance role.\n\
         \x20 aws_access_key_id: ''\n\
         \x20 aws_secret_access_key: ''\n\
         {}\
         \x20 external_id: {}\n\
         \x20 full_run_interval: 3600\n\
         instances:\n",
        note.unwrap_or_default(),
        quoted(&external_id),
    );
    let role = names(stackstate).integration_role();
    for site in sites {
        let role_arn = site.arn("iam", "", &format!("role/{role}"));
        text.push_str(&format!(
            "  - role_arn: {}\n    regions:\n      - global\n",
            quoted(&role_arn)
        ));
        for region in &site.regions {
            text.push_str(&format!("      - {region}\n"));
        }
        text.push_str("    collection_interval: 60\n");
        // Without this line the agent looks for the bucket under the documented name.
        if !stackstate.postfix.is_empty() {
            let bucket = names(stackstate).bucket(site);
            text.push_str(&format!("    log_bucket_name: {}\n", quoted(&bucket)));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fakes::deployment::{
        EXTERNAL_ID, on_ec2, settings, site, stackstate, unencrypted, with_postfix,
    };
    use crate::settings::Secret;

    fn yaml(settings: &Settings, show_secrets: bool) -> String {
        let stackstate = settings.stackstate.as_ref().unwrap();
        conf_yaml(stackstate, &[site(settings)], show_secrets)
    }

    #[test]
    fn the_external_id_is_shown_on_request_alone() {
        let settings = settings(&["eu-west-1", "us-east-1"]);
        let hidden = yaml(&settings, false);
        assert_eq!(
            hidden,
            r#"# /etc/stackstate-agent/conf.d/aws_topology.d/conf.yaml
init_config:
  # Both stay empty where the agent's credentials come from an instance role.
  aws_access_key_id: ''
  aws_secret_access_key: ''
  # Replace EXTERNAL_ID by the external ID from provision.toml, or print it with --show-secrets.
  external_id: "EXTERNAL_ID"
  full_run_interval: 3600
instances:
  - role_arn: "arn:aws:iam::123456789012:role/StackStateAwsIntegrationRole"
    regions:
      - global
      - eu-west-1
      - us-east-1
    collection_interval: 60
"#
        );
        let shown = yaml(&settings, true);
        let note = "  # Replace EXTERNAL_ID by the external ID from provision.toml, or print it with --show-secrets.\n";
        let expected = hidden
            .replace(note, "")
            .replace("\"EXTERNAL_ID\"", &format!("\"{EXTERNAL_ID}\""));
        assert_eq!(shown, expected);
    }

    #[test]
    fn an_agent_on_an_instance_has_no_external_id() {
        for show_secrets in [false, true] {
            assert_eq!(
                yaml(&on_ec2(&["us-gov-west-1"]), show_secrets),
                r#"# /etc/stackstate-agent/conf.d/aws_topology.d/conf.yaml
init_config:
  # Both stay empty where the agent's credentials come from an instance role.
  aws_access_key_id: ''
  aws_secret_access_key: ''
  external_id: ""
  full_run_interval: 3600
instances:
  - role_arn: "arn:aws-us-gov:iam::123456789012:role/StackStateAwsIntegrationRole"
    regions:
      - global
      - us-gov-west-1
    collection_interval: 60
"#
            );
        }
    }

    #[test]
    fn with_a_postfix_the_configuration_names_the_bucket() {
        let plain = yaml(&settings(&["eu-west-1"]), false);
        let marked = yaml(&with_postfix(&["eu-west-1"], "-blue"), false);
        let expected = plain.replace("IntegrationRole", "IntegrationRole-blue")
            + "    log_bucket_name: \"stackstate-logs-123456789012-blue\"\n";
        assert_eq!(marked, expected);
    }

    #[test]
    fn of_a_fleet_each_account_is_an_instance_with_its_regions() {
        let (one, other) = (settings(&["eu-west-1"]), settings(&["us-east-1"]));
        let sites = [site(&one), site(&other)];
        let all = conf_yaml(one.stackstate.as_ref().unwrap(), &sites, false);
        let (head, instance) = yaml(&other, false)
            .split_once("instances:\n")
            .map(|(head, instance)| (head.to_owned(), instance.to_owned()))
            .unwrap();
        let first = yaml(&one, false);
        assert_eq!(all, first + &instance);
        assert!(all.starts_with(&head));
    }

    #[test]
    fn encryption_makes_no_difference_to_the_agent() {
        let regions = ["eu-west-1"];
        let with = yaml(&settings(&regions), false);
        assert_eq!(with, yaml(&unencrypted(&regions), false));
    }

    #[test]
    fn an_external_id_that_yaml_could_take_for_something_else_stays_a_string() {
        for id in ["0123", "1e5", "yes", "a:b", "@x", "=", "-,", "a/b+c"] {
            let mut settings = settings(&["eu-west-1"]);
            let Trust::External { external_id, .. } = &mut stackstate(&mut settings).trust else {
                panic!("the trust is external");
            };
            *external_id = Secret::from(id.to_owned());
            let line = format!("\n  external_id: \"{id}\"\n");
            assert!(yaml(&settings, true).contains(&line), "{id}");
        }
    }

    #[test]
    fn the_agents_own_policy_lets_it_assume_the_role_in_every_account() {
        let policy = |settings: &Settings| {
            let stackstate = settings.stackstate.as_ref().unwrap();
            agent_policy(settings.partition().unwrap(), stackstate).to_string()
        };
        assert_eq!(
            policy(&settings(&["eu-west-1"])),
            r#"{"Version":"2012-10-17","Statement":[{"Sid":"AssumeStackStateIntegrationRole","Effect":"Allow","Action":"sts:AssumeRole","Resource":"arn:aws:iam::*:role/StackStateAwsIntegrationRole"}]}"#
        );
        let elsewhere = policy(&with_postfix(&["cn-north-1"], "-blue"));
        let role = "arn:aws-cn:iam::*:role/StackStateAwsIntegrationRole-blue";
        assert!(elsewhere.contains(role), "{elsewhere}");
    }
}
