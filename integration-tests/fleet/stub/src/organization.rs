//! The organization of the accounts, as AWS Organizations answers.

use serde_json::{Value as Json, json};

use crate::answer::Answer;
use crate::request::Request;

/// The most accounts on a page (Organizations API Reference, "ListAccounts", `MaxResults`).
const PAGE: usize = 20;
const ROOT: &str = "r-ab12";

/// An account of an organization.
#[derive(Debug, Clone)]
pub struct Member {
    /// The account's id.
    pub id: String,
    /// The account's state, such as `ACTIVE`.
    pub state: String,
    /// The organizational units from the root to the account.
    pub units: Vec<String>,
}

/// An organization and its accounts.
#[derive(Debug, Clone)]
pub struct Organization {
    /// The organization's id.
    pub id: String,
    /// The management account, whose credentials the program has.
    pub management: String,
    /// All accounts, the management account among them.
    pub members: Vec<Member>,
}

impl Organization {
    /// An organization of the caller's account and so many others, all in one organizational unit. The
    /// caller's account has the number `first`, and the others have the next ones.
    pub fn of(first: u64, accounts: usize) -> Self {
        let member = |number: u64| Member {
            id: format!("{:012}", (first + number) % 1_000_000_000_000),
            state: "ACTIVE".to_owned(),
            units: match number {
                0 => Vec::new(),
                _ => vec!["ou-ab12-workload".to_owned()],
            },
        };
        let members: Vec<Member> = (0..=accounts as u64).map(member).collect();
        Organization {
            id: "o-a1b2c3d4e5".to_owned(),
            management: members[0].id.clone(),
            members,
        }
    }

    /// The ids of all accounts but the management account.
    pub fn workloads(&self) -> impl Iterator<Item = &str> {
        let ids = self.members.iter().map(|member| member.id.as_str());
        ids.filter(|id| *id != self.management)
    }

    /// The answer to a request to Organizations; none to an operation that the program does not need.
    pub(crate) fn answer(&self, request: &Request) -> Option<Answer> {
        let arn = |kind: &str, id: &str| {
            let (management, organization) = (&self.management, &self.id);
            format!("arn:aws:organizations::{management}:{kind}/{organization}/{id}")
        };
        let body = match request.operation.as_str() {
            "DescribeOrganization" => json!({"Organization": {
                "Id": self.id,
                "Arn": arn("organization", "").trim_end_matches('/'),
                "FeatureSet": "ALL",
                "MasterAccountId": self.management,
                "MasterAccountArn": arn("account", &self.management),
                "MasterAccountEmail": "aws@example.com",
            }}),
            "ListRoots" => {
                json!({"Roots": [{"Id": ROOT, "Arn": arn("root", ROOT), "Name": "Root"}]})
            }
            "ListAccounts" => self.page(&request.body, arn),
            "ListTagsForResource" => json!({"Tags": [{"Key": "provision", "Value": "yes"}]}),
            _ => return None,
        };
        let body = body.to_string();
        Some(Answer::of(200, "application/x-amz-json-1.1", &body))
    }

    /// A page of accounts. The token is the number of accounts on the pages before.
    fn page(&self, body: &str, arn: impl Fn(&str, &str) -> String) -> Json {
        let body: Json = serde_json::from_str(body).unwrap_or_default();
        let start = body["NextToken"].as_str().and_then(|it| it.parse().ok());
        let start: usize = start.unwrap_or_default();
        let accounts = self.members.iter().skip(start).take(PAGE).map(|member| {
            let path = [&self.id[..], ROOT].into_iter();
            let path = path.chain(member.units.iter().map(String::as_str));
            let path: Vec<&str> = path.chain([member.id.as_str()]).collect();
            json!({
                "Id": member.id,
                "Arn": arn("account", &member.id),
                "Email": format!("{}@example.com", member.id),
                "Name": format!("workload-{}", member.id),
                "State": member.state,
                "Paths": [format!("{}/", path.join("/"))],
                "JoinedMethod": "CREATED",
                "JoinedTimestamp": 1_700_000_000,
            })
        });
        let accounts: Vec<Json> = accounts.collect();
        let next = start + accounts.len();
        let token = (next < self.members.len()).then(|| next.to_string());
        json!({"Accounts": accounts, "NextToken": token})
    }
}
