//! What several parts of the page have in common.

use crate::engine::action::Action;
use crate::render::markup::{Attributes, Markup};

/// The word of an action with its sign, which is seen without colours too.
pub(super) fn badge(markup: &mut Markup, action: Action) {
    let sign = match action {
        Action::Keep => "=",
        Action::Create => "+",
        Action::Update | Action::Adopt => "~",
        Action::Delete => "−",
        Action::Blocked => "!",
    };
    markup.element("span", &[("class", &format!("badge {action}"))], |it| {
        it.leaf("span", &[("aria-hidden", "true")], sign);
        it.text(" ");
        it.text(&action.to_string());
    });
}

/// One side of a difference.
pub(super) fn cell(markup: &mut Markup, class: &'static str, text: Option<&str>) {
    match text {
        Some(text) => markup.leaf("td", &[("class", class)], text),
        None => markup.own("<td class=\"nothing\">–</td>"),
    }
}

/// A paragraph in which what stands between backticks is code.
pub(super) fn prose(markup: &mut Markup, attributes: Attributes<'_>, text: &str) {
    markup.element("p", attributes, |it| {
        let mut parts = text.split('`').peekable();
        let mut is_code = false;
        while let Some(part) = parts.next() {
            // A backtick without a partner begins nothing.
            match (is_code, parts.peek().is_some()) {
                (true, true) => it.leaf("code", &[], part),
                (true, false) => it.text(&format!("`{part}")),
                (false, _) => it.text(part),
            }
            is_code = !is_code;
        }
    });
}
