//! A run over many accounts as one page for a browser: the groups of accounts with what they have in common,
//! and a table of all accounts that sorts and filters.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::fleet::ended::{Ended, Outcome};
use crate::fleet::groups::{by_cause, by_plan, skipped};
use crate::names::AccountId;
use crate::render::fleet::counted;
use crate::render::fleet::summary::{Summary, common_plan};
use crate::render::html::parts::prose;
use crate::render::html::summary::count_of;
use crate::render::html::{head, select};
use crate::render::markup::Markup;
use crate::render::waiting::time;

const SCRIPT: &str = concat!(include_str!("common.js"), include_str!("fleet.js"));
/// The columns of a plan, which a browser breaks further where its window is narrow.
const WIDTH: usize = 110;

/// Accounts that have something in common, as a card of the page.
struct Card<'a> {
    id: String,
    title: String,
    outcome: Outcome,
    accounts: Vec<&'a Ended>,
    /// What the accounts have in common, each as a paragraph.
    why: Vec<String>,
    plan: Option<String>,
}

/// The page of a run, whose accounts may have been discovered in an organization.
pub fn page(run: &Summary<'_>, organization: Option<&str>) -> String {
    let (plans, others) = (plans(run), others(run));
    let title = title(run);
    let mut page = Markup::default();
    page.own("<!doctype html>\n");
    page.element("html", &[("lang", "en")], |it| {
        it.element("head", &[], |it| head(it, &title, SCRIPT));
        it.element("body", &[], |it| {
            it.own("<a class=\"skip\" href=\"#accounts\">Skip to the accounts</a>");
            top(it, run, organization);
            it.element("main", &[], |it| {
                summary(it, run);
                cards(it, "plans", "Plans", &plans);
                cards(it, "others", "Other accounts", &others);
                let all: Vec<&Card<'_>> = plans.iter().chain(&others).collect();
                accounts(it, run, &all);
            });
            it.element("footer", &[], |it| {
                it.text(concat!(
                    "Made by provision ",
                    env!("CARGO_PKG_VERSION"),
                    ". "
                ));
                it.own("Press <kbd>/</kbd> to search.");
            });
            it.element("script", &[], |it| it.own(SCRIPT));
        });
    });
    page.finish() + "\n"
}

fn title(run: &Summary<'_>) -> String {
    let accounts = counted(run.ended.len(), "account");
    format!("Fleet {} of {accounts}", run.command)
}

/// The groups of accounts with equal plans.
fn plans<'a>(run: &Summary<'a>) -> Vec<Card<'a>> {
    let groups = by_plan(run.ended).into_iter().enumerate();
    let cards = groups.map(|(index, group)| {
        let (outcome, digest) = group.common;
        let plan = common_plan(run.plans, &digest, &group, WIDTH, false);
        Card {
            id: format!("p{}", index + 1),
            title: format!("plan {}", index + 1),
            outcome,
            why: Vec::new(),
            plan: plan.map(|it| anstream::adapter::strip_str(it.trim()).to_string()),
            accounts: group.accounts,
        }
    });
    cards.collect()
}

/// The groups of accounts that failed for the same reason, and of those that are left out.
fn others<'a>(run: &Summary<'a>) -> Vec<Card<'a>> {
    let failed = by_cause(run.ended).into_iter();
    let failed = failed.map(|group| (group.common.0, group.accounts));
    let left_out = skipped(run.ended).into_iter();
    let left_out = left_out.map(|group| (Outcome::Skipped, group.accounts));
    let cards = failed
        .chain(left_out)
        .enumerate()
        .map(|(index, (outcome, accounts))| {
            let reason = accounts.first().and_then(|it| it.reason.as_ref());
            let texts = reason.map(|it| {
                let hint = it.hint.as_ref().map(|hint| format!("Hint: {hint}"));
                std::iter::once(it.message.clone()).chain(hint).collect()
            });
            Card {
                id: format!("o{}", index + 1),
                title: format!("{outcome} {}", index + 1),
                outcome,
                why: texts.unwrap_or_default(),
                plan: None,
                accounts,
            }
        });
    cards.collect()
}

fn top(markup: &mut Markup, run: &Summary<'_>, organization: Option<&str>) {
    markup.element("header", &[("class", "top")], |it| {
        it.element("div", &[], |it| {
            let command = format!("provision fleet {}", run.command);
            it.leaf("p", &[("class", "brand")], &command);
            it.leaf("h1", &[], &counted(run.ended.len(), "account"));
            it.element("p", &[("class", "where")], |it| {
                let organization = organization.map(|it| format!("organization {it}"));
                let took = (!run.took.is_zero()).then(|| format!("took {}", time(run.took)));
                for text in organization.iter().chain(&took) {
                    it.leaf("span", &[("class", "chip")], text);
                }
            });
        });
        it.own("<button type=\"button\" id=\"theme\" hidden>Dark</button>");
    });
    markup.own(
        "<nav aria-label=\"On this page\"><a href=\"#summary\">Summary</a><a href=\"#plans\">Plans</a>\
         <a href=\"#others\">Other accounts</a><a href=\"#accounts\">All accounts</a></nav>",
    );
}

/// How many accounts ended in which way, and why the run stopped.
fn summary(markup: &mut Markup, run: &Summary<'_>) {
    let labelled = [("id", "summary"), ("aria-labelledby", "summary-title")];
    markup.element("section", &labelled, |it| {
        it.own("<h2 id=\"summary-title\">Summary</h2>");
        if let Some(stopped) = run.stopped {
            let text = format!("Stopped: {}.", stopped.message);
            prose(it, &[("class", "verdict")], &text);
        }
        it.element("ul", &[("class", "counts")], |it| {
            for (outcome, count) in outcomes(run) {
                count_of(it, outcome.name(), &count.to_string(), outcome.words());
            }
        });
    });
}

/// The outcomes that occur.
fn outcomes(run: &Summary<'_>) -> BTreeMap<Outcome, usize> {
    let mut counts: BTreeMap<Outcome, usize> = BTreeMap::new();
    for account in run.ended {
        *counts.entry(account.outcome).or_default() += 1;
    }
    counts
}

fn cards(markup: &mut Markup, id: &'static str, title: &'static str, cards: &[Card<'_>]) {
    let heading = format!("{id}-title");
    let labelled = [("id", id), ("aria-labelledby", heading.as_str())];
    markup.element("section", &labelled, |it| {
        it.leaf("h2", &[("id", &heading)], title);
        if cards.is_empty() {
            it.own("<p>None.</p>");
        }
        for (index, one) in cards.iter().enumerate() {
            card(it, one, index == 0);
        }
    });
}

fn card(markup: &mut Markup, card: &Card<'_>, is_open: bool) {
    let class = format!("card {}", card.outcome.name());
    let mut attributes = vec![("id", card.id.as_str()), ("class", &class)];
    if is_open {
        attributes.push(("open", ""));
    }
    markup.element("details", &attributes, |it| {
        it.element("summary", &[], |it| {
            badge(it, card.outcome);
            let accounts = counted(card.accounts.len(), "account");
            it.leaf("h3", &[], &format!("{}: {accounts}", card.title));
        });
        it.element("div", &[("class", "body")], |it| {
            for text in &card.why {
                prose(it, &[], text);
            }
            it.element("p", &[], |it| {
                let link = [("href", "#accounts"), ("data-only", card.id.as_str())];
                it.leaf("a", &link, &format!("The accounts of {}", card.title));
            });
            if let Some(plan) = &card.plan {
                it.leaf("pre", &[], plan);
            }
        });
    });
}

fn badge(markup: &mut Markup, outcome: Outcome) {
    let class = format!("badge {}", outcome.name());
    markup.leaf("span", &[("class", &class)], outcome.words());
}

/// The table of all accounts, in the order of their numbers.
fn accounts(markup: &mut Markup, run: &Summary<'_>, cards: &[&Card<'_>]) {
    let mut card_of: BTreeMap<&AccountId, &Card<'_>> = BTreeMap::new();
    for card in cards {
        card_of.extend(card.accounts.iter().map(|it| (&it.account, *card)));
    }
    let mut sorted: Vec<&Ended> = run.ended.iter().collect();
    sorted.sort_by_key(|it| &it.account);
    let labelled = [("id", "accounts"), ("aria-labelledby", "accounts-title")];
    markup.element("section", &labelled, |it| {
        it.own("<h2 id=\"accounts-title\">All accounts</h2>");
        controls(it, run, cards);
        it.own(
            "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Table of all accounts\">\
             <table class=\"accounts\"><thead><tr><th scope=\"col\">Account</th><th scope=\"col\">Name</th>\
             <th scope=\"col\">Outcome</th><th scope=\"col\">Changes</th><th scope=\"col\">Group</th>\
             <th scope=\"col\">Took</th></tr></thead><tbody>",
        );
        for ended in sorted {
            row(it, ended, card_of.get(&ended.account).copied());
        }
        it.own("</tbody></table></div><p id=\"none\" hidden>Nothing matches.</p>");
    });
}

fn row(markup: &mut Markup, ended: &Ended, card: Option<&Card<'_>>) {
    let group = card.map_or("", |card| card.id.as_str());
    let data = [
        ("data-outcome", ended.outcome.name()),
        ("data-group", group),
    ];
    markup.element("tr", &data, |it| {
        it.leaf(
            "th",
            &[("scope", "row"), ("class", "mono")],
            ended.account.as_str(),
        );
        it.leaf("td", &[], ended.name.as_deref().unwrap_or_default());
        it.element("td", &[], |it| badge(it, ended.outcome));
        it.leaf("td", &[], &ended.changes().to_string());
        it.element("td", &[], |it| {
            if let Some(card) = card {
                it.leaf("a", &[("href", &format!("#{}", card.id))], &card.title);
            }
        });
        let millis = ended.took.as_millis().to_string();
        it.leaf("td", &[("data-v", &millis)], &time(ended.took));
    });
}

/// The search and the filters, which the script shows.
fn controls(markup: &mut Markup, run: &Summary<'_>, cards: &[&Card<'_>]) {
    let form = [
        ("role", "search"),
        ("id", "controls"),
        ("aria-label", "Accounts"),
        ("hidden", ""),
    ];
    markup.element("form", &form, |it| {
        it.own(
            "<label class=\"wide\">Search<input type=\"search\" id=\"text\" autocomplete=\"off\" \
             placeholder=\"number, name, …\" aria-keyshortcuts=\"/\"></label>",
        );
        let outcomes = outcomes(run).into_keys();
        let outcomes = outcomes.map(|it| (it.name().to_owned(), it.words().to_owned()));
        select(it, "Outcome", "outcome", outcomes);
        let groups = cards.iter().map(|it| (it.id.clone(), it.title.clone()));
        select(it, "Group", "group", groups);
        it.own("<p id=\"shown\" role=\"status\"></p>");
    });
}
