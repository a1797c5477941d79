//! What is asked of Organizations, and what its answers mean.

use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use serde_json::{Value as Json, json};

use super::fakes::{MANAGEMENT, ORGANIZATION, account, fleet, fleet_of, texts};
use super::{Organization, discover};
use crate::aws::Connections;
use crate::failure::Failure;
use crate::fakes::http::session;
use crate::settings::Fleet;

type Asked = Arc<Mutex<Vec<(String, Json)>>>;

/// Discovers with these answers; gives the calls too.
async fn ask(
    fleet: &Fleet,
    answer: impl Fn(&str, &Json) -> Json + Send + Sync + 'static,
) -> (Result<Organization, Failure>, Vec<(String, Json)>) {
    let asked = Asked::default();
    let log = Arc::clone(&asked);
    let session = session(move |request: &HttpRequest| {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        let body = request.body().bytes().unwrap_or_default();
        let body: Json = serde_json::from_slice(body).unwrap();
        log.lock().unwrap().push((operation.clone(), body.clone()));
        let answer = answer(&operation, &body);
        let status = if answer.get("__type").is_some() {
            400
        } else {
            200
        };
        (status, answer.to_string())
    });
    let (_stop, stopped) = tokio::sync::watch::channel(false);
    let aws = Connections::new(1, stopped).account(&session, None, &[]);
    let found = discover(&aws, fleet).await;
    let asked = asked.lock().unwrap().clone();
    (found, asked)
}

fn described() -> Json {
    json!({"Organization": {
        "Id": ORGANIZATION,
        "MasterAccountId": account(MANAGEMENT).as_str(),
    }})
}

/// An account as AWS lists it, in these units.
fn listed(number: u64, units: &[&str]) -> Json {
    let id = account(number);
    let units = units.join("/");
    json!({
        "Id": id.as_str(),
        "Name": format!("name of {number}"),
        "State": "ACTIVE",
        "Paths": [format!("{ORGANIZATION}/{units}/{id}/")],
    })
}

/// An account as it is listed where AWS does not say where it is.
fn without_paths(number: u64) -> Json {
    json!({"Id": account(number).as_str(), "State": "ACTIVE"})
}

fn operations(asked: &[(String, Json)]) -> Vec<&str> {
    asked
        .iter()
        .map(|(operation, _)| operation.as_str())
        .collect()
}

#[tokio::test]
async fn named_accounts_alone_need_no_call() {
    let fleet = Fleet {
        accounts: vec![account(1)],
        ..fleet()
    };
    let (found, asked) = ask(&fleet, |_, _| panic!("a call")).await;
    assert_eq!(found, Ok(Organization::default()));
    assert_eq!(asked, []);
}

#[tokio::test]
async fn pages_are_followed_to_the_end_and_an_empty_one_is_not_the_end() {
    // API Reference of Organizations, "ListAccounts": an answer may be empty although more results follow.
    let (found, asked) = ask(&fleet_of(&["root"]), |operation, body| {
        match (operation, body["NextToken"].as_str()) {
            ("DescribeOrganization", _) => described(),
            ("ListAccounts", None) => json!({"Accounts": [], "NextToken": "one"}),
            ("ListAccounts", Some("one")) => {
                json!({"Accounts": [listed(1, &["r-ab12"])], "NextToken": "two"})
            }
            ("ListAccounts", Some("two")) => json!({"NextToken": "three"}),
            ("ListAccounts", Some("three")) => json!({"Accounts": [listed(2, &["r-ab12"])]}),
            other => panic!("{other:?}"),
        }
    })
    .await;
    let found = found.unwrap();
    assert_eq!(found.management, Some(account(MANAGEMENT)));
    assert!(found.members.keys().eq(&[account(1), account(2)]));
    assert_eq!(
        found.members[&account(1)].name.as_deref(),
        Some("name of 1")
    );
    let pages = asked
        .iter()
        .filter(|(operation, _)| operation == "ListAccounts");
    let pages: Vec<_> = pages.map(|(_, body)| body.clone()).collect();
    assert_eq!(pages[0], json!({"MaxResults": 20}));
    assert_eq!(pages[3], json!({"MaxResults": 20, "NextToken": "three"}));
    assert_eq!(
        asked.len(),
        5,
        "where AWS says where accounts are, nothing else is asked"
    );
}

#[tokio::test]
async fn tokens_that_repeat_are_an_error() {
    for tokens in [["same", "same"], ["one", "two"]] {
        let (found, asked) = ask(&fleet_of(&["root"]), move |operation, body| {
            if operation == "DescribeOrganization" {
                return described();
            }
            let next = match body["NextToken"].as_str() {
                Some(token) if token == tokens[0] => tokens[1],
                _ => tokens[0],
            };
            json!({"Accounts": [], "NextToken": next})
        })
        .await;
        let failure = found.unwrap_err();
        assert!(
            failure.causes[0].contains("the list does not end"),
            "{failure}"
        );
        assert!(asked.len() <= 4, "{tokens:?}: {} calls", asked.len());
    }
}

#[tokio::test]
async fn the_state_counts_and_the_retired_status_where_there_is_none() {
    let cases = [
        (
            json!({"State": "CLOSED", "Status": "ACTIVE"}),
            Some("CLOSED"),
        ),
        (
            json!({"State": "PENDING_ACTIVATION"}),
            Some("PENDING_ACTIVATION"),
        ),
        (json!({"Status": "SUSPENDED"}), Some("SUSPENDED")),
        (json!({}), None),
    ];
    for (given, expected) in cases {
        let mut answer = listed(1, &["r-ab12"]);
        answer.as_object_mut().unwrap().remove("State");
        answer
            .as_object_mut()
            .unwrap()
            .extend(given.as_object().unwrap().clone());
        let (found, _) = ask(&fleet_of(&["root"]), move |operation, _| match operation {
            "DescribeOrganization" => described(),
            _ => json!({"Accounts": [answer]}),
        })
        .await;
        let state = found.unwrap().members[&account(1)].state.clone();
        assert_eq!(state.as_deref(), expected, "{given}");
    }
}

#[tokio::test]
async fn another_organization_is_refused_before_its_accounts_are_listed() {
    let none = Fleet {
        organization: None,
        ..fleet_of(&["root"])
    };
    let other = Fleet {
        organization: Some("o-zzzzzzzzzz".to_owned()),
        ..fleet_of(&["root"])
    };
    for (fleet, part) in [
        (none, "does not say in which organization"),
        (other, "o-zzzzzzzzzz"),
    ] {
        let (found, asked) = ask(&fleet, |_, _| described()).await;
        let failure = found.unwrap_err();
        assert!(failure.message.contains(part), "{failure}");
        assert!(failure.to_string().contains(ORGANIZATION), "{failure}");
        assert_eq!(operations(&asked), ["DescribeOrganization"]);
    }
}

const PRODUCTION: &str = "ou-ab12-production";
const PAYMENTS: &str = "ou-ab12-payments1";
const EMPTY: &str = "ou-ab12-empty1234";

/// An organization that does not say where accounts are: 1 in production, 2 below it, 3 below the root.
fn walked(operation: &str, body: &Json) -> Json {
    match (operation, body["ParentId"].as_str()) {
        ("DescribeOrganization", _) => described(),
        ("ListAccounts", _) => {
            json!({"Accounts": [without_paths(1), without_paths(2), without_paths(3)]})
        }
        ("ListRoots", _) => json!({"Roots": [{"Id": "r-ab12"}]}),
        ("ListAccountsForParent", Some(PRODUCTION)) => json!({"Accounts": [without_paths(1)]}),
        ("ListAccountsForParent", Some(PAYMENTS)) => json!({"Accounts": [without_paths(2)]}),
        ("ListAccountsForParent", Some("r-ab12")) => json!({"Accounts": [without_paths(3)]}),
        ("ListAccountsForParent", Some(EMPTY)) => json!({"Accounts": []}),
        ("ListOrganizationalUnitsForParent", Some("r-ab12")) => {
            json!({"OrganizationalUnits": [{"Id": PRODUCTION}, {"Id": EMPTY}]})
        }
        ("ListOrganizationalUnitsForParent", Some(PRODUCTION)) => {
            json!({"OrganizationalUnits": [{"Id": PAYMENTS}]})
        }
        ("ListOrganizationalUnitsForParent", _) => json!({"OrganizationalUnits": []}),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn units_are_walked_where_accounts_do_not_say_where_they_are() {
    let (found, asked) = ask(&fleet_of(&[PRODUCTION, EMPTY]), walked).await;
    let found = found.unwrap();
    let paths = found.members.values().map(|member| member.path.clone());
    assert_eq!(
        paths.collect::<Vec<_>>(),
        [
            texts(&["r-ab12", PRODUCTION]),
            texts(&["r-ab12", PRODUCTION, PAYMENTS]),
            texts(&["r-ab12"]),
        ]
    );
    assert_eq!(
        asked.len(),
        3 + 2 * 4,
        "each unit is asked for its accounts and its units"
    );
}

#[tokio::test]
async fn a_unit_that_does_not_exist_names_its_setting() {
    let missing = "ou-ab12-missing12";
    let excluding = |unit| Fleet {
        excluded_ous: texts(&[unit]),
        ..fleet_of(&["root"])
    };
    for (fleet, setting) in [
        (fleet_of(&["root", missing]), "ous"),
        (excluding(missing), "exclude"),
    ] {
        let with_paths = |operation: &str, body: &Json| match operation {
            "DescribeOrganization" => described(),
            "ListAccounts" => json!({"Accounts": [listed(1, &["r-ab12", PRODUCTION])]}),
            _ if body["ParentId"] == EMPTY => json!({"OrganizationalUnits": []}),
            _ => json!({"__type": "ParentNotFoundException", "Message": "no such parent"}),
        };
        for answers in [walked as fn(&str, &Json) -> Json, with_paths] {
            let (found, _) = ask(&fleet, answers).await;
            assert_eq!(
                found.unwrap_err().message,
                format!(
                    "`{setting}` in `[fleet]` names {missing}, which the organization {ORGANIZATION} does \
                     not have"
                )
            );
            for unit in [EMPTY, PRODUCTION] {
                let (found, _) = ask(&excluding(unit), answers).await;
                assert!(
                    found.is_ok(),
                    "{unit} exists, with accounts or without: {found:?}"
                );
            }
        }
    }
}

#[tokio::test]
async fn tags_are_read_of_those_accounts_alone_of_which_they_decide() {
    let wanted = [("provision".to_owned(), "yes".to_owned())];
    let fleet = Fleet {
        accounts: vec![account(3)],
        account_tags: wanted.clone().into(),
        ..fleet_of(&[PRODUCTION])
    };
    let (found, asked) = ask(&fleet, |operation, body| match operation {
        "DescribeOrganization" => described(),
        "ListAccounts" => {
            let mut closed = listed(4, &["r-ab12", PRODUCTION]);
            closed["State"] = "CLOSED".into();
            json!({"Accounts": [
                listed(1, &["r-ab12", PRODUCTION]),
                listed(2, &["r-ab12"]),
                listed(3, &["r-ab12", PRODUCTION]),
                closed,
            ]})
        }
        _ if body["NextToken"].is_null() => json!({"Tags": [], "NextToken": "more"}),
        _ => json!({"Tags": [{"Key": "provision", "Value": "yes"}]}),
    })
    .await;
    assert_eq!(found.unwrap().members[&account(1)].tags, wanted.into());
    let tags = asked
        .iter()
        .filter(|(operation, _)| operation == "ListTagsForResource");
    let of: Vec<_> = tags.map(|(_, body)| body["ResourceId"].clone()).collect();
    let one = json!(account(1).as_str());
    assert_eq!(
        of,
        [one.clone(), one],
        "not the one elsewhere, the named one and the closed one"
    );
}

#[tokio::test]
async fn a_denial_says_what_is_needed_and_who_may_ask() {
    // Every other account gets this code and message (aws-iam-access-key-auto-rotation #10).
    let (found, _) = ask(&fleet_of(&["root"]), |operation, _| match operation {
        "DescribeOrganization" => described(),
        _ => json!({
            "__type": "AccessDeniedException",
            "Message": "You don't have permissions to access this resource.",
        }),
    })
    .await;
    let hint = found.unwrap_err().hint.unwrap();
    for part in [
        "management account",
        "delegated administrators",
        "organizations:ListAccounts, organizations:ListAccountsForParent",
        "`accounts` instead of `ous`",
    ] {
        assert!(hint.contains(part), "{part}: {hint}");
    }
    let (found, _) = ask(&fleet_of(&["root"]), |_, _| {
        json!({
            "__type": "AWSOrganizationsNotInUseException",
            "Message": "Your account is not a member of an organization.",
        })
    })
    .await;
    let hint = found.unwrap_err().hint.unwrap();
    assert!(hint.contains("is in no organization"), "{hint}");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_meets_another_one_is_made_again() {
    let refusals = Mutex::new(7);
    let (found, asked) = ask(&fleet_of(&["root"]), move |operation, _| {
        let mut left = refusals.lock().unwrap();
        if operation == "ListAccounts" && *left > 0 {
            *left -= 1;
            // Message and code as in aws-sdk-js #2135.
            return json!({
                "__type": "TooManyRequestsException",
                "Message": "AWS Organizations can't complete your request because another request is \
                            already in progress. Try again later.",
            });
        }
        match operation {
            "DescribeOrganization" => described(),
            _ => json!({"Accounts": [listed(1, &["r-ab12"])]}),
        }
    })
    .await;
    assert_eq!(found.unwrap().members.len(), 1);
    assert_eq!(asked.len(), 9, "{:?}", operations(&asked));
}
