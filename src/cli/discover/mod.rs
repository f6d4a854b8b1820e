//! `gwctl discover`: finds a fleet that somebody built, and writes its configuration.

pub mod args;
mod build;
mod document;
mod terraform;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;

use super::exit::Exit;
use super::failure::Failure;
use super::flags::Global;
use super::output::{print, tell};
use super::runtime::run_async;
use super::simulated::{self, Still};
use super::terraform_file;
use super::verbose::introduce;
use super::{clock, settings};
use crate::aws::{Session, SessionOptions};
use crate::config::{Config, Remarks, nearest, written};
use crate::fleet::{Missing, Region};
use crate::observe::discover::{About, Discovery, Named, NotDiscovered, discover};
use args::{Discover, Format};
use terraform::Addresses;

/// Looks, prints or writes, and says what could not be found.
pub fn run(global: &Global, args: &Discover) -> Result<Exit, Failure> {
    // A file that cannot be read is told before AWS is asked.
    let read = |path| terraform_file::state(path).map(|state| (path, state));
    let state = args.state.as_deref().map(read).transpose()?;
    let named = Named {
        hosted_zone: args.hosted_zone.clone(),
        distribution: args.distribution.clone(),
        latency_record: args.latency_record.clone(),
    };
    let accounts = args.accounts();
    let (found, at) = if args.demo {
        let world = Still {
            scenario: args.scenario.clone(),
            seed: args.seed,
            after: Duration::ZERO,
            empty: false,
        };
        simulated::still(&world, async |target| {
            (
                discover(&target.session, &args.domain, &named).await,
                target.clock.now(),
            )
        })?
    } else {
        let clock = clock::present();
        run_async(async {
            let options = SessionOptions {
                profile: global.profile.clone(),
                http_client: None,
                timeouts: settings::timeouts(&Config::default()),
                clock: clock.clone(),
            };
            let session = Session::connect_accounts(options, &accounts, &[]).await;
            if global.verbose {
                introduce(&session).await;
            }
            (discover(&session, &args.domain, &named).await, clock.now())
        })?
    };
    let mut found = found.map_err(|error| not_found(&error))?;
    found.spec.profile.clone_from(&global.profile);
    found.spec.accounts = accounts;
    let name = name(global, &found);
    let notes = build::build(&found.stacks, &mut found.spec.build);
    let exit = exit(&found);
    let addresses = state.map(|(path, state)| Addresses::of(&state, path, &found.spec, at));
    let addresses = addresses.as_ref();
    let text = match args.output {
        Format::Toml => {
            let remarks = remarks(args, &found, notes, addresses, at);
            written(&name, &found.spec, &remarks)
        }
        Format::Json => {
            let document = document::document(&name, &found, &notes, addresses, exit);
            format!("{document:#}\n")
        }
    };
    for gap in &found.gaps {
        tell(format!("gwctl: {gap}"));
    }
    match &args.write_to {
        Some(file) => write(file, &text)?,
        None => print(&text)?,
    }
    Ok(exit)
}

/// The flag's, or else what the stacks or the database are called, as far as a file takes it.
fn name(global: &Global, found: &Discovery) -> String {
    let name = global.fleet.as_ref().filter(|name| !name.is_empty());
    let name = name.unwrap_or(&found.fleet);
    let fine = |c: char| {
        if c.is_ascii_alphanumeric() || "-_.".contains(c) {
            c
        } else {
            '-'
        }
    };
    let name: String = name.chars().map(fine).collect();
    if name.is_empty() {
        "fleet".into()
    } else {
        name
    }
}

/// A part that is not there is an answer; one that a fleet cannot do without, or that could not be asked
/// for, leaves the file incomplete.
fn exit(found: &Discovery) -> Exit {
    let open = |gap: &crate::observe::discover::Gap| gap.needed || gap.why != Missing::NoData;
    if found.gaps.iter().any(open) {
        Exit::Partial
    } else {
        Exit::Success
    }
}

fn remarks(
    args: &Discover,
    found: &Discovery,
    build: Vec<String>,
    addresses: Option<&Addresses>,
    at: Timestamp,
) -> Remarks {
    let mut remarks = Remarks {
        head: vec![
            "gwctl: configuration".into(),
            String::new(),
            format!(
                "Found by `gwctl discover {}` at {}.",
                args.domain,
                at.strftime("%Y-%m-%d %H:%M UTC")
            ),
        ],
        build,
        no_database: !found
            .gaps
            .iter()
            .any(|gap| gap.needed && gap.about == About::Fleet),
        ..Remarks::default()
    };
    if !found.gaps.is_empty() {
        let gaps = found.gaps.iter().map(|gap| format!("  {gap}"));
        remarks
            .head
            .push("What could not be found, and why:".into());
        remarks.head.extend(gaps);
    }
    let mut place = |about: &About, text: String| match about {
        About::Fleet => remarks.fleet.push(text),
        About::Edge => remarks.edge.push(text),
        About::Site(region) => {
            let all: &mut BTreeMap<Region, Vec<String>> = &mut remarks.sites;
            all.entry(region.clone()).or_default().push(text);
        }
    };
    for fact in &found.facts {
        place(&fact.about, fact.text.clone());
    }
    for gap in &found.gaps {
        let mut bare = gap.clone();
        bare.about = About::Fleet;
        place(&gap.about, format!("NOT COMPLETE: {bare}"));
    }
    for (about, text) in addresses.into_iter().flat_map(Addresses::remarks) {
        place(about, text);
    }
    remarks
}

/// Never over an existing file: it may hold what somebody wrote by hand.
fn write(file: &Path, text: &str) -> Result<(), Failure> {
    let attempt = || format!("write {}", file.display());
    let mut made = File::create_new(file).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Failure::new(format!(
            "{} exists already; nothing was changed",
            file.display()
        ))
        .next("Move it away first, or name another file; without --write-to it goes to stdout."),
        _ => Failure::io(attempt(), &error),
    })?;
    made.write_all(text.as_bytes())
        .map_err(|error| Failure::io(attempt(), &error))?;
    print(&format!(
        "wrote {file}\nCheck it, then run: gwctl config check --config {file}\n",
        file = file.display()
    ))
}

/// Says what to try instead.
fn not_found(error: &NotDiscovered) -> Failure {
    let failure = Failure::new(error.to_string());
    match error {
        NotDiscovered::CouldNotAsk { why, .. } => failure.next(match why {
            Missing::NotAllowed { action } => {
                format!(
                    "Allow {action}: `gwctl iam-policy dashboard` prints what gwctl needs. Where the part is in another account, name the way there: `--account dns=PROFILE` (also `edge`, `database`, `workload`)."
                )
            }
            _ => "Check the network and the credentials: `aws sts get-caller-identity` shows who you are. If AWS was slow, run it again. A role that needs an external id or MFA is named by a profile that has them: `--account dns=PROFILE`.".into(),
        }),
        NotDiscovered::Several { option, .. } => {
            failure.next(format!("Name the one that is meant: {option}."))
        }
        NotDiscovered::NoZone {
            domain,
            zones,
            aliases,
        } => failure.next(instead(domain, aliases, zones)),
        NotDiscovered::NoRoutingSet {
            domain,
            distribution,
            untold,
            aliases,
            gaps,
            ..
        } => {
            let mut next: Vec<String> = gaps.iter().map(|gap| format!("{gap}.")).collect();
            if !untold.is_empty() {
                next.push(format!(
                    "Route 53 answers for {}, and neither the identifiers of these records nor the names that they lead to tell of a Region. Write the configuration by hand (`gwctl config example`): a site whose `endpoint` is the name that a record leads to claims that record.",
                    untold.join(", ")
                ));
            }
            if let Some(id) = distribution {
                next.push(format!(
                    "Its distribution {id} has no origin whose records route between Regions."
                ));
            }
            next.push(instead(domain, aliases, &[]));
            failure.next(next.join("\n"))
        }
    }
}

/// Names of this account that may have been meant.
fn instead(domain: &str, aliases: &[String], zones: &[String]) -> String {
    let others = aliases.iter().chain(zones).map(String::as_str);
    let meant = nearest(domain, others)
        .filter(|name| *name != domain)
        .map(|name| format!("Did you mean {name}? "))
        .unwrap_or_default();
    let list = |what: &str, names: &[String]| match names {
        [] => String::new(),
        names => {
            let some: Vec<&str> = names.iter().take(8).map(String::as_str).collect();
            let more = if names.len() > some.len() { " …" } else { "" };
            format!("{what}: {}{more}. ", some.join(", "))
        }
    };
    let known = list("Distributions here answer to", aliases) + &list("Hosted zones here", zones);
    let other = "Another account? Name its profile with --profile.";
    format!("{meant}{known}{other}")
}
