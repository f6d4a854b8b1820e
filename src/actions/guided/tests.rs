use super::*;
use crate::arguments::{AnyRegion, Share};
use crate::{CodeFrom, Mode};

fn region(code: &str) -> Region {
    Region::new(code).unwrap()
}

fn read(line: &str) -> Result<Intent, ArgumentError> {
    Intent::read(line, &AnyRegion)
}

fn said(line: &str) -> String {
    read(line).unwrap_err().to_string()
}

/// As journals have it, one of each action.
const WRITTEN: [&str; 12] = [
    r#"{"action":"evacuate","region":"eu-west-1","mechanism":"health-check"}"#,
    r#"{"action":"promote","target":"eu-west-1","mode":"failover","force":true}"#,
    r#"{"action":"drain","region":"eu-west-1","to":20,"over_s":600}"#,
    r#"{"action":"restore","region":"eu-west-1","hold_down_s":90}"#,
    r#"{"action":"drill","region":"us-east-1","to":"eu-west-1","hold_s":null}"#,
    r#"{"action":"rollback","what":"orders-write","region":"eu-west-1","to":"40","found":null}"#,
    r#"{"action":"invalidate","paths":["/orders/*"]}"#,
    r#"{"action":"attach-certificate","arn":"arn:aws:acm:us-east-1:1:certificate/a","found":{"status":"ISSUED","names":["*.example.com"]}}"#,
    r#"{"action":"up","found":null}"#,
    r#"{"action":"provision","region":"eu-central-1","code_from":{"region":"eu-west-1","function":null},"over_s":1800,"found":null}"#,
    r#"{"action":"retire","region":"eu-west-1","found":{"stacks":{},"closed":{"eu-west-1":"no answer"},"room":{},"offers":{},"code":null,"leftover":[]}}"#,
    r#"{"action":"down","found":null}"#,
];

#[test]
fn what_journals_have_is_read_and_written_as_it_was() {
    let mut names = Vec::new();
    for written in WRITTEN {
        let intent: Intent = serde_json::from_str(written).unwrap();
        assert_eq!(serde_json::to_string(&intent).unwrap(), written);
        names.push(intent.name());
    }
    let all: Vec<&str> = ACTIONS.iter().map(|action| action.name).collect();
    assert_eq!(names, all);
}

#[test]
fn a_journal_of_before_the_newer_arguments_is_read() {
    let bare = r#"{"action":"provision","region":"eu-central-1"}"#;
    let intent: Intent = serde_json::from_str(bare).unwrap();
    assert_eq!(intent, Provision::of(region("eu-central-1")).into());
}

#[test]
fn every_action_reads_its_own_example_and_refuses_what_is_too_much() {
    for action in ACTIONS {
        let line = format!("{} {}", action.name, action.example);
        let intent = read(&line).unwrap_or_else(|why| panic!("{line}: {why}"));
        assert_eq!(intent.name(), action.name);
        if action.takes != Takes::Text {
            assert!(read(&format!("{line} and more words")).is_err(), "{line}");
        }
    }
}

#[test]
fn what_is_asked_first_has_an_answer_that_is_taken() {
    let mut asked = 0;
    for written in WRITTEN {
        let intent: Intent = serde_json::from_str(written).unwrap();
        if let Some(question) = intent.question() {
            let answered = intent.answered(&question.answer).unwrap();
            assert_eq!(answered.target(), intent.target());
            assert!(intent.answered("").is_err(), "{written}");
            asked += 1;
        }
    }
    assert_eq!(asked, 3);
}

#[test]
fn arguments_are_words() {
    let drain = Drain {
        region: region("eu-west-1"),
        to: Share::try_from(20).unwrap(),
        over_s: 600,
    };
    for line in [
        "drain eu-west-1 20",
        "drain eu-west-1 20% 10m",
        "drain eu-west-1 to 20 % over 600",
    ] {
        assert_eq!(read(line), Ok(drain.clone().into()), "{line}");
    }
    let promote = Promote {
        target: region("eu-west-1"),
        mode: Some(Mode::Failover),
        force: true,
    };
    assert_eq!(read("promote eu-west-1 failover force"), Ok(promote.into()));
    let provision = Provision {
        code_from: Some(CodeFrom {
            region: region("eu-west-1"),
            function: Some("orders-read".into()),
        }),
        over_s: Some(1_800),
        ..Provision::of(region("eu-central-1"))
    };
    assert_eq!(
        read("provision eu-central-1 over 30m code-from eu-west-1/orders-read"),
        Ok(provision.into())
    );
}

#[test]
fn what_is_wrong_is_said_with_what_is_accepted() {
    for (line, accepted) in [
        ("dance", "evacuate, promote, drain"),
        (
            "evacuate",
            "usage: `:evacuate REGION [MECHANISM]`, such as `:evacuate eu-west-1",
        ),
        ("evacuate eu-west-1 magic", "health-check"),
        ("promote eu-west-1 magic", "switchover, failover and force"),
        ("drain eu-west-1 120", "not a percentage from 0 to 99"),
        ("drain eu-west-1 20 10m more", "`20 over 10m`"),
        ("drill us-east-1 eu-west-1 soon", "90s, 10m and 1h"),
        ("provision eu-central-1 soon", "over TIME"),
        ("up now", "usage: `:up`"),
    ] {
        let said = said(line);
        assert!(said.contains(accepted), "{line}: {said}");
    }
}
