//! How accounts behave.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::json;

use crate::answer::Answer;
use crate::request::Request;

/// Some of the regions that an account has to enable (Account Management Reference Guide, "Enable or disable
/// AWS Regions in your account").
const OPT_IN: [&str; 3] = ["af-south-1", "ap-east-1", "eu-south-1"];

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
    /// Every call is throttled twice.
    Throttled,
    /// Every answer takes this much longer.
    Slow(Duration),
    /// The account has nothing, and has not enabled this region.
    NotEnabled(String),
    /// The account has nothing, and its organization denies this region.
    Denied(String),
}

impl Kind {
    /// `earlier` is how often the account made the same request before.
    fn turn(&self, request: &Request, earlier: usize) -> Turn {
        let error = |status, code: &str, message: &str| {
            Reply::With(Answer::error(request, status, code, message)).into()
        };
        let applied = || Reply::As(State::Applied).into();
        let (is_json, here) = (request.header("x-amz-target").is_some(), &request.region);
        // Global services do not belong to the region that they are signed for.
        let is_global = request.service == "iam";
        if request.service == "organizations" {
            return applied();
        }
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
            Kind::Throttled if earlier < 2 => match request.service.as_str() {
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
            Kind::NotEnabled(_) | Kind::Denied(_) => Reply::As(State::Fresh).into(),
            _ => applied(),
        }
    }
}

impl Kind {
    /// The regions that the account has enabled, as Account Management answers.
    fn regions(&self) -> Answer {
        let missing = match self {
            Kind::NotEnabled(region) => region,
            _ => "",
        };
        let enabled = OPT_IN.iter().filter(|region| **region != missing);
        let enabled = enabled
            .map(|region| json!({"RegionName": region, "RegionOptStatus": "ENABLED"}))
            .collect::<Vec<_>>();
        let body = json!({"Regions": enabled}).to_string();
        Answer::of(200, "application/json", &body)
    }
}

/// The accounts in `kinds` behave in these ways, and all others in the way `others`.
pub fn of_kinds(kinds: BTreeMap<String, Kind>, others: Kind) -> Script {
    let made = Mutex::new(HashMap::<(String, String), usize>::new());
    Arc::new(move |request| {
        let about = request.about();
        let kind = kinds.get(&about).unwrap_or(&others);
        if *kind != Kind::Throttled {
            return kind.turn(request, 0);
        }
        let mut made = made.lock().unwrap_or_else(PoisonError::into_inner);
        let made = made.entry((about, request.key())).or_default();
        *made += 1;
        kind.turn(request, *made - 1)
    })
}
