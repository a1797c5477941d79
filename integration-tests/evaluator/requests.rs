//! Requests, the documents that decide them, and the verdicts that are expected.

use serde_json::{Value as Json, json};

use crate::deployment::ACCOUNT;
use crate::documents::{Documents, PROFILES, of_profile};
use crate::tool::evaluate;

/// The condition key that the evaluator does not know: it knows none of the form
/// `kms:EncryptionContext:…`.
const UNKNOWN_TO_IT: &str = "kms:EncryptionContext:aws:s3:arn";

/// A request, and the documents that decide it.
#[derive(Clone)]
pub struct Request {
    why: String,
    principal: String,
    action: String,
    resource: String,
    context: Vec<(String, String)>,
    identity: Vec<Document>,
    boundary: Option<Json>,
    on_resource: Option<Document>,
}

/// A policy that decides a request.
#[derive(Clone)]
enum Document {
    /// A policy of ours, by its name.
    Ours(String),
    /// A policy of ours, without the condition that the evaluator does not know.
    WithoutEncryptionContext(String),
    /// A policy of others.
    Theirs(Json),
}

/// A request of `principal` for `action` on `resource`.
pub fn request(
    why: impl Into<String>,
    principal: impl Into<String>,
    action: &str,
    resource: impl Into<String>,
) -> Request {
    Request {
        why: why.into(),
        principal: principal.into(),
        action: action.to_owned(),
        resource: resource.into(),
        context: Vec::new(),
        identity: Vec::new(),
        boundary: None,
        on_resource: None,
    }
}

impl Request {
    /// The request with a condition key's value.
    pub fn with(mut self, key: &str, value: &str) -> Self {
        self.context.push((key.to_owned(), value.to_owned()));
        self
    }

    /// The request with one of our documents as the policy of its principal.
    pub fn by(mut self, document: &str) -> Self {
        self.identity.push(Document::Ours(document.to_owned()));
        self
    }

    /// As [`Request::by`], without the condition on the encryption context, which must be there.
    pub fn by_without_encryption_context(mut self, document: &str) -> Self {
        let document = Document::WithoutEncryptionContext(document.to_owned());
        self.identity.push(document);
        self
    }

    /// The request with a policy of others as one of its principal.
    pub fn by_theirs(mut self, policy: Json) -> Self {
        self.identity.push(Document::Theirs(policy));
        self
    }

    /// The request of a principal whose own account allows it everything.
    pub fn by_administrator(self) -> Self {
        self.by_theirs(json!({"Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}))
    }

    /// The request of a principal that has this permissions boundary.
    pub fn under(mut self, boundary: Json) -> Self {
        self.boundary = Some(boundary);
        self
    }

    /// The request with one of our documents as the policy of its resource.
    pub fn on(mut self, document: &str) -> Self {
        self.on_resource = Some(Document::Ours(document.to_owned()));
        self
    }

    /// The request on a key whose policy leaves everything to the IAM policies of the key's account.
    pub fn on_key_that_leaves_it_to_iam(mut self) -> Self {
        let root = format!("arn:aws:iam::{ACCOUNT}:root");
        let policy = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
            "Principal": {"AWS": root}, "Action": "kms:*", "Resource": "*"}]});
        self.on_resource = Some(Document::Theirs(policy));
        self
    }

    /// Both profiles allow it.
    pub fn allowed(self) -> Case {
        self.expect(true, true)
    }

    /// Both profiles refuse it.
    pub fn refused(self) -> Case {
        self.expect(false, false)
    }

    /// Only the vendor's documents allow it.
    pub fn refused_if_hardened(self) -> Case {
        self.expect(true, false)
    }

    /// Only the hardened documents allow it.
    pub fn allowed_if_hardened(self) -> Case {
        self.expect(false, true)
    }

    fn expect(self, documented: bool, hardened: bool) -> Case {
        Case {
            request: self,
            expected: [documented, hardened],
        }
    }

    fn for_the_evaluator(&self, documents: &Documents) -> Json {
        let identity = self.identity.iter();
        let identity: Vec<Json> = identity.map(|it| it.policy(documents)).collect();
        let on_resource = self.on_resource.as_ref().map(|it| it.policy(documents));
        let context: serde_json::Map<String, Json> = self
            .context
            .iter()
            .map(|(key, value)| (key.clone(), value.as_str().into()))
            .collect();
        json!({
            "principal": self.principal,
            "action": self.action,
            "resource": self.resource,
            "account": ACCOUNT,
            "context": context,
            "identity": identity,
            "boundary": self.boundary,
            "resourcePolicy": on_resource,
        })
    }
}

impl Document {
    fn policy(&self, documents: &Documents) -> Json {
        match self {
            Document::Ours(name) => documents.get(name),
            Document::WithoutEncryptionContext(name) => {
                let mut policy = documents.get(name);
                let taken_out = take_out(&mut policy, UNKNOWN_TO_IT);
                assert_eq!(taken_out, 1, "{name} limits the encryption context once");
                policy
            }
            Document::Theirs(policy) => policy.clone(),
        }
    }
}

/// Removes a condition key everywhere, and returns how often it was found.
fn take_out(json: &mut Json, key: &str) -> usize {
    match json {
        Json::Object(fields) => {
            let own = usize::from(fields.remove(key).is_some());
            fields.retain(|_, value| value.as_object().is_none_or(|it| !it.is_empty()));
            own + fields
                .values_mut()
                .map(|it| take_out(it, key))
                .sum::<usize>()
        }
        Json::Array(items) => items.iter_mut().map(|it| take_out(it, key)).sum(),
        _ => 0,
    }
}

/// A request, and the expected verdict of each profile.
pub struct Case {
    request: Request,
    /// Whether the request is allowed, in the order of [`PROFILES`].
    expected: [bool; 2],
}

/// Fails unless the evaluator's verdict on every case is the expected one, in both profiles.
#[track_caller]
pub fn check(cases: &[Case]) {
    assert!(!cases.is_empty());
    let mut asked = Vec::new();
    let mut expected = Vec::new();
    for (place, profile) in PROFILES.into_iter().enumerate() {
        for case in cases {
            expected.push((profile, case, case.expected[place]));
            asked.push(case.request.for_the_evaluator(of_profile(profile)));
        }
    }
    let verdicts = evaluate(asked);
    assert_eq!(verdicts.len(), expected.len());
    let wrong: Vec<String> = expected
        .iter()
        .zip(&verdicts)
        .filter(|((_, _, allowed), verdict)| {
            let result = if *allowed { "Allowed" } else { "Denied" };
            let found = verdict["result"].as_str().unwrap_or("an error");
            // A condition key that the evaluator ignores was not evaluated: its verdict means nothing.
            !found.ends_with(result) || verdict["ignored"] != json!([])
        })
        .map(|((profile, case, allowed), verdict)| {
            let Request { why, action, .. } = &case.request;
            let expected = if *allowed { "allow" } else { "refuse" };
            format!("{profile} should {expected} {action} ({why}): {verdict}")
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
