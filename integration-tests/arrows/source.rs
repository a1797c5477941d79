//! Reads the declarations and imports of one file from its tokens.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// A file, without its tests.
#[derive(Debug)]
pub struct Source {
    /// The file's path.
    pub file: PathBuf,
    /// The modules that the file declares.
    pub children: BTreeSet<String>,
    /// The paths in the file, those of `use` declarations first.
    pub imports: Vec<Import>,
    /// The names outside of `use` declarations.
    names: BTreeSet<String>,
    /// The place of each import that gives the file a name.
    imported: BTreeMap<String, usize>,
}

/// A path in a `use` declaration or anywhere else.
#[derive(Debug)]
pub struct Import {
    /// The path's segments.
    pub path: Vec<String>,
    /// The line of the path.
    pub line: usize,
    /// Whether a `pub use` re-exports the path.
    pub is_public: bool,
    /// The name that a `use` gives to the path in this file.
    alias: Option<String>,
}

impl Import {
    /// The name in this file.
    pub fn name(&self) -> &str {
        let last = self.path.last();
        self.alias
            .as_deref()
            .or(last.map(String::as_str))
            .unwrap_or_default()
    }
}

impl Source {
    /// Reads the `text` of a file.
    pub fn parse(file: &Path, text: &str) -> Self {
        let tokens: TokenStream = text
            .parse()
            .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let mut source = Source {
            file: file.to_owned(),
            children: BTreeSet::new(),
            imports: Vec::new(),
            names: BTreeSet::new(),
            imported: BTreeMap::new(),
        };
        source.scan(tokens);
        source.imports.sort_by_key(|import| import.alias.is_none());
        for (place, import) in source.imports.iter().enumerate() {
            if let Some(alias) = &import.alias {
                source.imported.insert(alias.clone(), place);
            }
        }
        source
    }

    /// The `use` declaration that gives the file a name.
    pub fn import_of(&self, name: &str) -> Option<&Import> {
        self.imported.get(name).map(|place| &self.imports[*place])
    }

    /// Whether the file itself uses an imported name.
    pub fn mentions(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    fn scan(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while at < tokens.len() {
            let rest = &tokens[at..];
            at += match rest {
                [TokenTree::Punct(hash), TokenTree::Group(attribute), ..]
                    if hash.as_char() == '#' =>
                {
                    match is_test(attribute) {
                        true => 2 + length_of_item(&rest[2..]),
                        false => 2,
                    }
                }
                [TokenTree::Ident(word), TokenTree::Ident(name), end, ..] if word == "mod" => {
                    assert!(
                        is_punct(end, ';'),
                        "{}: an inline module",
                        self.file.display()
                    );
                    self.children.insert(name.to_string());
                    3
                }
                // `use<'a>` in a type imports nothing.
                [TokenTree::Ident(word), next, ..] if word == "use" && !is_punct(next, '<') => {
                    let length = length_of_item(rest);
                    let is_public = at > 0 && is_visibility(&tokens[..at]);
                    self.declare(&rest[1..length - 1], &[], is_public);
                    length
                }
                [TokenTree::Ident(_), ..] => self.mention(rest),
                [TokenTree::Group(group), ..] => {
                    self.scan(group.stream());
                    1
                }
                _ => 1,
            };
        }
    }

    /// Records a name or a path outside of `use` declarations, and returns its length in tokens.
    fn mention(&mut self, tokens: &[TokenTree]) -> usize {
        let mut path = Vec::new();
        let mut length = 0;
        while let Some(TokenTree::Ident(name)) = tokens.get(length) {
            path.push(name.to_string());
            length += 1;
            match tokens.get(length..length + 3) {
                Some([a, b, TokenTree::Ident(_)]) if is_punct(a, ':') && is_punct(b, ':') => {
                    length += 2;
                }
                _ => break,
            }
        }
        self.names.insert(path[0].clone());
        if path.len() > 1 {
            let line = tokens[0].span().start().line;
            self.imports.push(Import {
                path,
                line,
                is_public: false,
                alias: None,
            });
        }
        length
    }

    /// Records the tree of a `use` after the segments of `before`.
    fn declare(&mut self, tree: &[TokenTree], before: &[String], is_public: bool) {
        let mut path = before.to_vec();
        let mut alias = None;
        for (place, token) in tree.iter().enumerate() {
            match token {
                TokenTree::Ident(word) if word == "as" => {
                    alias = tree.get(place + 1).map(ToString::to_string);
                    break;
                }
                TokenTree::Ident(name) => path.push(name.to_string()),
                TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                    let all: Vec<TokenTree> = group.stream().into_iter().collect();
                    for tree in all.split(|token| is_punct(token, ',')) {
                        self.declare(tree, &path, is_public);
                    }
                    return;
                }
                _ => {}
            }
        }
        // `{self, …}` is the module itself.
        if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
            path.pop();
        }
        let is_glob = tree.last().is_some_and(|last| is_punct(last, '*'));
        if let (Some(first), Some(last)) = (tree.first(), path.last()) {
            let line = first.span().start().line;
            let alias = alias.or_else(|| Some(last.clone())).filter(|_| !is_glob);
            self.imports.push(Import {
                path,
                line,
                is_public,
                alias,
            });
        }
    }
}

fn is_punct(token: &TokenTree, wanted: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == wanted)
}

/// Whether an attribute is `cfg(test)`.
fn is_test(attribute: &Group) -> bool {
    attribute.stream().to_string().replace(' ', "") == "cfg(test)"
}

/// Whether the tokens end in `pub` or `pub(…)`.
fn is_visibility(tokens: &[TokenTree]) -> bool {
    let is_pub = |token: &TokenTree| matches!(token, TokenTree::Ident(word) if word == "pub");
    match tokens {
        [.., word, TokenTree::Group(_)] => is_pub(word),
        [.., word] => is_pub(word),
        [] => false,
    }
}

/// The number of tokens of the first item, with its attributes.
fn length_of_item(tokens: &[TokenTree]) -> usize {
    let is_use = |token: &TokenTree| matches!(token, TokenTree::Ident(word) if word == "use");
    let imports = tokens.iter().take(3).any(is_use);
    let ends = |token: &TokenTree| match token {
        TokenTree::Group(group) => !imports && group.delimiter() == Delimiter::Brace,
        _ => is_punct(token, ';'),
    };
    let end = tokens.iter().position(ends);
    end.map_or(tokens.len(), |end| end + 1)
}
