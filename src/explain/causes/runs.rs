//! What of a function runs: what was loaded last, or what an alias leads to. A published version never changes; what an
//! alias serves moves by a change of the alias alone (aws-facts §14.6).

use super::changed::is_call;
use super::made::parameters;
use gwctl_fleet::{Event, Function, FunctionName, Site};

/// Calls that change what was loaded last.
pub(super) const OF_LATEST: [&str; 3] = [
    "lambda:UpdateFunctionCode",
    "lambda:UpdateFunctionConfiguration",
    "lambda:PutRuntimeManagementConfig",
];
/// Calls that lead an alias elsewhere.
pub(super) const OF_ALIAS: [&str; 2] = ["lambda:UpdateAlias", "lambda:CreateAlias"];

/// What clients' requests run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Runs<'a> {
    /// `$LATEST`.
    Latest,
    /// What this alias leads to, or this version. It may be a variable of the stage.
    Published(&'a str),
    Unknown,
}

/// What of the function `name` the configuration means, or else the API calls.
pub(super) fn runs<'a>(site: &'a Site, name: &'a str) -> Runs<'a> {
    let named = FunctionName::of(name);
    if let Some(qualifier) = named.qualifier {
        return Runs::Published(qualifier);
    }
    let all = site.api.invoked.current().into_iter().flatten();
    let mut called = all.filter(|one| one.function == named.name);
    let Some(first) = called.next() else {
        return Runs::Unknown;
    };
    match &first.qualifier {
        Some(alias) if called.all(|one| one.qualifier.is_some()) => Runs::Published(alias),
        _ => Runs::Latest,
    }
}

/// Whether the picture has the details of what runs: of a function that is configured without an alias it has those of
/// `$LATEST`.
pub(super) fn is_detailed(site: &Site, function: &Function) -> bool {
    let of_latest = FunctionName::of(&function.name).qualifier.is_none();
    !(of_latest && matches!(runs(site, &function.name), Runs::Published(_)))
}

/// Whether the call changed what runs of the function `name`.
pub(super) fn is_changed_by(event: &Event, site: &Site, name: &str) -> bool {
    if !event.is_about(FunctionName::of(name).name) {
        return false;
    }
    let of = |calls: &[&str]| calls.iter().any(|call| is_call(event, call));
    match runs(site, name) {
        Runs::Latest => of(&OF_LATEST),
        Runs::Published(alias) => of(&OF_ALIAS) && leads(event, alias),
        Runs::Unknown => of(&OF_LATEST) || of(&OF_ALIAS),
    }
}

/// Whether the call is about this alias: a variable may stand for any.
fn leads(event: &Event, alias: &str) -> bool {
    let mut names = parameters(event, "name");
    alias.contains('$') || names.all(|name| name == alias)
}
