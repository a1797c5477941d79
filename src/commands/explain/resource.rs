//! The resources, their kinds and their attributes.

use std::collections::BTreeSet;

use super::sample::{layout, nodes, open, wanted};
use super::topic::{Group, Part, Topic, row};
use crate::engine::node::Node;
use crate::failure::Failure;
use crate::kinds::attributes::{ATTRIBUTES, Attribute, KINDS};
use crate::secret::Secret;
use crate::settings::Trust;
use crate::systems::Written;
use crate::systems::purposes::{PURPOSES, Purpose};

/// Every resource, kind and attribute.
///
/// # Errors
/// A built-in document that cannot be used.
pub(super) fn topics() -> Result<Vec<Topic>, Failure> {
    let on_instance = layout(Trust::Ec2)?;
    let outside = layout(Trust::External {
        principals: "123456789012".parse().into_iter().collect(),
        external_id: Secret::from("EXTERNAL_ID".to_owned()),
        external_id_source: String::new(),
    })?;
    let nodes: Vec<&Node> = nodes(&on_instance).collect();
    let mut written: Vec<&Written> = outside.written.iter().chain(&on_instance.written).collect();
    written.sort_by_key(|it| it.document);
    written.dedup_by_key(|it| (it.document, it.carrier.clone()));
    let mut topics: Vec<Topic> = nodes
        .iter()
        .map(|node| resource(node, &nodes, &written))
        .collect();
    let addresses: Vec<String> = topics.iter().map(|it| it.name().to_owned()).collect();
    topics.extend(
        KINDS
            .iter()
            .map(|(name, noun)| kind(name, noun, &addresses)),
    );
    topics.extend(attributes(&nodes));
    Ok(topics)
}

fn resource(node: &Node, nodes: &[&Node], written: &[&Written]) -> Topic {
    let identity = node.resource.identity();
    let address = open(&identity.address.to_string());
    let purpose = purpose(&address);
    let documents: BTreeSet<String> = written
        .iter()
        .filter(|it| it.carrier == identity.address)
        .map(|it| open(&it.name))
        .collect();
    let needs = node
        .needs
        .iter()
        .map(|(address, _)| open(&address.to_string()));
    let needs: Vec<String> = needs.collect();
    let needed_by: Vec<String> = nodes
        .iter()
        .filter(|other| {
            other
                .needs
                .iter()
                .any(|(needed, _)| *needed == identity.address)
        })
        .map(|other| open(&other.address().to_string()))
        .collect();
    let attributes: Vec<String> = attributes_of(identity.address.kind)
        .map(|it| it.name.to_owned())
        .collect();
    let arn = identity.arn.as_deref().map(open);
    let name = open(&identity.name);
    let mut parts = vec![
        Part::Text(purpose.map_or("", |it| it.what).to_owned()),
        Part::Row("name in AWS", name.clone()),
    ];
    parts.extend(row("ARN", &arn.iter().cloned().collect::<Vec<_>>()));
    parts.extend(row("documents", &documents.into_iter().collect::<Vec<_>>()));
    parts.extend(row("needs", &needs));
    parts.extend(row("needed by", &needed_by));
    parts.extend(row("attributes", &attributes));
    let mut words = vec![address];
    words.push(name);
    if let Some(arn) = arn {
        words.extend(arn.split(':').next_back().map(str::to_owned));
        words.push(arn);
    }
    Topic {
        group: Group::Resource,
        words,
        title: noun(identity.address.kind).to_owned(),
        parts,
    }
}

fn kind(name: &str, noun: &str, addresses: &[String]) -> Topic {
    let of_kind = |address: &&String| address.split('.').next() == Some(name);
    let addresses: Vec<String> = addresses.iter().filter(of_kind).cloned().collect();
    let attributes: Vec<String> = attributes_of(name).map(|it| it.name.to_owned()).collect();
    Topic {
        group: Group::Kind,
        words: vec![name.to_owned()],
        title: noun.to_owned(),
        parts: [row("resources", &addresses), row("attributes", &attributes)]
            .into_iter()
            .flatten()
            .collect(),
    }
}

/// The attributes of one name that hold the same in several kinds are one topic.
fn attributes(nodes: &[&Node]) -> Vec<Topic> {
    let mut alike: Vec<Vec<&Attribute>> = Vec::new();
    for attribute in &ATTRIBUTES {
        let is_like = |others: &&mut Vec<&Attribute>| {
            others
                .iter()
                .any(|it| it.name == attribute.name && it.holds == attribute.holds)
        };
        match alike.iter_mut().find(is_like) {
            Some(others) => others.push(attribute),
            None => alike.push(vec![attribute]),
        }
    }
    alike
        .iter()
        .filter_map(|all| attribute(all, nodes))
        .collect()
}

fn attribute(alike: &[&Attribute], nodes: &[&Node]) -> Option<Topic> {
    let Attribute {
        name,
        holds,
        in_place,
        ..
    } = alike.first()?;
    let kinds: Vec<&str> = alike.iter().map(|it| it.kind).collect();
    let wanted: BTreeSet<String> = nodes
        .iter()
        .filter(|node| kinds.contains(&node.address().kind))
        .flat_map(|node| wanted(node))
        .filter(|(wanted, value)| wanted == name && !value.is_empty())
        .map(|(_, value)| value)
        .collect();
    let changed = match in_place {
        true => "in place, by apply",
        false => "not in place: a plan that finds another value is blocked, and says what to do",
    };
    let mut parts = vec![Part::Text((*holds).to_owned())];
    parts.extend(row("wanted", &wanted.into_iter().collect::<Vec<_>>()));
    parts.push(Part::Row("changed", changed.to_owned()));
    let mut words = vec![(*name).to_owned()];
    words.extend(kinds.iter().map(|kind| format!("{kind}.{name}")));
    let title = match kinds[..] {
        [kind] => format!("attribute of {kind}, a {}", noun(kind)),
        _ => format!("attribute of {}", kinds.join(", ")),
    };
    Some(Topic {
        group: Group::Attribute,
        words,
        title,
        parts,
    })
}

fn attributes_of(kind: &str) -> impl Iterator<Item = &'static Attribute> {
    ATTRIBUTES.iter().filter(move |it| it.kind == kind)
}

fn noun(kind: &str) -> &'static str {
    let mut kinds = KINDS.iter();
    kinds
        .find(|(name, _)| *name == kind)
        .map_or("", |(_, noun)| noun)
}

fn purpose(address: &str) -> Option<&'static Purpose> {
    let address = address.split('@').next().unwrap_or_default();
    let address = address.replace("user/IDENTITY", "IDENTITY");
    PURPOSES.iter().find(|it| it.address == address)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::attributes::{Attributes, Change, Value};
    use crate::engine::known::Known;

    #[test]
    fn every_resource_has_one_purpose_and_every_purpose_a_resource() {
        let layout = layout(Trust::Ec2).unwrap();
        let found: BTreeSet<&str> = nodes(&layout)
            .map(|node| {
                let address = open(&node.address().to_string());
                purpose(&address)
                    .unwrap_or_else(|| panic!("{address} has no purpose"))
                    .address
            })
            .collect();
        let all: BTreeSet<&str> = PURPOSES.iter().map(|it| it.address).collect();
        assert_eq!(found, all);
        assert_eq!(all.len(), PURPOSES.len(), "none is there twice");
    }

    /// A value of the same type that nothing wants.
    fn another(node: &Node, name: &str, value: &Value) -> Value {
        match value {
            // Only this other state can be left.
            Value::Plain(_) if (node.address().kind, name) == ("kms_key", "state") => {
                "Disabled".into()
            }
            Value::Plain(serde_json::Value::Bool(is)) => (!is).into(),
            Value::Plain(serde_json::Value::String(_)) => "another".into(),
            other => other.clone(),
        }
    }

    #[test]
    fn every_attribute_is_explained_as_it_is_planned() {
        let layout = layout(Trust::Ec2).unwrap();
        for node in nodes(&layout) {
            let wanted = node.resource.wanted().unwrap();
            let desired: Attributes = wanted.desired(None, &Known::default());
            for (name, value) in desired {
                let family = crate::commands::explain::find::family(&name);
                let place = format!("{} {name}", node.address());
                let mut known = attributes_of(node.address().kind);
                let explained = known
                    .find(|it| crate::commands::explain::find::family(it.name) == family)
                    .unwrap_or_else(|| panic!("{place} is not explained"));
                let change = Change {
                    attribute: name.clone(),
                    before: Some(another(node, &name, &value)),
                    after: Some(value),
                };
                let is_in_place = wanted.immutable(&change).is_none();
                assert_eq!(explained.in_place, is_in_place, "{place}");
            }
        }
    }
}
