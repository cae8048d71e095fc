#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| trulyopen_fuzz::targets::policy(data));
