//! The scenarios that gwctl brings with it.

/// Their names and texts.
macro_rules! embedded {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../scenarios/", $name, ".toml")))),*]
    };
}

pub(super) const EMBEDDED: &[(&str, &str)] = embedded![
    "calm",
    "region-dark",
    "primary-dark",
    "lambda-errors",
    "lag-surge",
    "throttled",
    "control-planes-down",
    "credentials-expired",
    "access-denied",
    "switched-over",
    "failed-switchover",
    "stack-fails",
    "several-accounts",
    "releases",
    "api-alone",
    "without-cloudfront",
    "weighted",
    "failover-pair",
    "geolocation",
    "geolocation-failover",
    "serverless",
    "headless",
    "one-member-more",
    "with-proxy",
    "managed-password",
    "releases",
    "china",
    "govcloud",
    "sovereign",
    "region-switch",
    "bad-deploy",
    "good-deploy",
    "bad-config",
    "connections-exhausted",
    "write-forwarding-broken",
    "secret-rotated",
    "dependency-slow",
    "concurrency-exhausted",
    "bad-day",
];
