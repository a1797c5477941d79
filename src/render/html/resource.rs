//! A resource of the page: one line, and below it all that would change.

use crate::engine::action::Action;
use crate::render::differences::{Row, rows};
use crate::render::html::parts::{badge, cell, prose};
use crate::render::html::policy;
use crate::render::kind_words::kind_words;
use crate::render::markup::Markup;
use crate::render::plan_document::{Change, PlanDocument, Resource};
use crate::render::plan_findings::{PlanFinding, kind_of};

/// The resource with the index `index` in the plan.
pub(super) fn card(
    markup: &mut Markup,
    plan: &PlanDocument,
    index: usize,
    resource: &Resource,
    findings: &[PlanFinding],
) {
    let (id, action) = (format!("r{index}"), resource.action.to_string());
    let class = format!("card {action}");
    let region = resource.serves.as_deref().unwrap_or("account");
    let mut attributes = vec![
        ("id", id.as_str()),
        ("class", &class),
        ("data-action", &action),
        ("data-region", region),
        ("data-kind", &resource.kind),
    ];
    if !matches!(resource.action, Action::Keep | Action::Create) {
        attributes.push(("open", ""));
    }
    markup.element("details", &attributes, |it| {
        it.element("summary", &[], |it| {
            badge(it, resource.action);
            it.leaf("h4", &[], &resource.address);
            it.leaf("span", &[("class", "kind")], kind_words(&resource.kind));
            it.leaf("span", &[("class", "named")], &resource.name);
            if let Some(summary) = &resource.summary {
                it.leaf("span", &[("class", "risk")], summary);
            }
        });
        it.element("div", &[("class", "body")], |it| {
            told(it, plan, resource);
            plain(it, resource);
            let mut policies: Vec<&Change> = resource.changes.iter().filter(is_policy).collect();
            // Who may use a role is what a reviewer asks first.
            policies.sort_by_key(|change| change.attribute != "trust_policy");
            for change in policies {
                let own =
                    |it: &&PlanFinding| it.resource == index && it.attribute == change.attribute;
                let own: Vec<&PlanFinding> = findings.iter().filter(own).collect();
                policy::section(it, change, &own);
            }
        });
    });
}

fn is_policy(change: &&Change) -> bool {
    kind_of(&change.attribute).is_some()
}

/// What is said about the resource beside its attributes.
fn told(markup: &mut Markup, plan: &PlanDocument, resource: &Resource) {
    if let Some(reason) = &resource.reason {
        prose(markup, &[("class", "reason")], reason);
    }
    if let Some(note) = &resource.note {
        prose(markup, &[("class", "note")], note);
    }
    if !resource.keeps.is_empty() {
        markup.element("ul", &[("class", "note")], |it| {
            for kept in &resource.keeps {
                it.leaf("li", &[], kept);
            }
        });
    }
    if resource.arn.is_none() && resource.needs.is_empty() {
        return;
    }
    markup.element("dl", &[], |it| {
        if let Some(arn) = &resource.arn {
            it.own("<dt>ARN</dt>");
            it.leaf("dd", &[("class", "mono")], arn);
        }
        let place = |needed: &String| {
            let mut resources = plan.resources.iter();
            resources.position(|it| it.address == *needed)
        };
        let needs: Vec<_> = resource
            .needs
            .iter()
            .filter_map(|it| Some((place(it)?, it)))
            .collect();
        if needs.is_empty() {
            return;
        }
        it.own("<dt>Needs</dt>");
        it.element("dd", &[], |it| {
            for (index, (place, needed)) in needs.into_iter().enumerate() {
                it.text(if index == 0 { "" } else { ", " });
                it.leaf(
                    "a",
                    &[("href", &format!("#r{place}")), ("class", "mono")],
                    needed,
                );
            }
        });
    });
}

/// The attributes that are no policies.
fn plain(markup: &mut Markup, resource: &Resource) {
    let changes: Vec<&Change> = resource
        .changes
        .iter()
        .filter(|it| !is_policy(it))
        .collect();
    if changes.is_empty() {
        return;
    }
    // What is created has nothing on the one side, and what is deleted nothing on the other.
    let sides = [
        changes.iter().any(|it| !it.before.is_null()),
        changes
            .iter()
            .any(|it| !it.after.is_null() || it.after_unknown),
    ];
    markup.element("table", &[("class", "attributes")], |it| {
        it.own("<caption>Attributes</caption><thead><tr><th scope=\"col\">Attribute</th>");
        for (title, is_there) in ["In AWS now", "Afterwards"].into_iter().zip(sides) {
            if is_there {
                it.leaf("th", &[("scope", "col")], title);
            }
        }
        it.own("</tr></thead><tbody>");
        for change in changes {
            for row in rows(change) {
                let Row::Part {
                    place,
                    before,
                    after,
                } = row
                else {
                    continue;
                };
                it.element("tr", &[], |it| {
                    let space = if place.is_empty() { "" } else { " " };
                    let name = format!("{}{space}{place}", change.attribute);
                    it.leaf("th", &[("scope", "row")], &name);
                    for ((text, class), is_there) in
                        [(before, "old"), (after, "new")].into_iter().zip(sides)
                    {
                        if is_there {
                            cell(it, class, text.as_deref());
                        }
                    }
                });
            }
            if let Some(note) = &change.note {
                it.own("<tr><td colspan=\"3\" class=\"note\">");
                it.text(note);
                it.own("</td></tr>");
            }
        }
        it.own("</tbody>");
    });
}
