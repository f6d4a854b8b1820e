//! The edge of the sample fleet.

use std::time::Duration;

use gwctl::fleet::{
    CheckConfig, CheckKind, Distribution, DnsAnswer, Edge, FunctionDetail, HealthCheck, Metric,
    Metrics, ProbeReport, Region, Routing, RoutingRecord, Snapshot,
};

use super::{ago, certificate, known, none, put, wave};

/// Domain, distribution, router, records, checks and answers.
pub fn edge(snapshot: &mut Snapshot) {
    let home = Region::global();
    let sites: Vec<Region> = snapshot
        .sites
        .iter()
        .map(|site| site.region.clone())
        .collect();
    let edge = &mut snapshot.edge;
    edge.distribution = known(
        Distribution {
            domain: "d111111abcdef8.cloudfront.net".into(),
            status: "Deployed".into(),
            enabled: true,
            aliases: vec!["api.orders.example.com".into()],
            origins: vec!["latency.orders.example.com".into()],
            changed: Some(ago(340)),
            certificate_arn: None,
            router_arn: Some(
                "arn:aws:lambda:us-east-1:123456789012:function:orders-router:7".into(),
            ),
        },
        60,
        "cloudfront:GetDistribution",
        &home,
    );
    for (metric, level, swing) in [
        (Metric::EdgeRequests, 160_000.0, 0.1),
        (Metric::Edge4xxRate, 0.42, 0.2),
        (Metric::Edge5xxRate, 0.02, 0.5),
        (Metric::EdgeOriginLatencyP90, 88.0, 0.1),
    ] {
        put(&mut edge.metrics, metric, wave(level, swing, 0.3), &home);
    }
    for metric in [
        Metric::EdgeFunctionErrors,
        Metric::EdgeFunctionInvalid,
        Metric::EdgeFunctionLimited,
    ] {
        none(&mut edge.metrics, metric, &home);
    }
    if let Some(router) = &mut edge.router {
        router.detail = known(
            FunctionDetail {
                runtime: "nodejs22.x".into(),
                state: "Active".into(),
                memory_mb: 128,
                timeout_s: 5,
                last_modified: Some(ago(800_000)),
                version: "7".into(),
                code_sha256: None,
                needs: Vec::new(),
            },
            300,
            "lambda:GetFunctionConfiguration",
            &home,
        );
    }
    edge.certificate = known(
        certificate(&home, 301),
        600,
        "acm:DescribeCertificate",
        &home,
    );
    edge.endpoint_checks = known([].into(), 60, "route53:ListHealthChecks", &home);
    let none = |region| {
        known(
            Vec::new(),
            30,
            "arc-region-switch:ListPlansInRegion",
            region,
        )
    };
    let plans = sites.iter().map(|region| (region.clone(), none(region)));
    edge.region_switch = plans.collect();
    routing(edge, &sites);
}

fn routing(edge: &mut Edge, sites: &[Region]) {
    let home = Region::global();
    let record = |region: &Region| RoutingRecord {
        name: "latency.orders.example.com".into(),
        kind: "CNAME".into(),
        set_identifier: region.to_string(),
        region: Some(region.clone()),
        routing: Routing::Latency(region.clone()),
        target: format!("{region}.api.orders.example.com"),
        values: vec![format!("{region}.api.orders.example.com")],
        ttl: Some(60),
        health_check: Some(format!("hc-{region}")),
        evaluate_target_health: false,
        alias_zone: None,
        group: Vec::new(),
    };
    edge.records = known(
        sites.iter().map(record).collect(),
        30,
        "route53:ListResourceRecordSets",
        &home,
    );
    for here in sites {
        checks(edge, here);
    }
    let answer = |vantage: &str, region: &Region, ttl| DnsAnswer {
        vantage: vantage.into(),
        value: format!("{region}.api.orders.example.com"),
        region: Some(region.clone()),
        ttl_s: Some(ttl),
        at: None,
    };
    let at = |index: usize| &sites[index % sites.len()];
    edge.answers = known(
        vec![
            answer("here", at(1), 41),
            answer("Frankfurt", at(1), 60),
            answer("Virginia", at(0), 60),
            answer("Singapore", at(2), 60),
        ],
        11,
        "route53:TestDNSAnswer",
        &home,
    );
    edge.probe = known(
        ProbeReport {
            dns: Duration::from_millis(7),
            connect: Duration::from_millis(6),
            tls: Some(Duration::from_millis(14)),
            first_byte: Duration::from_millis(69),
            status: 200,
            served_by: Some(at(1).to_string()),
            own: None,
        },
        9,
        "probe",
        &home,
    );
}

fn checks(edge: &mut Edge, here: &Region) {
    let home = Region::global();
    let endpoint = format!("hc-{here}-endpoint");
    let switch = format!("hc-{here}-switch");
    let kinds = [
        (
            format!("hc-{here}"),
            CheckKind::Calculated {
                children: vec![endpoint.clone(), switch.clone()],
                threshold: 2,
            },
        ),
        (
            endpoint,
            CheckKind::Endpoint {
                protocol: "HTTPS".into(),
                target: format!("{here}.api.orders.example.com/health"),
            },
        ),
        (
            switch,
            CheckKind::Alarm {
                name: format!("orders-evacuate-{here}"),
                region: "eu-west-1".into(),
            },
        ),
    ];
    for (id, kind) in kinds {
        let mut metrics = Metrics::default();
        put(
            &mut metrics,
            Metric::CheckStatus,
            wave(1.0, 0.0, 0.0),
            &home,
        );
        put(
            &mut metrics,
            Metric::CheckPercentHealthy,
            wave(100.0, 0.0, 0.0),
            &home,
        );
        let config = CheckConfig {
            kind,
            interval_s: 10,
            failure_threshold: 3,
            inverted: false,
            disabled: false,
            version: 1,
            linked_service: None,
            insufficient_data: None,
            checker_regions: 0,
        };
        let config = known(config, 60, "route53:GetHealthCheck", &home);
        edge.checks.insert(
            id.clone(),
            HealthCheck {
                id,
                config,
                metrics,
            },
        );
    }
}
