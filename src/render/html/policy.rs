//! A policy of the page: what it allows in words, what lint finds, what differs, and its statements.

use iam_policy::{Effect, Policy, Statement, in_words, summary};
use serde_json::Value as Json;

use crate::render::differences::{self, Row, rows};
use crate::render::html::findings;
use crate::render::html::parts::cell;
use crate::render::markup::Markup;
use crate::render::plan_document::Change;
use crate::render::plan_findings::{PlanFinding, kind_of};

/// How many texts of a list are seen at once. The others are folded.
const SEEN: usize = 8;

/// The policy that an attribute is.
pub(super) fn section(markup: &mut Markup, change: &Change, found: &[&PlanFinding]) {
    let (before, after) = (
        differences::policy(&change.before),
        differences::policy(&change.after),
    );
    markup.element("div", &[("class", "policy")], |it| {
        it.element("h5", &[], |it| title(it, &change.attribute));
        if let Some(note) = &change.note {
            it.leaf("p", &[("class", "note")], note);
        }
        if let Some(policy) = &after {
            it.element("p", &[("class", "allows")], |it| {
                it.own("<b>Allows</b> ");
                it.text(&summary(policy));
            });
        }
        findings::of_policy(it, found);
        match (&before, &after) {
            (Some(_), Some(after)) => {
                differing(it, change);
                it.element("details", &[("class", "whole")], |it| {
                    it.leaf("summary", &[], &format!("Afterwards: {}", count(after)));
                    statements(it, after);
                });
            }
            (None, Some(policy)) => statements(it, policy),
            (Some(policy), None) => {
                it.leaf(
                    "p",
                    &[("class", "gone")],
                    &format!("Goes: {}", count(policy)),
                );
                statements(it, policy);
            }
            (None, None) => it.leaf("p", &[], "(no policy that can be read)"),
        }
    });
}

fn title(markup: &mut Markup, attribute: &str) {
    let kind = kind_of(attribute)
        .map(|kind| kind.to_string())
        .unwrap_or_default();
    let mut letters = kind.chars();
    let first: String = letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    markup.text(&(first + letters.as_str()));
    if let Some((_, name)) = attribute.split_once('[') {
        markup.text(" ");
        markup.leaf("span", &[("class", "mono")], name.trim_end_matches(']'));
    }
}

fn count(policy: &Policy) -> String {
    match policy.statements().len() {
        1 => "1 statement".to_owned(),
        count => format!("{count} statements"),
    }
}

/// Both sides beside each other, without what they have in common.
fn differing(markup: &mut Markup, change: &Change) {
    let rows = rows(change);
    if rows.is_empty() {
        // The plan has the same text for every secret.
        markup.own("<p class=\"note\">Nothing that is shown differs.</p>");
        return;
    }
    markup.own(
        "<table class=\"sides\"><caption>What differs</caption><thead><tr><th scope=\"col\">In AWS now\
         </th><th scope=\"col\">Afterwards</th></tr></thead><tbody>",
    );
    for row in rows {
        markup.element("tr", &[], |it| match row {
            Row::Heading(text) => {
                it.leaf("th", &[("colspan", "2"), ("scope", "rowgroup")], &text);
            }
            Row::Part { before, after, .. } => {
                cell(it, "old", before.as_deref());
                cell(it, "new", after.as_deref());
            }
        });
    }
    markup.own("</tbody></table>");
}

/// A column of the table: its title, and the texts of a statement in it.
type Column = (&'static str, fn(&Json) -> Vec<String>);

const COLUMNS: [Column; 4] = [
    ("Who", |it| principals(it)),
    ("Actions", |it| either(it, "Action", "NotAction")),
    ("On", |it| either(it, "Resource", "NotResource")),
    ("If", conditions),
];

/// The statements as a table. A column that no statement has is left out.
fn statements(markup: &mut Markup, policy: &Policy) {
    let shown = iam_policy::redacted(policy.document());
    let all = match &shown["Statement"] {
        Json::Array(all) => all.iter().collect(),
        one => vec![one],
    };
    let columns = COLUMNS.into_iter();
    let columns = columns.filter(|(_, texts)| all.iter().any(|it| !texts(it).is_empty()));
    let columns: Vec<Column> = columns.collect();
    markup.element(
        "table",
        &[("class", "statements"), ("role", "table")],
        |it| {
            it.own("<caption>Statements</caption><thead role=\"rowgroup\"><tr role=\"row\">");
            for title in ["Statement", "In words"]
                .into_iter()
                .chain(columns.iter().map(|it| it.0))
            {
                it.leaf("th", &[("role", "columnheader"), ("scope", "col")], title);
            }
            it.own("</tr></thead><tbody role=\"rowgroup\">");
            for (index, (statement, json)) in policy.statements().iter().zip(all).enumerate() {
                it.element("tr", &[("role", "row")], |it| {
                    row(it, (index, statement), json, &columns)
                });
            }
            it.own("</tbody>");
        },
    );
}

fn row(
    markup: &mut Markup,
    (index, statement): (usize, &Statement),
    json: &Json,
    columns: &[Column],
) {
    let effect = match statement.effect() {
        Effect::Allow => "allow",
        Effect::Deny => "deny",
    };
    markup.element("th", &[("role", "rowheader"), ("scope", "row")], |it| {
        let number = (index + 1).to_string();
        it.leaf(
            "span",
            &[("class", "sid")],
            statement.sid().unwrap_or(&number),
        );
        it.leaf("span", &[("class", &format!("effect {effect}"))], effect);
    });
    let words = [("role", "cell"), ("data-l", "In words")];
    markup.leaf("td", &words, &in_words(statement));
    for (title, texts) in columns {
        markup.element("td", &[("role", "cell"), ("data-l", title)], |it| {
            list(it, &texts(json))
        });
    }
}

fn list(markup: &mut Markup, texts: &[String]) {
    let (seen, folded) = texts.split_at(texts.len().min(SEEN));
    let codes = |it: &mut Markup, texts: &[String]| {
        for text in texts {
            it.leaf("code", &[], text);
            it.text(" ");
        }
    };
    codes(markup, seen);
    if !folded.is_empty() {
        markup.element("details", &[], |it| {
            it.leaf("summary", &[], &format!("{} more", folded.len()));
            codes(it, folded);
        });
    }
}

fn texts(value: &Json) -> Vec<String> {
    match value {
        Json::Null => Vec::new(),
        Json::Array(items) => items.iter().flat_map(texts).collect(),
        Json::String(text) => vec![text.clone()],
        value => vec![value.to_string()],
    }
}

fn either(statement: &Json, name: &str, negated: &str) -> Vec<String> {
    let mut all = texts(&statement[name]);
    let not = texts(&statement[negated]).into_iter();
    all.extend(not.map(|text| format!("all but {text}")));
    all
}

fn principals(statement: &Json) -> Vec<String> {
    let of = |value: &Json| match value {
        Json::Object(kinds) => {
            let all = kinds.iter().flat_map(|(kind, names)| {
                texts(names)
                    .into_iter()
                    .map(move |name| format!("{kind} {name}"))
            });
            all.collect()
        }
        value => texts(value),
    };
    let mut all: Vec<String> = of(&statement["Principal"]);
    let not = of(&statement["NotPrincipal"]).into_iter();
    all.extend(not.map(|text| format!("all but {text}")));
    all
}

fn conditions(statement: &Json) -> Vec<String> {
    let operators = statement["Condition"].as_object().into_iter().flatten();
    let each = operators.flat_map(|(operator, keys)| {
        let keys = keys.as_object().into_iter().flatten();
        keys.map(move |(key, values)| format!("{operator} {key} = {}", texts(values).join(" | ")))
    });
    each.collect()
}
