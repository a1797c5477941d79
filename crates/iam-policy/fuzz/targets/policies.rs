#![no_main]

#[path = "../../tests/any_bytes/check.rs"]
mod check;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| check::check(bytes));
