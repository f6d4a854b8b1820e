//! Mistakes in the table `[notify]`: in an incident a wrong address must not keep gwctl from starting. What they are about is
//! left out, and said wherever somebody looks.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Config, Diagnostic, Level};
use crate::notify::NotifySpec;

const NOTIFY: &str = "notify";
const TARGETS: &str = "targets";

/// A mistake in the table `[notify]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Untold {
    /// The target that is told nothing; none where another part of the table is meant.
    pub target: Option<String>,
    /// What is wrong, at its place.
    pub why: Diagnostic,
}

impl Untold {
    /// What is left out, in a sentence.
    pub fn consequence(&self) -> String {
        match &self.target {
            Some(name) => {
                format!("Until this is right, the target `{name}` of [notify] is told nothing.")
            }
            None => "Until this is right, gwctl ignores this part of [notify].".into(),
        }
    }

    /// In a line.
    pub fn line(&self) -> String {
        let (file, line, found) = (self.why.file.display(), self.why.line, &self.why.found);
        match &self.target {
            Some(name) => format!("[notify] tells {name} nothing: {found} ({file}:{line})"),
            None => format!("[notify] is in part ignored: {found} ({file}:{line})"),
        }
    }

    /// As it is printed, as bad as `level`.
    pub fn told(&self, level: Level) -> String {
        let mut why = self.why.clone();
        why.level = level;
        format!("{why}\n{}", self.consequence())
    }
}

/// What was left out.
pub(super) enum LeftOut {
    /// This target.
    Target(String),
    /// Another part of the table, or all of it.
    Part,
}

impl LeftOut {
    pub(super) fn target(self) -> Option<String> {
        match self {
            Self::Target(name) => Some(name),
            Self::Part => None,
        }
    }
}

/// Leaves out of `table`, the file, that part of `[notify]` which is at fault at `place`: its target, where it is one's.
/// Nothing where the place is elsewhere.
pub(super) fn leave_out(table: &mut DeTable<'_>, place: &Range<usize>) -> Option<LeftOut> {
    let (_, notify) = table.get_key_value(NOTIFY)?;
    if !has(notify, place) {
        return None;
    }
    let target = name_at(notify, place);
    let part = part_at(notify, place);
    let notify = table.get_mut(NOTIFY).map(Spanned::get_mut);
    let Some(DeValue::Table(notify)) = notify.filter(|_| part.is_some()) else {
        table.remove(NOTIFY);
        return Some(LeftOut::Part);
    };
    if let (Some(name), Some(DeValue::Table(targets))) =
        (target, notify.get_mut(TARGETS).map(Spanned::get_mut))
    {
        targets.remove(name.as_str());
        return Some(LeftOut::Target(name));
    }
    drop(part.map(|part| notify.remove(part.as_str())));
    Some(LeftOut::Part)
}

/// Whether `place` is that of the value, or of something in it.
fn has(value: &Spanned<DeValue<'_>>, place: &Range<usize>) -> bool {
    let within = |span: Range<usize>| span.start <= place.start && place.start < span.end;
    if within(value.span()) {
        return true;
    }
    match value.get_ref() {
        DeValue::Table(table) => {
            let mut all = table.iter();
            all.any(|(key, value)| within(key.span()) || has(value, place))
        }
        DeValue::Array(all) => all.iter().any(|value| has(value, place)),
        _ => false,
    }
}

/// The key of `value`, a table, that `place` belongs to.
fn part_at(value: &Spanned<DeValue<'_>>, place: &Range<usize>) -> Option<String> {
    let DeValue::Table(table) = value.get_ref() else {
        return None;
    };
    let within = |span: Range<usize>| span.start <= place.start && place.start < span.end;
    let mut all = table.iter();
    let (key, _) = all.find(|(key, value)| within(key.span()) || has(value, place))?;
    Some(key.get_ref().to_string())
}

/// The target that `place` belongs to.
fn name_at(notify: &Spanned<DeValue<'_>>, place: &Range<usize>) -> Option<String> {
    let DeValue::Table(table) = notify.get_ref() else {
        return None;
    };
    part_at(table.get(TARGETS)?, place)
}

/// Whether a finding at `path` is about `[notify]`.
pub(super) fn is_about(path: &[String]) -> bool {
    path.first().is_some_and(|first| first == NOTIFY)
}

/// Leaves out of `config` what the finding at `path` is about: the target, where it is one's.
pub(super) fn leave_out_of(config: &mut Config, path: &[String]) -> Option<String> {
    match path {
        [_, targets, name, ..] if targets == TARGETS => {
            config.notify.targets.remove(name);
            Some(name.clone())
        }
        _ => {
            config.notify.hold_down_s = NotifySpec::default().hold_down_s;
            None
        }
    }
}
