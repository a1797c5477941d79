//! Writes a plan as a page into a file.

use std::io::ErrorKind;
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

/// Writes the page of a plan in the form of `plan --json`, without the known secrets, and says so. The
/// file is replaced at once, and only if it is such a page.
///
/// # Errors
/// A path that is a symbolic link, that names another file, or that cannot be written.
pub(super) fn write(path: &Path, document: &Json, accepted: &Accepted) -> Result<(), Failure> {
    let failed = |reason: String| {
        Failure::new(format!("cannot write the page {}", path.display())).because(reason)
    };
    let other = || failed("another file is there: name a new one, or remove it first".to_owned());
    match path.symlink_metadata() {
        Ok(there) if !there.is_file() => return Err(other()),
        Ok(_) => {
            let text = text_file::read_file(path, LARGEST_FILE);
            if !text.is_ok_and(|text| text.contains(MARK)) {
                return Err(other());
            }
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(failed(error.to_string())),
    }
    let page = page(document, accepted)?;
    text_file::replace(path, &hide(&page)).map_err(|error| failed(error.to_string()))?;
    report(&format!(
        "The page is {}; open it in a browser.\n",
        path.display()
    ));
    Ok(())
}
