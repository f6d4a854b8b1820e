//! Certificates that ended, or end soon.

use crate::evidence::Evidence;
use crate::hypothesis::{Hypothesis, Sureness};
use gwctl_fleet::{Reason, Region, Verdict};

pub(super) fn look(evidence: &Evidence<'_>) -> Vec<Hypothesis> {
    let picture = evidence.picture;
    let of_sites = picture.sites.iter().flat_map(|site| {
        site.judgement
            .reasons
            .iter()
            .map(|reason| (Some(&site.region), reason))
    });
    let of_edge = picture
        .edge
        .judgement
        .reasons
        .iter()
        .map(|reason| (None, reason));
    of_edge
        .chain(of_sites)
        .filter(|(_, reason)| reason.about == "certificate")
        .map(|(region, reason)| of(region, reason))
        .collect()
}

fn of(region: Option<&Region>, reason: &Reason) -> Hypothesis {
    let place = region.map_or_else(|| "at the edge".into(), |region| format!("in {region}"));
    let fails = reason.verdict == Verdict::Down;
    Hypothesis {
        cause: "certificate",
        region: region.cloned(),
        sentence: if fails {
            format!("Clients refuse the certificate {place}: {}", reason.text)
        } else {
            format!(
                "The certificate {place} needs care before it ends: {}",
                reason.text
            )
        },
        verdict: reason.verdict,
        hurts: fails,
        since: None,
        sure: Sureness::High,
        why: "ACM tells its last day and its status".into(),
        supports: vec![reason.text.clone()],
        contradicts: Vec::new(),
        apart: None,
        hit_percent: None,
        actions: Vec::new(),
    }
}
