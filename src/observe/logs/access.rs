//! Where the APIs write their access logs, in words.

use super::AccessLogs;
use gwctl_fleet::logs::AccessLog;

impl AccessLogs {
    /// Where the API writes its access log, and that it is not read here; nothing where it writes none.
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
        let told = places.iter().map(|place| match place {
            AccessLog::Group(name) => {
                format!("the log group {name}, which this command does not read")
            }
            AccessLog::Firehose(name) => {
                format!("the Firehose stream {name}, where CloudWatch Logs cannot search")
            }
            AccessLog::Other(arn) => arn.clone(),
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
