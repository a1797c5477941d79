//! Reads text files up to a limit of their length, and writes them as a whole.

use std::fs::{File, FileType};
use std::io::{Error, ErrorKind, Read, Result, Write};
use std::os::unix::fs::FileTypeExt;
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

/// The same of a file that nobody named, which may be anything: the program finds it under its name, or
/// is to replace it. To open a named pipe would wait for whoever writes to it. A pipe that a person names,
/// such as a shell's `<(...)`, is read by [`read_file`].
///
/// # Errors
/// Those of [`read_file`], and a file that is not a regular one.
pub fn read_regular_file(path: &Path, most: u64) -> Result<String> {
    let kind = path.metadata()?.file_type();
    if !kind.is_file() {
        let text = format!("it is {}, and not a regular file", what(kind));
        return Err(Error::new(ErrorKind::InvalidInput, text));
    }
    read_file(path, most)
}

fn what(kind: FileType) -> &'static str {
    if kind.is_dir() {
        "a folder"
    } else if kind.is_fifo() {
        "a named pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

/// The same as [`read_file`] of the standard input.
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
    fn what_is_no_regular_file_is_not_opened() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        let socket = folder.path().join("socket");
        std::os::unix::net::UnixListener::bind(&socket).unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&pipe, &link).unwrap();
        let cases = [
            (pipe.as_path(), "a named pipe"),
            (&link, "a named pipe"),
            (&socket, "a socket"),
            (folder.path(), "a folder"),
            (Path::new("/dev/zero"), "a device"),
        ];
        for (path, what) in cases {
            let error = read_regular_file(path, 1024).unwrap_err();
            let expected = format!("it is {what}, and not a regular file");
            assert_eq!(error.to_string(), expected, "{}", path.display());
        }
        let file = folder.path().join("file");
        std::fs::write(&file, "text").unwrap();
        assert_eq!(read_regular_file(&file, 1024).unwrap(), "text");
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
