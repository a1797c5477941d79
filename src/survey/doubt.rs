//! Tells whether the answers of AWS fit together.
//!
//! AWS answers reads from copies, so that an answer may be some seconds old (KMS Developer Guide,
//! "Eventual consistency"; IAM User Guide, "Changes that I make are not always immediately visible").
//! Right after an apply or a destroy, some answers are old and others are not. A deployment is nearly
//! always there as a whole or not at all. So where it is there in part, and where nothing seems to be left
//! to do for a small one, everything is read again once no answer can be that old
//! ([`Aws::read_lag`](crate::aws::Aws::read_lag)).

use crate::engine::decision::unsettled;
use crate::engine::node::{Node, Observations, known};
use crate::engine::observed::{Observed, Phase};
use crate::engine::ownership::Owner;

/// Of how many resources all answers may be old at once. Five services would have to answer late together
/// for more.
const MOST_LATE: usize = 5;

/// Why what was observed may be out of date, in a sentence without a full stop; `None` if nothing
/// speaks for it.
pub fn doubt(nodes: &[Node], observed: &Observations) -> Option<&'static str> {
    let mut wanted = Count::default();
    let mut unwanted = Count::default();
    for node in nodes.iter().filter(|node| node.is_usual) {
        match node.is_wanted() {
            true => wanted.add(observed.get(node.address())),
            false => unwanted.add(observed.get(node.address())),
        }
    }
    let removes_all = !nodes.iter().any(Node::is_wanted);
    let known = known(observed);
    let is_as_wanted = |node: &Node| {
        let observed = observed.get(node.address()).unwrap_or(&Observed::Missing);
        unsettled(node, observed, &known).is_none()
    };
    if wanted.is_mixed() || unwanted.is_mixed() {
        Some("Some resources of this deployment exist and others do not")
    } else if removes_all && (1..=MOST_LATE).contains(&unwanted.missing) {
        Some(match unwanted.leaving {
            0 => "No resource of this deployment was found",
            _ => "Of this deployment only what AWS is deleting already was found",
        })
    } else if (1..=MOST_LATE).contains(&wanted.there) && nodes.iter().all(is_as_wanted) {
        Some("All of this small deployment was found as it should be")
    } else {
        None
    }
}

#[derive(Default)]
struct Count {
    there: usize,
    missing: usize,
    /// How many of the missing ones AWS is deleting.
    leaving: usize,
}

impl Count {
    /// Counts a resource that is ours, or whose name is free.
    fn add(&mut self, observed: Option<&Observed>) {
        match observed {
            Some(Observed::Present(present)) if matches!(present.owner, Owner::Foreign(_)) => {}
            Some(Observed::Present(present)) => match present.phase {
                Phase::Stable | Phase::Creating => self.there += 1,
                Phase::Deleting | Phase::PendingDeletion => {
                    self.missing += 1;
                    self.leaving += 1;
                }
            },
            None | Some(Observed::Missing | Observed::MissingBeside(_)) => self.missing += 1,
            Some(Observed::Impossible(_) | Observed::Taken(_) | Observed::Obstructed(_)) => {}
        }
    }

    fn is_mixed(&self) -> bool {
        self.there > 0 && self.missing > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::observed::Present;
    use crate::fakes::{Fake, World, at, attributes, ours};

    fn present(phase: Phase) -> Observed {
        Observed::Present(Present {
            phase,
            ..ours(attributes(&[("size", 1)]))
        })
    }

    #[test]
    fn a_deployment_that_is_there_in_part_is_read_again() {
        let there = || present(Phase::Stable);
        let foreign = || {
            Observed::Present(Present {
                owner: Owner::Foreign("it carries no tags".to_owned()),
                ..ours(attributes(&[]))
            })
        };
        let drifted = Observed::Present(ours(attributes(&[("size", 9)])));
        let small = Some("All of this small deployment was found as it should be");
        let in_part = Some("Some resources of this deployment exist and others do not");
        let nothing = Some("No resource of this deployment was found");
        let cases = [
            (
                "a first apply",
                true,
                Observed::Missing,
                Observed::Missing,
                None,
            ),
            (
                "an apply right after the destroy of a small deployment",
                true,
                there(),
                there(),
                small,
            ),
            (
                "a write shows whether a drifted resource is there",
                true,
                drifted,
                there(),
                None,
            ),
            (
                "an old answer, or an apply that ended half-way",
                true,
                there(),
                Observed::Missing,
                in_part,
            ),
            (
                "AWS still creates one",
                true,
                present(Phase::Creating),
                there(),
                None,
            ),
            (
                "an apply some days after a destroy",
                true,
                present(Phase::PendingDeletion),
                Observed::Missing,
                None,
            ),
            (
                "an apply right after a destroy",
                true,
                there(),
                present(Phase::Deleting),
                in_part,
            ),
            (
                "somebody else has a name",
                true,
                foreign(),
                Observed::Missing,
                None,
            ),
            ("a whole destroy", false, there(), there(), None),
            (
                "a destroy right after an apply",
                false,
                there(),
                Observed::Missing,
                in_part,
            ),
            (
                "one \"not found\" for each proves little",
                false,
                Observed::Missing,
                Observed::Missing,
                nothing,
            ),
            (
                "a destroy right after a destroy",
                false,
                present(Phase::PendingDeletion),
                Observed::Missing,
                Some("Of this deployment only what AWS is deleting already was found"),
            ),
            (
                "what others have is not missing",
                false,
                foreign(),
                there(),
                None,
            ),
            (
                "a name that somebody else has",
                false,
                Observed::Taken("theirs".to_owned()),
                there(),
                None,
            ),
        ];
        for (why, wanted, a, b, expected) in cases {
            let world = World::default();
            let node = |name| {
                Fake {
                    wanted,
                    ..Fake::new(&world, name)
                }
                .node(&[])
            };
            let nodes = [node("a"), node("b")];
            let observed = Observations::from([(at("a"), a), (at("b"), b)]);
            assert_eq!(doubt(&nodes, &observed), expected, "{why}");
        }
    }

    #[test]
    fn many_answers_are_not_late_at_once() {
        let world = World::default();
        for (count, expected) in [(5, true), (6, false)] {
            let names: Vec<String> = (0..count).map(|it| it.to_string()).collect();
            let fakes = || names.iter().map(|it| Fake::new(&world, it));
            let unwanted: Vec<Node> = fakes().map(|it| it.unwanted().node(&[])).collect();
            let is_doubtful = doubt(&unwanted, &Observations::new()).is_some();
            assert_eq!(is_doubtful, expected, "{count} are missing");

            let wanted: Vec<Node> = fakes().map(|it| it.node(&[])).collect();
            let observed = names.iter().map(|it| (at(it), present(Phase::Stable)));
            let is_doubtful = doubt(&wanted, &observed.collect()).is_some();
            assert_eq!(is_doubtful, expected, "{count} are there");
        }
    }

    #[test]
    fn what_a_deployment_need_not_have_raises_no_doubt() {
        let world = World::default();
        let profile = Node {
            is_usual: false,
            ..Fake::new(&world, "profile").unwanted().node(&[])
        };
        let nodes = [Fake::new(&world, "a").unwanted().node(&[]), profile];
        let observed = Observations::from([(at("a"), present(Phase::Stable))]);
        assert_eq!(doubt(&nodes, &observed), None);
    }

    #[test]
    fn what_is_removed_beside_a_deployment_is_judged_by_itself() {
        let world = World::default();
        let left_behind = Fake::new(&world, "b").unwanted().node(&[]);
        let nodes = [Fake::new(&world, "a").node(&[]), left_behind];
        let drifted = Observed::Present(ours(attributes(&[("size", 9)])));
        let observed = Observations::from([(at("a"), drifted)]);
        assert_eq!(doubt(&nodes, &observed), None);
    }
}
