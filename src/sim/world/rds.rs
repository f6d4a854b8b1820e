//! RDS: the global database, and what the account shows of it.

use super::measured::Reality;
use super::model::{GlobalCluster, Resources};
use super::physics::Physics;
use crate::world::parts::database::Database;
use crate::world::parts::faults::Faults;
use crate::world::parts::fleet::Fleet;
use crate::world::parts::present::Present;
use crate::world::parts::totals::Totals;

/// The database with the account it is in, and what of the world moves it.
pub struct Rds<'w> {
    pub(super) database: &'w mut Database,
    pub(super) resources: &'w mut Resources,
    pub(super) totals: &'w mut Totals,
    pub(super) faults: &'w mut Faults,
    pub(super) fleet: &'w Fleet,
    pub(super) physics: &'w Physics,
    pub(super) reality: Option<&'w dyn Reality>,
    pub(super) present: Present,
}

impl Rds<'_> {
    /// The global cluster in which data moves.
    pub(super) fn global(&mut self) -> Option<&mut GlobalCluster> {
        let id = self.database.global.as_ref()?;
        let mut all = self.resources.global_clusters.iter_mut();
        all.find(|global| &global.id == id)
    }
}
