//! Who is told what.

use super::findings::Findings;
use crate::notify::{Kind, NotifySpec, Quiet, SecretRef, TargetSpec};

/// The longest hold-down that makes sense, in seconds.
const LONGEST_S: u32 = 3_600;

/// What is wrong with the table `[notify]`.
pub(super) fn notify(spec: &NotifySpec, at: &mut Findings<'_>) {
    if spec.hold_down_s > LONGEST_S {
        at.error(
            "hold_down_s",
            format!("a hold-down of {} s", spec.hold_down_s),
            "0 to 3600",
        );
    }
    for (name, target) in &spec.targets {
        self::target(target, &mut at.below(&["targets", name]));
    }
}

fn target(target: &TargetSpec, at: &mut Findings<'_>) {
    use Kind::{Eventbridge, Pagerduty, Slack, Sns, Teams, Terminal, Webhook};
    let kind = target.kind.word();
    let (url, key, arns) = match target.kind {
        Slack | Teams => (Wanted::Yes, Wanted::No, Wanted::No),
        Webhook => (Wanted::Yes, Wanted::Perhaps, Wanted::No),
        Pagerduty => (Wanted::Perhaps, Wanted::Yes, Wanted::No),
        Sns | Eventbridge => (Wanted::No, Wanted::No, Wanted::Yes),
        Terminal => (Wanted::No, Wanted::No, Wanted::No),
    };
    secret("url", url, target.url.as_ref(), kind, at);
    secret("key", key, target.key.as_ref(), kind, at);
    if target.kind == Webhook && target.key.is_none() {
        at.warn(
            "",
            "nothing signs this webhook's messages: `key` is not given",
        );
    }
    self::arns(arns, target, at);
    if let Some(quiet) = &target.quiet {
        self::quiet(quiet, &mut at.below(&["quiet"]));
    }
}

/// Whether a kind of target has a key of the table.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Yes,
    Perhaps,
    No,
}

fn secret(key: &str, wanted: Wanted, given: Option<&SecretRef>, kind: &str, at: &mut Findings<'_>) {
    match (wanted, given) {
        (Wanted::Yes, None) => {
            let found = format!("a target of kind `{kind}` needs `{key}`");
            at.error("", found, SecretRef::ACCEPTED);
        }
        (Wanted::No, Some(_)) => {
            let found = format!("a target of kind `{kind}` has no `{key}`");
            at.error(key, found, "left out").secret = true;
        }
        (_, Some(reference)) if reference.is_none() => {
            // It may be the secret itself: neither it nor its line is shown.
            let what = if key == "url" { "address" } else { "key" };
            let found = format!(
                "`{key}` must tell where the {what} is kept, and not be the {what}: whoever has it can write there"
            );
            at.error(key, found, SecretRef::ACCEPTED).secret = true;
        }
        _ => {}
    }
}

fn arns(wanted: Wanted, target: &TargetSpec, at: &mut Findings<'_>) {
    let kind = target.kind.word();
    if wanted == Wanted::No {
        if !target.arns.is_empty() {
            let found = format!("a target of kind `{kind}` has no `arns`");
            at.error("arns", found, "left out");
        }
        return;
    }
    let (service, example) = if target.kind == Kind::Sns {
        ("sns", "arn:aws:sns:eu-west-1:123456789012:oncall")
    } else {
        (
            "events",
            "arn:aws:events:eu-west-1:123456789012:event-bus/default",
        )
    };
    let accepted = format!("ARNs such as `{example}`, best in two Regions");
    if target.arns.is_empty() {
        let found = format!("a target of kind `{kind}` needs `arns`");
        at.error("", found, &accepted);
    }
    let mut regions = Vec::new();
    for (n, arn) in target.arns.iter().enumerate() {
        match arn.split(':').collect::<Vec<_>>()[..] {
            ["arn", _, named, region, _, name, ..]
                if named == service && !region.is_empty() && !name.is_empty() =>
            {
                regions.push(region.to_owned());
            }
            _ => {
                let found = format!("`{arn}` is not an ARN of {service}");
                at.below(&["arns"]).error(&n.to_string(), found, &accepted);
            }
        }
    }
    regions.sort_unstable();
    regions.dedup();
    if let [one] = &regions[..] {
        let found = format!("all of them are in {one}: when it is dark, nobody is told");
        at.warn("arns", found);
    }
}

fn quiet(quiet: &Quiet, at: &mut Findings<'_>) {
    if quiet.times().is_none() {
        let found = format!("`{}` to `{}` is not a part of a day", quiet.from, quiet.to);
        at.error("", found, "times such as `22:00` and `07:00`");
    }
    if quiet.time_zone().is_none() {
        let zone = quiet.zone.as_deref().unwrap_or_default();
        let found = format!("this system knows no time zone `{zone}`");
        at.error(
            "zone",
            found,
            "a name such as `Europe/Berlin`; left out for UTC",
        );
    }
}
