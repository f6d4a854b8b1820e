//! Whether a target is told something.

use jiff::Timestamp;
use jiff::civil::Time;
use jiff::tz::TimeZone;

use crate::{Alert, Event, Kind, Notice, Quiet, TargetSpec};

impl TargetSpec {
    /// Whether it is told of the fleet called `fleet`.
    pub fn hears_of(&self, fleet: &str) -> bool {
        let fleets = self.fleets.as_ref();
        fleets.is_none_or(|fleets| fleets.iter().any(|name| fits(name, fleet)))
    }

    /// Whether it is told `notice` at the moment `now`.
    pub(crate) fn wants(&self, notice: &Notice, now: Timestamp) -> bool {
        if notice.event == Event::Test {
            return true;
        }
        if !self.hears_of(&notice.fleet) {
            return false;
        }
        // What ends an alert pages nobody, and PagerDuty drops it where there is none (aws-facts §17.2).
        let ends = matches!(notice.alert, Alert::Acknowledge | Alert::Resolve);
        if self.kind == Kind::Pagerduty && ends {
            return true;
        }
        let events = self.events.as_ref();
        let about = events.is_none_or(|events| events.contains(&notice.event));
        let quiet = self.quiet.as_ref().filter(|quiet| quiet.covers(now));
        let least = quiet.map_or(self.least, |quiet| quiet.least.max(self.least));
        about && notice.severity >= least
    }
}

/// Whether `pattern` is `name`, `*` standing for any letters.
fn fits(pattern: &str, name: &str) -> bool {
    let Some((before, behind)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(rest) = name.strip_prefix(before) else {
        return false;
    };
    let ends = (0..=rest.len()).filter(|at| rest.is_char_boundary(*at));
    ends.map(|at| &rest[at..]).any(|rest| fits(behind, rest))
}

impl Quiet {
    /// Beginning and end, where both are times of a day.
    pub fn times(&self) -> Option<(Time, Time)> {
        let time = |text: &str| text.parse::<Time>().ok();
        Some((time(&self.from)?, time(&self.to)?))
    }

    /// The time zone, where this system knows it.
    pub fn time_zone(&self) -> Option<TimeZone> {
        match &self.zone {
            Some(name) => TimeZone::get(name).ok(),
            None => Some(TimeZone::UTC),
        }
    }

    /// Whether `now` is in it. Where that cannot be told, it is not: a message too many is better than none.
    pub(crate) fn covers(&self, now: Timestamp) -> bool {
        let (Some((from, to)), Some(zone)) = (self.times(), self.time_zone()) else {
            return false;
        };
        let now = zone.to_datetime(now).time();
        if from <= to {
            (from..to).contains(&now)
        } else {
            now >= from || now < to
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Severity;

    fn target() -> TargetSpec {
        TargetSpec {
            kind: Kind::Slack,
            url: None,
            key: None,
            arns: Vec::new(),
            events: None,
            fleets: None,
            least: Severity::Info,
            quiet: None,
        }
    }

    fn notice(severity: Severity, alert: Alert) -> Notice {
        Notice {
            event: Event::Verdict,
            severity,
            alert,
            ..Notice::test("orders-eu", "ada", Timestamp::UNIX_EPOCH)
        }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_target_is_told_its_fleets_events_and_severity() {
        let bad = notice(Severity::Critical, Alert::Trigger);
        let now = at("2026-11-30T12:00:00Z");
        for (fleets, told) in [
            (&["orders-eu"][..], true),
            (&["orders-*"], true),
            (&["*eu"], true),
            (&["o*s-*u"], true),
            (&["orders"], false),
            (&["shop", "payments*"], false),
        ] {
            let fleets = fleets.iter().map(|name| (*name).to_owned()).collect();
            let fleets = Some(fleets);
            assert_eq!(TargetSpec { fleets, ..target() }.wants(&bad, now), told);
        }
        let events = Some(vec![Event::Held]);
        assert!(!TargetSpec { events, ..target() }.wants(&bad, now));
        let least = Severity::Error;
        let strict = TargetSpec { least, ..target() };
        assert!(strict.wants(&bad, now));
        let slight = notice(Severity::Warning, Alert::Trigger);
        assert!(!strict.wants(&slight, now));
    }

    #[test]
    fn in_its_quiet_time_a_target_is_told_only_the_worst_and_pagerduty_the_end_of_an_alert() {
        let quiet = Quiet {
            from: "22:00".into(),
            to: "07:00".into(),
            zone: None,
            least: Severity::Critical,
        };
        let target = TargetSpec {
            quiet: Some(quiet),
            ..target()
        };
        let slight = notice(Severity::Warning, Alert::Trigger);
        for (now, told) in [
            ("2026-11-30T21:59:00Z", true),
            ("2026-11-30T22:00:00Z", false),
            ("2026-12-01T06:59:00Z", false),
            ("2026-12-01T07:00:00Z", true),
        ] {
            assert_eq!(target.wants(&slight, at(now)), told, "{now}");
        }
        let night = at("2026-12-01T03:00:00Z");
        assert!(target.wants(&notice(Severity::Critical, Alert::Trigger), night));
        let over = notice(Severity::Warning, Alert::Resolve);
        assert!(!target.wants(&over, night));
        let pager = TargetSpec {
            kind: Kind::Pagerduty,
            events: Some(vec![Event::Held]),
            ..target
        };
        assert!(pager.wants(&over, night));
    }
}
