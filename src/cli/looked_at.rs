//! Which fleet a command looks at: the configured one, or a moment of a simulated one.

use std::time::Duration;

use clap::Args;

use super::failure::Failure;
use super::flags::{Global, moment};
use super::runtime::run_async;
use super::settings::Settings;
use super::simulated::{self, Still};
use super::target::Target;

/// The configured fleet, or a simulated one.
#[derive(Debug, Clone, Args)]
pub struct LookedAt {
    /// Look at the simulated fleet instead
    #[arg(long)]
    pub demo: bool,
    /// What happens in the simulated world; `gwctl sim scenarios` lists them
    #[arg(long, value_name = "NAME", default_value = "calm", requires = "demo")]
    pub scenario: String,
    /// How far into the scenario to look, such as 90s, 5m or 1h
    #[arg(long, value_name = "TIME", default_value = "0s", requires = "demo", value_parser = moment)]
    pub after: Duration,
    /// The same seed gives the same answer
    #[arg(long, value_name = "N", default_value_t = 1, requires = "demo")]
    pub seed: u64,
}

impl LookedAt {
    /// The moment of the simulated world.
    pub fn still(&self) -> Still {
        Still {
            scenario: self.scenario.clone(),
            seed: self.seed,
            after: self.after,
            empty: false,
        }
    }

    /// What `look` finds of the fleet. Of a configured one, gwctl's own requests to its public endpoints are left out
    /// where `probes` is false.
    pub fn with<T>(
        &self,
        global: &Global,
        probes: bool,
        look: impl AsyncFnOnce(Target) -> T,
    ) -> Result<T, Failure> {
        if self.demo {
            return simulated::still(&self.still(), look);
        }
        let settings = Settings::read(global)?;
        settings.tell_warnings();
        run_async(async {
            let mut target = Target::configured(global, &settings).await;
            target.refresh.probes = probes;
            look(target).await
        })
    }
}
