//! The account, as AWS's services see it when they make, change and delete something in it.

use super::model::Resources;
use super::physics::Physics;
use crate::world::parts::dns::Dns;
use crate::world::parts::faults::Faults;
use crate::world::parts::present::Present;

/// What is in the account, and what of the world a service needs besides.
pub struct Account<'w> {
    pub(super) resources: &'w mut Resources,
    pub(super) dns: &'w mut Dns,
    pub(super) faults: &'w Faults,
    pub(super) physics: &'w Physics,
    pub(super) present: Present,
}
