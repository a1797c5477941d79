#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| provision_fuzz::inputs::aws_answers::check(bytes));
