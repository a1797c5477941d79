//! What the texts of a plan and of a run have in common: styles, signs and counts.

use anstyle::{AnsiColor, Style};

use crate::engine::action::Action;
use crate::names::{KeptPolicy, Partition};
use crate::render::wrap::hanging;
use crate::systems::Site;

pub(super) const ADDED: Style = AnsiColor::Green.on_default();
pub(super) const REMOVED: Style = AnsiColor::Red.on_default();
pub(super) const CHANGED: Style = AnsiColor::Yellow.on_default();
const BLOCKED: Style = AnsiColor::Red.on_default().bold();
/// The style of a heading.
pub(super) const STRONG: Style = Style::new().bold();
pub(super) const QUIET: Style = Style::new().dimmed();

/// The style and the sign of an action.
pub fn sign_of(action: Action) -> (Style, char) {
    match action {
        Action::Keep => (QUIET, '='),
        Action::Create => (ADDED, '+'),
        Action::Update | Action::Adopt => (CHANGED, '~'),
        Action::Delete => (REMOVED, '-'),
        Action::Blocked => (BLOCKED, '!'),
    }
}

/// The account, the partition if it is not the usual one of AWS, and the regions, without a line break.
fn place(site: &Site) -> String {
    let mut account = format!("Account {}", site.account);
    if site.partition != Partition::Aws {
        account.push_str(&format!(" in the partition {}", site.partition));
    }
    let Some((main, others)) = site.regions.split_first() else {
        return account;
    };
    let others: String = others.iter().map(|region| format!(", {region}")).collect();
    let noun = if others.is_empty() {
        "region"
    } else {
        "regions"
    };
    format!("{account}, {noun} {main} (main){others}")
}

/// The same as a heading, in lines of at most `width` columns.
pub fn heading(site: &Site, width: usize) -> String {
    hanging("", "  ", &place(site), width)
}

/// The number of security findings in the documents, and the command that explains them; empty if
/// there are none.
pub fn security(findings: usize, width: usize) -> String {
    let noun = match findings {
        0 => return String::new(),
        1 => "finding",
        _ => "findings",
    };
    let text = format!(
        "{CHANGED}Security:{CHANGED:#} {findings} {noun}; `provision policy lint` explains."
    );
    hanging("", "  ", &text, width)
}

/// The policies that the settings keep although no role has them; empty if there are none.
pub fn unused(policies: &[&KeptPolicy], width: usize) -> String {
    if policies.is_empty() {
        return String::new();
    }
    let names: Vec<String> = policies.iter().map(ToString::to_string).collect();
    let names = names.join(", ");
    let text =
        format!("{CHANGED}Note:{CHANGED:#} no role has these policies of keep_policies: {names}.");
    hanging("", "  ", &text, width)
}

/// The actions that occur, in the order of a summary: how many resources have each, and the words behind that
/// number.
pub fn counted(actions: impl Iterator<Item = Action>) -> Vec<(Action, usize, &'static str)> {
    let all = [
        (Action::Create, "to create"),
        (Action::Adopt, "to adopt"),
        (Action::Update, "to update"),
        (Action::Delete, "to delete"),
        (Action::Blocked, "blocked"),
        (Action::Keep, "unchanged"),
    ];
    let actions: Vec<Action> = actions.collect();
    let count = |action| actions.iter().filter(|it| **it == action).count();
    let all = all.map(|(action, words)| (action, count(action), words));
    all.into_iter().filter(|(_, count, _)| *count > 0).collect()
}

/// The number of resources by action, in one line.
pub fn counts(actions: impl Iterator<Item = Action>) -> String {
    let parts: Vec<String> = counted(actions)
        .into_iter()
        .map(|(_, count, words)| format!("{count} {words}"))
        .collect();
    if parts.is_empty() {
        "nothing exists".to_owned()
    } else {
        parts.join(", ")
    }
}
