//! Reads text that a person names, and no more of it than such a text can have.

use std::io::{Error, ErrorKind, Read, Result};

/// Far more than the longest policy that AWS takes, laid out in whatever way: 32,768 characters in
/// a key policy, and fewer in all others.
pub const LARGEST_POLICY: u64 = 256 * 1024;

/// The text of `source`, which has at most so many bytes, a multiple of 1,024.
///
/// A file's own length is not asked for: that of a device says nothing.
///
/// # Errors
/// A source that cannot be read, is longer, or is not UTF-8.
pub fn read(source: impl Read, most: u64) -> Result<String> {
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
    fn a_text_is_read_up_to_its_bound() {
        let cases = [
            (vec![b'a'; 1023], None, "shorter"),
            (vec![b'a'; 1024], None, "as long as it may be"),
            (vec![b'a'; 1025], Some("it has more than 1 KiB"), "longer"),
            (vec![0xff], Some("it is not text in UTF-8"), "no text"),
        ];
        for (bytes, refused, why) in cases {
            let told = read(bytes.as_slice(), 1024).err();
            let told = told.map(|error| error.to_string());
            assert_eq!(told.as_deref(), refused, "{why}");
        }
        let endless = read(std::io::repeat(b'a'), 1024);
        assert!(endless.is_err(), "what never ends is left");
    }
}
