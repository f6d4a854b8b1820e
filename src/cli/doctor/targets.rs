//! `gwctl doctor --notify`: sends each target a test, and says what became of it.

use super::super::exit::Exit;
use super::super::failure::Failure;
use super::super::flags::Global;
use super::super::notified::notifier;
use super::super::operator::operator;
use super::super::output::print;
use super::super::runtime::run_async;
use super::super::settings::Settings;
use super::super::target::Target;
use crate::notify::{Answer, Notice};

/// Sends the tests. Anything but a success of each is a failure.
pub fn run(global: &Global) -> Result<Exit, Failure> {
    let settings = Settings::read(global)?;
    settings.tell_errors();
    let untold = &settings.untold;
    if settings.config.notify.targets.is_empty() && untold.is_empty() {
        return Err(Failure::usage("the configuration names nobody to tell")
            .next("Add a table `[notify.targets.NAME]`; `gwctl config init` writes an example."));
    }
    let answers = run_async(async {
        let target = Target::configured(global, &settings).await;
        let notifier = notifier(&settings, &target.session, &target.clock)?;
        let test = Notice::test(&target.name, &operator().word(), target.clock.now());
        Some(notifier.try_each(&test).await)
    })?
    .unwrap_or_default();
    let width = answers.keys().map(String::len).max().unwrap_or(0);
    let mut exit = if untold.is_empty() {
        Exit::Success
    } else {
        Exit::Failure
    };
    for (name, answer) in &answers {
        let kind = settings.config.notify.targets.get(name);
        let kind = kind.map_or("", |target| target.kind.word());
        if !matches!(answer, Answer::Taken(_)) {
            exit = Exit::Failure;
        }
        print(&format!("{name:<width$}  {kind:<11}  {}\n", words(answer)))?;
    }
    Ok(exit)
}

fn words(answer: &Answer) -> String {
    match answer {
        Answer::Taken(how) => format!("ok: {how}"),
        Answer::Later { why, after } => match after {
            Some(after) => format!("not now: {why}; it asks to wait {} s", after.as_secs()),
            None => format!("not now: {why}"),
        },
        Answer::Refused(why) => format!("refused: {why}"),
        Answer::Gone(why) => format!("gone: {why}"),
    }
}
