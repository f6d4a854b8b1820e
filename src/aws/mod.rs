//! The only code that names an SDK crate: one file a service, fleet types in and out.

mod error;
mod in_process;
mod session;

pub use error::{AwsError, ErrorKind};
pub use in_process::{Handler, Transport, in_process};
pub use session::{Session, SessionOptions, Timeouts};
