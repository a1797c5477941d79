//! Tests the program with an AWS emulator, each test in an account of its own.
//!
//! `make test` starts the emulators. `integration-tests/localstack/run cargo test --test
//! integration NAME` runs a single test. The tests in `moto/` need the emulator moto instead.

mod deployment;
mod harness;
mod inputs;

mod acceptance_run;
mod adopt;
mod attacks;
mod audit_trail;
mod aws_models;
mod bad_input;
mod bucket_tags;
mod bug;
mod crash;
mod delivery;
mod destroy;
mod drift_bucket;
mod drift_events;
mod drift_iam;
mod drift_key;
mod environment;
mod errors;
mod explain;
mod exposures;
mod faults;
mod forged;
mod fresh;
mod full_bucket;
mod hardened;
mod hostile_keys;
mod lag;
mod large_bucket;
mod late_keys;
mod log;
mod log_delivery;
mod moto;
mod one_account;
mod options;
mod others;
mod output;
mod ownership;
mod permissions;
mod policy;
mod policy_lint;
mod preflight;
mod proxies;
mod quotas;
mod races;
mod random_accounts;
mod rates;
mod regions;
mod restrictions;
mod role_page;
mod saved_plan;
mod secrets;
mod secrets_everywhere;
mod signing;
mod squatted;
mod stopping;
mod targets;
mod terminal;
mod variants;
mod verify;
mod warnings;
