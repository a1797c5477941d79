//! Reads text files up to a limit of their length, and writes them as a whole.

use std::fs::File;
use std::io::{Error, ErrorKind, Read, Result, Write};
use std::path::Path;

use tempfile::NamedTempFile;

/// The limit for a policy, in bytes. It is far above the longest policy that AWS accepts, which is
/// a key policy of 32,768 characters, even with much white space.
pub const LARGEST_POLICY: u64 = 1024 * 1024;

/// The text of the file at `path`, of at most `most` bytes, which is a multiple of 1,024.
///
/// # Errors
/// A file that cannot be read, that is longer, or that is not UTF-8.
pub fn read_file(path: &Path, most: u64) -> Result<String> {
    read(File::open(path)?, most)
}

/// The same of the standard input.
///
/// # Errors
/// Those of [`read_file`].
pub fn read_standard_input(most: u64) -> Result<String> {
    read(std::io::stdin(), most)
}

/// Writes the file at `path` at once, so that it is never there in part. Only the owner can read it.
///
/// # Errors
/// A file that cannot be written.
pub fn replace(path: &Path, text: &str) -> Result<()> {
    let mut file = temporary(path)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Refuses a path at which [`replace`] would fail, or destroy a file that this program
/// has not written: one of more than `most` bytes, or with another text.
///
/// # Errors
/// Says what is there, or why nothing can be written there.
pub fn check_replaceable(path: &Path, most: u64, is_written: impl Fn(&str) -> bool) -> Result<()> {
    let refused = |reason| Err(Error::new(ErrorKind::AlreadyExists, reason));
    // Where that cannot be read, the temporary file says why.
    if let Ok(there) = path.symlink_metadata() {
        if there.is_symlink() {
            return refused("it is a symbolic link");
        }
        if there.is_dir() {
            return refused("it is a folder");
        }
        let is_written = |text: String| is_written(&text);
        if !there.is_file() || !read_file(path, most).is_ok_and(is_written) {
            return refused("another file is there");
        }
    }
    temporary(path).map(drop)
}

/// A file in the folder of `path`, which is deleted unless it is put in its place.
fn temporary(path: &Path) -> Result<NamedTempFile> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    // A temporary file is created with mode 0600, and keeps that mode when it is renamed.
    // What the error says itself names the temporary file.
    let no_file = |error: Error| {
        let folder = folder.display();
        let text = match error.kind() {
            ErrorKind::NotFound => format!("there is no folder {folder}"),
            kind => format!("no file can be made in the folder {folder}: {kind}"),
        };
        Error::new(error.kind(), text)
    };
    NamedTempFile::new_in(folder).map_err(no_file)
}

/// The text of `source`, of at most `most` bytes, which is a multiple of 1,024.
///
/// The length of the file is not used, since a device has none.
///
/// # Errors
/// A source that cannot be read, that is longer, or that is not UTF-8.
fn read(source: impl Read, most: u64) -> Result<String> {
    let mut bytes = Vec::new();
    source.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        let text = format!("it has more than {} KiB", most / 1024);
        return Err(Error::new(ErrorKind::FileTooLarge, text));
    }
    String::from_utf8(bytes)
        .map_err(|_| Error::new(ErrorKind::InvalidData, "it is not text in UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_the_folder_and_no_temporary_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        let cases = [
            ("missing", "there is no folder", ""),
            (
                "file",
                "no file can be made in the folder",
                ": not a directory",
            ),
        ];
        for (name, start, end) in cases {
            let parent = folder.path().join(name);
            let error = replace(&parent.join("plan"), "").unwrap_err();
            let expected = format!("{start} {}{end}", parent.display());
            assert_eq!(error.to_string(), expected);
        }
    }

    #[test]
    fn a_text_is_read_up_to_the_limit() {
        let cases = [
            (vec![b'a'; 1023], None, "shorter"),
            (vec![b'a'; 1024], None, "as long as it may be"),
            (vec![b'a'; 1025], Some("it has more than 1 KiB"), "longer"),
            (vec![0xff], Some("it is not text in UTF-8"), "no text"),
        ];
        for (bytes, refused, why) in cases {
            let error = read(bytes.as_slice(), 1024).err();
            let error = error.map(|error| error.to_string());
            assert_eq!(error.as_deref(), refused, "{why}");
        }
        let endless = read(std::io::repeat(b'a'), 1024);
        assert!(endless.is_err(), "a source without an end is refused");
    }
}
