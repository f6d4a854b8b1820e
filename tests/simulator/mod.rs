//! The simulator, held to account by clients that nobody here wrote.

mod clock;
mod wire;
