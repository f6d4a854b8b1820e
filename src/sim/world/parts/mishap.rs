//! A resource that fails, as a test wants it.

/// A resource that goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mishap {
    /// A part of the stack's name.
    pub(in crate::world) stack_part: String,
    /// Its name in the template.
    pub(in crate::world) logical: String,
    /// Why it fails, once; none: it hangs until it is released.
    pub(in crate::world) reason: Option<String>,
}

impl Mishap {
    pub(in crate::world) fn strikes(&self, stack: &str, logical: &str) -> bool {
        self.logical == logical && stack.contains(&self.stack_part)
    }
}
