//! Finds the modules of a crate and the imports between them, from the source.
//!
//! Tests may import anything, so items under `#[cfg(test)]` are not read. An arrow leads to the file
//! that defines a name, so a `mod.rs` that only declares and re-exports the name is not part of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use crate::source::{Import, Source};

/// An import of a name from another file.
#[derive(Debug, Clone)]
pub struct Arrow {
    /// The importing module, such as `kinds::s3::bucket`; empty for the crate's root.
    pub from: String,
    /// The module that defines the name.
    pub to: String,
    /// Whether the name is only re-exported.
    pub is_reexport: bool,
    place: String,
    written: String,
}

impl fmt::Display for Arrow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.written)
    }
}

/// The modules of one crate by their paths.
#[derive(Debug, Default)]
pub struct House(BTreeMap<String, Source>);

impl House {
    /// The modules that `lib.rs` in `folder` declares, and `main.rs` as the module `main`.
    pub fn read(folder: &Path) -> Self {
        let mut house = House::default();
        house.add(String::new(), folder.join("lib.rs"));
        if folder.join("main.rs").exists() {
            house.add("main".to_owned(), folder.join("main.rs"));
        }
        house
    }

    fn add(&mut self, module: String, file: PathBuf) {
        let text = fs::read_to_string(&file);
        let text = text.unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let source = Source::parse(&file, &text);
        let is_folder_root = file.ends_with("lib.rs") || file.ends_with("mod.rs");
        let folder = if is_folder_root {
            file.with_file_name("")
        } else {
            file.with_extension("")
        };
        for child in &source.children {
            let flat = folder.join(format!("{child}.rs"));
            let file = match flat.exists() {
                true => flat,
                false => folder.join(child).join("mod.rs"),
            };
            self.add(inside(&module, child), file);
        }
        self.0.insert(module, source);
    }

    /// Every arrow from one module to another, each once.
    pub fn arrows(&self) -> Vec<Arrow> {
        let mut arrows = Vec::new();
        for (module, source) in &self.0 {
            let mut known = BTreeSet::new();
            for import in &source.imports {
                let Some(to) = self.resolve(module, &import.path, 0) else {
                    continue;
                };
                let is_reexport = import.is_public && !source.mentions(import.name());
                if to != *module && known.insert((to.clone(), is_reexport)) {
                    arrows.push(Arrow {
                        from: module.clone(),
                        to,
                        is_reexport,
                        place: format!("{}:{}", source.file.display(), import.line),
                        written: import.path.join("::"),
                    });
                }
            }
        }
        arrows
    }

    /// The module that defines the item at `path` in `module`; `None` for another crate.
    fn resolve(&self, module: &str, path: &[String], depth: usize) -> Option<String> {
        let (first, rest) = path.split_first()?;
        let start = match first.as_str() {
            "crate" => String::new(),
            "provision" if module == "main" => String::new(),
            "self" => module.to_owned(),
            "super" => parent(module),
            _ if self.0[module].children.contains(first) => inside(module, first),
            name => return self.passed_on(module, name, rest, depth),
        };
        let mut at = start;
        for (index, name) in rest.iter().enumerate() {
            let child = inside(&at, name);
            if name == "super" {
                at = parent(&at);
            } else if self.0.contains_key(&child) {
                at = child;
            } else {
                let behind = &rest[index + 1..];
                let is_named = self.0[&at].import_of(name).is_some();
                return match is_named {
                    true => self.passed_on(&at, name, behind, depth),
                    false => Some(at),
                };
            }
        }
        Some(at)
    }

    /// As [`House::resolve`], for a name that `module` imports itself.
    fn passed_on(
        &self,
        module: &str,
        name: &str,
        behind: &[String],
        depth: usize,
    ) -> Option<String> {
        let import = self.0[module].import_of(name)?;
        let Import { path, .. } = import;
        // A crate and an item of the crate may have the same name.
        if depth > 8 || path.first().is_some_and(|first| first == name) {
            return None;
        }
        self.resolve(module, &[path, behind].concat(), depth + 1)
    }
}

fn inside(module: &str, child: &str) -> String {
    match module {
        "" => child.to_owned(),
        _ => format!("{module}::{child}"),
    }
}

fn parent(module: &str) -> String {
    let parent = module.rsplit_once("::");
    parent.map_or_else(String::new, |(parent, _)| parent.to_owned())
}
