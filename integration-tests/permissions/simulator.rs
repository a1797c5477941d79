//! Answers in place of IAM's policy simulator, which the emulator lacks, by printed policies.

use std::collections::BTreeMap;

use super::policy::Grants;
use crate::harness::{Account, Call};

/// The values of a list in a form, in their order.
fn list(fields: &BTreeMap<String, String>, name: &str) -> Vec<String> {
    let value = |number| fields.get(&format!("{name}.member.{number}")).cloned();
    (1..).map_while(value).collect()
}

/// What the simulator answers by these policies, in an organization that denies the actions `denied`.
fn answer(call: &Call, grants: &Grants, denied: &[&str]) -> String {
    let fields: BTreeMap<String, String> = call
        .body
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(key, value)| {
            let value = percent_encoding::percent_decode_str(value)
                .decode_utf8()
                .unwrap();
            (key.to_owned(), value.into_owned())
        })
        .collect();
    let actions = list(&fields, "ActionNames");
    let resources = list(&fields, "ResourceArns");
    let context: BTreeMap<&String, &String> = (1..)
        .map_while(|number| {
            let entry = format!("ContextEntries.member.{number}");
            let key = fields.get(&format!("{entry}.ContextKeyName"))?;
            Some((
                key,
                fields.get(&format!("{entry}.ContextKeyValues.member.1"))?,
            ))
        })
        .collect();
    // One action a page, because the reading of further pages is tested too.
    let page: usize = fields
        .get("Marker")
        .map_or(0, |marker| marker.parse().unwrap());
    let action = &actions[page];
    let exclusion = "PolicyExclusionList.member.1.PolicyType";
    let applies = fields.get(exclusion).is_none_or(|kind| kind != "scp");
    let organization = !(applies && denied.contains(&action.as_str()));
    let mut grants = grants.clone();
    let specific: String = resources
        .iter()
        .map(|resource| {
            let holds = |key: &str, value: &str| {
                context
                    .iter()
                    .any(|(name, given)| *name == key && *given == value)
            };
            let decision = match grants.allow(action, resource, holds) {
                _ if !organization => "explicitDeny",
                true => "allowed",
                false => "implicitDeny",
            };
            format!(
                "<member><EvalResourceName>{resource}</EvalResourceName>\
                 <EvalResourceDecision>{decision}</EvalResourceDecision></member>"
            )
        })
        .collect();
    let more = page + 1 < actions.len();
    let marker = if more {
        format!("<Marker>{}</Marker>", page + 1)
    } else {
        String::new()
    };
    format!(
        "<SimulatePrincipalPolicyResponse><SimulatePrincipalPolicyResult>\
         <IsTruncated>{more}</IsTruncated>{marker}<EvaluationResults><member>\
         <EvalActionName>{action}</EvalActionName><EvalResourceName>{}</EvalResourceName>\
         <EvalDecision>implicitDeny</EvalDecision><OrganizationsDecisionDetail>\
         <AllowedByOrganizations>{organization}</AllowedByOrganizations>\
         </OrganizationsDecisionDetail>\
         <ResourceSpecificResults>{specific}</ResourceSpecificResults>\
         </member></EvaluationResults></SimulatePrincipalPolicyResult>\
         </SimulatePrincipalPolicyResponse>",
        resources[0]
    )
}

/// From now on answers simulated calls by these policies.
pub fn simulates(account: &Account, grants: &Grants) {
    simulates_in_an_organization(account, grants, &[]);
}

/// The same in an organization whose policies deny these actions, unless they are left out.
pub fn simulates_in_an_organization(
    account: &Account,
    grants: &Grants,
    denied: &'static [&'static str],
) {
    let grants = grants.clone();
    account.answer_with("SimulatePrincipalPolicy", move |call| {
        ("200 OK".to_owned(), answer(call, &grants, denied))
    });
}
