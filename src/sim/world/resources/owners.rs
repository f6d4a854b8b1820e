//! Which stack made what, in one place for all kinds of resources.

use crate::world::parts::owners::Owned;

use super::super::model::Resources;

impl Resources {
    /// Everything a stack made that still exists, by its ARN or name.
    pub fn owned_by(&self, stack: &str) -> Vec<&Owned> {
        let all = self.owners.all();
        all.filter(|one| one.stack == stack).collect()
    }

    /// Everything that stacks made and whose stack is gone, retained resources included. What the world
    /// was founded with is nobody's and not among it.
    pub fn orphans(&self) -> Vec<&Owned> {
        let stands = |one: &Owned| {
            self.stacks.iter().any(|stack| {
                let meant = stack.arn == one.stack
                    || (stack.name == one.stack && stack.region == one.region);
                meant && stack.status != "DELETE_COMPLETE"
            })
        };
        let all = self.owners.all();
        all.filter(|one| !stands(one)).collect()
    }
}
