//! `gwctl discover`: its arguments.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::fleet::{Access, Account, AccountsSpec};

/// `gwctl discover`.
#[derive(Debug, Clone, Args)]
pub struct Discover {
    /// The name clients use, such as api.example.com
    #[arg(value_name = "DOMAIN", value_parser = domain)]
    pub domain: String,
    /// The hosted zone that contains it, if several have the same name
    #[arg(long, value_name = "ID")]
    pub hosted_zone: Option<String>,
    /// The distribution that answers for it, if several could; none where clients use the name itself
    #[arg(long, value_name = "ID")]
    pub distribution: Option<String>,
    /// The latency record set, if several could be it
    #[arg(long, value_name = "NAME")]
    pub latency_record: Option<String>,
    /// A part of the fleet that is in another account, and the profile or the role's ARN that leads there, such as
    /// dns=network-admin; once for each part
    #[arg(long = "account", value_name = "PART=PROFILE|ROLE", value_parser = account)]
    pub accounts: Vec<(Account, Access)>,
    /// Name the addresses that this state of Terraform has for what is found: what `terraform show -json` printed,
    /// or a terraform.tfstate
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
    /// How to print it
    #[arg(short, long, value_name = "FORMAT", default_value = "toml")]
    pub output: Format,
    /// Write it to this file, which must not exist yet [default: stdout]
    #[arg(long, value_name = "FILE")]
    pub write_to: Option<PathBuf>,
    /// Look in the simulated world instead
    #[arg(long)]
    pub demo: bool,
    /// What happens in the simulated world; `gwctl sim scenarios` lists them
    #[arg(long, value_name = "NAME", default_value = "calm", requires = "demo")]
    pub scenario: String,
    /// The same seed gives the same world
    #[arg(long, value_name = "N", default_value_t = 1, requires = "demo")]
    pub seed: u64,
}

fn domain(text: &str) -> Result<String, NotADomain> {
    let label = |label: &str| {
        let fits = |c: char| c.is_ascii_alphanumeric() || "-_*".contains(c);
        !label.is_empty() && label.chars().all(fits)
    };
    let bare = text.strip_suffix('.').unwrap_or(text);
    let name = bare.contains('.') && bare.split('.').all(label);
    name.then(|| text.to_owned()).ok_or(NotADomain)
}

/// Why a text is not a domain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("write the name that clients use, such as api.example.com: no scheme, no path")]
struct NotADomain;

fn account(text: &str) -> Result<(Account, Access), NotAnAccount> {
    let (part, way) = text.split_once('=').ok_or(NotAnAccount::NoWay)?;
    let account = Account::ALL.into_iter().find(|one| one.key() == part);
    let account = account.ok_or_else(|| NotAnAccount::NoPart(part.to_owned()))?;
    let way = Some(way.to_owned()).filter(|way| !way.is_empty());
    let way = way.ok_or(NotAnAccount::NoWay)?;
    let access = if way.starts_with("arn:") {
        Access {
            role_arn: Some(way),
            ..Access::default()
        }
    } else {
        Access {
            profile: Some(way),
            ..Access::default()
        }
    };
    Ok((account, access))
}

/// Why that is not the account of a part.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum NotAnAccount {
    #[error("write it as PART=PROFILE or PART=arn:aws:iam::123456789012:role/gwctl")]
    NoWay,
    #[error("there is no part `{0}`: use workload, database, dns or edge")]
    NoPart(String),
}

impl Discover {
    /// The accounts that are named.
    pub fn accounts(&self) -> AccountsSpec {
        let mut spec = AccountsSpec::default();
        for (account, access) in self.accounts.iter().cloned() {
            let place = match account {
                Account::Database => &mut spec.database,
                Account::Dns => &mut spec.dns,
                Account::Edge => &mut spec.edge,
                Account::Workload | Account::Site(_) => &mut spec.workload,
            };
            *place = Some(access);
        }
        spec
    }
}

/// How to print a fleet that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A configuration file.
    Toml,
    /// For programs.
    Json,
}
