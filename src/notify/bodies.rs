//! What each kind of target is sent (aws-facts §17.1, §17.2).

use serde_json::{Value, json};

use crate::{Notice, Severity};
use gwctl_fleet::{clean, clean_line, clean_markdown};

/// Characters of a message to Slack and Teams: both cut or refuse longer ones.
const LONG: usize = 2_800;
/// SNS wants a subject of fewer than 100 characters.
const SUBJECT: usize = 99;
/// Bytes of a body are below 20 KB by the standard of webhooks: as many characters of text keep it there.
const TEXT: usize = 4_000;

/// Who sends, in EventBridge's words.
pub(crate) const SOURCE: &str = "gwctl";

/// The text of a message, without anything that steers a terminal or a page.
pub(crate) fn text(notice: &Notice) -> String {
    let lines = notice.text();
    let lines = lines.lines().map(clean_line).collect::<Vec<_>>();
    cut(&lines.join("\n"), TEXT)
}

fn cut(text: &str, most: usize) -> String {
    let mut kept: String = text.chars().take(most).collect();
    if kept.len() < text.len() {
        kept.push('…');
    }
    kept
}

/// Slack reads `& < >` as its own marks.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// For an incoming webhook of Slack.
pub(crate) fn slack(notice: &Notice) -> String {
    let mut lines = vec![format!("*{}*", escaped(&clean_line(&notice.title)))];
    lines.extend(
        notice
            .lines
            .iter()
            .map(|line| format!("• {}", escaped(&clean_line(line)))),
    );
    if let Some(command) = &notice.command {
        lines.push(format!("`{}`", escaped(&clean_line(command))));
    }
    json!({ "text": cut(&lines.join("\n"), LONG) }).to_string()
}

/// For a workflow of Microsoft Teams: an adaptive card.
pub(crate) fn teams(notice: &Notice) -> String {
    let block = |text: String| json!({ "type": "TextBlock", "text": text, "wrap": true });
    let mut title = block(clean_markdown(&notice.title));
    title["weight"] = "Bolder".into();
    title["size"] = "Medium".into();
    title["color"] = match notice.severity {
        Severity::Info => "Default",
        Severity::Warning => "Warning",
        Severity::Error | Severity::Critical => "Attention",
    }
    .into();
    let mut body = vec![title];
    let mut room = LONG;
    for line in &notice.lines {
        let line = cut(&clean_markdown(line), room);
        room = room.saturating_sub(line.chars().count());
        if room > 0 {
            body.push(block(line));
        }
    }
    if let Some(command) = &notice.command {
        let mut command = block(clean_line(command));
        command["fontType"] = "Monospace".into();
        body.push(command);
    }
    let card = json!({
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
    });
    let attachment = json!({
        "contentType": "application/vnd.microsoft.card.adaptive",
        "content": card,
    });
    json!({ "type": "message", "attachments": [attachment] }).to_string()
}

/// What programs read: the data of a webhook, and the detail of an event.
pub(crate) fn data(notice: &Notice) -> Value {
    let lines = notice.lines.iter();
    let lines: Vec<String> = lines.take(20).map(|line| clean(line, 400)).collect();
    json!({
        "id": notice.id,
        "fleet": notice.fleet,
        "severity": notice.severity.word(),
        "title": clean(&notice.title, 400),
        "lines": lines,
        "command": notice.command,
        "run": notice.run,
    })
}

/// For any URL, by Standard Webhooks.
pub(crate) fn webhook(notice: &Notice) -> String {
    json!({
        "type": notice.event.name(),
        "timestamp": notice.at,
        "data": data(notice),
    })
    .to_string()
}

/// The subject of a message to SNS: no control characters, no line breaks.
pub(crate) fn subject(notice: &Notice) -> String {
    clean(&notice.title, SUBJECT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    fn notice() -> Notice {
        Notice {
            title: "orders is down; it was healthy\u{1b}[31m".into(),
            lines: vec!["p99 1.84 s > 1 s & <b>rising</b>".into()],
            command: Some("gwctl --fleet orders status".into()),
            ..Notice::test("orders", "ada", Timestamp::UNIX_EPOCH)
        }
    }

    #[test]
    fn slacks_own_marks_are_escaped_and_nothing_steers_a_terminal() {
        let body: Value = serde_json::from_str(&slack(&notice())).unwrap();
        let text = body["text"].as_str().unwrap();
        assert!(
            text.starts_with("*orders is down; it was healthy"),
            "{text}"
        );
        assert!(text.contains("1 s &amp; &lt;b&gt;rising"), "{text}");
        assert!(text.contains("`gwctl --fleet orders status`"), "{text}");
        assert!(!text.contains('\u{1b}'), "{text}");
    }

    #[test]
    fn a_long_message_is_cut_and_a_subject_fits_sns() {
        let long = Notice {
            title: "é".repeat(300),
            lines: vec!["x".repeat(9_000); 9],
            ..notice()
        };
        for body in [slack(&long), teams(&long), webhook(&long)] {
            assert!(body.len() < 20_000, "{}", body.len());
        }
        assert!(subject(&long).chars().count() < 100);
        assert!(text(&long).chars().count() <= TEXT + 1);
    }

    #[test]
    fn a_workflow_of_teams_gets_an_adaptive_card() {
        let body: Value = serde_json::from_str(&teams(&notice())).unwrap();
        assert_eq!(body["type"], "message");
        let card = &body["attachments"][0]["content"];
        assert_eq!(
            (&card["type"], &card["version"]),
            (&json!("AdaptiveCard"), &json!("1.4"))
        );
        assert_eq!(card["body"].as_array().unwrap().len(), 3);
    }
}
