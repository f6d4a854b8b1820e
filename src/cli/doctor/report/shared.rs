//! What doctor says of the table that the team shares, and of journals that do not agree with it.

use super::{Fitness, Line, Mark, Report, fine, wrong};
use crate::actions::Conflict;

impl Report {
    /// The table that the team shares, and whether it can hold a lease.
    pub fn shared(&mut self, table: &str, fitness: &Fitness) {
        let line = match fitness {
            Ok(Ok(None)) => fine(&format!("{table}: strongly consistent in its Regions")),
            Ok(Ok(Some(region))) => Line {
                mark: Mark::Warning,
                what: format!("{table}: in {region} alone, and so are the leases"),
                advice: Some(format!(
                    "While {region} does not answer, a run begins only with the waiver `shared-table`. Use a table with strong consistency in three Regions."
                )),
            },
            Ok(Err(unfit)) => wrong(unfit.to_string()),
            Err(error) => wrong(format!("{table}: {}", error.message)),
        };
        self.section("Shared table").push(line);
    }

    /// What this machine's journals and the team's do not agree on.
    pub fn conflicts(&mut self, conflicts: &[Conflict]) {
        for conflict in conflicts {
            let line = Line {
                mark: Mark::Failed,
                what: format!("run {}: {conflict}", conflict.run),
                advice: Some(conflict.advice()),
            };
            self.section("Shared table").push(line);
        }
    }
}
