//! `gwctl doctor`: what stands between this operator and a complete dashboard, and what to do about it.

mod assumptions;
mod database;
mod questions;
mod report;
mod targets;

use std::time::Duration;

use futures_util::future::{join, join_all};

use super::act::paper::Paper;
use super::act::stage::runs;
use super::args::Doctor;
use super::exit::Exit;
use super::failure::Failure;
use super::flags::Global;
use super::output::{colored, print};
use super::runtime::run_async;
use super::settings::Settings;
use super::simulated::{self, Still};
use super::target::Target;
use questions::{Inquiry, QuestionOutcome};
use report::{Fitness, Report};

use crate::aws::{Acting, AwsError};
use crate::fleet::{Account, Identity, Region};
use crate::observe::identity;
use crate::store::Team;

/// What came back of everything that was asked.
pub struct Found {
    pub target: Target,
    answers: Vec<QuestionOutcome>,
    who: Option<String>,
    /// What is known of the database.
    database: database::DatabaseSeen,
    acting: Acting,
    /// The account of each part of the fleet, the way in, and who gwctl is there.
    accounts: Vec<(Account, String, Result<Identity, AwsError>)>,
    /// The table that the team shares, where there is one.
    shared: Option<(String, Fitness)>,
    in_time: bool,
}

/// Asks everything once and reports.
pub fn run(global: &Global, args: &Doctor) -> Result<Exit, Failure> {
    if args.assumptions {
        return ledger(global, args);
    }
    if args.notify {
        return targets::run(global);
    }
    let mut report = Report::default();
    let ask = async |target: Target| inquire(target, args.timeout).await;
    let found = if args.demo {
        report.configuration("the simulated fleet; no configuration file is used", &[]);
        let world = Still {
            scenario: args.scenario.clone(),
            seed: 1,
            after: Duration::ZERO,
            empty: false,
        };
        simulated::still(&world, ask)?
    } else {
        let settings = Settings::read(global)?;
        let loaded = format!(
            "{}: fleet {}",
            settings.paths.config.display(),
            settings.fleet
        );
        report.configuration(&loaded, &settings.warnings);
        report.untold(&settings.untold);
        run_async(async { ask(Target::configured(global, &settings).await).await })?
    };
    examine(&mut report, &found);
    if !args.demo {
        report.conflicts(&runs(false)?.all_conflicts());
    }
    print(&report.draw(colored(global.color)))?;
    Ok(if report.failures() == 0 {
        Exit::Success
    } else {
        Exit::Failure
    })
}

/// The assumption ledger, held against one complete picture.
fn ledger(global: &Global, args: &Doctor) -> Result<Exit, Failure> {
    let picture = if args.demo {
        let world = Still {
            scenario: args.scenario.clone(),
            seed: 1,
            after: Duration::ZERO,
            empty: false,
        };
        let look = async |target: Target| target.observe().first_with_role(args.timeout).await;
        simulated::still(&world, look)?
    } else {
        let settings = Settings::read(global)?;
        settings.tell_warnings();
        run_async(async {
            let target = Target::configured(global, &settings).await;
            target.observe().first_with_role(args.timeout).await
        })?
    };
    print(&assumptions::draw(
        &picture,
        args.output,
        Paper::stdout(global.color),
    ))?;
    Ok(if assumptions::contradicted(&picture) {
        Exit::Failure
    } else {
        Exit::Success
    })
}

pub async fn inquire(target: Target, limit: Duration) -> Found {
    let inquiry = Inquiry::new(&target.session, &target.spec, target.clock.now());
    let asked = join(inquiry.ask_all(), async {
        tokio::time::timeout(limit, accounts(&target)).await
    });
    let (in_time, accounts) = match tokio::time::timeout(limit, asked).await {
        Ok(((), accounts)) => (true, accounts.unwrap_or_default()),
        Err(_) => (false, Vec::new()),
    };
    let (answers, who, database) = inquiry.into_answers();
    let acting = target.session.acting().await;
    let shared = shared(&target).await;
    Found {
        target,
        answers,
        who,
        database,
        acting,
        accounts,
        shared,
        in_time,
    }
}

/// Whether the table that the team shares can hold a lease.
async fn shared(target: &Target) -> Option<(String, Fitness)> {
    let team = Team::of(&target.session, &target.spec, target.clock.clone())?;
    Some((team.name().to_owned(), team.fitness().await))
}

/// Who gwctl is in the account of each part.
async fn accounts(target: &Target) -> Vec<(Account, String, Result<Identity, AwsError>)> {
    let each = target.spec.accounts.parts().into_iter();
    join_all(each.map(async |(account, way)| {
        let answer = identity(&target.session, &target.spec, &account).await;
        (account, way, answer)
    }))
    .await
}

fn examine(report: &mut Report, found: &Found) {
    let Found {
        target,
        answers,
        who,
        database,
        acting,
        accounts,
        shared,
        in_time,
    } = found;
    report.environment(target.session.complaint());
    report.identity(answers, who.as_deref(), acting);
    report.accounts(accounts);
    if let Some((table, fitness)) = shared {
        report.shared(table, fitness);
    }
    let mut regions: Vec<Region> = target
        .spec
        .sites
        .iter()
        .map(|site| site.region.clone())
        .collect();
    let home = target.spec.partition().place("route53", &Region::global());
    if !regions.contains(&home) {
        regions.push(home);
    }
    let reached: Vec<_> = regions
        .iter()
        .map(|region| (region, target.session.reach(region)))
        .collect();
    report.clock(&reached, answers);
    report.regions(&reached, answers);
    let silent = reached
        .iter()
        .filter(|(_, reach)| reach.answering() == Some(false));
    let silent: Vec<&Region> = silent.map(|(region, _)| *region).collect();
    report.questions(answers, &silent);
    report.not_asked(target.spec.partition().without_test_answer());
    report.database(database::remarks(&target.spec, database));
    if !in_time {
        report.out_of_time();
    }
    report.missing_policy(answers);
}
