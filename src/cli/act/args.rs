//! The guided actions as they are asked for on the command line.

use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand, ValueEnum};

use crate::actions::{CodeFrom, Intent, Mechanism, Mode};
use crate::cli::args::{Output, duration, moment};
use crate::cli::simulated::Still;
use crate::fleet::Region;

/// What every action takes.
#[derive(Debug, Clone, Args)]
pub struct Options {
    /// Print the plan and stop there
    #[arg(long)]
    pub dry_run: bool,
    /// How to print the plan; with `json`, a run prints its journal's records, one a line
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    pub output: Output,
    /// Confirm by naming the plan's target, where nobody can be asked
    #[arg(long, value_name = "TARGET")]
    pub confirm: Option<String>,
    /// Go on although this check did not pass; may be given several times
    #[arg(long, value_name = "CHECK")]
    pub waive: Vec<String>,
    #[command(flatten)]
    pub on: Where,
}

/// Which fleet: the configured one, or a simulated one.
#[derive(Debug, Clone, Args)]
pub struct Where {
    /// Act on the simulated fleet instead, in virtual time
    #[arg(long)]
    pub demo: bool,
    /// What happens in the simulated world; `gwctl sim scenarios` lists them
    #[arg(long, value_name = "NAME", default_value = "calm", requires = "demo")]
    pub scenario: String,
    /// How far into the scenario to begin, such as 90s, 5m or 1h
    #[arg(long, value_name = "TIME", default_value = "0s", requires = "demo", value_parser = moment)]
    pub after: Duration,
    /// The same seed gives the same world
    #[arg(long, value_name = "N", default_value_t = 1, requires = "demo")]
    pub seed: u64,
    /// How long to wait for the complete picture; what is missing then counts as unknown
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration)]
    pub timeout: Duration,
}

impl Where {
    /// The moment of the world to begin at.
    pub fn still(&self) -> Still {
        Still {
            scenario: self.scenario.clone(),
            seed: self.seed,
            after: self.after,
            empty: false,
        }
    }
}

/// How to promote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Way {
    /// The primary answers: nothing is lost.
    Switchover,
    /// The primary is gone: the data loss is stated.
    Failover,
}

/// `gwctl promote`.
#[derive(Debug, Clone, Args)]
pub struct Promote {
    /// The Region that becomes the database writer's
    pub region: Region,
    /// How [default: what gwctl sees decides]
    #[arg(long, value_name = "MODE")]
    pub mode: Option<Way>,
    /// Fail over although the primary is healthy
    #[arg(long)]
    pub force: bool,
    #[command(flatten)]
    pub options: Options,
}

/// `gwctl evacuate`.
#[derive(Debug, Clone, Args)]
pub struct Evacuate {
    /// The Region that gets no new traffic
    pub region: Region,
    /// How [default: the first that survives what is broken]
    #[arg(long, value_name = "MECHANISM", value_parser = mechanism())]
    pub mechanism: Option<Mechanism>,
    #[command(flatten)]
    pub options: Options,
}

/// `gwctl drain`.
#[derive(Debug, Clone, Args)]
pub struct Drain {
    /// The Region that gets less traffic
    pub region: Region,
    /// The share of its traffic that stays, in percent
    #[arg(long, value_name = "PERCENT", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=100))]
    pub to: u8,
    /// Over how long
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = moment)]
    pub over: Duration,
    #[command(flatten)]
    pub options: Options,
}

/// `gwctl restore`.
#[derive(Debug, Clone, Args)]
pub struct Restore {
    /// The Region that gets its traffic back
    pub region: Region,
    /// How long it must have been healthy [default: the fleet's rule]
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub hold_down: Option<Duration>,
    #[command(flatten)]
    pub options: Options,
}

/// `gwctl drill`.
#[derive(Debug, Clone, Args)]
pub struct Drill {
    /// The Region that is left
    pub region: Region,
    /// The Region that becomes the database writer's meanwhile
    #[arg(long, value_name = "REGION")]
    pub to: Region,
    /// How long to stay before failing back [default: until you say so]
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub hold: Option<Duration>,
    #[command(flatten)]
    pub options: Options,
}

/// `gwctl invalidate`.
#[derive(Debug, Clone, Args)]
pub struct Invalidate {
    /// Paths such as `/orders/*`
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<String>,
    #[command(flatten)]
    pub options: Options,
}

/// `gwctl certificate`.
#[derive(Debug, Clone, Subcommand)]
pub enum Certificate {
    /// Attach a certificate of us-east-1 to the distribution
    Attach {
        /// Its ARN
        arn: String,
        #[command(flatten)]
        options: Options,
    },
}

/// One action as asked for.
pub struct Requested<'a> {
    /// What.
    pub intent: Intent,
    /// How.
    pub options: &'a Options,
}

impl Promote {
    /// As an intent.
    pub fn asked(&self) -> Requested<'_> {
        let mode = self.mode.map(|way| match way {
            Way::Switchover => Mode::Switchover,
            Way::Failover => Mode::Failover,
        });
        Requested {
            intent: Intent::Promote {
                target: self.region.clone(),
                mode,
                force: self.force,
            },
            options: &self.options,
        }
    }
}

impl Evacuate {
    /// As an intent.
    pub fn asked(&self) -> Requested<'_> {
        Requested {
            intent: Intent::Evacuate {
                region: self.region.clone(),
                mechanism: self.mechanism,
            },
            options: &self.options,
        }
    }
}

impl Drain {
    /// As an intent.
    pub fn asked(&self) -> Requested<'_> {
        Requested {
            intent: Intent::Drain {
                region: self.region.clone(),
                to: self.to,
                over_s: self.over.as_secs(),
            },
            options: &self.options,
        }
    }
}

impl Restore {
    /// As an intent.
    pub fn asked(&self) -> Requested<'_> {
        Requested {
            intent: Intent::Restore {
                region: self.region.clone(),
                hold_down_s: self.hold_down.map(|time| time.as_secs()),
            },
            options: &self.options,
        }
    }
}

impl Drill {
    /// As an intent.
    pub fn asked(&self) -> Requested<'_> {
        Requested {
            intent: Intent::Drill {
                region: self.region.clone(),
                to: self.to.clone(),
                hold_s: self.hold.map(|time| time.as_secs()),
            },
            options: &self.options,
        }
    }
}

impl Invalidate {
    /// As an intent.
    pub fn asked(&self) -> Requested<'_> {
        Requested {
            intent: Intent::Invalidate {
                paths: self.paths.clone(),
            },
            options: &self.options,
        }
    }
}

impl Certificate {
    /// As an intent.
    pub fn asked(&self) -> Requested<'_> {
        let Self::Attach { arn, options } = self;
        Requested {
            intent: Intent::AttachCertificate {
                arn: arn.clone(),
                found: None,
            },
            options,
        }
    }
}

/// `gwctl up` and `gwctl down`.
#[derive(Debug, Clone, Args)]
pub struct Whole {
    #[command(flatten)]
    pub options: Options,
}

/// `gwctl provision`.
#[derive(Debug, Clone, Args)]
pub struct Provision {
    /// The Region that the fleet is built in
    pub region: Region,
    /// Run there the code that a healthy Region runs: its only function, or the one named after a `/`
    #[arg(long, value_name = "REGION[/FUNCTION]")]
    pub code_from: Option<CodeFrom>,
    /// Let traffic in step by step, by weight, over this long [default: all at once]
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub over: Option<Duration>,
    #[command(flatten)]
    pub options: Options,
}

/// `gwctl retire`.
#[derive(Debug, Clone, Args)]
pub struct Retire {
    /// The Region that the fleet leaves
    pub region: Region,
    #[command(flatten)]
    pub options: Options,
}

impl Whole {
    /// As an intent: build it all.
    pub fn up(&self) -> Requested<'_> {
        Requested {
            intent: Intent::Up { found: None },
            options: &self.options,
        }
    }

    /// As an intent: take it all down.
    pub fn down(&self) -> Requested<'_> {
        Requested {
            intent: Intent::Down { found: None },
            options: &self.options,
        }
    }
}

impl Provision {
    /// As an intent.
    pub fn asked(&self) -> Requested<'_> {
        Requested {
            intent: Intent::Provision {
                region: self.region.clone(),
                code_from: self.code_from.clone(),
                over_s: self.over.map(|time| time.as_secs()),
                found: None,
            },
            options: &self.options,
        }
    }
}

impl Retire {
    /// As an intent.
    pub fn asked(&self) -> Requested<'_> {
        Requested {
            intent: Intent::Retire {
                region: self.region.clone(),
                found: None,
            },
            options: &self.options,
        }
    }
}

/// The mechanisms by their words, so that shells can complete them.
fn mechanism() -> impl TypedValueParser<Value = Mechanism> {
    let words = Mechanism::ALL.map(Mechanism::word);
    PossibleValuesParser::new(words).try_map(|word| {
        Mechanism::ALL
            .into_iter()
            .find(|mechanism| mechanism.word() == word)
            .ok_or("it is no mechanism")
    })
}
