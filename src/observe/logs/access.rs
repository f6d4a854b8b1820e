//! Where the APIs write their access logs, in words.

use super::AccessLogs;
use gwctl_fleet::logs::AccessLog;

impl AccessLogs {
    /// Where the API writes its access log, where that cannot be read; nothing where it can, or it writes none.
    pub(super) fn note(&self) -> Option<String> {
        let region = &self.region;
        let places = match &self.places {
            Ok(places) => places,
            Err(why) => {
                return Some(format!(
                    "{region}: where the API writes its access log: {why}"
                ));
            }
        };
        let told = places.iter().filter_map(|place| match &place.to {
            // It is read.
            AccessLog::Group(_) => None,
            AccessLog::Firehose(name) => Some(format!(
                "the Firehose stream {name}, where CloudWatch Logs cannot search"
            )),
            AccessLog::Other(arn) => Some(arn.clone()),
        });
        let told: Vec<String> = told.collect();
        (!told.is_empty()).then(|| {
            format!(
                "{region}: the API writes its access log to {}",
                told.join("; ")
            )
        })
    }
}
