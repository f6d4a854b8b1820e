//! `gwctl logs`: its arguments.

use std::time::Duration;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;

use crate::cli::flags::{Output, duration};
use crate::cli::looked_at::LookedAt;
use crate::fleet::logs::By;
use crate::fleet::{NotARegion, Region};
use crate::observe::logs::CountedBy;

/// `gwctl logs`.
#[derive(Debug, Clone, Args)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub struct Logs {
    /// How far back to read, such as 15m or 24h. More than 1h asks Logs Insights for errors (or for `--filter`), which
    /// costs money: gwctl tells the price first
    #[arg(long, value_name = "TIME", default_value = "15m", value_parser = duration)]
    pub since: Duration,
    /// Read only this Region; repeat it for several [default: those of the fleet]. The edge router runs in Regions where
    /// the fleet is not: name them here
    #[arg(long, value_name = "REGION", value_parser = region)]
    pub region: Vec<Region>,
    /// Read only this function, or the edge router, by its name
    #[arg(long, value_name = "NAME")]
    pub function: Option<String>,
    /// Read only lines that hold this text; case counts
    #[arg(long, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new())]
    pub filter: Option<String>,
    /// Read only errors
    #[arg(long)]
    pub errors: bool,
    /// Print the lines, oldest first, instead of their patterns
    #[arg(long)]
    pub lines: bool,
    /// Print the lines, and every few seconds the new ones, until Ctrl-C
    #[arg(long)]
    pub follow: bool,
    /// Count errors by the function that logs them or by what they say, or requests by what the access logs of the APIs
    /// tell of them; health checkers apart
    #[arg(long, value_enum, conflicts_with_all = ["lines", "follow", "errors"])]
    pub by: Option<Counted>,
    /// Ask Logs Insights without a question about its price
    #[arg(long)]
    pub yes: bool,
    /// How to print it
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    pub output: Output,
    #[command(flatten)]
    pub fleet: LookedAt,
}

/// What is counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Counted {
    Function,
    Error,
    Route,
    Method,
    Status,
}

impl Counted {
    /// Whether errors are counted, and not requests.
    pub fn is_of_errors(self) -> bool {
        !CountedBy::from(self).is_of_requests()
    }
}

impl From<Counted> for CountedBy {
    fn from(counted: Counted) -> Self {
        match counted {
            Counted::Function => Self::Function,
            Counted::Error => Self::Error,
            Counted::Route => Self::Requests(By::Route),
            Counted::Method => Self::Requests(By::Method),
            Counted::Status => Self::Requests(By::Status),
        }
    }
}

fn region(text: &str) -> Result<Region, NotARegion> {
    Region::new(text)
}
