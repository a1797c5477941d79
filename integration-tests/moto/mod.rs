//! Tests with moto, for behaviour that moto has as AWS documents it and LocalStack has not.
//!
//! In moto, Firehose merges an update of the destination and refuses an update of an older version,
//! one API has the tags of all services, and there are CloudTrail and Organizations. Each difference between moto and AWS
//! is named beside its test, or in `serve.py` if the program would fail because of it.

mod discovery;
mod fleet;
mod guide;
mod life;
mod stream;
mod tags;
mod trails;
mod update_destination;
mod verify;
