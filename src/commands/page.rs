//! Writes a plan as a page into a file.

use std::io::Error;
use std::path::Path;

use iam_policy::lint::Accepted;
use serde_json::Value as Json;

use crate::failure::Failure;
use crate::render::html::{MARK, page};
use crate::secret::known::hide;
use crate::terminal::report;
use crate::text_file;

/// A page is far smaller, so a larger file is no page.
const LARGEST_FILE: u64 = 16 * 1024 * 1024;

fn not_written(path: &Path, reason: &Error) -> Failure {
    Failure::new(format!("cannot write the page {}", path.display())).because(reason.to_string())
}

/// Refuses a path at which [`write()`] would fail, before the work that leads to a page is done.
///
/// # Errors
/// A path that is a symbolic link or a folder, that names a file other than such a page, or where no file can be
/// written.
pub(super) fn check_path(path: &Path) -> Result<(), Failure> {
    let is_page = |text: &str| text.contains(MARK);
    text_file::check_replaceable(path, LARGEST_FILE, is_page).map_err(|error| {
        not_written(path, &error)
            .hint("Name a new file, or such a page to replace, in a folder that is there")
    })
}

/// Writes the page of a plan in the form of `plan --json`, without the known secrets, and says so. The
/// file is replaced at once, and only if it is such a page.
///
/// # Errors
/// Those of [`check_path`].
pub(super) fn write(path: &Path, document: &Json, accepted: &Accepted) -> Result<(), Failure> {
    write_text(path, &page(document, accepted)?)
}

/// The same with the page as it is to be.
///
/// # Errors
/// Those of [`check_path`].
pub(super) fn write_text(path: &Path, page: &str) -> Result<(), Failure> {
    check_path(path)?;
    text_file::replace(path, &hide(page)).map_err(|error| not_written(path, &error))?;
    report(&format!(
        "The page is {}; open it in a browser.\n",
        path.display()
    ));
    Ok(())
}
