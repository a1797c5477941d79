//! Writes HTML and SVG. Text and the values of attributes can only be added escaped; what is added as it
//! is, is known when the program is compiled.

use iam_policy::printable::printable_json;

/// Markup under construction.
#[derive(Debug, Default)]
pub struct Markup(String);

/// The attributes of an element: names, and values that are escaped.
pub type Attributes<'a> = &'a [(&'static str, &'a str)];

impl Markup {
    /// An element with what `content` adds to it.
    pub fn element(
        &mut self,
        name: &'static str,
        attributes: Attributes<'_>,
        content: impl FnOnce(&mut Markup),
    ) {
        self.start(name, attributes);
        content(self);
        self.0.push_str("</");
        self.0.push_str(name);
        self.0.push('>');
    }

    /// An element that holds a text alone.
    pub fn leaf(&mut self, name: &'static str, attributes: Attributes<'_>, text: &str) {
        self.element(name, attributes, |it| it.text(text));
    }

    /// The start of an element. Those that HTML calls void have no end.
    pub fn start(&mut self, name: &'static str, attributes: Attributes<'_>) {
        self.0.push('<');
        self.0.push_str(name);
        for (name, value) in attributes {
            self.0.push(' ');
            self.0.push_str(name);
            self.0.push_str("=\"");
            self.text(value);
            self.0.push('"');
        }
        self.0.push('>');
    }

    /// A text, escaped for an element and for an attribute in quotes.
    pub fn text(&mut self, text: &str) {
        for character in text.chars() {
            match character {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                other => self.0.push(other),
            }
        }
    }

    /// Markup of this program's own.
    pub fn own(&mut self, markup: &'static str) {
        self.0.push_str(markup);
    }

    /// The markup. What could reverse or hide text is escaped so that a person sees it.
    pub fn finish(self) -> String {
        printable_json(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Markup;

    fn leaf(text: &str) -> String {
        let mut markup = Markup::default();
        markup.leaf("a", &[("title", text)], text);
        markup.finish()
    }

    #[test]
    fn text_makes_no_markup() {
        let cases = [
            ("a", "a", "plain text stays"),
            (
                "<script>alert('x')</script>",
                "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;",
                "an element, and a quote of either sort",
            ),
            (
                "\" onload=\"x",
                "&quot; onload=&quot;x",
                "the end of an attribute",
            ),
            ("&lt;", "&amp;lt;", "what looks escaped already"),
            (
                "a\u{202e}b\u{1b}",
                "a\\u202eb\\u001b",
                "a right-to-left override, an escape",
            ),
        ];
        for (text, expected, why) in cases {
            let expected = format!("<a title=\"{expected}\">{expected}</a>");
            assert_eq!(leaf(text), expected, "{why}");
        }
    }

    proptest! {
        #[test]
        fn no_text_leaves_its_place(text in any::<String>()) {
            let markup = leaf(&text);
            prop_assert_eq!(markup.matches('<').count(), 2);
            prop_assert_eq!(markup.matches('>').count(), 2);
            prop_assert_eq!(markup.matches('"').count(), 2);
        }
    }
}
