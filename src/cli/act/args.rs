//! The guided actions as they are asked for on the command line.

use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand, ValueEnum};

use crate::actions::arguments::{Share, seconds};
use crate::actions::guided::{self, Built};
use crate::actions::{CodeFrom, Intent, Mechanism, Mode};
use crate::cli::exit::Exit;
use crate::cli::flags::{Output, duration, moment};
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
    /// Confirm by naming the plan's target, for use without a terminal
    #[arg(long, value_name = "TARGET")]
    pub confirm: Option<String>,
    /// Go on although this check did not pass; may be given several times
    #[arg(long, value_name = "CHECK")]
    pub waive: Vec<String>,
    /// Begin without the approval that the fleet's rules ask for; the reason is in the journal and the report
    #[arg(long, value_name = "REASON", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub break_glass: Option<String>,
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

impl From<Way> for Mode {
    fn from(way: Way) -> Self {
        match way {
            Way::Switchover => Self::Switchover,
            Way::Failover => Self::Failover,
        }
    }
}

/// The guided actions, a subcommand each.
#[derive(Debug, Clone, Subcommand)]
pub enum Guided {
    #[command(about = guided::Promote::DESCRIPTION.about, after_long_help = Exit::table())]
    Promote {
        /// The Region that becomes the database's writer
        region: Region,
        /// How [default: what gwctl recommends]
        #[arg(long, value_name = "MODE")]
        mode: Option<Way>,
        /// Fail over although the primary is healthy
        #[arg(long)]
        force: bool,
        #[command(flatten)]
        options: Options,
    },
    #[command(about = guided::Evacuate::DESCRIPTION.about, after_long_help = Exit::table())]
    Evacuate(Evacuate),
    #[command(about = guided::Drain::DESCRIPTION.about, after_long_help = Exit::table())]
    Drain {
        /// The Region that gets less traffic
        region: Region,
        /// The share of its traffic that stays, in percent
        #[arg(long, value_name = "PERCENT", default_value_t = Share::NONE)]
        to: Share,
        /// Over how long
        #[arg(long, value_name = "TIME", default_value = "10m", value_parser = seconds)]
        over: u64,
        #[command(flatten)]
        options: Options,
    },
    #[command(about = guided::Restore::DESCRIPTION.about, after_long_help = Exit::table())]
    Restore {
        /// The Region that receives traffic again
        region: Region,
        /// How long it must have been healthy [default: the fleet's rule]
        #[arg(long, value_name = "TIME", value_parser = seconds)]
        hold_down: Option<u64>,
        #[command(flatten)]
        options: Options,
    },
    #[command(about = guided::Drill::DESCRIPTION.about, after_long_help = Exit::table())]
    Drill {
        /// The Region to evacuate
        region: Region,
        /// The Region that becomes the writer meanwhile
        #[arg(long, value_name = "REGION")]
        to: Region,
        /// How long to stay before failing back [default: until you say so]
        #[arg(long, value_name = "TIME", value_parser = seconds)]
        hold: Option<u64>,
        #[command(flatten)]
        options: Options,
    },
    #[command(about = guided::Rollback::DESCRIPTION.about, visible_alias = "roll-back", after_long_help = Exit::table())]
    Rollback(Rollback),
    #[command(about = guided::Invalidate::DESCRIPTION.about, after_long_help = Exit::table())]
    Invalidate {
        /// Paths such as `/orders/*`
        #[arg(required = true, value_name = "PATH")]
        paths: Vec<String>,
        #[command(flatten)]
        options: Options,
    },
    /// Attach another certificate to the distribution
    #[command(subcommand, after_long_help = Exit::table())]
    Certificate(Certificate),
    #[command(about = guided::Up::DESCRIPTION.about, after_long_help = Exit::table())]
    Up {
        #[command(flatten)]
        options: Options,
    },
    #[command(about = guided::Provision::DESCRIPTION.about, after_long_help = Exit::table())]
    Provision {
        /// The Region that the fleet is built in
        region: Region,
        /// Deploy the code that a healthy Region runs: its only function, or the one named after a `/`
        #[arg(long, value_name = "REGION[/FUNCTION]")]
        code_from: Option<CodeFrom>,
        /// Send traffic step by step, by weight, over this time [default: all at once]
        #[arg(long, value_name = "TIME", value_parser = seconds)]
        over: Option<u64>,
        #[command(flatten)]
        options: Options,
    },
    #[command(about = guided::Retire::DESCRIPTION.about, after_long_help = Exit::table())]
    Retire {
        /// The Region that the fleet leaves
        region: Region,
        #[command(flatten)]
        options: Options,
    },
    #[command(about = guided::Down::DESCRIPTION.about, after_long_help = Exit::table())]
    Down {
        #[command(flatten)]
        options: Options,
    },
}

/// `gwctl evacuate`.
#[derive(Debug, Clone, Args)]
pub struct Evacuate {
    /// The Region that gets no new traffic
    region: Region,
    /// How [default: the first mechanism that works now]
    #[arg(long, value_name = "MECHANISM", value_parser = mechanism())]
    mechanism: Option<Mechanism>,
    /// In all fleets of the configuration whose names match, such as `shop-*` or `orders,shop-?`: one confirmation
    /// that names the Region and how many fleets leave it, and a run each
    #[arg(long, value_name = "PATTERN")]
    fleets: Option<String>,
    #[command(flatten)]
    options: Options,
}

impl Evacuate {
    fn intent(&self) -> Intent {
        guided::Evacuate {
            region: self.region.clone(),
            mechanism: self.mechanism,
        }
        .into()
    }
}

/// `gwctl rollback`.
#[derive(Debug, Clone, Args)]
pub struct Rollback {
    /// A function (`FUNCTION:ALIAS` where the alias that serves is not found by itself), the router, or `api`
    #[arg(value_name = "FUNCTION|api")]
    what: String,
    /// The Region; us-east-1 for the router
    #[arg(long = "in", value_name = "REGION")]
    region: Region,
    /// The version or deployment to go back to [default: the newest before what runs, with other code]
    #[arg(long, value_name = "VERSION")]
    to: Option<String>,
    #[command(flatten)]
    options: Options,
}

impl Rollback {
    fn intent(&self) -> Intent {
        let newest = guided::Rollback::of(&self.what, self.region.clone());
        guided::Rollback {
            to: self.to.clone(),
            ..newest
        }
        .into()
    }
}

/// `gwctl certificate`.
#[derive(Debug, Clone, Subcommand)]
pub enum Certificate {
    #[command(about = guided::AttachCertificate::DESCRIPTION.about)]
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
    /// The fleets, where several are meant.
    pub fleets: Option<&'a str>,
}

impl Requested<'_> {
    /// The simulated world it begins in: the first building of a fleet has an empty account.
    pub fn world(&self) -> Still {
        Still {
            empty: self.intent.built() == Some(Built::Fleet),
            ..self.options.on.still()
        }
    }
}

impl Guided {
    /// As an intent, and how it is to be carried out.
    pub fn requested(&self) -> Requested<'_> {
        let (intent, options): (Intent, &Options) = match self {
            Self::Promote {
                region,
                mode,
                force,
                options,
            } => (
                guided::Promote {
                    target: region.clone(),
                    mode: mode.map(Mode::from),
                    force: *force,
                }
                .into(),
                options,
            ),
            Self::Evacuate(asked) => (asked.intent(), &asked.options),
            Self::Drain {
                region,
                to,
                over,
                options,
            } => (
                guided::Drain {
                    region: region.clone(),
                    to: *to,
                    over_s: *over,
                }
                .into(),
                options,
            ),
            Self::Restore {
                region,
                hold_down,
                options,
            } => (
                guided::Restore {
                    region: region.clone(),
                    hold_down_s: *hold_down,
                }
                .into(),
                options,
            ),
            Self::Drill {
                region,
                to,
                hold,
                options,
            } => (
                guided::Drill {
                    region: region.clone(),
                    to: to.clone(),
                    hold_s: *hold,
                }
                .into(),
                options,
            ),
            Self::Rollback(asked) => (asked.intent(), &asked.options),
            Self::Invalidate { paths, options } => (
                guided::Invalidate {
                    paths: paths.clone(),
                }
                .into(),
                options,
            ),
            Self::Certificate(Certificate::Attach { arn, options }) => {
                (guided::AttachCertificate::of(arn).into(), options)
            }
            Self::Up { options } => (guided::Up { found: None }.into(), options),
            Self::Provision {
                region,
                code_from,
                over,
                options,
            } => (
                guided::Provision {
                    code_from: code_from.clone(),
                    over_s: *over,
                    ..guided::Provision::of(region.clone())
                }
                .into(),
                options,
            ),
            Self::Retire { region, options } => {
                (guided::Retire::of(region.clone()).into(), options)
            }
            Self::Down { options } => (guided::Down { found: None }.into(), options),
        };
        let fleets = match self {
            Self::Evacuate(asked) => asked.fleets.as_deref(),
            _ => None,
        };
        Requested {
            intent,
            options,
            fleets,
        }
    }
}

/// The mechanisms by their words, so that shells can complete them.
fn mechanism() -> impl TypedValueParser<Value = Mechanism> {
    let words = Mechanism::ALL.map(Mechanism::word);
    PossibleValuesParser::new(words).try_map(|word| word.parse::<Mechanism>())
}
