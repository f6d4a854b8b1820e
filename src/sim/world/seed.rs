//! Founds the fleet, long because resources name each other: every resource of the account as it stands before
//! anything happens.

use std::collections::BTreeMap;

use super::seed_options::SeedOptions;
use jiff::{SignedDuration, Timestamp};

use super::model::{
    AliasTarget, Api, Caller, Certificate, CustomDomain, Deployment, Distribution, Formed,
    Function, Holders, HostedZone, LambdaLimits, Origin, RecordSet, Resources, Stack, Stage, Tag,
};
use super::names::{
    self, ACCOUNT, DISTRIBUTION, DOMAIN, FLEET, FUNCTIONS, LATENCY_RECORD, ROUTER, ZONE, ZONE_NAME,
};
use super::rng::pick;
use super::{
    seed_alarms, seed_checks, seed_database, seed_recovery, seed_region_switch, seed_routing,
};
use gwctl_fleet::{
    AccountsSpec, ApiKind, EdgeSpec, FleetSpec, Region, Routing, SiteSpec, SwitchSpec, Thresholds,
};

/// Everything the account holds.
pub(super) fn resources(options: &SeedOptions) -> Resources {
    let mut all = Resources {
        caller: Caller {
            account: ACCOUNT.into(),
            arn: format!("arn:aws:sts::{ACCOUNT}:assumed-role/OrdersOnCall/robin"),
            user_id: format!("AROA{}:robin", names::upper_token(options.seed, "role", 17)),
        },
        ..Resources::default()
    };
    if !options.regions.is_empty() {
        add_fleet(options, &mut all);
    }
    for region in Region::all() {
        let functions =
            i64::try_from(all.functions.iter().filter(|f| f.region == region).count()).unwrap_or(0);
        let limits = LambdaLimits {
            concurrent_executions: 1_000,
            unreserved: 1_000,
            total_code_size: 80_530_636_800,
            used_code_size: 41_214_976 * functions,
            function_count: functions,
        };
        all.lambda_limits.insert(region, limits);
    }
    all.hosted_zones.push(zone(options, &all));
    all.dialect = options.dialect;
    all.without = options.without;
    if options.accounts {
        Holders::several(ACCOUNT).spread(&mut all, ROUTER);
    }
    all
}

/// Everything that serves the API.
fn add_fleet(options: &SeedOptions, all: &mut Resources) {
    for region in options.regions {
        for (name, memory_mb) in FUNCTIONS.into_iter().zip([512, 1024]) {
            all.functions
                .push(function(options, region, name, memory_mb));
        }
        all.certificates.push(certificate(options, region));
        all.apis.push(api(options, region));
        all.custom_domains.push(custom_domain(options, region));
        all.stacks.push(stack(options, region));
    }
    all.functions.push(router(options));
    all.certificates.push(edge_certificate(options));
    all.certificates.extend(spare_certificates(options));
    all.distributions.push(distribution(options));
    all.stacks.push(edge_stack(options));
    seed_database::add(options, all);
    seed_alarms::add(options, all);
    all.routing = options.arc.then(|| seed_recovery::cluster(options));
    let setup = options.region_switch;
    all.region_switch = setup.and_then(|setup| seed_region_switch::plan(options, setup));
    seed_checks::add(options, all);
}

/// The configuration that names this fleet.
pub(super) fn spec(seed: u64, regions: &[Region], rest: bool) -> FleetSpec {
    FleetSpec {
        domain: DOMAIN.into(),
        global_cluster: FLEET.into(),
        read_only: false,
        profile: None,
        accounts: AccountsSpec::default(),
        probe_path: "/health".into(),
        probe_url: None,
        edge: EdgeSpec {
            cloudfront: true,
            distribution: DISTRIBUTION.into(),
            hosted_zone: ZONE.into(),
            latency_record: LATENCY_RECORD.into(),
            router: Some(ROUTER.into()),
            routing_endpoints: Vec::new(),
        },
        sites: regions
            .iter()
            .map(|region| SiteSpec {
                region: region.clone(),
                api: api_id(seed, region),
                stage: rest.then(|| "live".into()),
                functions: vec!["orders-read".into(), "orders-write".into()],
                endpoint: Some(names::endpoint(region)),
                stack: Some(names::cluster(region)),
                switch: switch(regions, region),
                probe_url: None,
            })
            .collect(),
        thresholds: Thresholds {
            // The least that `SLOTS` of an exhausted cluster are.
            max_connections: Some(1_640.0),
            ..Thresholds::default()
        },
        rules: gwctl_fleet::Rules::default(),
        build: gwctl_fleet::BuildSpec {
            smoke_write: Some("/smoke".into()),
            region: [
                ("CodeS3Bucket", "orders-code"),
                ("CodeS3Key", "handler.zip"),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
            ..gwctl_fleet::BuildSpec::default()
        },
        drill: gwctl_fleet::DrillSpec::default(),
        shared: None,
    }
}

/// Written down where it would survive the Region.
fn switch(regions: &[Region], region: &Region) -> Option<SwitchSpec> {
    let (home, alarm) = seed_alarms::switch_alarm(regions, region);
    (home != *region).then_some(SwitchSpec {
        alarm,
        region: home,
    })
}

fn api_id(seed: u64, region: &Region) -> String {
    names::token(seed, &format!("api {region}"), 10)
}

fn function(options: &SeedOptions, region: &Region, name: &str, memory_mb: i32) -> Function {
    let deployed = options.days_ago(6, &format!("deploy {region}"));
    let mut function = Function {
        region: region.clone(),
        name: name.into(),
        arn: format!("arn:aws:lambda:{region}:{ACCOUNT}:function:{name}"),
        runtime: "nodejs22.x".into(),
        handler: "index.handler".into(),
        role: format!(
            "arn:aws:iam::{ACCOUNT}:role/{name}-{}",
            names::short(region)
        ),
        state: "Active".into(),
        last_update_status: "Successful".into(),
        memory_mb,
        timeout_s: 10,
        package: Vec::new(),
        templated: None,
        code_sha256: String::new(),
        updated_at: None,
        description: format!("{FLEET} API, {} side", name.trim_start_matches("orders-")),
        architecture: "arm64".into(),
        last_modified: deployed,
        version: 0,
        published: Vec::new(),
        revision: 1,
        aliases: BTreeMap::new(),
        reserved_concurrency: None,
        security_groups: names::groups_of(options.seed, name, region),
        image: None,
    };
    releases(options, &mut function, [(39, 62), (40, 27)]);
    function.last_modified = deployed;
    let package = names::token(options.seed, &format!("code of {name}"), 2_048);
    function.load(package.into_bytes(), None);
    function.publish_as(41);
    let aliases = options.releases.into_iter();
    function.aliases = aliases.map(|alias| (alias.to_owned(), 41.into())).collect();
    function
}

/// Earlier versions, the same in every Region, and how many days ago they were published.
fn releases(options: &SeedOptions, function: &mut Function, all: [(u32, i64); 2]) {
    for (number, days) in all {
        let what = format!("code of {} {number}", function.name);
        let package = names::token(options.seed, &what, 2_048 - 13 * number as usize);
        function.last_modified =
            options.days_ago(days, &format!("deploy {number} {}", function.region));
        function.load(package.into_bytes(), None);
        function.publish_as(number);
    }
}

fn router(options: &SeedOptions) -> Function {
    let mut router = function(options, &Region::global(), ROUTER, 128);
    router.architecture = "x86_64".into();
    router.timeout_s = 5;
    router.description = "Sends each request to the Region that DNS names best".into();
    let newest = std::mem::take(&mut router.package);
    router.published.clear();
    router.aliases.clear();
    releases(options, &mut router, [(5, 140), (6, 55)]);
    router.last_modified = options.days_ago(19, "router");
    router.load(newest, None);
    router.publish_as(7);
    router
}

/// Public certificates live 198 days and are renewed 45 days before their end (aws-facts §7).
fn certificate(options: &SeedOptions, region: &Region) -> Certificate {
    let age = 62 + pick(options.seed, &format!("cert {region}"), 30);
    let mut certificate = issue(options, region, &names::endpoint(region), age);
    certificate.in_use_by = vec![format!(
        "arn:aws:apigateway:{region}::/domainnames/{}",
        names::endpoint(region)
    )];
    certificate
}

fn edge_certificate(options: &SeedOptions) -> Certificate {
    let mut certificate = issue(options, &Region::global(), DOMAIN, 74);
    certificate.alternative_names.push(format!("*.{DOMAIN}"));
    certificate.in_use_by = vec![format!(
        "arn:aws:cloudfront::{ACCOUNT}:distribution/{DISTRIBUTION}"
    )];
    certificate
}

/// Certificates in us-east-1 that nothing uses yet: one that fits the domain, one that does not, and
/// one that is still to be validated.
fn spare_certificates(options: &SeedOptions) -> [Certificate; 3] {
    let spare = |name: &str, others: &[&str], age: i64| {
        let number = format!("spare {name}");
        let mut certificate = issue_as(options, &Region::global(), name, age, &number);
        certificate
            .alternative_names
            .extend(others.iter().map(|other| (*other).to_owned()));
        certificate.renewal = None;
        certificate
    };
    let mut pending = spare(names::ZONE_NAME.trim_end_matches('.'), &[DOMAIN], 1);
    pending.status = "PENDING_VALIDATION".into();
    [
        spare(DOMAIN, &["status.orders.example.com"], 3),
        spare("api.payments.example.com", &[], 12),
        pending,
    ]
}

fn issue(options: &SeedOptions, region: &Region, name: &str, age_days: i64) -> Certificate {
    issue_as(options, region, name, age_days, name)
}

fn issue_as(
    options: &SeedOptions,
    region: &Region,
    name: &str,
    age_days: i64,
    called: &str,
) -> Certificate {
    let issued = options.days_ago(age_days, called);
    let midnight =
        Timestamp::from_second(issued.as_second().div_euclid(86_400) * 86_400).unwrap_or(issued);
    let id = names::uuid(options.seed, &format!("certificate {region} {called}"));
    Certificate {
        region: region.clone(),
        arn: format!("arn:aws:acm:{region}:{ACCOUNT}:certificate/{id}"),
        domain: name.into(),
        alternative_names: vec![name.into()],
        status: "ISSUED".into(),
        not_before: midnight,
        not_after: midnight + SignedDuration::from_secs(198 * 86_400 - 1),
        issued,
        renewal: Some("SUCCESS".into()),
        serial: serial(options.seed, &id),
        in_use_by: Vec::new(),
        validation: "DNS".into(),
        due: None,
    }
}

fn serial(seed: u64, id: &str) -> String {
    let pairs: Vec<String> = (0..16)
        .map(|i| {
            format!(
                "{:02x}",
                super::rng::hash(seed, &format!("{id} {i}")) & 0xff
            )
        })
        .collect();
    pairs.join(":")
}

fn api(options: &SeedOptions, region: &Region) -> Api {
    let id = api_id(options.seed, region);
    let created = options.days_ago(410, &format!("api {region}"));
    let deployment = |what: &str, days: i64, description: &str| Deployment {
        id: names::token(options.seed, &format!("{what} {region}"), 6),
        created: options.days_ago(days, &format!("{what} {region}")),
        description: description.into(),
    };
    let deployments = vec![
        deployment("first deployment", 410, ""),
        deployment("deployment before", 48, "release 13"),
        deployment("deployment", 6, "release 14"),
    ];
    let (kind, stage) = if options.rest {
        (ApiKind::Rest, "live")
    } else {
        (ApiKind::Http, "$default")
    };
    Api {
        region: region.clone(),
        name: FLEET.into(),
        kind,
        description: "Orders, one API served from several Regions".into(),
        endpoint: format!("https://{id}.execute-api.{region}.amazonaws.com"),
        by_domain_only: false,
        created,
        stages: vec![Stage {
            name: stage.into(),
            deployment: deployments[2].id.clone(),
            auto_deploy: !options.rest && options.releases.is_none(),
            created,
            updated: options.days_ago(6, &format!("deploy {region}")),
            throttle: None,
            access_log: Some(format!("/orders/access/{region}")),
            canary: None,
        }],
        deployments,
        alias: options.releases.map(Into::into),
        id,
    }
}

fn custom_domain(options: &SeedOptions, region: &Region) -> CustomDomain {
    let target = names::token(options.seed, &format!("domain {region}"), 10);
    CustomDomain {
        region: region.clone(),
        name: names::endpoint(region),
        api: api_id(options.seed, region),
        stage: if options.rest { "live" } else { "$default" }.into(),
        regional_domain: format!("d-{target}.execute-api.{region}.amazonaws.com"),
        regional_zone: format!(
            "Z{}",
            names::upper_token(7, &format!("execute-api {region}"), 13)
        ),
        certificate_arn: certificate(options, region).arn,
        status: "AVAILABLE".into(),
    }
}

fn distribution(options: &SeedOptions) -> Distribution {
    Distribution {
        id: DISTRIBUTION.into(),
        arn: format!("arn:aws:cloudfront::{ACCOUNT}:distribution/{DISTRIBUTION}"),
        etag: format!("E{}", names::upper_token(options.seed, "etag", 13)),
        status: "Deployed".into(),
        domain: names::DISTRIBUTION_DOMAIN.into(),
        enabled: true,
        aliases: vec![DOMAIN.into()],
        origins: vec![Origin {
            id: "latency".into(),
            domain: LATENCY_RECORD.into(),
            headers: Vec::new(),
        }],
        last_modified: options.days_ago(19, "distribution"),
        deployed_at: None,
        certificate_arn: edge_certificate(options).arn,
        minimum_tls: "TLSv1.2_2021".into(),
        ssl_support: "sni-only".into(),
        origin_request_function: Some(format!(
            "arn:aws:lambda:us-east-1:{ACCOUNT}:function:{ROUTER}:7"
        )),
        comment: "Orders API".into(),
        caller_reference: "orders-edge".into(),
        price_class: "PriceClass_All".into(),
        additional_metrics: true,
    }
}

fn stack(options: &SeedOptions, region: &Region) -> Stack {
    let name = names::cluster(region);
    Stack {
        outputs: vec![
            ("ApiId".into(), api_id(options.seed, region)),
            ("Endpoint".into(), names::endpoint(region)),
        ],
        description: "The orders API in one Region".into(),
        updated: Some(options.days_ago(6, &format!("deploy {region}"))),
        ..plain_stack(options, region, &name)
    }
}

fn edge_stack(options: &SeedOptions) -> Stack {
    Stack {
        description: "The edge of the orders API".into(),
        updated: Some(options.days_ago(19, "distribution")),
        ..plain_stack(options, &Region::global(), "orders-edge")
    }
}

fn plain_stack(options: &SeedOptions, region: &Region, name: &str) -> Stack {
    let id = names::uuid(options.seed, &format!("stack {region} {name}"));
    Stack {
        region: region.clone(),
        name: name.into(),
        arn: format!("arn:aws:cloudformation:{region}:{ACCOUNT}:stack/{name}/{id}"),
        status: "UPDATE_COMPLETE".into(),
        reason: None,
        drift: "IN_SYNC".into(),
        drift_checked: Some(options.days_ago(2, &format!("drift {region}"))),
        created: options.days_ago(410, &format!("api {region}")),
        updated: None,
        description: String::new(),
        parameters: vec![("Fleet".into(), FLEET.into())],
        outputs: Vec::new(),
        tags: vec![Tag {
            key: "fleet".into(),
            value: FLEET.into(),
        }],
        formed: Formed {
            founded: true,
            protected: true,
            capabilities: vec!["CAPABILITY_IAM".into()],
            ..Formed::default()
        },
    }
}

fn zone(options: &SeedOptions, all: &Resources) -> HostedZone {
    let name_servers: Vec<String> = [(7, "com"), (612, "net"), (1_204, "org"), (1_833, "co.uk")]
        .map(|(n, tld)| format!("ns-{n}.awsdns-{:02}.{tld}", n % 64))
        .into();
    let mut records = vec![
        plain(
            ZONE_NAME,
            "NS",
            172_800,
            name_servers.iter().map(|ns| format!("{ns}.")).collect(),
        ),
        plain(
            ZONE_NAME,
            "SOA",
            900,
            vec![format!(
                "{}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400",
                name_servers[0]
            )],
        ),
    ];
    let edge = all.distributions.iter();
    for kind in edge.flat_map(|_| ["A", "AAAA"]) {
        let target = AliasTarget {
            zone: "Z2FDTNDATAQYW2".into(),
            name: format!("{}.", names::DISTRIBUTION_DOMAIN),
            evaluate_target_health: false,
        };
        records.push(alias(&format!("{DOMAIN}."), kind, target));
    }
    let mut domains: Vec<&CustomDomain> = all.custom_domains.iter().collect();
    domains.sort_by(|a, b| a.name.cmp(&b.name));
    for domain in domains {
        let target = AliasTarget {
            zone: domain.regional_zone.clone(),
            name: format!("{}.", domain.regional_domain),
            evaluate_target_health: false,
        };
        records.push(alias(&format!("{}.", domain.name), "A", target));
    }
    records.extend(seed_routing::records(options));
    HostedZone {
        id: ZONE.into(),
        name: ZONE_NAME.into(),
        caller_reference: names::uuid(options.seed, "zone"),
        comment: "Orders".into(),
        name_servers,
        records,
    }
}

pub(super) fn plain(name: &str, kind: &str, ttl: i64, values: Vec<String>) -> RecordSet {
    RecordSet {
        name: name.into(),
        kind: kind.into(),
        ttl: Some(ttl),
        values,
        set_identifier: None,
        routing: Routing::Simple,
        health_check: None,
        alias: None,
    }
}

fn alias(name: &str, kind: &str, target: AliasTarget) -> RecordSet {
    RecordSet {
        ttl: None,
        alias: Some(target),
        ..plain(name, kind, 0, Vec::new())
    }
}
