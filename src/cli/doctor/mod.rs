//! `gwctl doctor`: what stands between this operator and a complete dashboard, and what to do about it.

mod questions;
mod report;

use super::args::{Doctor, Global};
use super::exit::Exit;
use super::failure::Failure;
use super::output::{colored, print};
use super::run_async;
use super::settings::Settings;
use super::simulated::{self, Still};
use super::target::Target;
use questions::Answer;
use report::Report;

use crate::fleet::Region;

/// Asks everything once and reports.
pub fn run(global: &Global, args: &Doctor) -> Result<Exit, Failure> {
    let mut report = Report::default();
    let ask = async |target: Target| {
        let asked = questions::ask_all(&target.session, &target.spec, target.clock.now());
        let answers = tokio::time::timeout(args.timeout, asked).await.ok();
        (target, answers)
    };
    let (target, answers) = if args.demo {
        report.configuration("the simulated fleet; no configuration file is used", &[]);
        let world = Still {
            scenario: args.scenario.clone(),
            seed: 1,
            after: std::time::Duration::from_mins(10),
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
        run_async(async { ask(Target::configured(global, &settings).await).await })?
    };
    report.environment(target.session.complaint());
    examine(&mut report, &target, answers.as_deref());
    print(&report.draw(colored(global.color)))?;
    Ok(if report.failures() == 0 {
        Exit::Success
    } else {
        Exit::Failure
    })
}

fn examine(report: &mut Report, target: &Target, answers: Option<&[Answer]>) {
    let Some(answers) = answers else {
        report.nothing_in_time();
        return;
    };
    report.identity(answers);
    let mut regions: Vec<Region> = target
        .spec
        .sites
        .iter()
        .map(|site| site.region.clone())
        .collect();
    if !regions.contains(&Region::global()) {
        regions.push(Region::global());
    }
    let reached: Vec<_> = regions
        .iter()
        .map(|region| (region, target.session.reach(region)))
        .collect();
    report.clock(&reached);
    report.regions(&reached, answers);
    let silent: Vec<&Region> = reached
        .iter()
        .filter(|(_, reach)| reach.answering() == Some(false))
        .map(|(region, _)| *region)
        .collect();
    report.questions(answers, &silent);
    report.missing_policy(answers);
}
