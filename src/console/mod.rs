//! The terminal console: `app` (state and update, pure), `view` (drawing), `shell` (terminal, loop, effects).

pub mod app;
