//! What a caller asks of a service, and what comes of it.

use jiff::Timestamp;

use crate::wire::accounts::Signer;
use crate::wire::fault::Fault;
use crate::wire::reply::Reply;
use crate::wire::value::Value;
use gwctl_fleet::Region;

/// What a caller asks of a service.
#[derive(Debug)]
pub struct Ask {
    /// The Region whose endpoint was called.
    pub region: Region,
    /// The operation's members.
    pub input: Value,
    /// The simulated moment.
    pub now: Timestamp,
    /// The host that the request came to.
    pub host: String,
    /// Whose credentials signed it.
    pub signer: Signer,
}

/// What comes of it.
pub type Answer = Result<Reply, Fault>;
