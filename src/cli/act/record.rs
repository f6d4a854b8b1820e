//! Once something was built or taken away, the configuration says so.

use std::path::Path;

use super::stage::Stage;
use crate::actions::{Intent, as_built};
use crate::cli::exit::Exit;
use crate::cli::output::tell;
use crate::config::record;

/// Writes what `intent` built into the configuration, when its run is done. What cannot be written is
/// told: nothing that was built depends on it, and `gwctl discover` finds it again.
pub async fn keep(intent: &Intent, exit: Exit, stage: &Stage, config: Option<&Path>) {
    let builds = matches!(
        intent,
        Intent::Up { .. } | Intent::Provision { .. } | Intent::Retire { .. } | Intent::Down { .. }
    );
    let Some(config) = config.filter(|_| builds && exit == Exit::Success) else {
        return;
    };
    let crew = &stage.crew;
    let again = "`gwctl discover` writes it from what is there";
    match as_built(intent, &crew.fleet, &crew.spec, &crew.session).await {
        Err(error) => tell(format!(
            "gwctl: what was built could not be read back: {error}; {again}"
        )),
        Ok(built) if built == crew.spec => {}
        Ok(built) => match record(config, &crew.fleet, &built) {
            Ok(()) => tell(format!(
                "gwctl: {} now says what there is",
                config.display()
            )),
            Err(why) => tell(format!(
                "gwctl: the configuration was not written: {why}; {again}"
            )),
        },
    }
}
