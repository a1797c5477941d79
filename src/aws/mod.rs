//! The boundary to AWS: how an account is reached, how a call is made, and what errors mean.
//!
//! [`Connections`] holds what the accounts of a run share and makes an [`Aws`] for each account.
//! [`Aws::call`] is the only place where calls are counted against the limit, logged, repeated and
//! stopped.

mod account;
mod assumed;
mod call;
mod caller;
mod clients;
mod connections;
mod denials;
mod endpoints;
mod error;
mod gate;
mod identity;
mod member;
mod network;
mod one_account;
mod operation;
mod pages;
mod pauses;
mod rates;
pub mod regions;
mod retries;
mod role_page;
mod roles;
mod services;
mod session;
mod under_way;
pub mod variables;
mod wire;

#[cfg(test)]
mod call_tests;
#[cfg(test)]
mod connections_tests;
#[cfg(test)]
mod rates_tests;
#[cfg(test)]
mod throttling_tests;

pub use account::{Aws, Notice};
pub use call::RETRY_LIMIT;
pub use caller::Caller;
pub use connections::Connections;
pub use denials::Denials;
pub use error::{AwsError, ErrorKind};
pub use member::{Member, concerns_the_caller};
pub use network::Network;
pub use operation::Operation;
pub use pauses::{Pauses, READ_LAG};
pub use role_page::RolePage;
pub use session::Session;
pub use under_way::{Activity, UnderWay};
