//! PagerDuty's Events API v2 (aws-facts §17.2).

use serde_json::{Value, json};

use crate::bodies::data;
use crate::{Alert, Notice, Secret};
use gwctl_fleet::clean;

/// Where it is, for accounts that are not in the EU.
pub(crate) const HOST: &str = "https://events.pagerduty.com";
/// Characters of a summary, and of a `dedup_key`.
const SUMMARY: usize = 1_024;
const KEY: usize = 255;

/// Path and body. What pages nobody is a change event.
pub(crate) fn event(notice: &Notice, routing_key: &Secret) -> (&'static str, String) {
    let summary = clean(&notice.title, SUMMARY);
    let action = match notice.alert {
        Alert::None => {
            let body = json!({
                "routing_key": routing_key.reveal(),
                "payload": {
                    "summary": summary,
                    "source": notice.fleet,
                    "timestamp": notice.at,
                    "custom_details": data(notice),
                },
            });
            return ("/v2/change/enqueue", body.to_string());
        }
        Alert::Trigger => "trigger",
        Alert::Acknowledge => "acknowledge",
        Alert::Resolve => "resolve",
    };
    let mut body = json!({
        "routing_key": routing_key.reveal(),
        "event_action": action,
        "dedup_key": clean(&notice.key, KEY),
        "client": "gwctl",
    });
    if notice.alert == Alert::Trigger {
        body["payload"] = payload(notice, &summary);
    }
    ("/v2/enqueue", body.to_string())
}

fn payload(notice: &Notice, summary: &str) -> Value {
    json!({
        "summary": summary,
        "source": notice.fleet,
        "severity": notice.severity.word(),
        "timestamp": notice.at,
        "component": notice.fleet,
        "class": notice.event.name(),
        "custom_details": data(notice),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Event, Severity};
    use jiff::Timestamp;

    fn sent(alert: Alert) -> (&'static str, Value) {
        let notice = Notice {
            event: Event::Held,
            severity: Severity::Error,
            alert,
            key: "gwctl/orders/20261130-promote".into(),
            ..Notice::test("orders", "ada", Timestamp::UNIX_EPOCH)
        };
        let (path, body) = event(&notice, &Secret::new("R0UTING"));
        (path, serde_json::from_str(&body).unwrap())
    }

    #[test]
    fn one_key_leads_an_alert_from_its_trigger_to_its_end() {
        for (alert, action) in [
            (Alert::Trigger, "trigger"),
            (Alert::Acknowledge, "acknowledge"),
            (Alert::Resolve, "resolve"),
        ] {
            let (path, body) = sent(alert);
            assert_eq!(path, "/v2/enqueue");
            assert_eq!(body["event_action"], action);
            assert_eq!(body["dedup_key"], "gwctl/orders/20261130-promote");
            assert_eq!(body["routing_key"], "R0UTING");
            assert_eq!(body["payload"].is_object(), alert == Alert::Trigger);
        }
    }

    #[test]
    fn what_pages_nobody_is_a_change_event_without_a_key() {
        let (path, body) = sent(Alert::None);
        assert_eq!(path, "/v2/change/enqueue");
        assert!(body.get("event_action").is_none() && body.get("dedup_key").is_none());
        assert_eq!(body["payload"]["source"], "orders");
    }
}
