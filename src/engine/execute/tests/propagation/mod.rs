//! Runs in which services refuse calls while IAM spreads a change, tested through the SDK.

mod wire;

use wire::{KEY, Refusal, Until, Wire};

use super::*;
use crate::aws::{Pauses, RETRY_LIMIT};
use crate::engine::attributes::Value;
use crate::fakes::deployment::{ACCOUNT, laid_out, settings, unencrypted};
use crate::fakes::read_back;
use iam_policy::Policy;

/// A refusal, the resource that it concerns, and its reason.
struct Case {
    kind: &'static str,
    /// The attribute that an update corrects; without one the resource is created.
    corrects: Option<&'static str>,
    service: &'static str,
    refusal: Refusal,
    why: &'static str,
}

const FIREHOSE: &str = "InvalidArgumentException";
const UNABLE: &str = "Firehose is unable to assume role \
    arn:aws:iam::123456789012:role/StackStateFirehoseRole-eu-west-1. Please check the role provided.";
const UNASSUMABLE: &str = "Provided role \
    'arn:aws:iam::123456789012:role/StackStateEventBridgeRole-eu-west-1' cannot be assumed by \
    principal 'events.amazonaws.com'.";
const KMS: &str = "Policy contains a statement with one or more invalid principals.";
const IAM: &str = "Invalid principal in policy: \"AWS\":\"arn:aws:iam::210987654321:root\"";

fn case(
    (kind, corrects): (&'static str, Option<&'static str>),
    (service, operation): (&'static str, &'static str),
    (code, message): (&'static str, &'static str),
    why: &'static str,
) -> Case {
    Case {
        kind,
        corrects,
        service,
        refusal: Refusal {
            operation,
            code,
            message,
            in_answer: false,
        },
        why,
    }
}

fn cases() -> Vec<Case> {
    let stream = ("firehose_stream", None);
    let create_stream = ("firehose", "CreateDeliveryStream");
    let target = ("event_target", None);
    let put_targets = ("events", "PutTargets");
    let mut in_answer = case(
        target,
        put_targets,
        ("ValidationException", UNASSUMABLE),
        "an entry of a 200 answer failed",
    );
    in_answer.refusal.in_answer = true;
    vec![
        case(stream, create_stream, (FIREHOSE, UNABLE), "the role is new"),
        case(
            stream,
            create_stream,
            (
                FIREHOSE,
                "User: arn:aws:sts::123456789012:assumed-role/StackStateFirehoseRole-eu-west-1/x \
                 is not authorized to perform: s3:GetBucketLocation",
            ),
            "the role's policy is new, or truly lacks this",
        ),
        case(
            stream,
            create_stream,
            (
                FIREHOSE,
                "Access was denied when calling S3. Check the role.",
            ),
            "the role's policy is new, in other words",
        ),
        case(
            stream,
            create_stream,
            (
                FIREHOSE,
                "Verify that the IAM role has access to the bucket.",
            ),
            "the role's policy is new, in other words",
        ),
        case(
            stream,
            create_stream,
            (
                FIREHOSE,
                "The security token included in the request is invalid. Ensure that the provided \
                 IAM role associated with firehose is not deleted.",
            ),
            "the role's token is newer than what checks it",
        ),
        case(
            ("firehose_stream", Some("prefix")),
            ("firehose", "UpdateDestination"),
            (FIREHOSE, UNABLE),
            "an update names the role too",
        ),
        case(
            target,
            put_targets,
            ("ValidationException", UNASSUMABLE),
            "the role is new",
        ),
        in_answer,
        case(
            ("kms_key", None),
            ("kms", "CreateKey"),
            ("MalformedPolicyDocumentException", KMS),
            "KMS does not see a principal yet",
        ),
        case(
            ("kms_key", Some("key_policy")),
            ("kms", "PutKeyPolicy"),
            ("MalformedPolicyDocumentException", KMS),
            "KMS does not see a principal yet",
        ),
        case(
            ("iam_role", None),
            ("iam", "CreateRole"),
            ("MalformedPolicyDocument", IAM),
            "IAM does not see a principal yet",
        ),
        case(
            ("iam_role", Some("trust_policy")),
            ("iam", "UpdateAssumeRolePolicy"),
            ("MalformedPolicyDocument", IAM),
            "IAM does not see a principal yet",
        ),
    ]
}

fn policy_of_others() -> Policy {
    let document = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
        "Principal": {"AWS": "210987654321"}, "Action": "*", "Resource": "*"}]}"#;
    Policy::parse(document).unwrap()
}

/// The results of one run with one resource.
struct Outcomes {
    results: Results,
    took: Duration,
    calls: usize,
    reported: Vec<String>,
}

impl Case {
    /// The resource of the case, without others.
    fn node(&self) -> Node {
        let settings = match self.kind {
            "kms_key" => settings(&["eu-west-1"]),
            _ => unencrypted(&["eu-west-1"]),
        };
        // The last role is one with an inline policy named `default`.
        let nodes = laid_out(&settings).into_iter().rev();
        let mut nodes = nodes.filter(|node| node.address().kind == self.kind);
        Node {
            needs: Vec::new(),
            outlives: None,
            ..nodes.next().unwrap()
        }
    }

    async fn run(&self, until: Until) -> Outcomes {
        let node = self.node();
        let settled = read_back(&node, &Known::new());
        let observed = match self.corrects {
            None => Observed::Missing,
            Some(name) => {
                let mut present = ours(settled.clone());
                present.arn = Some(format!("arn:aws:kms:eu-west-1:{ACCOUNT}:key/{KEY}"));
                let other = match settled.get(name) {
                    Some(Value::Policy(_)) => Value::Policy(policy_of_others()),
                    _ => Value::from("another one"),
                };
                present.attributes.insert(name.to_owned(), other);
                Observed::Present(present)
            }
        };
        let observed = Observations::from([(node.address().clone(), observed)]);
        let mut run = Run::of(vec![node], observed, consent(false));
        let wire = Wire::new(settled, self.refusal, until);
        run.aws = wire.aws(run.stop.subscribe());
        let began = Instant::now();
        let results = run.execute().await;
        Outcomes {
            results,
            took: began.elapsed(),
            calls: wire.calls(),
            reported: run.reported(),
        }
    }

    /// Checks that the events report the wait once.
    fn check_wait(&self, reported: &[String]) {
        let wait = format!(
            "waits for IAM to spread a change ({}:{} answers {})",
            self.service, self.refusal.operation, self.refusal.code
        );
        let waits: Vec<_> = reported
            .iter()
            .filter(|it| it.contains(" waits "))
            .collect();
        assert_eq!(waits.len(), 1, "{}: {reported:?}", self.why);
        assert!(waits[0].ends_with(&wait), "{}: {reported:?}", self.why);
    }
}

/// How far the clock may go beyond a limit: one pause.
const LATE: Duration = Duration::from_secs(3);

#[tokio::test(start_paused = true)]
async fn a_refused_call_is_repeated_until_the_service_sees_the_change() {
    for case in cases() {
        let name = format!("{}: {}", case.refusal.operation, case.why);
        let mut pauses = Pauses::default();
        let few = 3;
        let paused: Duration = (0..few).map(|_| pauses.next()).sum();
        for (until, least) in [
            (Until::Calls(few), paused),
            (
                Until::Clock(Duration::from_secs(90)),
                Duration::from_secs(90),
            ),
        ] {
            let run = case.run(until).await;
            let outcomes = &run.results.outcomes;
            assert!(
                matches!(outcomes.as_slice(), [(_, Outcome::Done(_))]),
                "{name}, {until:?}: {outcomes:?}"
            );
            let took = run.took;
            assert!(took >= least, "{name}, {until:?}: {took:?}");
            assert!(took < least + LATE, "{name}, {until:?}: {took:?}");
            if matches!(until, Until::Calls(_)) {
                assert_eq!(run.calls, few + 1, "{name}");
            }
            case.check_wait(&run.reported);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn past_the_limit_the_last_error_names_both_possible_causes() {
    for case in cases() {
        let name = format!("{}: {}", case.refusal.operation, case.why);
        let run = case.run(Until::Never).await;
        let took = run.took;
        assert!(took >= RETRY_LIMIT, "{name}: {took:?}");
        assert!(took < RETRY_LIMIT + LATE, "{name}: {took:?}");
        case.check_wait(&run.reported);
        let [(address, Outcome::Failed(failure))] = run.results.outcomes.as_slice() else {
            panic!("{name}: {:?}", run.results.outcomes);
        };
        let Refusal {
            operation,
            code,
            message,
            ..
        } = case.refusal;
        let region = if case.service == "iam" {
            ""
        } else {
            ", region eu-west-1"
        };
        let last = run.calls;
        assert_eq!(
            failure.to_string(),
            format!(
                "{}:{operation} failed on {address} (account 123456789012{region})\n\
                 Caused by:\n  1: {code}: {message} (request id request-{last})\n\
                 Hint: Run again, because IAM may not have spread the new role or principal yet. \
                 If that does not help, the role lacks the permission or the principal does not \
                 exist: look at the policies and principals that the message names",
                case.service
            ),
            "{name}"
        );
    }
}

/// A call that the caller may not make fails at once, even if its error resembles one that passes.
#[tokio::test(start_paused = true)]
async fn a_permission_that_the_caller_lacks_is_not_waited_for() {
    let pass_role = "User: arn:aws:iam::123456789012:user/u is not authorized to perform: \
        iam:PassRole on resource: arn:aws:iam::123456789012:role/r";
    let cases = [
        case(
            ("firehose_stream", None),
            ("firehose", "CreateDeliveryStream"),
            ("AccessDeniedException", pass_role),
            "iam:PassRole",
        ),
        case(
            ("event_target", None),
            ("events", "PutTargets"),
            ("AccessDeniedException", pass_role),
            "iam:PassRole",
        ),
        case(
            ("kms_key", None),
            ("kms", "CreateKey"),
            (
                "AccessDeniedException",
                "User: arn:aws:iam::123456789012:user/u is not authorized to perform: kms:CreateKey",
            ),
            "kms:CreateKey",
        ),
        case(
            ("iam_role", None),
            ("iam", "CreateRole"),
            (
                "AccessDenied",
                "User: arn:aws:iam::123456789012:user/u is not authorized to perform: iam:CreateRole",
            ),
            "iam:CreateRole",
        ),
    ];
    for case in cases {
        let action = case.why;
        let run = case.run(Until::Never).await;
        assert_eq!((run.calls, run.took), (1, Duration::ZERO), "{action}");
        let [(_, Outcome::Failed(failure))] = run.results.outcomes.as_slice() else {
            panic!("{action}: {:?}", run.results.outcomes);
        };
        let hint = failure.hint.as_deref().unwrap();
        assert!(
            hint.starts_with("Allow ") && hint.contains(action),
            "{hint}"
        );
    }
}
