//! The order of work: which steps of a plan are ready.
//!
//! The queue knows nothing of AWS, time or threads. The executor reports to the queue which
//! milestones were reached and which steps failed. The queue answers which steps are ready and
//! which can no longer be done.

use std::collections::{BTreeMap, BTreeSet};

use crate::engine::action::Action;
use crate::engine::address::Address;
use crate::engine::node::{Milestone, Node};
use crate::engine::plan::Plan;

/// The resources and milestones that each resource waits for.
pub type Edges = BTreeMap<Address, BTreeSet<(Address, Milestone)>>;

/// The edges of a plan.
///
/// A resource that is created or changed waits for the resources that it needs. A resource that is
/// deleted waits until all resources that need it are done, and until the resource that it outlives
/// is gone.
pub fn edges(nodes: &[Node], plan: &Plan) -> Edges {
    let actions: BTreeMap<&Address, Action> = plan
        .steps
        .iter()
        .map(|step| (&step.address, step.decision.action))
        .collect();
    let mut edges: Edges = actions
        .keys()
        .map(|address| ((*address).clone(), BTreeSet::new()))
        .collect();
    let mut wait = |waiting: &Address, for_: &Address, milestone| {
        if let (Some(set), true) = (edges.get_mut(waiting), actions.contains_key(for_)) {
            set.insert((for_.clone(), milestone));
        }
    };
    for node in nodes {
        let own = node.address();
        for (needed, milestone) in &node.needs {
            if actions.get(needed) == Some(&Action::Delete) {
                wait(needed, own, Milestone::Settled);
            } else if actions.get(own) != Some(&Action::Delete) {
                wait(own, needed, *milestone);
            }
        }
        if let (Some(outlived), Some(Action::Delete)) = (&node.outlives, actions.get(own)) {
            wait(own, outlived, Milestone::Settled);
        }
    }
    edges
}

/// The resources that wait, with what each waits for.
#[derive(Debug)]
pub struct Queue {
    waiting: Edges,
    /// The length of the longest chain of resources that wait for each resource.
    heights: BTreeMap<Address, usize>,
}

impl Queue {
    /// A queue in which every resource waits. `edges` must have no cycle.
    pub fn new(edges: Edges) -> Self {
        let mut heights = BTreeMap::new();
        for address in edges.keys() {
            height(address, &edges, &mut heights);
        }
        Queue {
            waiting: edges,
            heights,
        }
    }

    /// Removes and returns the resources that wait for nothing, the start of the longest chain
    /// first.
    pub fn take_ready(&mut self) -> Vec<Address> {
        let mut ready: Vec<Address> = self
            .waiting
            .iter()
            .filter(|(_, needs)| needs.is_empty())
            .map(|(address, _)| address.clone())
            .collect();
        for address in &ready {
            self.waiting.remove(address);
        }
        ready.sort_by_key(|address| std::cmp::Reverse(self.heights[address]));
        ready
    }

    /// Records that `address` reached `milestone`. Each milestone includes the earlier ones.
    pub fn reached(&mut self, address: &Address, milestone: Milestone) {
        for needs in self.waiting.values_mut() {
            needs.retain(|(needed, wanted)| needed != address || *wanted > milestone);
        }
    }

    /// Removes and returns the resources that wait for `address`, directly or indirectly: they can
    /// no longer be done.
    pub fn failed(&mut self, address: &Address) -> Vec<Address> {
        let mut lost = Vec::new();
        let mut causes = vec![address.clone()];
        while let Some(cause) = causes.pop() {
            let dependents: Vec<Address> = self
                .waiting
                .iter()
                .filter(|(_, needs)| needs.iter().any(|(needed, _)| *needed == cause))
                .map(|(address, _)| address.clone())
                .collect();
            for dependent in dependents {
                self.waiting.remove(&dependent);
                causes.push(dependent.clone());
                lost.push(dependent);
            }
        }
        lost
    }

    /// Removes and returns every resource that still waits.
    pub fn drain(&mut self) -> Vec<Address> {
        std::mem::take(&mut self.waiting).into_keys().collect()
    }
}

fn height(address: &Address, edges: &Edges, heights: &mut BTreeMap<Address, usize>) -> usize {
    if let Some(height) = heights.get(address) {
        return *height;
    }
    let own = edges
        .iter()
        .filter(|(_, needs)| needs.iter().any(|(needed, _)| needed == address))
        .map(|(dependent, _)| height(dependent, edges, heights) + 1)
        .max()
        .unwrap_or(0);
    heights.insert(address.clone(), own);
    own
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(index: usize) -> Address {
        Address::global("kind", format!("{index:02}"))
    }

    /// A graph without cycles: each node needs only nodes of lower number.
    fn acyclic() -> impl Strategy<Value = Edges> {
        proptest::collection::vec(
            proptest::collection::vec((any::<prop::sample::Index>(), 0..3_usize), 0..4),
            1..20,
        )
        .prop_map(|rows| {
            rows.iter()
                .enumerate()
                .map(|(own, needs)| {
                    let needs = needs
                        .iter()
                        .filter(|_| own > 0)
                        .map(|(index, milestone)| {
                            use Milestone::{Exists, Settled, Written};
                            (at(index.index(own)), [Exists, Written, Settled][*milestone])
                        })
                        .collect();
                    (at(own), needs)
                })
                .collect()
        })
    }

    proptest! {
        #[test]
        fn every_resource_runs_once_and_after_its_needs(edges in acyclic()) {
            let mut queue = Queue::new(edges.clone());
            let mut done = BTreeSet::new();
            loop {
                let ready = queue.take_ready();
                if ready.is_empty() {
                    break;
                }
                for address in ready {
                    for (needed, _) in &edges[&address] {
                        prop_assert!(done.contains(needed), "{address} ran before {needed}");
                    }
                    queue.reached(&address, Milestone::Settled);
                    prop_assert!(done.insert(address));
                }
            }
            prop_assert_eq!(done.len(), edges.len());
        }

        #[test]
        fn a_failure_removes_exactly_its_dependents(edges in acyclic(), pick in any::<prop::sample::Index>()) {
            let failed = at(pick.index(edges.len()));
            let mut queue = Queue::new(edges.clone());
            let lost: BTreeSet<_> = queue.failed(&failed).into_iter().collect();
            for (address, needs) in &edges {
                let depends = needs.iter().any(|(needed, _)| *needed == failed || lost.contains(needed));
                prop_assert_eq!(lost.contains(address), depends);
            }
        }
    }

    #[test]
    fn a_need_for_existence_does_not_wait_for_settling() {
        let edges = Edges::from([
            (at(0), BTreeSet::new()),
            (at(1), BTreeSet::from([(at(0), Milestone::Exists)])),
            (at(2), BTreeSet::from([(at(0), Milestone::Settled)])),
        ]);
        let mut queue = Queue::new(edges);
        assert_eq!(queue.take_ready(), [at(0)]);
        queue.reached(&at(0), Milestone::Exists);
        assert_eq!(queue.take_ready(), [at(1)]);
        queue.reached(&at(0), Milestone::Settled);
        assert_eq!(queue.take_ready(), [at(2)]);
    }

    #[test]
    fn the_longest_chain_starts_first() {
        let edges = Edges::from([
            (at(0), BTreeSet::new()),
            (at(1), BTreeSet::new()),
            (at(2), BTreeSet::from([(at(1), Milestone::Exists)])),
        ]);
        assert_eq!(Queue::new(edges).take_ready(), [at(1), at(0)]);
    }
}
