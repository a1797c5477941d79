//! How many files and connections the program may have open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Enough for the connections of the most calls at a time, with room for the addresses that are looked up.
const WANTED: u64 = 4096;

/// Raises the limit for this process as far as the system lets it. Each call under way has a connection, and
/// many systems begin with 256 or 1,024. Where it stays, the calls that find no room fail and say so.
pub(super) fn allow_many() {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let wanted = maximum.map_or(WANTED, |most| most.min(WANTED));
    if current.is_some_and(|current| current < wanted) {
        let _ = setrlimit(
            Resource::Nofile,
            Rlimit {
                current: Some(wanted),
                maximum,
            },
        );
    }
}
