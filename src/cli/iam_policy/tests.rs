//! What is looked at by whoever only looks is what their policy allows.
use super::*;
use crate::actions::policy::action;
use crate::cli::{doctor, explain, notified};
use crate::fleet::{Account, CheckKind, Ledger, RoutingEndpoint, Wire};
use crate::notify::Notice;
use crate::observe::discover::{Named, discover};
use crate::observe::drift::{drift, stacks};
use crate::observe::logs::{LogsAsked, StopSearch};
use crate::observe::wiring::wiring;
use crate::observe::{Asker, History, read_permissions_of};

/// Allowed, and not called on a calm day.
const NOT_CALLED: [(&str, &str); 6] = [
    (
        "route53-recovery-control-config",
        "asked only where health checks follow routing controls",
    ),
    (
        "rds:DescribeDBProxyTargets",
        "asked only where there is a proxy",
    ),
    ("health", "asked by `changes` and `explain` alone"),
    (
        "cloudformation:DescribeStackEvents",
        "asked only where a site names its stack",
    ),
    (
        "arc-region-switch:GetPlanExecution",
        "asked only while a plan runs",
    ),
    (
        "arc-region-switch:ListPlanExecutionEvents",
        "asked only where an execution went wrong",
    ),
];

fn called(ledger: &Ledger) -> BTreeSet<String> {
    let keys = ledger.stats().map(|(key, _)| key);
    keys.map(|key| action(key.service, &key.operation))
        .collect()
}

fn compare(allowed: &BTreeSet<String>, called: &BTreeSet<String>) {
    let missing: Vec<_> = called.difference(allowed).collect();
    assert!(missing.is_empty(), "called and not allowed: {missing:?}");
    let excepted = |one: &&String| {
        let service = one.split(':').next().unwrap();
        NOT_CALLED
            .iter()
            .any(|(name, _)| *name == service || name == one)
    };
    let idle: Vec<_> = allowed
        .difference(called)
        .filter(|one| !excepted(one))
        .collect();
    assert!(idle.is_empty(), "allowed and not called: {idle:?}");
}

#[test]
fn the_dashboards_policy_is_what_looking_calls() {
    let scenario = Scenario {
        region_switch: Some(SwitchSetup::default()),
        ..Scenario::calm()
    };
    let called = simulated::within(scenario, &calm(), async |target| {
        let observer = target.observe();
        let picture = observer.first_complete(SIMULATED).await;
        // What the first picture does not wait for.
        tokio::time::sleep(Duration::from_mins(5)).await;
        for site in &target.spec.sites {
            let check = picture.edge.check(&site.region).unwrap();
            observer.votes(&check.id).await;
        }
        drop(observer);
        discover(&target.session, &target.spec.domain, &Named::default())
            .await
            .unwrap();
        let found = doctor::inquire(target, SIMULATED).await;
        called(&found.target.session.ledger())
    })
    .unwrap();
    compare(&actions(Purpose::Dashboard, &BTreeSet::new()), &called);
}

#[test]
fn where_there_are_routing_controls_discover_asks_for_what_is_excepted_elsewhere() {
    let scenario = Scenario {
        arc: true,
        ..Scenario::calm()
    };
    let called = simulated::within(scenario, &calm(), async |target| {
        let found = discover(&target.session, &target.spec.domain, &Named::default())
            .await
            .unwrap();
        assert_eq!(found.spec.edge.routing_endpoints.len(), 5);
        called(&target.session.ledger())
    })
    .unwrap();
    let dashboard = actions(Purpose::Dashboard, &BTreeSet::new());
    for one in dashboard
        .iter()
        .filter(|one| one.starts_with(NOT_CALLED[0].0))
    {
        assert!(called.contains(one), "{one} is never called");
    }
}

#[test]
fn reading_logs_needs_its_own_policy_besides_the_dashboards() {
    let called = simulated::still(&calm(), async |target| {
        let now = target.clock.now();
        let asked = LogsAsked {
            since: now - jiff::SignedDuration::from_mins(5),
            until: now,
            regions: Vec::new(),
            function: None,
            filter: None,
            errors: false,
        };
        let session = target.session.clone();
        let reader = LogReader::new(session, target.spec, target.clock);
        assert!(reader.read(&asked).await.iter().all(|one| one.read.is_ok()));
        let day = LogsAsked {
            since: now - jiff::SignedDuration::from_hours(24),
            ..asked
        };
        let plan = reader.range_plan(&day).await;
        let stop = StopSearch::default();
        let news = std::cell::Cell::new(0);
        // The first news come before anything is asked.
        reader
            .range(&plan, &stop, |_| {
                news.set(news.get() + 1);
                if news.get() == 2 {
                    stop.stop();
                }
            })
            .await;
        reader.range(&plan, &StopSearch::default(), |_| {}).await;
        called(&target.session.ledger())
    })
    .unwrap();
    let dashboard = actions(Purpose::Dashboard, &BTreeSet::new());
    let explain = actions(Purpose::Explain, &BTreeSet::new());
    let beyond: BTreeSet<String> = called.difference(&dashboard).cloned().collect();
    let logs: BTreeSet<String> = read_permissions_of(&[Asker::Logs])
        .map(Into::into)
        .collect();
    assert_eq!(beyond, logs, "no more and no less than is called");
    assert!(logs.is_subset(&explain));
    assert!(
        dashboard.is_disjoint(&explain),
        "logs may hold customers' data"
    );
}

#[test]
fn the_policy_for_logs_names_every_log_group_that_is_read() {
    let (spec, known, read) = simulated::still(&calm(), async |target| {
        let picture = complete(&target, SIMULATED).await;
        let known = seen(&target, &picture, Purpose::Explain, None).await;
        let now = target.clock.now();
        let asked = LogsAsked::all(now - jiff::SignedDuration::from_mins(1), now);
        let reader = LogReader::new(target.session, target.spec.clone(), target.clock);
        let read = Box::pin(reader.read(&asked)).await;
        (target.spec, known, read)
    })
    .unwrap();
    let named = |known: &Known| -> BTreeSet<String> {
        let made = make(Purpose::Explain, "orders", &spec, known, None).unwrap();
        let all = made.statements().iter().flat_map(|one| &one.resource);
        all.filter_map(|arn| Some(arn.split_once(":log-group:")?.1.to_owned()))
            .collect()
    };
    let allowed = named(&known);
    for one in read {
        let group = one.group.unwrap();
        let fits = |name: &String| {
            let head = name.trim_end_matches(":*");
            head == group
                || head
                    .strip_suffix('*')
                    .is_some_and(|head| group.starts_with(head))
        };
        assert!(allowed.iter().any(fits), "{group}: {allowed:?}");
    }
    let unknown = Known {
        access_logs: BTreeSet::new(),
        ..known
    };
    assert!(
        named(&unknown).contains("/aws/apigateway/orders:*"),
        "the template's"
    );
}

#[test]
fn explaining_calls_what_the_policies_of_dashboard_and_explain_allow() {
    let called = simulated::still(&calm(), async |target| {
        let since = jiff::SignedDuration::from_hours(2);
        let (_, findings) = explain::ask(&target, since).await;
        assert!(findings.gaps().is_empty(), "{:?}", findings.gaps());
        called(&target.session.ledger())
    })
    .unwrap();
    let explain = actions(Purpose::Explain, &BTreeSet::new());
    let dashboard = actions(Purpose::Dashboard, &BTreeSet::new());
    let of_logs: Vec<&str> = read_permissions_of(&[Asker::Logs]).collect();
    let unasked = |one: &&String| !called.contains(*one) && !of_logs.contains(&one.as_str());
    let unasked: Vec<&String> = explain.iter().filter(unasked).collect();
    assert!(unasked.is_empty(), "{unasked:?}");
    let allowed: BTreeSet<String> = explain.union(&dashboard).cloned().collect();
    let beyond: Vec<_> = called.difference(&allowed).collect();
    assert!(beyond.is_empty(), "{beyond:?}");
}

#[test]
fn comparing_stacks_is_in_the_policy_of_those_who_build_them() {
    let called = simulated::still(&calm(), async |target| {
        let known = stacks(&target.session, &target.name, &target.spec)
            .await
            .known;
        let wait = Duration::from_mins(10);
        drift(&target.session, &*target.clock, &known, wait).await;
        called(&target.session.ledger())
    })
    .unwrap();
    let allowed = actions(Purpose::Provision, &BTreeSet::new());
    let missing: Vec<_> = called.difference(&allowed).collect();
    assert!(missing.is_empty(), "{missing:?}");
    // And it asks all that is in the policy for its sake.
    let asked: BTreeSet<String> = read_permissions_of(&[Asker::Drift])
        .map(Into::into)
        .collect();
    assert_eq!(called, asked);
}

#[test]
fn what_a_file_of_terraform_is_compared_with_is_in_the_policy_of_those_who_build() {
    let scenario = Scenario {
        arc: true,
        ..Scenario::calm()
    };
    let (called, controls) = simulated::within(scenario, &calm(), async |target| {
        let region = crate::fleet::Region::new("eu-west-1").unwrap();
        let found = discover(&target.session, &target.spec.domain, &Named::default())
            .await
            .unwrap();
        let name = found.spec.sites.iter().find_map(|site| {
            let here = site.region == region;
            here.then(|| site.endpoint.clone())?
        });
        let before = called(&target.session.ledger());
        let checks = target.session.in_account(Account::Dns).route53();
        let checks = checks.health_checks().await.unwrap();
        let control = checks.into_iter().find_map(|(_, check)| match check.kind {
            CheckKind::RecoveryControl { control } => Some(control),
            _ => None,
        });
        let function = "orders-read".to_owned();
        let wanted = [
            Wire::Control {
                arn: control.unwrap(),
            },
            Wire::Name {
                region: region.clone(),
                name: name.unwrap(),
            },
            Wire::Alias {
                region: region.clone(),
                function: function.clone(),
                alias: "live".into(),
            },
            Wire::Permissions {
                region,
                function,
                qualifier: None,
            },
        ];
        wiring(&target.session, &target.spec, &wanted.into()).await;
        let after = called(&target.session.ledger());
        let controls = read_permissions_of(&[Asker::Terraform])
            .filter(|one| one.starts_with("route53-recovery-control-config:"));
        let controls: BTreeSet<String> = controls.map(Into::into).collect();
        // Discover asked for a routing control already.
        assert!(controls.is_subset(&before), "{before:?}");
        (after, controls)
    })
    .unwrap();
    let allowed = actions(Purpose::Provision, &BTreeSet::new());
    for one in read_permissions_of(&[Asker::Terraform]) {
        assert!(allowed.contains(one), "{one} is not allowed");
        let asked = called.contains(one) || controls.contains(one);
        assert!(asked, "{one} is never called");
    }
}

#[test]
fn asking_what_changed_is_in_the_policy_of_those_who_look() {
    let called = simulated::still(&calm(), async |target| {
        let history = History::new(target.clock.clone());
        let since = jiff::SignedDuration::from_hours(2);
        let asked = history.ask(&target.session, &target.spec, since).await;
        assert!(asked.iter().all(|one| one.asked.is_answered()), "{asked:?}");
        called(&target.session.ledger())
    })
    .unwrap();
    let asked: BTreeSet<String> = read_permissions_of(&[Asker::Changes])
        .map(Into::into)
        .collect();
    assert_eq!(called, asked);
    let allowed = actions(Purpose::Dashboard, &BTreeSet::new());
    assert!(called.is_subset(&allowed));
}

#[test]
fn those_who_build_may_read_the_policies_of_the_fleets_functions_alone() {
    let spec = simulated::still(&calm(), async |target| target.spec).unwrap();
    let made = make(Purpose::Provision, "orders", &spec, &Known::default(), None);
    let made = serde_json::to_value(made.unwrap()).unwrap();
    let all = made["Statement"].as_array().unwrap();
    let has = |one: &&serde_json::Value| {
        let mut actions = one["Action"].as_array().unwrap().iter();
        actions.any(|action| action == "lambda:GetPolicy")
    };
    let found = all.iter().find(has).unwrap();
    let resources = found["Resource"].as_array().unwrap();
    let of_fleet = |one: &serde_json::Value| one.as_str().unwrap().contains(":function:orders-");
    assert!(resources.iter().all(of_fleet), "{found}");
}

#[test]
fn a_fleet_with_routing_controls_may_switch_them_and_others_may_not() {
    let mut spec = simulated::still(&calm(), async |target| target.spec).unwrap();
    let switches = |spec: &FleetSpec| {
        let made = make(Purpose::Shift, "orders", spec, &Known::default(), None).unwrap();
        let each = ["Update", "Get"].map(|verb| {
            made.allows(&format!(
                "route53-recovery-cluster:{verb}RoutingControlState"
            ))
        });
        assert_eq!(each[0], each[1]);
        each[0]
    };
    assert!(!switches(&spec));
    spec.edge.routing_endpoints = [
        "us-east-1",
        "us-west-2",
        "eu-west-1",
        "ap-northeast-1",
        "ap-southeast-2",
    ]
    .map(|code| RoutingEndpoint {
        region: crate::fleet::Region::new(code).unwrap(),
        url: format!("https://{code}.example.com/v1"),
    })
    .into();
    assert!(switches(&spec));
}

#[test]
fn whoever_tells_is_allowed_what_telling_calls_on_exactly_what_the_targets_name() {
    const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:on-call";
    const BUS: &str = "arn:aws:events:eu-west-1:123456789012:event-bus/ops";
    const SECRET: &str = "arn:aws:secretsmanager:us-east-1:123456789012:secret:chat-Ab12Cd";
    let spec: NotifySpec = toml::from_str(&format!(
        r#"
        [targets.topic]
        kind = "sns"
        arns = ["{TOPIC}"]
        [targets.bus]
        kind = "eventbridge"
        arns = ["{BUS}"]
        [targets.chat]
        kind = "slack"
        url = "{SECRET}"
        [targets.local]
        kind = "slack"
        url = "env:NOT_AWS"
        [targets.other]
        kind = "sns"
        arns = ["arn:aws:sns:us-east-1:123456789012:others"]
        fleets = ["another-fleet"]
        "#
    ))
    .unwrap();
    let (spec, fleet) = (&spec, "orders");
    let called = simulated::still(&calm(), async |target| {
        let before = called(&target.session.ledger());
        let notifier = notified::start(spec, &target.session, &target.clock, None);
        let test = Notice::test(fleet, "robin", target.clock.now());
        notifier.try_each(&test).await;
        let after = called(&target.session.ledger());
        after.difference(&before).cloned().collect::<BTreeSet<_>>()
    })
    .unwrap();
    let made = telling::policy(spec, fleet);
    let statements = made.statements().iter();
    let allowed: BTreeSet<String> = statements.flat_map(|one| one.action.clone()).collect();
    assert_eq!(allowed, called);
    let on = |action: &str| {
        let mut statements = made.statements().iter();
        let one = statements.find(|one| one.action == [action]).unwrap();
        one.resource.clone()
    };
    assert_eq!(on("sns:Publish"), [TOPIC]);
    assert_eq!(on("events:PutEvents"), [BUS]);
    assert_eq!(on("secretsmanager:GetSecretValue"), [SECRET]);
    // Who only looks, or approves, tells nobody.
    for (purpose, tells) in [
        (Purpose::Watch, true),
        (Purpose::Shift, true),
        (Purpose::Drill, true),
        (Purpose::Dashboard, false),
        (Purpose::Approve, false),
    ] {
        assert_eq!(telling::tells(purpose), tells, "{purpose:?}");
    }
}
