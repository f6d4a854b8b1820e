//! The terminal console: `app` (state and update, pure), `view` (drawing), `shell` (terminal, loop, effects).

pub mod app;
mod setup;
mod shell;
pub mod view;

pub use setup::{
    ConsoleError, Ended, FaultPanel, Fleets, Incidents, Keeping, Opened, Opening, Outcome, Setup,
    ToldNews,
};

/// Shows the console until the operator quits, a signal comes, or the terminal goes away. Must be
/// called within a tokio runtime; the terminal is as it was before when this returns.
///
/// # Errors
/// No terminal, a configuration that cannot be used, a terminal that fails, a defect.
pub async fn run(setup: Setup) -> Result<Ended, ConsoleError> {
    shell::run(setup).await
}
