//! The order in which resources are created, as a picture or as text that other programs draw.

mod dot;
mod layers;
mod mermaid;
mod svg;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::engine::node::Node;
use crate::render::plan_document::PlanDocument;

pub use dot::dot;
pub use mermaid::mermaid;
pub use svg::{svg, svg_file};

/// Resources and what each needs.
#[derive(Debug, Default)]
pub struct Graph {
    /// The resources. Each stands after those that it needs.
    pub vertices: Vec<Vertex>,
    /// The titles of the groups: the account, then each region, those that the settings do not name last.
    pub groups: Vec<String>,
}

/// A resource in the graph.
#[derive(Debug)]
pub struct Vertex {
    /// Its address.
    pub address: String,
    /// What would be done with it, in a word; empty where the graph is not of a plan.
    pub action: String,
    /// The index of its group.
    pub group: usize,
    /// The indices of the resources that it needs. What follows from other needs is left out.
    pub needs: Vec<usize>,
}

/// A resource that is to be drawn.
struct Drawn {
    address: String,
    action: String,
    region: Option<String>,
    needs: Vec<String>,
}

impl Graph {
    /// What the settings ask for in `regions`, the main region first.
    pub fn of(nodes: &[Node], regions: &[String]) -> Self {
        let wanted = nodes.iter().filter(|node| node.is_wanted());
        let resources = wanted.map(|node| {
            let needs = node.needs.iter().map(|(needed, _)| needed.to_string());
            Drawn {
                address: node.address().to_string(),
                action: String::new(),
                region: node.region().map(ToString::to_string),
                needs: needs.collect(),
            }
        });
        Graph::new(resources.collect(), regions)
    }

    /// The resources of a plan.
    pub fn of_plan(plan: &PlanDocument) -> Self {
        let resources = plan.resources.iter().map(|resource| Drawn {
            address: resource.address.clone(),
            action: resource.action.to_string(),
            region: resource.serves.clone(),
            needs: resource.needs.clone(),
        });
        Graph::new(resources.collect(), &plan.regions)
    }

    fn new(resources: Vec<Drawn>, regions: &[String]) -> Self {
        let mut regions: Vec<&str> = regions.iter().map(String::as_str).collect();
        for region in resources.iter().filter_map(|it| it.region.as_deref()) {
            if !regions.contains(&region) {
                regions.push(region);
            }
        }
        let places: BTreeMap<&str, usize> = resources
            .iter()
            .enumerate()
            .map(|(index, it)| (it.address.as_str(), index))
            .collect();
        let needs = resources.iter().map(|resource| {
            let places = resource
                .needs
                .iter()
                .filter_map(|needed| places.get(needed.as_str()));
            places.copied().collect()
        });
        let needs = reduced(&needs.collect::<Vec<_>>());
        let group = |resource: &Drawn| {
            let of_region = |region| regions.iter().position(|it| *it == region);
            let region = resource.region.as_deref().and_then(of_region);
            region.map_or(0, |region| region + 1)
        };
        let vertices = resources.iter().zip(needs).map(|(resource, needs)| Vertex {
            address: resource.address.clone(),
            action: resource.action.clone(),
            group: group(resource),
            needs,
        });
        let titles = std::iter::once("Account").chain(regions.iter().copied());
        Graph {
            vertices: vertices.collect(),
            groups: titles.map(ToOwned::to_owned).collect(),
        }
    }

    /// The resources of a group.
    fn in_group(&self, group: usize) -> impl Iterator<Item = (usize, &Vertex)> {
        let vertices = self.vertices.iter().enumerate();
        vertices.filter(move |(_, vertex)| vertex.group == group)
    }
}

/// The needs without those that follow from others, so that the picture has few arrows.
fn reduced(needs: &[BTreeSet<usize>]) -> Vec<Vec<usize>> {
    let behind = |from: usize| {
        let mut reached = BTreeSet::new();
        let mut left: Vec<usize> = needs[from].iter().copied().collect();
        while let Some(next) = left.pop() {
            if reached.insert(next) {
                left.extend(&needs[next]);
            }
        }
        reached
    };
    let reduce = |own: &BTreeSet<usize>| {
        let implied: BTreeSet<usize> = own.iter().flat_map(|needed| behind(*needed)).collect();
        own.difference(&implied).copied().collect()
    };
    needs.iter().map(reduce).collect()
}
