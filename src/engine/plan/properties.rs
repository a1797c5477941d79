//! Property tests: what must hold for the plan of every graph in every state.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;
use crate::engine::graph::{self, Edges, Queue};
use crate::engine::known::Known;
use crate::engine::node::Milestone;
use crate::engine::observed::Phase;
use crate::engine::ownership::Owner;
use crate::fakes::{Fake, World, at, attributes, consent, ours};

/// The shape of one node and the state of its resource.
#[derive(Debug, Clone)]
struct Shape {
    wanted: bool,
    needs: Vec<(Index, bool)>,
    parent: bool,
    /// The later resource that this one outlives.
    outlives: Option<Index>,
    refers: bool,
    chosen_arn: bool,
    state: usize,
}

fn shapes() -> impl Strategy<Value = Vec<Shape>> {
    let needs = prop::collection::vec((any::<Index>(), any::<bool>()), 0..4);
    let outlives = prop::option::weighted(0.2, any::<Index>());
    let shape = (
        any::<bool>(),
        needs,
        prop::bool::weighted(0.2),
        outlives,
        any::<bool>(),
        any::<bool>(),
        0..10_usize,
    )
        .prop_map(
            |(wanted, needs, parent, outlives, refers, chosen_arn, state)| Shape {
                wanted,
                needs,
                parent,
                outlives,
                refers,
                chosen_arn,
                state,
            },
        );
    prop::collection::vec(shape, 1..12)
}

/// The same shapes, either all wanted or all unwanted.
fn all(shapes: Vec<Shape>, wanted: bool) -> Vec<Shape> {
    let shapes = shapes.into_iter();
    shapes.map(|shape| Shape { wanted, ..shape }).collect()
}

fn name(index: usize) -> String {
    format!("{index:02}")
}

/// The fakes of the shapes and their nodes. Each node needs only earlier ones.
fn graph(shapes: &[Shape]) -> (Vec<Fake>, Vec<Node>) {
    let fakes: Vec<Fake> = shapes
        .iter()
        .enumerate()
        .map(|(own, shape)| {
            let first = shape.needs.first().filter(|_| own > 0);
            let first = first.map(|(index, _)| at(&name(index.index(own))));
            Fake {
                wanted: shape.wanted,
                reference: first.clone().filter(|_| shape.refers),
                parent: first.filter(|_| shape.parent),
                chosen_arn: shape.chosen_arn,
                immutable: vec!["kind"],
                ..Fake::new(&World::default(), &name(own))
            }
        })
        .collect();
    let nodes = fakes
        .iter()
        .zip(shapes)
        .enumerate()
        .map(|(own, (fake, shape))| {
            let needs = shape.needs.iter().filter(|_| own > 0);
            let needs = needs.map(|(index, settled)| {
                let milestone = if *settled {
                    Milestone::Settled
                } else {
                    Milestone::Exists
                };
                (at(&name(index.index(own))), milestone)
            });
            let later = own + 1..shapes.len();
            // A parent is decided with its children, and outlives nothing.
            let childless = fakes
                .iter()
                .all(|it| it.parent != Some(fake.address().clone()));
            let outlives = shape.outlives.filter(|_| childless && !later.is_empty());
            let outlives = outlives.map(|index| later.start + index.index(later.len()));
            // A resource that is outlived outlives no other one.
            let outlives = outlives.filter(|it| shapes[*it].outlives.is_none());
            Node {
                needs: needs.collect(),
                outlives: outlives.map(|index| at(&name(index))),
                ..fake.clone().node(&[])
            }
        });
    let nodes = nodes.collect();
    (fakes, nodes)
}

fn state(fake: &Fake, state: usize) -> Observed {
    let settled = fake.settled(&Known::new());
    let with_phase = |phase| {
        Observed::Present(Present {
            phase,
            ..settled.clone()
        })
    };
    match state {
        0 => Observed::Missing,
        1 => Observed::Present(settled),
        2 => Observed::Present(Present {
            attributes: attributes(&[("size", 9)]),
            ..settled
        }),
        3 => Observed::Present(Present {
            owner: Owner::Foreign("it carries no tags".to_owned()),
            ..ours(attributes(&[("size", 9)]))
        }),
        4 => Observed::Obstructed("two of them carry our tags".to_owned()),
        5 => with_phase(Phase::Deleting),
        6 => with_phase(Phase::PendingDeletion),
        7 => Observed::Taken("another account's".to_owned()),
        8 => Observed::MissingBeside("another one carries our tags".to_owned()),
        _ => Observed::Present(Present {
            attributes: attributes(&[("kind", 8)]),
            ..settled
        }),
    }
}

fn observations(fakes: &[Fake], shapes: &[Shape]) -> Observations {
    let states = fakes.iter().zip(shapes);
    states
        .map(|(fake, shape)| (fake.address().clone(), state(fake, shape.state)))
        .collect()
}

/// The same nodes in another order. Each still stands after those that it needs.
fn reordered(nodes: &[Node], ranks: &[u8]) -> Vec<Node> {
    let mut left: Vec<(&u8, &Node)> = ranks.iter().zip(nodes).collect();
    left.sort_by_key(|(rank, _)| **rank);
    let mut order: Vec<Node> = Vec::new();
    while !left.is_empty() {
        let waits = |node: &Node| {
            let mut needs = node.needs.iter();
            needs.any(|(needed, _)| left.iter().any(|(_, other)| other.address() == needed))
        };
        let next = left.iter().position(|(_, node)| !waits(node));
        let (_, node) = left.remove(next.expect("the graph has no circle"));
        order.push(node.clone());
    }
    order
}

/// The decision for each resource, with the note that the plan shows.
fn by_address(plan: &Plan) -> BTreeMap<&Address, (&Decision, Option<&String>)> {
    let steps = plan.steps.iter();
    steps
        .map(|step| (&step.address, (&step.decision, step.note.as_ref())))
        .collect()
}

/// The steps in an order in which they could be executed.
fn carried_out(edges: Edges) -> Vec<Address> {
    let mut queue = Queue::new(edges);
    let mut order = Vec::new();
    loop {
        let ready = queue.take_ready();
        if ready.is_empty() {
            return order;
        }
        for address in ready {
            queue.reached(&address, Milestone::Settled);
            order.push(address);
        }
    }
}

proptest! {
    #[test]
    fn a_plan_does_not_depend_on_the_order_of_independent_nodes(
        shapes in shapes(),
        adopt in any::<bool>(),
        ranks in prop::collection::vec(any::<u8>(), 12),
    ) {
        let (fakes, nodes) = graph(&shapes);
        let observed = observations(&fakes, &shapes);
        let one = plan(&nodes, &observed, consent(adopt));
        let other = plan(&reordered(&nodes, &ranks), &observed, consent(adopt));
        prop_assert_eq!(by_address(&one), by_address(&other));
    }

    #[test]
    fn steps_are_shown_and_done_in_the_order_of_the_graph(
        shapes in shapes(),
        adopt in any::<bool>(),
    ) {
        let (fakes, nodes) = graph(&shapes);
        let observed = observations(&fakes, &shapes);
        let plan = plan(&nodes, &observed, consent(adopt));
        let order = carried_out(graph::edges(&nodes, &plan));
        prop_assert_eq!(order.len(), plan.steps.len(), "nothing waits for ever");

        let shown = |address: &Address| plan.steps.iter().position(|s| s.address == *address);
        let done = |address: &Address| order.iter().position(|it| it == address);
        let is_deleted = |address: &Address| {
            let step = plan.steps.iter().find(|step| step.address == *address);
            step.is_some_and(|step| step.decision.action == Action::Delete)
        };
        for node in &nodes {
            let own = node.address();
            for (needed, _) in &node.needs {
                if let (Some(needed), Some(own)) = (shown(needed), shown(own)) {
                    prop_assert!(needed < own);
                }
                if let (Some(first), Some(second)) = (done(needed), done(own)) {
                    if is_deleted(needed) {
                        prop_assert!(second < first, "{needed} was deleted before {own}");
                    } else if !is_deleted(own) {
                        prop_assert!(first < second, "{own} was done before {needed}");
                    }
                }
            }
            if let (Some(outlived), true) = (&node.outlives, is_deleted(own))
                && let (Some(outlived), Some(own)) = (done(outlived), done(own))
            {
                prop_assert!(outlived < own, "{own} was deleted before {outlived}, which it outlives");
            }
        }
    }

    #[test]
    fn a_plan_of_settled_resources_keeps_all_of_them(shapes in shapes(), adopt in any::<bool>()) {
        let (fakes, nodes) = graph(&all(shapes, true));
        let known: Known = fakes
            .iter()
            .filter_map(|fake| Some((fake.address().clone(), fake.settled(&Known::new()).arn?)))
            .collect();
        let done: Observations = fakes
            .iter()
            .map(|fake| (fake.address().clone(), Observed::Present(fake.settled(&known))))
            .collect();
        // A reference to a resource without a chosen ARN stays unknown, which is no settled state.
        prop_assume!(fakes.iter().all(|fake| {
            fake.reference.as_ref().is_none_or(|address| known.contains_key(address))
        }));
        let plan = plan(&nodes, &done, consent(adopt));
        prop_assert_eq!(plan.count(Action::Keep), nodes.len());
    }

    #[test]
    fn deletion_reverses_the_graph(shapes in shapes()) {
        let (fakes, nodes) = graph(&all(shapes, false));
        let observed = fakes
            .iter()
            .map(|fake| (fake.address().clone(), Observed::Present(fake.settled(&Known::new()))))
            .collect();
        let plan = plan(&nodes, &observed, consent(false));
        prop_assert_eq!(plan.count(Action::Delete), nodes.len());

        let mut reversed: Edges = nodes
            .iter()
            .map(|node| (node.address().clone(), BTreeSet::new()))
            .collect();
        for node in &nodes {
            let own = node.address();
            for (needed, _) in &node.needs {
                let waits = reversed.entry(needed.clone()).or_default();
                waits.insert((own.clone(), Milestone::Settled));
            }
            if let Some(outlived) = &node.outlives {
                let waits = reversed.entry(own.clone()).or_default();
                waits.insert((outlived.clone(), Milestone::Settled));
            }
        }
        prop_assert_eq!(graph::edges(&nodes, &plan), reversed);
    }

    #[test]
    fn only_our_resources_and_adopted_ones_are_written(
        shapes in shapes(),
        adopt in any::<bool>(),
        state in select(vec![3_usize, 4]),
    ) {
        let shapes: Vec<Shape> =
            shapes.into_iter().map(|shape| Shape { state, ..shape }).collect();
        let (fakes, nodes) = graph(&shapes);
        let observed = observations(&fakes, &shapes);
        let plan = plan(&nodes, &observed, consent(adopt));
        prop_assert_eq!(plan.has_changes(), plan.count(Action::Adopt) > 0);
        prop_assert!(adopt || plan.count(Action::Adopt) == 0);
    }
}
