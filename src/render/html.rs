//! A plan as one page for a browser, which needs nothing from elsewhere and works without JavaScript.

mod findings;
pub mod fleet;
mod parts;
mod policy;
mod resource;
#[cfg(test)]
mod tests;

use aws_smithy_types::base64;
use iam_policy::lint::{Accepted, Severity};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use crate::engine::action::Action;
use crate::failure::Failure;
use crate::render::graph::{Graph, svg};
use crate::render::html::parts::{badge, prose};
use crate::render::kind_words::kind_words;
use crate::render::markup::Markup;
use crate::render::narrowed;
use crate::render::plan_document::{PlanDocument, Resource};
use crate::render::plan_findings::{self, PlanFinding};
use crate::render::text::{counted, counts};

const STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = concat!(include_str!("html/common.js"), include_str!("html/page.js"));

/// What tells a page of this program from other files.
pub const MARK: &str = "<meta name=\"generator\" content=\"provision\">";

/// The page of a plan in the form of `plan --json`. Findings that are accepted are left out.
///
/// # Errors
/// JSON that is not a plan.
pub fn page(document: &Json, accepted: &Accepted) -> Result<String, Failure> {
    let plan = PlanDocument::read(document)?;
    let findings = plan_findings::findings(&plan, accepted);
    let graph = Graph::of_plan(&plan);
    let title = format!(
        "Plan for account {}: {}",
        plan.account,
        counts(plan.actions())
    );
    let mut page = Markup::default();
    page.own("<!doctype html>\n");
    page.element("html", &[("lang", "en")], |it| {
        it.element("head", &[], |it| head(it, &title, SCRIPT));
        it.element("body", &[], |it| {
            it.own("<a class=\"skip\" href=\"#resources\">Skip to the resources</a>");
            top(it, &plan);
            it.element("main", &[], |it| {
                summary(it, &plan, &findings);
                order(it, &graph);
                resources(it, &plan, &graph, &findings);
                findings::section(it, &plan, &findings);
            });
            it.element("footer", &[], |it| {
                it.text(concat!(
                    "Made by provision ",
                    env!("CARGO_PKG_VERSION"),
                    ". "
                ));
                it.own(
                    "Press <kbd>/</kbd> to search, <kbd>j</kbd> and <kbd>k</kbd> to go from \
                    resource to resource.",
                );
            });
            it.element("script", &[], |it| it.own(SCRIPT));
        });
    });
    Ok(page.finish() + "\n")
}

/// The browser runs exactly this script and takes nothing from anywhere, whatever a name in AWS says.
fn head(markup: &mut Markup, title: &str, script: &str) {
    let hash = |text: &str| base64::encode(Sha256::digest(text));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; \
         form-action 'none'",
        hash(STYLE),
        hash(script)
    );
    let csp = [
        ("http-equiv", "Content-Security-Policy"),
        ("content", policy.as_str()),
    ];
    markup.own("<meta charset=\"utf-8\">");
    markup.own(MARK);
    markup.start("meta", &csp);
    markup.own(
        "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <meta name=\"referrer\" content=\"no-referrer\">",
    );
    markup.leaf("title", &[], title);
    markup.element("style", &[], |it| it.own(STYLE));
}

fn top(markup: &mut Markup, plan: &PlanDocument) {
    markup.element("header", &[("class", "top")], |it| {
        it.element("div", &[], |it| {
            it.leaf("p", &[("class", "brand")], "provision plan");
            it.element("h1", &[], |it| {
                it.text("Account ");
                it.leaf("span", &[("class", "mono")], &plan.account);
            });
            it.element("p", &[("class", "where")], |it| {
                for (index, region) in plan.regions.iter().enumerate() {
                    let text = if index == 0 {
                        format!("{region} (main)")
                    } else {
                        region.clone()
                    };
                    it.leaf("span", &[("class", "chip")], &text);
                }
                it.leaf(
                    "span",
                    &[("class", "chip quiet")],
                    &format!("partition {}", plan.partition),
                );
            });
        });
        it.own("<button type=\"button\" id=\"theme\" hidden>Dark</button>");
    });
    markup.own(
        "<nav aria-label=\"On this page\"><a href=\"#summary\">Summary</a><a href=\"#order\">Order</a>\
         <a href=\"#resources\">Resources</a><a href=\"#findings\">Findings</a></nav>",
    );
}

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

fn summary(markup: &mut Markup, plan: &PlanDocument, findings: &[PlanFinding]) {
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

fn count_of(markup: &mut Markup, class: &str, count: &str, words: &str) {
    markup.element("li", &[("class", class)], |it| {
        it.leaf("b", &[], count);
        it.text(" ");
        it.text(words);
    });
}

fn order(markup: &mut Markup, graph: &Graph) {
    markup.own(
        "<section id=\"order\" aria-labelledby=\"order-title\"><h2 id=\"order-title\">Order</h2>\
         <p>An arrow leads from a resource to one that needs it. Deletion takes the reverse \
         order.</p><div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Order of work\">",
    );
    svg(markup, graph);
    markup.own("</div></section>");
}

fn resources(markup: &mut Markup, plan: &PlanDocument, graph: &Graph, findings: &[PlanFinding]) {
    let labelled = [("id", "resources"), ("aria-labelledby", "resources-title")];
    markup.element("section", &labelled, |it| {
        it.own("<h2 id=\"resources-title\">Resources</h2>");
        controls(it, plan, graph);
        for (group, title) in graph.groups.iter().enumerate() {
            let members = graph.vertices.iter().zip(&plan.resources).enumerate();
            let mut members = members
                .filter(|(_, (vertex, _))| vertex.group == group)
                .peekable();
            if members.peek().is_none() {
                continue;
            }
            it.element("section", &[("class", "members")], |it| {
                let note = match group {
                    1 => " (main region)",
                    _ if group > plan.regions.len() => " (not in the settings)",
                    _ => "",
                };
                it.leaf("h3", &[], &format!("{title}{note}"));
                for (index, (_, resource)) in members {
                    resource::card(it, plan, index, resource, findings);
                }
            });
        }
        it.own("<p id=\"none\" hidden>Nothing matches.</p>");
    });
}

/// The search and the filters, which the script shows.
fn controls(markup: &mut Markup, plan: &PlanDocument, graph: &Graph) {
    let form = [
        ("role", "search"),
        ("id", "controls"),
        ("aria-label", "Resources"),
        ("hidden", ""),
    ];
    markup.element("form", &form, |it| {
        it.own(
            "<label class=\"wide\">Search<input type=\"search\" id=\"text\" autocomplete=\"off\" \
             placeholder=\"bucket, kms:Decrypt, …\" aria-keyshortcuts=\"/\"></label>",
        );
        let actions = counted(plan.actions()).into_iter();
        let actions = actions.map(|(action, ..)| (action.to_string(), action.to_string()));
        select(it, "Action", "action", actions);
        let account = std::iter::once(("account".to_owned(), "account-wide".to_owned()));
        // The first group is the account.
        let regions = graph
            .groups
            .iter()
            .skip(1)
            .map(|it| (it.clone(), it.clone()));
        select(it, "Region", "region", account.chain(regions));
        let mut kinds: Vec<&str> = plan.resources.iter().map(|it| it.kind.as_str()).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let kinds = kinds
            .into_iter()
            .map(|it| (it.to_owned(), kind_words(it).to_owned()));
        select(it, "Kind", "kind", kinds);
        it.own(
            "<button type=\"button\" id=\"open\">Open all</button>\
             <p id=\"shown\" role=\"status\"></p>",
        );
    });
}

fn select(
    markup: &mut Markup,
    label: &'static str,
    id: &'static str,
    options: impl Iterator<Item = (String, String)>,
) {
    markup.element("label", &[], |it| {
        it.text(label);
        it.element("select", &[("id", id)], |it| {
            it.own("<option value=\"\">all</option>");
            for (value, text) in options {
                it.leaf("option", &[("value", &value)], &text);
            }
        });
    });
}
