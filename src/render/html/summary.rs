//! The summary of the page: how much would be done, and what to look at first.

use iam_policy::lint::Severity;

use crate::engine::action::Action;
use crate::render::html::parts::{badge, prose};
use crate::render::markup::Markup;
use crate::render::narrowed;
use crate::render::plan_document::{PlanDocument, Resource};
use crate::render::plan_findings::{self, PlanFinding};
use crate::render::text::counted;

/// What would be done, in a sentence.
pub fn verdict(plan: &PlanDocument) -> String {
    let changes = plan.resources.len() - plan.count(Action::Keep) - plan.count(Action::Blocked);
    match (plan.count(Action::Blocked), changes) {
        (0, 0) => "Nothing would be changed.".to_owned(),
        (0, 1) => "1 change would be made.".to_owned(),
        (0, changes) => format!("{changes} changes would be made."),
        (1, _) => "The plan is blocked by 1 resource: nothing would be changed.".to_owned(),
        (n, _) => format!("The plan is blocked by {n} resources: nothing would be changed."),
    }
}

/// The section of the summary.
pub(super) fn section(markup: &mut Markup, plan: &PlanDocument, findings: &[PlanFinding]) {
    let labelled = [("id", "summary"), ("aria-labelledby", "summary-title")];
    markup.element("section", &labelled, |it| {
        it.own("<h2 id=\"summary-title\">Summary</h2>");
        it.leaf("p", &[("class", "verdict")], &verdict(plan));
        if !plan.targets.is_empty() {
            let narrowed = narrowed::sentences(&plan.targets, plan.changes_left_out);
            it.leaf("p", &[], &narrowed);
        }
        it.element("ul", &[("class", "counts")], |it| {
            for (action, count, words) in counted(plan.actions()) {
                count_of(it, &action.to_string(), &count.to_string(), words);
            }
            let security = plan_findings::count(findings, Severity::Security);
            if security > 0 {
                let words = if security == 1 {
                    "security finding"
                } else {
                    "security findings"
                };
                count_of(it, "security", &security.to_string(), words);
            }
        });
        first(it, plan);
    });
}

/// What blocks, goes or is taken over, and whatever has a reason; what has the same reason is told once.
fn first(markup: &mut Markup, plan: &PlanDocument) {
    let mut told: Vec<(&Resource, Vec<usize>)> = Vec::new();
    for (index, resource) in plan.resources.iter().enumerate() {
        let heavy = matches!(
            resource.action,
            Action::Blocked | Action::Delete | Action::Adopt
        );
        if !heavy && resource.reason.is_none() {
            continue;
        }
        let why = |it: &Resource| (it.action, it.reason.clone(), it.note.clone());
        match told
            .iter_mut()
            .find(|(other, _)| why(other) == why(resource))
        {
            Some((_, indices)) => indices.push(index),
            None => told.push((resource, vec![index])),
        }
    }
    if told.is_empty() && plan.warnings.is_empty() {
        return;
    }
    markup.own("<h3>Look at these first</h3>");
    markup.element("ul", &[("class", "first")], |it| {
        for warning in &plan.warnings {
            it.element("li", &[], |it| {
                it.own("<span class=\"badge warning\">warning</span>");
                if let Some(address) = &warning.address {
                    it.leaf("code", &[], address);
                }
                prose(it, &[], &warning.message);
            });
        }
        for (resource, indices) in told {
            it.element("li", &[], |it| {
                badge(it, resource.action);
                for index in indices {
                    let address = &plan.resources[index].address;
                    it.leaf("a", &[("href", &format!("#r{index}"))], address);
                }
                for text in resource.reason.iter().chain(&resource.note) {
                    prose(it, &[], text);
                }
            });
        }
    });
}

pub(super) fn count_of(markup: &mut Markup, class: &str, count: &str, words: &str) {
    markup.element("li", &[("class", class)], |it| {
        it.leaf("b", &[], count);
        it.text(" ");
        it.text(words);
    });
}
