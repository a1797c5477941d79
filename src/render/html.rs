//! A plan as one page for a browser, which needs nothing from elsewhere and works without JavaScript.

mod findings;
pub mod fleet;
mod parts;
mod policy;
mod resource;
mod summary;
#[cfg(test)]
mod tests;

use aws_smithy_types::base64;
use iam_policy::lint::Accepted;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use crate::failure::Failure;
use crate::render::graph::{Graph, svg};
use crate::render::kind_words::kind_words;
use crate::render::markup::Markup;
use crate::render::plan_document::PlanDocument;
use crate::render::plan_findings::{self, PlanFinding};
use crate::render::text::{counted, counts};

pub use summary::verdict;

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
                summary::section(it, &plan, &findings);
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
