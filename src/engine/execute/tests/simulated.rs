//! The duration of a whole deployment on a simulated, slow AWS, compared with the longest chain of
//! its waits.
//!
//! The resources are those of the real systems. They live in memory and are as slow as AWS was seen
//! to be. The longest chain is computed from the graph alone, without queue, executor and polling.

use super::*;
use crate::fakes::deployment::{layout, settings, with_audit_trail};
use crate::fakes::{CALL, Pace, read_back};
use crate::names::IamIdentity;
use crate::settings::Settings;
use crate::systems::Goal;

/// The attributes that are written after the create call: a role's inline policy, and a bucket's
/// settings.
const LATE: [&str; 9] = [
    "bucket_policy",
    "encryption.algorithm",
    "encryption.bucket_key",
    "encryption.key",
    "inline_policy[STSIntegration]",
    "inline_policy[default]",
    "lifecycle",
    "public_access_block",
    "versioning",
];

/// How long AWS takes for its steps, in milliseconds.
#[derive(Debug, Clone, Copy)]
struct Times {
    /// Until a service may assume a new role.
    assumable: u64,
    /// Until IAM and S3 show what was written.
    shown: u64,
    /// Until a new stream is active, or a deleted one is gone.
    stream: u64,
}

/// One deployment on an AWS with such times.
struct Simulation {
    world: World,
    nodes: Vec<Node>,
    fakes: BTreeMap<Address, Fake>,
}

fn deployment(regions: &[&str]) -> Settings {
    let mut settings = with_audit_trail(settings(regions));
    let audit_trail = settings.audit_trail.as_mut().unwrap();
    audit_trail.attach_to = vec![IamIdentity::User("audit".to_owned())];
    settings
}

impl Simulation {
    fn new(settings: &Settings, times: Times, wanted: bool) -> Self {
        let goal = match wanted {
            true => Goal::Present,
            false => Goal::Absent,
        };
        let real = layout(settings, goal).unwrap().nodes;
        let world = World::default();
        let known = Known::from([(
            Address::regional("kms_key", "integration", &settings.regions[0]),
            "arn:aws:kms:eu-west-1:123456789012:key/k".to_owned(),
        )]);
        let (mut nodes, mut fakes) = (Vec::new(), BTreeMap::new());
        for node in real {
            // Only an agent on EC2 has an instance profile.
            if node.address().kind == "iam_instance_profile" {
                continue;
            }
            let address = node.address().clone();
            let fake = Fake {
                wanted,
                desired: read_back(&node, &known),
                late: LATE.to_vec(),
                parent: node.resource.parent().cloned(),
                deletion_is_answered: node.resource.deletion_is_answered(),
                pace: pace(&node, times),
                ..Fake::at(&world, address.clone())
            };
            nodes.push(Node {
                resource: std::sync::Arc::new(fake.clone()),
                ..node
            });
            fakes.insert(address, fake);
        }
        if !wanted {
            for (address, fake) in &fakes {
                world.put(address, Observed::Present(fake.settled(&Known::new())));
            }
        }
        Simulation {
            world,
            nodes,
            fakes,
        }
    }

    async fn took(self) -> Duration {
        let run = Run::new(&self.world, self.nodes);
        let began = Instant::now();
        let results = run.execute().await;
        let took = began.elapsed();
        let done = |(_, outcome): &(Address, Outcome)| matches!(outcome, Outcome::Done(_));
        assert!(results.outcomes.iter().all(done), "{:?}", results.outcomes);
        assert_eq!(results.outcomes.len(), self.fakes.len());
        took
    }

    /// When the last resource is as wanted, if each step starts as soon as its needs are met and
    /// its end is noticed at once.
    fn longest_chain(&self, created: bool) -> Duration {
        let nodes = self.nodes.iter();
        let ends = nodes.map(|node| {
            if created {
                self.creation(node.address()).2
            } else {
                self.deletion(node.address())
            }
        });
        ends.max().unwrap()
    }

    fn node(&self, address: &Address) -> &Node {
        let mut nodes = self.nodes.iter();
        nodes.find(|node| node.address() == address).unwrap()
    }

    /// When the resource exists, when everything is written, and when AWS reads it back as wanted.
    fn creation(&self, address: &Address) -> (Duration, Duration, Duration) {
        let fake = &self.fakes[address];
        let needs = self.node(address).needs.iter();
        let starts = needs.map(|(needed, milestone)| {
            let (exists, written, settled) = self.creation(needed);
            match milestone {
                Milestone::Exists => exists,
                Milestone::Written => written,
                Milestone::Settled => settled,
            }
        });
        let mut exists = starts.max().unwrap_or_default() + CALL;
        if let Some((role, age)) = &fake.pace.assumes {
            exists = exists.max(self.creation(role).0 + *age);
        }
        let is_late = |name: &&str| fake.desired.contains_key(*name);
        let updates = match fake.late.iter().any(is_late) {
            true => CALL,
            false => Duration::ZERO,
        };
        let written = exists + updates;
        let true_since = written + fake.pace.shown.max(CALL);
        let settled = true_since.max(exists + fake.pace.creating);
        (exists, written, settled)
    }

    /// When the resource is gone.
    fn deletion(&self, address: &Address) -> Duration {
        let fake = &self.fakes[address];
        let dependents = self.nodes.iter().filter(|node| {
            let mut needs = node.needs.iter();
            needs.any(|(needed, _)| needed == address)
        });
        let dependents = dependents.map(|node| node.address());
        let before = dependents.chain(self.node(address).outlives.as_ref());
        let start = before.map(|it| self.deletion(it)).max().unwrap_or_default();
        let answered = start + CALL;
        match fake.deletion_is_answered {
            true => answered,
            false => answered + (fake.pace.shown + fake.pace.deleting).max(CALL),
        }
    }
}

fn pace(node: &Node, times: Times) -> Pace {
    let of = Duration::from_millis;
    // A resource passes the role of its own region to its service.
    let role = |kind: &str| {
        let region = node.address().region.as_ref().unwrap();
        let role = Address::global("iam_role", format!("{kind}-{region}"));
        Some((role, of(times.assumable)))
    };
    match node.address().kind {
        kind if kind.starts_with("iam_") || kind == "s3_bucket" => Pace {
            shown: of(times.shown),
            ..Pace::default()
        },
        "firehose_stream" => Pace {
            creating: of(times.stream),
            deleting: of(times.stream),
            assumes: role("firehose"),
            ..Pace::default()
        },
        "event_target" => Pace {
            assumes: role("eventbridge"),
            ..Pace::default()
        },
        _ => Pace::default(),
    }
}

/// The range of times that AWS was seen to take, in steps that are no multiple of a pause. Only a
/// creation waits until a role can be assumed.
fn paces(created: bool) -> Vec<Times> {
    let longest = if created { 15_000 } else { 4_000 };
    let mut paces = Vec::new();
    for assumable in (4_000..=longest).step_by(2_730) {
        for shown in [0, 900, 4_000] {
            for stream in (20_000..=45_000).step_by(6_130) {
                paces.push(Times {
                    assumable,
                    shown,
                    stream,
                });
            }
        }
    }
    paces
}

async fn check(created: bool) {
    let three = ["eu-west-1", "us-east-1", "ap-south-1"];
    for regions in [&three[..1], &three] {
        let settings = deployment(regions);
        for times in paces(created) {
            let simulation = Simulation::new(&settings, times, created);
            let chain = simulation.longest_chain(created);
            let took = simulation.took().await;
            assert!(took >= chain, "{took:?} is less than possible: {chain:?}");
            assert!(
                took * 100 <= chain * 105,
                "{} regions, {times:?}: {took:?} for a chain of {chain:?}",
                regions.len()
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_apply_takes_hardly_longer_than_its_longest_chain() {
    check(true).await;
}

#[tokio::test(start_paused = true)]
async fn a_destroy_takes_hardly_longer_than_its_longest_chain() {
    check(false).await;
}
