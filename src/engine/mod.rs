//! What is the same for every kind of resource: the contract, the plan, and carrying it out.
//!
//! The engine knows no kind and no system.

pub mod address;
pub mod attributes;
pub mod events;
pub mod execute;
pub mod graph;
mod holder;
pub mod ownership;
pub mod permission;
pub mod plan;
pub mod resource;

pub use holder::Holder;
