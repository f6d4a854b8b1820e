//! The runtime of a subcommand that waits for something.

use std::time::Duration;

use super::failure::Failure;

/// How long a thread that waits, for a name to be resolved for instance, may keep the process from ending.
const LEAVING: Duration = Duration::from_millis(250);

/// Runs `work` to its end. What it left running, such as calls that nobody waits for any more, is dropped.
pub fn run_async<T>(work: impl Future<Output = T>) -> Result<T, Failure> {
    let runtime =
        tokio::runtime::Runtime::new().map_err(|error| Failure::io("start the runtime", &error))?;
    let outcome = runtime.block_on(work);
    // Until every task is dropped: with it ends the program that was asked for credentials.
    runtime.shutdown_timeout(LEAVING);
    Ok(outcome)
}
