//! Single resources that are to go wrong: for tests that let every step of provisioning fail once.

/// A resource that goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Mishap {
    /// A part of the stack's name.
    stack_part: String,
    /// Its name in the template.
    logical: String,
    /// Why it fails, once; none: it hangs until it is released.
    reason: Option<String>,
}

impl Mishap {
    fn strikes(&self, stack: &str, logical: &str) -> bool {
        self.logical == logical && stack.contains(&self.stack_part)
    }
}

/// All that somebody wants to go wrong.
#[derive(Debug, Clone, Default)]
pub(in crate::world) struct Mishaps(Vec<Mishap>);

impl Mishaps {
    /// The resource `logical` of stacks with `stack_part` in their name fails once for `reason`, or hangs.
    pub(in crate::world) fn add(&mut self, stack_part: &str, logical: &str, reason: Option<&str>) {
        self.0.push(Mishap {
            stack_part: stack_part.into(),
            logical: logical.into(),
            reason: reason.map(str::to_owned),
        });
    }

    /// What hangs there goes on.
    pub(in crate::world) fn release(&mut self, stack_part: &str, logical: &str) {
        self.0.retain(|one| {
            one.reason.is_some() || one.logical != logical || one.stack_part != stack_part
        });
    }

    /// Why this resource fails now, when somebody wants it to.
    pub(in crate::world) fn strike(&mut self, stack: &str, logical: &str) -> Option<String> {
        let fails = |one: &Mishap| one.reason.is_some() && one.strikes(stack, logical);
        let at = self.0.iter().position(fails)?;
        self.0.remove(at).reason
    }

    /// Whether this resource begins and does not end.
    pub(in crate::world) fn hangs(&self, stack: &str, logical: &str) -> bool {
        let mut all = self.0.iter();
        all.any(|one| one.reason.is_none() && one.strikes(stack, logical))
    }
}
