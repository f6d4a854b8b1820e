//! The AWS protocols over the simulated world: in process for gwctl, over loopback HTTP for any other client.

mod codec; // one a protocol
mod fault; // an error reply
mod reply; // replies and errors in each protocol's shape
mod route; // which operation a request means
mod value; // what operations take and give
