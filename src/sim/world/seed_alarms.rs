//! Alarms as founded: a few a Region, and the evacuation switches in Regions that would survive.

use super::model::{Alarm, Resources};
use super::names::{self, ACCOUNT, DISTRIBUTION, SWITCH_METRIC, SWITCH_NAMESPACE};
use crate::world::seed_options::SeedOptions;
use gwctl_fleet::{ApiKind, Region};

/// Where the evacuation switch of `region` lives and what it is called: never in the Region it evacuates
/// (aws-facts §3.5), unless there is no other.
pub(super) fn switch_alarm(regions: &[Region], region: &Region) -> (Region, String) {
    let home = regions
        .iter()
        .find(|other| *other != region)
        .unwrap_or(region);
    (home.clone(), format!("orders-evacuate-{region}"))
}

/// Adds every alarm.
pub(super) fn add(options: &SeedOptions, all: &mut Resources) {
    for region in options.regions {
        let mut alarms = site_alarms(options, all, region);
        all.alarms.append(&mut alarms);
    }
    for region in options.regions {
        let (home, name) = switch_alarm(options.regions, region);
        all.alarms.push(Alarm {
            dimensions: vec![("Region".into(), region.to_string())],
            statistic: "Maximum".into(),
            comparison: "GreaterThanOrEqualToThreshold".into(),
            description: format!("Evacuation switch of {region}: put 1 to send its traffic away"),
            evaluation_periods: 1,
            datapoints_to_alarm: 1,
            treat_missing: "ignore".into(),
            ..alarm(options, &home, &name, SWITCH_NAMESPACE, SWITCH_METRIC, 1.0)
        });
    }
    all.alarms.push(Alarm {
        dimensions: vec![
            ("DistributionId".into(), DISTRIBUTION.into()),
            ("Region".into(), "Global".into()),
        ],
        description: "Share of requests the edge answered 5xx".into(),
        ..alarm(
            options,
            &Region::global(),
            "orders-edge-5xx",
            "AWS/CloudFront",
            "5xxErrorRate",
            2.0,
        )
    });
}

fn site_alarms(options: &SeedOptions, all: &Resources, region: &Region) -> Vec<Alarm> {
    let Some(api) = all.apis.iter().find(|api| &api.region == region) else {
        return Vec::new();
    };
    let (subject, metric) = match api.kind {
        ApiKind::Http => (("ApiId".to_owned(), api.id.clone()), "5xx"),
        ApiKind::Rest => (("ApiName".to_owned(), api.name.clone()), "5XXError"),
    };
    let short = names::short(region);
    let mut alarms = vec![
        Alarm {
            dimensions: vec![subject.clone()],
            description: "Share of API requests answered 5xx".into(),
            ..alarm(
                options,
                region,
                &format!("orders-{short}-5xx"),
                "AWS/ApiGateway",
                metric,
                0.02,
            )
        },
        Alarm {
            dimensions: vec![subject],
            statistic: "p99".into(),
            description: "API latency, p99".into(),
            ..alarm(
                options,
                region,
                &format!("orders-{short}-latency"),
                "AWS/ApiGateway",
                "Latency",
                1_500.0,
            )
        },
    ];
    for function in ["orders-read", "orders-write"] {
        alarms.push(Alarm {
            dimensions: vec![("FunctionName".into(), function.into())],
            statistic: "Sum".into(),
            description: format!("Failed invocations of {function} in a minute"),
            ..alarm(
                options,
                region,
                &format!("{function}-{short}-errors"),
                "AWS/Lambda",
                "Errors",
                250.0,
            )
        });
    }
    if all.clusters.iter().any(|cluster| &cluster.region == region) {
        alarms.push(Alarm {
            dimensions: vec![("DBClusterIdentifier".into(), names::cluster(region))],
            statistic: "Maximum".into(),
            evaluation_periods: 3,
            datapoints_to_alarm: 3,
            description: "RPO lag of this member while it is a secondary, in milliseconds".into(),
            ..alarm(
                options,
                region,
                &format!("orders-{short}-rpo-lag"),
                "AWS/RDS",
                "AuroraGlobalDBRPOLag",
                1_000.0,
            )
        });
    }
    alarms
}

fn alarm(
    options: &SeedOptions,
    region: &Region,
    name: &str,
    namespace: &str,
    metric: &str,
    threshold: f64,
) -> Alarm {
    let configured = options.days_ago(409, name);
    Alarm {
        region: region.clone(),
        name: name.into(),
        arn: format!("arn:aws:cloudwatch:{region}:{ACCOUNT}:alarm:{name}"),
        description: String::new(),
        state: "OK".into(),
        reason: "Threshold Crossed: no datapoints were received for 2 periods and 2 missing datapoints were \
                 treated as [NonBreaching]."
            .into(),
        reason_data: "{}".into(),
        updated: configured,
        transitioned: options.days_ago(5, name),
        configured,
        namespace: namespace.into(),
        metric: metric.into(),
        dimensions: Vec::new(),
        statistic: "Average".into(),
        period_s: 60,
        evaluation_periods: 2,
        datapoints_to_alarm: 2,
        threshold,
        comparison: "GreaterThanThreshold".into(),
        treat_missing: "notBreaching".into(),
        actions: vec![format!("arn:aws:sns:{region}:{ACCOUNT}:orders-on-call")],
        turns: Vec::new(),
    }
}
