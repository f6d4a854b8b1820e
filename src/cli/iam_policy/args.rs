//! `gwctl iam-policy`: its arguments.

use std::num::NonZeroUsize;
use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::actions::policy::Purpose;
use crate::cli::flags::duration;
use crate::fleet::{Account, Region};

/// `gwctl iam-policy`.
#[derive(Debug, Clone, Args)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub struct IamPolicy {
    /// What for
    #[arg(value_name = "PURPOSE", default_value = "dashboard")]
    pub purpose: For,
    /// With `provision`: instead of the operator's, the policy of the service role that `build.role`
    /// names, which CloudFormation then works with
    #[arg(long)]
    pub service_role: bool,
    /// Where the fleet is in several accounts: the policy of the role in the account of this part
    #[arg(long, value_name = "PART|REGION", value_parser = part)]
    pub account: Option<Account>,
    /// With `--account`: instead of the policy, the trust policy that lets the caller assume the role there
    #[arg(long, requires = "account")]
    pub trust: bool,
    /// Print only this part, 1, 2 …, when the policy is larger than a managed policy may be
    #[arg(long, value_name = "NUMBER", value_parser = numbered)]
    pub part: Option<NonZeroUsize>,
    /// How to print it
    #[arg(short, long, value_name = "FORMAT", default_value = "json")]
    pub output: Format,
    /// Do not call AWS: what only AWS knows, such as ids of health checks, is allowed for all resources
    #[arg(long)]
    pub offline: bool,
    /// For the simulated fleet instead
    #[arg(long)]
    pub demo: bool,
    /// What happens in the simulated world
    #[arg(long, value_name = "NAME", default_value = "calm", requires = "demo")]
    pub scenario: String,
    /// How long to wait for AWS's answers
    #[arg(long, value_name = "TIME", default_value = "20s", value_parser = duration)]
    pub timeout: Duration,
}

/// What a policy is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum For {
    /// Reading: console, status, doctor, discover. All others need it in addition
    Dashboard,
    /// Reading the functions' logs (`logs`), which may hold your customers' data
    Explain,
    /// Moving the database's writer
    Promote,
    /// Shifting traffic, and what the edge serves
    Shift,
    /// Putting an earlier version of a function, the router or an API back
    Rollback,
    /// Building, changing, deleting and comparing stacks
    Provision,
    /// A drill, and reading
    Drill,
    /// Approving what somebody else asked for (`runs approve`), and nothing else
    Approve,
    /// Reading, also the team's runs, and writing nothing
    Watch,
}

impl From<For> for Purpose {
    fn from(what: For) -> Self {
        match what {
            For::Dashboard => Self::Dashboard,
            For::Explain => Self::Explain,
            For::Promote => Self::Promote,
            For::Shift => Self::Shift,
            For::Rollback => Self::Rollback,
            For::Provision => Self::Provision,
            For::Drill => Self::Drill,
            For::Approve => Self::Approve,
            For::Watch => Self::Watch,
        }
    }
}

fn numbered(text: &str) -> Result<NonZeroUsize, &'static str> {
    text.parse().map_err(|_| "parts are counted 1, 2 …")
}

fn part(text: &str) -> Result<Account, NotAPart> {
    let named = Account::ALL.into_iter().find(|one| one.key() == text);
    let site = || Region::new(text).ok().map(Account::Site);
    named.or_else(site).ok_or_else(|| NotAPart(text.to_owned()))
}

/// Why a text is not a part of a fleet.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a part: use workload, database, dns, edge, or a Region whose workload has an account of its own"
)]
struct NotAPart(String);

/// How to print a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// As IAM takes it.
    Json,
}
