//! A plan of Terraform after a run: what the run did is explained by it, and would be undone.

use std::time::Duration;

use gwctl::actions::arguments::Share;
use gwctl::actions::guided::{Drain, Evacuate};
use gwctl::actions::terraform::{
    Evidence, Finding, Judged, Runs, Verdict, compare, judge, read_plan, read_state,
};
use gwctl::actions::{Intent, Mechanism};
use gwctl::fleet::Snapshot;

use super::stand::{Stage, in_virtual_time, region};
use crate::observe::stand::world;

const MODULES: &str = include_str!("../cli/terraform/modules.plan.json");
const ALIASES: &str = include_str!("../cli/terraform/aliases.plan.json");
const MODULES_STATE: &str = include_str!("../cli/terraform/modules.tfstate");

const CHECK: &str = "module.region[\"eu-west-1\"].aws_route53_health_check.site";
const RECORD: &str = "aws_route53_record.euw1";

fn filled(text: &str, picture: &Snapshot) -> String {
    let mut text = text.replace("{{api-type}}", "aws_apigatewayv2_api");
    for site in &picture.sites {
        let check = picture.edge.check(&site.region).unwrap();
        text = text.replace(&format!("{{{{check:{}}}}}", site.region), &check.id);
        text = text.replace(&format!("{{{{api:{}}}}}", site.region), &site.api.id);
    }
    text
}

fn judged(stage: &Stage, text: &str) -> Judged {
    let picture = stage.snapshot();
    let runs = Runs::of(&stage.folder, &stage.spec, &picture);
    let plan = read_plan(filled(text, &picture).as_bytes()).unwrap();
    judge(&plan, &Evidence::new(&stage.spec, &picture, &runs))
}

fn compared(stage: &Stage, text: &str) -> Judged {
    let picture = stage.snapshot();
    let runs = Runs::of(&stage.folder, &stage.spec, &picture);
    let state = read_state(filled(text, &picture).as_bytes()).unwrap();
    compare(&state, &Evidence::new(&stage.spec, &picture, &runs))
}

fn of<'a>(judged: &'a Judged, address: &str) -> &'a Finding {
    let mut all = judged.findings.iter();
    all.find(|one| one.address == address)
        .unwrap_or_else(|| panic!("{address} is not in {judged:#?}"))
}

async fn carry_out(stage: &Stage, intent: &Intent) -> String {
    stage.carry_out(intent).await;
    tokio::time::sleep(Duration::from_mins(2)).await;
    stage.folder.runs()[0].id.clone()
}

#[test]
fn a_forced_check_is_undone_by_the_plan_and_named_with_its_run() {
    in_virtual_time(async {
        let stage = Stage::over(world("calm", 3)).await;
        assert_eq!(
            of(&judged(&stage, MODULES), CHECK).verdict(),
            Verdict::Unexplained
        );
        let calm = compared(&stage, MODULES_STATE);
        assert!(calm.findings.is_empty(), "{calm:#?}");
        let intent = Intent::Evacuate(Evacuate {
            region: region("eu-west-1"),
            mechanism: Some(Mechanism::HealthCheck),
        });
        let run = carry_out(&stage, &intent).await;
        let after = judged(&stage, MODULES);
        let check = of(&after, CHECK);
        assert_eq!(check.verdict(), Verdict::Undoes);
        assert_eq!(check.reasons[0].run.as_deref(), Some(run.as_str()));
        let advice = check.reasons[0].advice.as_deref().unwrap();
        assert!(advice.contains("gwctl restore eu-west-1"), "{advice}");
        // Another Region's check is as it was.
        let other = "module.region[\"us-east-1\"].aws_route53_health_check.site";
        assert_eq!(of(&after, other).verdict(), Verdict::Unexplained);
        let state = compared(&stage, MODULES_STATE);
        let check = of(&state, CHECK);
        assert_eq!(check.verdict(), Verdict::Explained);
        assert_eq!(check.reasons[0].run.as_deref(), Some(run.as_str()));
        // Without the journal the picture tells it, and no run.
        let picture = stage.snapshot();
        let none = Runs::default();
        let plan = read_plan(filled(MODULES, &picture).as_bytes()).unwrap();
        let without = judge(&plan, &Evidence::new(&stage.spec, &picture, &none));
        assert_eq!(of(&without, CHECK).verdict(), Verdict::Undoes);
        assert_eq!(of(&without, CHECK).reasons[0].run, None);
    });
}

#[test]
fn a_drained_record_is_given_its_traffic_back_by_the_plan() {
    in_virtual_time(async {
        let stage = Stage::over(world("calm", 3)).await;
        let before = judged(&stage, ALIASES);
        assert_eq!(of(&before, RECORD).verdict(), Verdict::Unexplained);
        let intent = Intent::Drain(Drain {
            region: region("eu-west-1"),
            to: Share::try_from(10).unwrap(),
            over_s: 120,
        });
        let run = carry_out(&stage, &intent).await;
        let after = judged(&stage, ALIASES);
        let record = of(&after, RECORD);
        assert_eq!(record.verdict(), Verdict::Undoes);
        assert_eq!(record.reasons[0].run.as_deref(), Some(run.as_str()));
        assert!(
            record.reasons[0].text.contains("all of its traffic back"),
            "{record:#?}"
        );
        let address = "module.region[\"eu-west-1\"].aws_route53_record.latency";
        let state = compared(&stage, MODULES_STATE);
        assert_eq!(of(&state, address).verdict(), Verdict::Explained);
    });
}

#[test]
fn a_check_that_cannot_be_asked_is_judged_by_the_journal_or_not_at_all() {
    in_virtual_time(async {
        let stage = Stage::over(world("calm", 3)).await;
        let intent = Intent::Evacuate(Evacuate {
            region: region("eu-west-1"),
            mechanism: Some(Mechanism::HealthCheck),
        });
        let run = carry_out(&stage, &intent).await;
        let mut picture = (*stage.snapshot()).clone();
        let text = filled(MODULES, &picture);
        let plan = read_plan(text.as_bytes()).unwrap();
        let id = picture.edge.check(&region("eu-west-1")).unwrap().id.clone();
        let check = picture.edge.checks.get_mut(&id).unwrap();
        let why = gwctl::fleet::Missing::CouldNotAsk {
            why: "time-out".into(),
        };
        let source = check.config.source().unwrap().clone();
        check.config.renew(Err(why), picture.at, source);
        let runs = Runs::of(&stage.folder, &stage.spec, &picture);
        let told = judge(&plan, &Evidence::new(&stage.spec, &picture, &runs));
        assert_eq!(of(&told, CHECK).verdict(), Verdict::Undoes);
        assert_eq!(
            of(&told, CHECK).reasons[0].run.as_deref(),
            Some(run.as_str())
        );
        let none = Runs::default();
        let evidence = Evidence::new(&stage.spec, &picture, &none);
        let blind = judge(&plan, &evidence);
        assert_eq!(of(&blind, CHECK).verdict(), Verdict::Unjudged);
        let unasked = gwctl::actions::terraform::unasked(&blind, &evidence);
        assert!(
            unasked
                .iter()
                .any(|one| one.contains(&id) && one.contains("time-out")),
            "{unasked:?}"
        );
    });
}
