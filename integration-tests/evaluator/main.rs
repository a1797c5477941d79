//! Tests what the documents of both profiles allow and refuse, with an evaluator of IAM policies from
//! another project.
//!
//! `@cloud-copilot/iam-simulate` implements AWS's rules for one account and for several, for services,
//! trust policies and key policies. It runs as a separate tool and is no part of the program.
//! `integration-tests/evaluator/run cargo test --test evaluator` installs it and runs these tests.

mod chance;
mod deployment;
mod documents;
mod requests;
mod rewriting;
mod tool;

mod agent;
mod audit_trail;
mod denials;
mod key;
mod log_delivery;
mod pairs;
mod permissions;
mod services;
