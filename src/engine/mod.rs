//! What all kinds of resources share: the contract of a resource, the plan and its execution.
//!
//! The engine knows no kind and no system.

pub mod action;
pub mod address;
pub mod approved;
pub mod attributes;
pub mod decision;
pub mod document;
pub mod events;
pub mod execute;
pub mod exposures;
pub mod graph;
pub mod holder;
pub mod identity;
pub mod known;
pub mod narrow;
pub mod node;
pub mod observed;
pub mod ownership;
pub mod permission;
pub mod plan;
pub mod release;
pub mod resource;
pub mod restriction;
pub mod structure;
pub mod warning;
