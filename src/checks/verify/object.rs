//! What a delivered object holds: JSON objects one after the other, mostly compressed.

use std::io::Read;

use flate2::read::MultiGzDecoder;
use serde_json::Value as Json;

/// Far more than a stream gathers before it writes an object: 8 MB before compression.
pub const LARGEST: i64 = 32 * 1024 * 1024;
/// The most that is read of what an object holds.
const LONGEST: u64 = 64 * 1024 * 1024;

/// How many records an object holds, and which of ours.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// The positions of those of our marks that a record of the object carries.
    pub marks: Vec<usize>,
    /// The number of records that carry none.
    pub others: usize,
    /// Whether something in the object is no JSON, or follows after it.
    pub is_broken: bool,
}

impl Contents {
    /// Whether the object holds nothing but what we sent.
    pub fn is_ours_alone(&self) -> bool {
        !self.marks.is_empty() && self.others == 0 && !self.is_broken
    }
}

/// What is in an object, by the marks of what we sent.
pub fn look(body: &[u8], marks: &[&str]) -> Contents {
    let mut text = Vec::new();
    let read = match body.starts_with(&[0x1f, 0x8b]) {
        true => MultiGzDecoder::new(body)
            .take(LONGEST)
            .read_to_end(&mut text),
        false => body.take(LONGEST).read_to_end(&mut text),
    };
    let mut contents = Contents {
        is_broken: read.is_err(),
        ..Contents::default()
    };
    for record in serde_json::Deserializer::from_slice(&text).into_iter::<Json>() {
        let Ok(record) = record else {
            contents.is_broken = true;
            break;
        };
        let found = marks.iter().position(|mark| carries(&record, mark));
        match found {
            Some(mark) => contents.marks.push(mark),
            None => contents.others += 1,
        }
    }
    contents
}

/// Whether a text in the record is the mark.
fn carries(record: &Json, mark: &str) -> bool {
    match record {
        Json::String(text) => text == mark,
        Json::Array(items) => items.iter().any(|item| carries(item, mark)),
        Json::Object(fields) => fields.values().any(|value| carries(value, mark)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn compressed(text: &str) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn an_object_is_ours_alone_if_every_record_carries_a_mark() {
        let plain = |text: &str| text.as_bytes().to_vec();
        let cases: [(&str, Vec<u8>, &[usize], usize, bool, bool); 8] = [
            (
                "one record",
                compressed(r#"{"a":"m0"}"#),
                &[0],
                0,
                false,
                true,
            ),
            (
                "as an emulator writes it, which does not compress",
                plain(r#"{"a":"m0"}{"detail":{"b":["m1"]}}"#),
                &[0, 1],
                0,
                false,
                true,
            ),
            (
                "compressed parts one after the other",
                [compressed(r#"{"a":"m0"}"#), compressed(r#"{"a":"m1"}"#)].concat(),
                &[0, 1],
                0,
                false,
                true,
            ),
            (
                "with an event of somebody else",
                compressed(r#"{"a":"m0"}{"a":"b"}"#),
                &[0],
                1,
                false,
                false,
            ),
            (
                "a longer text",
                plain(r#"{"a":"m01"}"#),
                &[],
                1,
                false,
                false,
            ),
            (
                "no JSON after ours",
                plain(r#"{"a":"m0"} x"#),
                &[0],
                0,
                true,
                false,
            ),
            (
                "compressed and cut off",
                compressed(r#"{"a":"m0"}"#)[..12].to_vec(),
                &[],
                0,
                true,
                false,
            ),
            ("nothing", Vec::new(), &[], 0, false, false),
        ];
        for (reason, body, marks, others, is_broken, is_ours) in cases {
            let contents = look(&body, &["m0", "m1"]);
            let expected = Contents {
                marks: marks.to_vec(),
                others,
                is_broken,
            };
            assert_eq!(contents, expected, "{reason}");
            assert_eq!(contents.is_ours_alone(), is_ours, "{reason}");
        }
    }
}
