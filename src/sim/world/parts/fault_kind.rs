//! The kinds of faults: their names, and what they are to people.

use serde::{Deserialize, Serialize};

/// The kinds of faults, named as scenarios name them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// Nothing in a Region answers.
    RegionDark,
    /// A share of a Region's invocations fails.
    LambdaErrors,
    /// Replication to a Region falls behind.
    LagSurge,
    /// A Region answers slowly, API and control calls alike.
    ApiLatency,
    /// A Region's certificate could not be renewed.
    CertificateExpiring,
    /// AWS's APIs refuse most calls for their rate.
    Throttled,
    /// The control planes in us-east-1 are down.
    ControlPlanesDown,
    /// The operator's session is over.
    CredentialsExpired,
    /// One action is not allowed.
    AccessDenied,
    /// The distribution never finishes its deployment.
    StuckDeployment,
    /// The next switchover fails.
    FailedSwitchover,
    /// The next stack that is made or updated fails half-way.
    StackFails,
    /// Stacks in progress stay where they are.
    StuckStack,
    /// Somebody deploys code with a mistake in it.
    BadDeploy,
    /// Somebody deploys code that works.
    GoodDeploy,
    /// Somebody changes a setting of a function to a wrong one.
    BadConfig,
    /// A Region's cluster takes no more connections.
    ConnectionsExhausted,
    /// Writes from a Region do not reach the writer any more.
    WriteForwardingBroken,
    /// The database's password is another one, and the functions do not know it.
    SecretRotated,
    /// What a Region's functions ask outside of the fleet answers slowly.
    DependencySlow,
    /// A Region's functions may not run as often at once as they need.
    ConcurrencyExhausted,
    /// Somebody changed the record of a Region.
    RecordEdited,
    /// Somebody changed the health check of a Region's endpoint.
    HealthCheckEdited,
    /// The certificate of a Region's endpoint has expired.
    CertificateExpired,
    /// The certificate that clients meet at the edge has expired.
    EdgeCertificateExpired,
    /// A Region's API takes fewer requests than it gets.
    ApiThrottled,
    /// Many more clients come than usual.
    Surge,
    /// One client sends requests that are all refused.
    NoisyClient,
    /// AWS itself has trouble in a Region.
    AwsEvent,
    /// An alarm of a Region fires though nothing is wrong.
    FalseAlarm,
    /// Somebody gives the distribution a version of the router that fails.
    RouterRelease,
    /// Functions of a Region no longer reach their database.
    DatabaseCutOff,
    /// The key that functions use elsewhere has ended.
    KeyExpired,
    /// People take a Region out of DNS to practise.
    Drill,
    /// Clients who were served before are refused.
    ClientsRefused,
}

impl FaultKind {
    /// All kinds, those of a Region first.
    pub const ALL: [Self; 35] = [
        Self::RegionDark,
        Self::LambdaErrors,
        Self::LagSurge,
        Self::ApiLatency,
        Self::CertificateExpiring,
        Self::Throttled,
        Self::ControlPlanesDown,
        Self::CredentialsExpired,
        Self::AccessDenied,
        Self::StuckDeployment,
        Self::FailedSwitchover,
        Self::StackFails,
        Self::StuckStack,
        Self::BadDeploy,
        Self::GoodDeploy,
        Self::BadConfig,
        Self::ConnectionsExhausted,
        Self::WriteForwardingBroken,
        Self::SecretRotated,
        Self::DependencySlow,
        Self::ConcurrencyExhausted,
        Self::RecordEdited,
        Self::HealthCheckEdited,
        Self::CertificateExpired,
        Self::EdgeCertificateExpired,
        Self::ApiThrottled,
        Self::Surge,
        Self::NoisyClient,
        Self::AwsEvent,
        Self::FalseAlarm,
        Self::RouterRelease,
        Self::DatabaseCutOff,
        Self::KeyExpired,
        Self::Drill,
        Self::ClientsRefused,
    ];

    /// The name scenarios use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RegionDark => "region-dark",
            Self::LambdaErrors => "lambda-errors",
            Self::LagSurge => "lag-surge",
            Self::ApiLatency => "api-latency",
            Self::CertificateExpiring => "certificate-expiring",
            Self::Throttled => "throttled",
            Self::ControlPlanesDown => "control-planes-down",
            Self::CredentialsExpired => "credentials-expired",
            Self::AccessDenied => "access-denied",
            Self::StuckDeployment => "stuck-deployment",
            Self::FailedSwitchover => "failed-switchover",
            Self::StackFails => "stack-fails",
            Self::StuckStack => "stuck-stack",
            Self::BadDeploy => "bad-deploy",
            Self::GoodDeploy => "good-deploy",
            Self::BadConfig => "bad-config",
            Self::ConnectionsExhausted => "connections-exhausted",
            Self::WriteForwardingBroken => "write-forwarding-broken",
            Self::SecretRotated => "secret-rotated",
            Self::DependencySlow => "dependency-slow",
            Self::ConcurrencyExhausted => "concurrency-exhausted",
            Self::RecordEdited => "record-edited",
            Self::HealthCheckEdited => "health-check-edited",
            Self::CertificateExpired => "certificate-expired",
            Self::EdgeCertificateExpired => "edge-certificate-expired",
            Self::ApiThrottled => "api-throttled",
            Self::Surge => "surge",
            Self::NoisyClient => "noisy-client",
            Self::AwsEvent => "aws-event",
            Self::FalseAlarm => "false-alarm",
            Self::RouterRelease => "router-release",
            Self::DatabaseCutOff => "database-cut-off",
            Self::KeyExpired => "key-expired",
            Self::Drill => "drill",
            Self::ClientsRefused => "clients-refused",
        }
    }

    /// Whether it strikes one Region.
    pub const fn regional(self) -> bool {
        matches!(
            self,
            Self::RegionDark
                | Self::LambdaErrors
                | Self::LagSurge
                | Self::ApiLatency
                | Self::CertificateExpiring
                | Self::BadDeploy
                | Self::GoodDeploy
                | Self::BadConfig
                | Self::ConnectionsExhausted
                | Self::WriteForwardingBroken
                | Self::DependencySlow
                | Self::ConcurrencyExhausted
                | Self::RecordEdited
                | Self::HealthCheckEdited
                | Self::CertificateExpired
                | Self::ApiThrottled
                | Self::NoisyClient
                | Self::AwsEvent
                | Self::FalseAlarm
                | Self::DatabaseCutOff
                | Self::Drill
                | Self::ClientsRefused
        )
    }

    pub(in crate::world) const fn title(self) -> &'static str {
        match self {
            Self::RegionDark => "Region dark",
            Self::LambdaErrors => "Lambda errors",
            Self::LagSurge => "Replication lag surge",
            Self::ApiLatency => "Slow Region",
            Self::CertificateExpiring => "Certificate about to expire",
            Self::Throttled => "API calls throttled",
            Self::ControlPlanesDown => "Control planes in us-east-1 down",
            Self::CredentialsExpired => "Credentials expired",
            Self::AccessDenied => "One action not allowed",
            Self::StuckDeployment => "Distribution stuck deploying",
            Self::FailedSwitchover => "The next switchover fails",
            Self::StackFails => "The next stack fails",
            Self::StuckStack => "Stacks make no progress",
            Self::BadDeploy => "Bad deployment",
            Self::GoodDeploy => "Good deployment",
            Self::BadConfig => "Wrong setting of a function",
            Self::ConnectionsExhausted => "No database connections left",
            Self::WriteForwardingBroken => "Write forwarding broken",
            Self::SecretRotated => "Database password changed",
            Self::DependencySlow => "Slow dependency",
            Self::ConcurrencyExhausted => "No Lambda concurrency left",
            Self::RecordEdited => "Record changed by hand",
            Self::HealthCheckEdited => "Health check changed by hand",
            Self::CertificateExpired => "Certificate expired",
            Self::EdgeCertificateExpired => "Certificate at the edge expired",
            Self::ApiThrottled => "API throttled",
            Self::Surge => "Surge of clients",
            Self::NoisyClient => "One noisy client",
            Self::AwsEvent => "Trouble inside AWS",
            Self::FalseAlarm => "False alarm",
            Self::RouterRelease => "Bad release of the router",
            Self::DatabaseCutOff => "Database cut off",
            Self::KeyExpired => "Key of a service expired",
            Self::Drill => "A drill",
            Self::ClientsRefused => "Clients refused",
        }
    }

    #[expect(clippy::too_many_lines, reason = "a sentence a kind")]
    pub(in crate::world) const fn explanation(self) -> &'static str {
        match self {
            Self::RegionDark => {
                "Nothing in the Region answers: API calls hang, the endpoint does not answer, its metrics stop. \
                 Requests fail until health checks fail and cached DNS answers expire."
            }
            Self::LambdaErrors => {
                "About one in seven of the Region's invocations fails. Health checks need more failures in a row: \
                 Route 53 still sends traffic."
            }
            Self::LagSurge => {
                "Replication to the Region falls seconds behind: reads there are stale, and a failover \
                 to it would lose that much."
            }
            Self::ApiLatency => {
                "Everything in the Region takes several times as long, AWS's own API included."
            }
            Self::CertificateExpiring => {
                "Renewal of the Region's certificate waits for a validation record that somebody removed; it expires \
                 in days."
            }
            Self::Throttled => "AWS throttles most calls, in every Region; the fleet itself works.",
            Self::ControlPlanesDown => {
                "Route 53, CloudFront, ACM for CloudFront and IAM cannot be changed or described; DNS, \
                 health checks and serving go on."
            }
            Self::CredentialsExpired => {
                "AWS refuses every call until somebody logs in again; the fleet itself works."
            }
            Self::AccessDenied => {
                "The operator's role lacks one permission; everything else answers."
            }
            Self::StuckDeployment => {
                "A change of the distribution stays InProgress; any edge may serve old or new."
            }
            Self::FailedSwitchover => {
                "The next switchover ends with an event that it failed; the old primary accepts writes again."
            }
            Self::StackFails => {
                "One resource of the next stack that CloudFormation makes or updates cannot be made: the stack \
                 rolls back."
            }
            Self::StuckStack => {
                "Every stack operation that began stays IN_PROGRESS; finished stacks do not change."
            }
            Self::BadDeploy => {
                "Somebody deploys new code of orders-write in the Region; about a minute later most of its invocations fail."
            }
            Self::GoodDeploy => {
                "Somebody deploys new code of the Region's functions, and nothing goes wrong."
            }
            Self::BadConfig => {
                "Somebody changes an environment variable of a function in the Region to a wrong value: its \
                 invocations fail."
            }
            Self::ConnectionsExhausted => {
                "Connections to the Region's cluster grow until it refuses new ones: functions there that need one fail."
            }
            Self::WriteForwardingBroken => {
                "Somebody turns off what carries writes from the Region to the writer: writes there fail, reads go on."
            }
            Self::SecretRotated => {
                "Somebody changes the database's password. Functions in all Regions keep the old one: more and more of \
                 their invocations fail."
            }
            Self::DependencySlow => {
                "A service outside of the fleet answers the Region's functions slowly: writes take seconds, and some time out."
            }
            Self::ConcurrencyExhausted => {
                "The Region's functions get less concurrency than they need, by other functions of the account or by \
                 somebody's setting: Lambda throttles them."
            }
            Self::RecordEdited => {
                "Somebody removes the Region's record, gives it away, or points it to another Region: its clients go \
                 elsewhere. When it ends, the record is put back."
            }
            Self::HealthCheckEdited => {
                "Somebody changes what Route 53 checks at the Region's endpoint: the check fails though the API is \
                 well, or can fail no more. When it ends, the check is put back."
            }
            Self::CertificateExpired => {
                "CloudFront refuses the connection to the Region and answers 502; Route 53's checkers do not look at \
                 certificates and find it healthy."
            }
            Self::EdgeCertificateExpired => {
                "Clients refuse the certificate of the domain and send no request: only few do not check it."
            }
            Self::ApiThrottled => {
                "API Gateway answers 429 to a part of the requests: somebody lowered the stage's limit, or another API \
                 uses up what the account may take."
            }
            Self::Surge => {
                "Two to four times as many requests come, from everywhere or from one continent."
            }
            Self::NoisyClient => {
                "One client near the Region sends hundreds of requests a second for what is not there: 404."
            }
            Self::AwsEvent => {
                "Functions fail and are slow, replication lags, and AWS's APIs in the Region answer badly: nobody \
                 changed anything."
            }
            Self::FalseAlarm => {
                "Somebody lowers an alarm's limit below what is usual, or deletes what an alarm watches."
            }
            Self::RouterRelease => {
                "Somebody gives the distribution a new version of the router. Where the edge has it, a part of the requests fails before it reaches a Region."
            }
            Self::DatabaseCutOff => {
                "Somebody closes the way from the Region's functions to their cluster, or changes the route there: they get no connection. The database itself has no problems."
            }
            Self::KeyExpired => {
                "The key that the functions send to a service outside of the fleet has reached its end: the service answers 401, in all Regions."
            }
            Self::Drill => {
                "People switch off the actions of the Region's alarms and force its health check unhealthy: DNS names other Regions, and nothing fails."
            }
            Self::ClientsRefused => {
                "Somebody changes the authorizer of the Region's API, or what a function accepts: clients who were served before get 401 or 400."
            }
        }
    }
}

impl std::fmt::Display for FaultKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}
