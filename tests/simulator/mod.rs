//! The simulator, held to account by clients that nobody here wrote.

mod wire;
