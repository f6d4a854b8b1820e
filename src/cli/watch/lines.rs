//! `gwctl.watch/1`: one line of JSON for each change of a verdict, of a fleet or of one of its Regions.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::fleet::{Judgement, Snapshot, Verdict, clean_line};

/// Name and version of each line.
const SCHEMA: &str = "gwctl.watch/1";

/// What was printed last.
#[derive(Debug, Default)]
pub struct Lines {
    /// By fleet and Region; the fleet itself has no Region.
    printed: BTreeMap<(String, Option<String>), Verdict>,
}

impl Lines {
    /// The lines that `picture` adds: what differs from those before it, or is new.
    pub fn of(&mut self, picture: &Snapshot) -> Vec<Value> {
        let fleet = (None, &picture.judgement);
        let sites = picture.sites.iter();
        let sites = sites.map(|site| (Some(site.region.as_str()), &site.judgement));
        let all: Vec<_> = [fleet].into_iter().chain(sites).collect();
        all.into_iter()
            .filter_map(|(region, judgement)| self.line(picture, region, judgement))
            .collect()
    }

    fn line(
        &mut self,
        picture: &Snapshot,
        region: Option<&str>,
        judgement: &Judgement,
    ) -> Option<Value> {
        let place = (picture.name.clone(), region.map(str::to_owned));
        let now = judgement.verdict;
        let before = self.printed.insert(place, now);
        if before == Some(now) {
            return None;
        }
        let reasons = judgement.reasons.iter();
        let reasons: Vec<String> = reasons.map(|reason| clean_line(&reason.text)).collect();
        Some(json!({
            "schema": SCHEMA,
            "event": "verdict",
            "at": picture.at,
            "fleet": picture.name,
            "region": region,
            "verdict": now,
            "before": before,
            "reasons": reasons,
        }))
    }
}
