//! How accounts behave.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use crate::answer::Answer;
use crate::request::Request;

/// What an account holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// Nothing.
    Fresh,
    /// Everything that the program makes.
    Applied,
    /// The same, and somebody disabled a rule.
    Drifted,
}

/// How a request is answered.
#[derive(Debug, Clone)]
pub enum Reply {
    /// As an account of this state answers.
    As(State),
    /// With this answer.
    With(Answer),
    /// As the emulator answers, to which the request is passed on.
    Emulated,
    /// Not at all: the connection ends before anything is done.
    Nothing,
}

/// How, and how much later than others, a request is answered.
#[derive(Debug, Clone)]
pub struct Turn {
    /// How the request is answered.
    pub reply: Reply,
    /// How much later than others.
    pub delay: Duration,
    /// Whether the answer is lost: the connection ends in its place.
    pub is_lost: bool,
}

impl From<Reply> for Turn {
    fn from(reply: Reply) -> Self {
        Turn {
            reply,
            delay: Duration::ZERO,
            is_lost: false,
        }
    }
}

/// Decides how each request is answered.
pub type Script = Arc<dyn Fn(&Request) -> Turn + Send + Sync>;

/// A kind of account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// The account holds this, and answers as usual.
    Holds(State),
    /// The role of the account cannot be assumed.
    NotAssumable,
    /// The role may not read.
    ReadDenied,
    /// The first two attempts of every call are throttled.
    Throttled,
    /// Every answer takes this much longer.
    Slow(Duration),
    /// The account has not enabled this region.
    NotEnabled(String),
    /// The organization denies this region.
    Denied(String),
}

impl Kind {
    fn turn(&self, request: &Request) -> Turn {
        let error = |status, code: &str, message: &str| {
            Reply::With(Answer::error(request, status, code, message)).into()
        };
        let applied = || Reply::As(State::Applied).into();
        let (is_json, here) = (request.header("x-amz-target").is_some(), &request.region);
        // Global services do not belong to the region that they are signed for.
        let is_global = ["iam", "organizations"].contains(&&*request.service);
        if request.service == "account" {
            return Reply::With(self.regions()).into();
        }
        match self {
            Kind::Holds(state) => Reply::As(*state).into(),
            Kind::NotAssumable if request.operation == "AssumeRole" => error(
                403,
                "AccessDenied",
                "User: arn:aws:iam::100000000000:user/platform is not authorized to perform: \
                 sts:AssumeRole on the role",
            ),
            Kind::ReadDenied if request.service != "sts" => match is_json {
                true => error(400, "AccessDeniedException", "not authorized to read"),
                false => error(403, "AccessDenied", "not authorized to read"),
            },
            Kind::Throttled if is_early_attempt(request) => match request.service.as_str() {
                "s3" => error(503, "SlowDown", "Please reduce your request rate."),
                _ if is_json => error(400, "ThrottlingException", "Rate exceeded"),
                _ => error(400, "Throttling", "Rate exceeded"),
            },
            Kind::Slow(delay) => Turn {
                delay: *delay,
                ..applied()
            },
            // STS judges by the account of the role (STS API Reference, "AssumeRole", "Errors").
            Kind::NotEnabled(region) if region == here && request.operation == "AssumeRole" => {
                error(
                    403,
                    "RegionDisabledException",
                    "STS is not activated in the requested region for the account",
                )
            }
            // A region that is not enabled does not know the account's credentials.
            Kind::NotEnabled(region) if region == here && !is_global => match is_json {
                true => error(
                    400,
                    "UnrecognizedClientException",
                    "The security token included in the request is invalid.",
                ),
                false => error(
                    403,
                    "InvalidClientTokenId",
                    "The security token included in the request is invalid",
                ),
            },
            // STS is asked who the caller is, which no policy denies.
            Kind::Denied(region) if region == here && !is_global && request.service != "sts" => {
                error(
                    400,
                    "AccessDeniedException",
                    &format!(
                        "User: arn:aws:sts::{}:assumed-role/ProvisionDeploy/provision is not \
                         authorized to perform: {}:{} with an explicit deny in a service control \
                         policy",
                        request.account, request.service, request.operation
                    ),
                )
            }
            _ => applied(),
        }
    }
}

impl Kind {
    /// The regions that the account has not enabled, as Account Management answers.
    fn regions(&self) -> Answer {
        let regions = match self {
            Kind::NotEnabled(region) => {
                json!([{"RegionName": region, "RegionOptStatus": "DISABLED"}])
            }
            _ => json!([]),
        };
        let body = json!({"Regions": regions}).to_string();
        Answer::of(200, "application/json", &body)
    }
}

/// Whether the SDK has made fewer than two attempts at the call before.
fn is_early_attempt(request: &Request) -> bool {
    let attempt = request.header("amz-sdk-request").unwrap_or_default();
    ["attempt=1", "attempt=2"]
        .iter()
        .any(|it| attempt.contains(it))
}

/// The accounts in `kinds` behave in these ways, and all others in the way `others`.
pub fn of_kinds(kinds: BTreeMap<String, Kind>, others: Kind) -> Script {
    Arc::new(move |request| {
        let kind = kinds.get(&request.about());
        kind.unwrap_or(&others).turn(request)
    })
}
