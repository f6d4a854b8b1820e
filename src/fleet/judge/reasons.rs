//! How verdicts speak: figures with their units, limits, and what could not be asked.

use crate::judge::evidence::reason;
use crate::{Limit, Missing, Observed, Reason, Region, Source, Verdict, format};

/// `340 ms`, `1.84 s`, `1 s`.
pub(super) fn millis(ms: f64) -> String {
    format::in_words(&format::millis(ms))
}

/// `3.2 %`.
pub(super) fn percent(value: f64) -> String {
    format::in_words(&format::percent(value))
}

pub(super) use crate::format::rough as age;

/// What a figure beyond its limit does to the verdict.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Effect {
    /// Requests fail or wait because of it now: beyond critical means down.
    Hurts,
    /// It threatens, or too few saw it to call the whole down: degraded at most.
    Threatens,
}

/// The reason, if `value` is beyond `limit`.
pub(super) fn beyond(
    value: f64,
    limit: Limit,
    effect: Effect,
    about: &'static str,
    name: &str,
    figure: fn(f64) -> String,
) -> Option<Reason> {
    let critical = value > limit.critical;
    if !critical && value <= limit.warn {
        return None;
    }
    let verdict = if critical && effect == Effect::Hurts {
        Verdict::Down
    } else {
        Verdict::Degraded
    };
    let limit = if critical {
        format!("critical limit {}", figure(limit.critical))
    } else {
        format!("limit {}", figure(limit.warn))
    };
    Some(reason(
        verdict,
        about,
        format!("{name} {}, {limit}", figure(value)),
    ))
}

/// `RDS in eu-west-1 could not be asked: time-out after 5 s`; nothing when AWS answered.
pub(super) fn unseen<T>(observed: &Observed<T>, about: &'static str, what: &str) -> Option<Reason> {
    let text = match observed.why_missing()? {
        Missing::NoData => return None,
        Missing::NotYet => format!("{what}: not asked yet"),
        Missing::NotAllowed { action } => format!("{what} not known, not allowed: {action}"),
        Missing::CouldNotAsk { why } => match observed.source() {
            Some(source) => format!("{} could not be asked: {why}", asked(source)),
            None => format!("{what} could not be asked: {why}"),
        },
    };
    Some(reason(Verdict::Unknown, about, text))
}

/// `there is no API a1b2c3 in eu-west-1`, where AWS says so of a thing that the configuration names: what its
/// figures would show is not known, however quiet they are.
pub(super) fn absent<T>(
    observed: &Observed<T>,
    about: &'static str,
    what: &str,
    name: &str,
    region: &Region,
) -> Option<Reason> {
    let absent = observed.why_missing() == Some(&Missing::NoData) && !name.is_empty();
    absent.then(|| {
        let text = format!("there is no {what} {name} in {region}: check the configuration");
        reason(Verdict::Unknown, about, text)
    })
}

/// `RDS in eu-west-1`.
fn asked(source: &Source) -> String {
    let service = match source.api.split(':').next().unwrap_or_default() {
        "rds" => "RDS",
        "cloudwatch" => "CloudWatch",
        "route53" => "Route 53",
        "cloudfront" => "CloudFront",
        "lambda" => "Lambda",
        "apigateway" => "API Gateway",
        "acm" => "ACM",
        "cloudformation" => "CloudFormation",
        "sts" => "STS",
        other => other,
    };
    match &source.region {
        Some(region) => format!("{service} in {region}"),
        None => service.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    #[test]
    fn figures_carry_units_and_no_idle_digits() {
        let said: Vec<String> = [340.4, 1_000.0, 1_840.0, 12_000.0, 12_340.0, 180_000.0]
            .map(millis)
            .into();
        assert_eq!(said, ["340 ms", "1 s", "1.84 s", "12 s", "12.3 s", "180 s"]);
        assert_eq!(
            [3.2, 0.5, 100.0, 20.0].map(percent),
            ["3.2 %", "0.5 %", "100 %", "20 %"]
        );
        let ages = [5, 130, 7_300, 200_000].map(|s| age(SignedDuration::from_secs(s)));
        assert_eq!(ages, ["5 s", "2 min", "2 h", "2 days"]);
    }

    #[test]
    fn a_limit_says_which_of_the_two_was_passed() {
        let limit = Limit::new(1_000.0, 5_000.0);
        let say = |value, effect| beyond(value, limit, effect, "latency", "p99", millis);
        assert_eq!(say(1_000.0, Effect::Hurts), None);
        let warn = say(1_840.0, Effect::Hurts).map(|r| (r.verdict, r.text));
        assert_eq!(
            warn,
            Some((Verdict::Degraded, "p99 1.84 s, limit 1 s".into()))
        );
        let critical = say(6_000.0, Effect::Hurts).map(|r| (r.verdict, r.text));
        assert_eq!(
            critical,
            Some((Verdict::Down, "p99 6 s, critical limit 5 s".into()))
        );
        assert_eq!(
            say(6_000.0, Effect::Threatens).map(|r| r.verdict),
            Some(Verdict::Degraded)
        );
    }
}
