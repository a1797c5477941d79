//! What LocalStack does unlike AWS, against moto, which does it as AWS documents.
//!
//! Firehose merges an update of the destination and refuses one of an older version; one API
//! answers for the tags of all services; there is CloudTrail. What moto does unlike AWS in turn
//! stands beside the test that it concerns, and in `serve.py` where the program could not go on.

mod life;
mod stream;
mod tags;
mod trails;
mod update_destination;
