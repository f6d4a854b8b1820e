//! Certificates: days left, and whether renewal works.

use crate::format::span;
use crate::judge::evidence::reason;
use crate::{Certificate, Observed, Reason, Snapshot, Verdict};

/// A certificate only threatens until its last day; then it hurts every client.
pub(super) fn judge(certificate: &Observed<Certificate>, snapshot: &Snapshot) -> Option<Reason> {
    let certificate = certificate.current()?;
    let limits = snapshot.thresholds.certificate_days;
    let domain = &certificate.domain;
    if let Some(days) = certificate.days_left(snapshot.at) {
        #[expect(clippy::cast_precision_loss, reason = "days")]
        let left = days as f64;
        let renewal = certificate
            .renewal
            .as_deref()
            .map_or(String::new(), |renewal| format!(", renewal {renewal}"));
        let limit = match left {
            _ if left < 0.0 => {
                let over = certificate
                    .not_after
                    .map(|end| snapshot.at.duration_since(end));
                let over = over.map_or_else(String::new, |over| format!(" {} ago", span(over)));
                let text = format!("certificate {domain} expired{over}");
                return Some(reason(Verdict::Down, "certificate", text));
            }
            _ if left < limits.critical => format!("critical limit {}", limits.critical),
            _ if left < limits.warn => format!("limit {}", limits.warn),
            _ => return odd_status(certificate),
        };
        let text = format!("certificate {domain} has {days} days left, {limit}{renewal}");
        return Some(reason(Verdict::Degraded, "certificate", text));
    }
    odd_status(certificate)
}

fn odd_status(certificate: &Certificate) -> Option<Reason> {
    (certificate.status != "ISSUED").then(|| {
        let text = format!(
            "certificate {} is {}",
            certificate.domain, certificate.status
        );
        reason(Verdict::Degraded, "certificate", text)
    })
}

#[cfg(test)]
mod tests {
    use super::super::fixture::Fixture;
    use super::*;
    use jiff::SignedDuration;

    #[test]
    fn days_left_decide_and_only_the_last_one_means_down() {
        for (minutes, expected, words) in [
            (60 * 24 * 90, None, ""),
            (
                60 * (24 * 30 + 1),
                Some(Verdict::Degraded),
                "has 30 days left, limit 40",
            ),
            (
                60 * (24 * 3 + 1),
                Some(Verdict::Degraded),
                "has 3 days left, critical limit 14",
            ),
            (-12, Some(Verdict::Down), "expired 12 min ago"),
            (-60 * 80, Some(Verdict::Down), "expired 3 d 8 h ago"),
        ] {
            let mut fixture = Fixture::healthy();
            let end = Fixture::now() + SignedDuration::from_mins(minutes);
            let certificate = Certificate {
                not_after: Some(end),
                ..Fixture::certificate()
            };
            fixture.0.edge.certificate = Fixture::known(certificate);
            let said = judge(&fixture.0.edge.certificate, &fixture.0);
            assert_eq!(said.as_ref().map(|r| r.verdict), expected, "{minutes}");
            assert!(
                said.map_or(String::new(), |r| r.text).contains(words),
                "{minutes}"
            );
        }
    }
}
