//! The rows. A new one is a row here; how it is looked for in an account, a function in `shown.rs`.

use super::{Assumption, Means, Sureness, shown};

/// The ledger, what most rests on first.
pub const ASSUMPTIONS: &[Assumption] = &[
    Assumption {
        id: "switch-follows-data",
        sentence: "A CLOUDWATCH_METRIC health check follows its alarm's metric, and missing data is the check's own setting. \
                   Nothing states that the alarm's TreatMissingData has no part in it: gwctl's switch sets it to \
                   ignore and repeats its position every minute, which is right in both cases.",
        document: "Route 53 Developer Guide, How Route 53 determines whether a health check is healthy",
        source: "§20.1",
        sure: Sureness::Disputed,
        on: &[Means::Switch],
        check: Some(shown::switches),
    },
    Assumption {
        id: "switch-takes-minutes",
        sentence: "After PutMetricData accepts a point, CloudWatch shows it and the health check follows it within \
                   about three minutes. AWS publishes no figure: gwctl waits until the point shows, and holds after \
                   five minutes.",
        document: "CloudWatch API Reference, PutMetricData",
        source: "§1.3",
        sure: Sureness::Unverified,
        on: &[Means::Switch],
        check: None,
    },
    Assumption {
        id: "alias-answers-target-addresses",
        sentence: "Route 53 answers an alias record with the addresses that the target's name has at the time. gwctl \
                   looks these up to find the Region of an answer, and says so when an address belongs to no Region.",
        document: "Route 53 Developer Guide, Choosing between alias and non-alias records",
        source: "§3.1",
        sure: Sureness::Inferred,
        on: &[Means::DnsAnswers],
        check: None,
    },
    Assumption {
        id: "checkers-are-counted",
        sentence: "Requests of Route 53's health checkers count in API Gateway's Count and in Lambda's Invocations: about \
                   96 a minute for a check every 10 s from all checker Regions, a third of that for one every 30 s.",
        document: "Route 53 Developer Guide, Values that you specify when you create health checks",
        source: "§20.2",
        sure: Sureness::Inferred,
        on: &[Means::Dashboard, Means::Traffic],
        check: None,
    },
    Assumption {
        id: "throttled-counts-in-4xx",
        sentence: "A request that API Gateway throttles counts in Count and in 4xx (4XXError), and no metric counts \
                   only 429. gwctl compares the requests a second with the API's limit, and 4xx with its usual \
                   share.",
        document: "API Gateway Developer Guide, Amazon API Gateway dimensions and metrics",
        source: "§1.1",
        sure: Sureness::Inferred,
        on: &[Means::Dashboard, Means::Traffic],
        check: None,
    },
    Assumption {
        id: "checkers-in-each-region",
        sentence: "Each of Route 53's eight checker Regions has two checkers, which send requests independently and in \
                   bursts. For health checks gwctl counts a quarter more than the mean, and one more request from each \
                   checker.",
        document: "Route 53 Developer Guide, Values that you specify when you create health checks",
        source: "§20.2",
        sure: Sureness::Reported,
        on: &[Means::Dashboard, Means::Traffic],
        check: None,
    },
    Assumption {
        id: "lag-series",
        sentence: "A secondary's lag is published in the secondary's Region only, under its own DBClusterIdentifier. \
                   AWS's metric table says so; its page on switchovers names the primary.",
        document: "Aurora User Guide, Amazon CloudWatch metrics for Amazon Aurora",
        source: "§1.2",
        sure: Sureness::Disputed,
        on: &[Means::Dashboard, Means::Switchover, Means::Failover],
        check: Some(shown::lag),
    },
    Assumption {
        id: "words-of-write-fencing",
        sentence: "RDS's events on blocking writes to the old primary's volume (0390, 0391) contain `block writes`, \
                   and `succeeded` or `timed out`. gwctl finds them by these words, because DescribeEvents gives no \
                   event number.",
        document: "Aurora User Guide, Amazon RDS event categories and event messages for Aurora",
        source: "§2.5",
        sure: Sureness::Reported,
        on: &[Means::Failover],
        check: None,
    },
    Assumption {
        id: "trail-within-15-minutes",
        sentence: "An event is in CloudTrail's history 15 min after the call at the latest. AWS gives about five \
                   minutes as a mean and guarantees nothing: gwctl says that events of the last 15 min may be \
                   missing.",
        document: "Aurora User Guide, Monitoring Amazon Aurora API calls in AWS CloudTrail",
        source: "§14.1",
        sure: Sureness::Disputed,
        on: &[Means::Dashboard],
        check: None,
    },
    Assumption {
        id: "edge-rate-is-the-clients",
        sentence: "CloudFront's 5xxErrorRate covers all requests of clients, also those that no Region answered and \
                   that CloudFront answered itself. gwctl's reports count failed requests with it.",
        document: "CloudFront Developer Guide, Viewing CloudFront and edge function metrics",
        source: "§1.1",
        sure: Sureness::Inferred,
        on: &[Means::Dashboard],
        check: None,
    },
    Assumption {
        id: "route53-metrics-region",
        sentence: "Health check metrics can be read in the Region of Route 53's control plane only.",
        document: "Route 53 Developer Guide, Monitoring health checks using CloudWatch",
        source: "§1.1",
        sure: Sureness::Inferred,
        on: &[Means::Dashboard],
        check: Some(shown::check_metrics),
    },
    Assumption {
        id: "newest-minutes-late",
        sentence: "CloudWatch's newest one to three minutes are incomplete. AWS publishes no figure: gwctl takes the \
                   newest complete minute and shows its age.",
        document: "CloudWatch User Guide, Metrics concepts",
        source: "§1.3",
        sure: Sureness::Unverified,
        on: &[Means::Dashboard, Means::Traffic],
        check: Some(shown::newest_minute),
    },
    Assumption {
        id: "edge-limit-metric",
        sentence: "The count of Lambda@Edge requests refused for concurrency is called LambdaLimitExceededErrors.",
        document: "CloudFront Developer Guide, Viewing CloudFront and edge function metrics",
        source: "§1.2",
        sure: Sureness::Reported,
        on: &[Means::Dashboard],
        check: Some(shown::edge_limit),
    },
    Assumption {
        id: "global-statuses",
        sentence: "A global cluster's status is available, switching-over, failing-over, creating, modifying, upgrading or \
                   deleting. The API model has no list: gwctl shows any other status as it is, and holds.",
        document: "RDS API Reference, GlobalCluster",
        source: "§2.4",
        sure: Sureness::Reported,
        on: &[Means::Dashboard, Means::Switchover, Means::Failover],
        check: Some(shown::global_status),
    },
    Assumption {
        id: "member-statuses-in-switchover",
        sentence: "Which statuses a member cluster passes through during a switchover or failover is not documented: gwctl \
                   calls it done only when everything is available and the target is the writer.",
        document: "Aurora User Guide, Viewing DB cluster status in an Aurora cluster",
        source: "§2.4",
        sure: Sureness::Unverified,
        on: &[Means::Switchover, Means::Failover],
        check: Some(shown::member_statuses),
    },
    Assumption {
        id: "lost-reply-read-back",
        sentence: "After a lost reply to a switchover or failover, FailoverState and the members show whether AWS accepted it: the API has no token that makes a second request safe.",
        document: "RDS API Reference, FailoverState",
        source: "§2.3",
        sure: Sureness::Inferred,
        on: &[Means::Switchover, Means::Failover],
        check: None,
    },
    Assumption {
        id: "target-connected",
        sentence: "A member with SynchronizationStatus connected can become the writer; one with pending-resync cannot.",
        document: "RDS API Reference, GlobalClusterMember",
        source: "§2.6",
        sure: Sureness::Inferred,
        on: &[Means::Switchover, Means::Failover],
        check: Some(shown::synchronization),
    },
    Assumption {
        id: "global-cluster-from-any-member",
        sentence: "DescribeGlobalClusters answers alike in the Region of every member. Whether a Region without a \
                   member returns the cluster is not known: gwctl calls it in the Regions of members.",
        document: "RDS API Reference, DescribeGlobalClusters",
        source: "§2.4",
        sure: Sureness::Inferred,
        on: &[Means::Dashboard, Means::Switchover, Means::Failover],
        check: None,
    },
    Assumption {
        id: "detached-in-place",
        sentence: "An empty GlobalClusterIdentifier in a stack update removes the cluster from the global database and does not replace it, although the schema marks the property as replacing under a condition.",
        document: "CloudFormation Template Reference, AWS::RDS::DBCluster",
        source: "§20.3",
        sure: Sureness::Reported,
        on: &[Means::StackRemoval],
        check: None,
    },
    Assumption {
        id: "one-member-joins-at-a-time",
        sentence: "It is not documented whether a global cluster accepts a second new member while a first is being created: gwctl builds secondaries one after another.",
        document: "Aurora User Guide, Adding an AWS Region to an Amazon Aurora global database",
        source: "§6.1",
        sure: Sureness::Unverified,
        on: &[Means::Stack],
        check: None,
    },
    Assumption {
        id: "orderable-zones-take-subnets",
        sentence: "The account can create subnets in the zones that RDS lists for an instance class, and Lambda works \
                   in these zones. gwctl creates its subnets there unless ZoneA and ZoneB are given.",
        document: "RDS API Reference, DescribeOrderableDBInstanceOptions",
        source: "§20.3",
        sure: Sureness::Inferred,
        on: &[Means::Stack],
        check: None,
    },
    Assumption {
        id: "distribution-in-progress",
        sentence: "A distribution that is being deployed has the status InProgress, and Deployed once every edge location \
                   has it.",
        document: "CloudFront Developer Guide, Update a distribution",
        source: "§4",
        sure: Sureness::Unverified,
        on: &[Means::Dashboard, Means::Distribution],
        check: Some(shown::distribution_status),
    },
    Assumption {
        id: "edge-outlives-us-east-1",
        sentence: "Replicas of the edge router go on running while Lambda in us-east-1 does not answer.",
        document: "AWS Fault Isolation Boundaries, Global services",
        source: "§11.3",
        sure: Sureness::Inferred,
        on: &[Means::Dashboard],
        check: None,
    },
    Assumption {
        id: "router-asks-from-its-region",
        sentence: "DNS gives the edge router the best Region for the place where the router runs, not for the client.",
        document: "Route 53 Developer Guide, Latency-based routing",
        source: "§5.1",
        sure: Sureness::Inferred,
        on: &[Means::Dashboard, Means::DnsAnswers],
        check: None,
    },
    Assumption {
        id: "denial-names-policy",
        sentence: "An access denied error names the kind of policy that denies (\"with an explicit deny in a service control policy\", \
                   \"because no permissions boundary allows\"), and its ARN from some services. Where it names none, gwctl says so.",
        document: "IAM User Guide, Troubleshoot access denied error messages",
        source: "§9",
        sure: Sureness::Reported,
        on: &[Means::Dashboard],
        check: None,
    },
    Assumption {
        id: "signature-five-minutes",
        sentence: "AWS refuses a signature whose time is five minutes off before it does anything; every service has \
                   its own error text. The reply's Date header contains AWS's time: gwctl signs changes with it.",
        document: "IAM User Guide, AWS Signature Version 4 for API requests",
        source: "§11.3",
        sure: Sureness::Reported,
        on: &[Means::Dashboard],
        check: None,
    },
    Assumption {
        id: "forwarding-kept-by-the-primary",
        sentence: "EnableGlobalWriteForwarding that is set on the primary is kept, does not show there, and takes \
                   effect when the cluster becomes a secondary. gwctl checks this after a switchover, and sets it \
                   again if needed.",
        document: "CloudFormation Template Reference, AWS::RDS::DBCluster",
        source: "§2.2",
        sure: Sureness::Inferred,
        on: &[Means::WriteForwarding],
        check: None,
    },
    Assumption {
        id: "a-shift-shows-in-minutes",
        sentence: "Health checks and DNS show within ten minutes that a Region was evacuated. Until then gwctl counts \
                   it as evacuated by its own journals, and reads switches, checks and records again before it \
                   evacuates another Region.",
        document: "Route 53 Developer Guide, How Route 53 determines whether a health check is healthy",
        source: "§3.4",
        sure: Sureness::Unverified,
        on: &[
            Means::Switch,
            Means::ForcedCheck,
            Means::RoutingControl,
            Means::Records,
        ],
        check: None,
    },
    Assumption {
        id: "lag-grows-in-silence",
        sentence: "When a secondary gets no data from the writer, its lag metric grows as fast as time passes, or its \
                   points stop. In both cases gwctl shows the time since the last replication, and the lag before \
                   it.",
        document: "Aurora User Guide, Amazon CloudWatch metrics for Amazon Aurora",
        source: "§1.2",
        sure: Sureness::Unverified,
        on: &[Means::Dashboard, Means::Failover],
        check: None,
    },
    Assumption {
        id: "writer-role-dimension",
        sentence: "CommitThroughput with DBClusterIdentifier and Role=WRITER covers only the writer instance; without \
                   a role it is the average over all instances of the cluster.",
        document: "Aurora User Guide, Amazon CloudWatch dimensions for Aurora",
        source: "§1.1",
        sure: Sureness::Inferred,
        on: &[Means::Dashboard, Means::Failover],
        check: None,
    },
    Assumption {
        id: "cloudfront-own-answers",
        sentence: "The X-Cache header shows whether CloudFront answered from its cache or with a function. \
                   CloudFront's own error pages have no header of API Gateway and name CloudFront as the server.",
        document: "CloudFront Developer Guide, Generate custom error responses",
        source: "§4.2",
        sure: Sureness::Reported,
        on: &[Means::Dashboard],
        check: None,
    },
    Assumption {
        id: "rds-busy-serves",
        sentence: "A cluster or instance whose status is modifying, maintenance, upgrading or similar still serves, \
                   perhaps with an interruption. A status that gwctl does not know proves neither an outage nor \
                   service.",
        document: "Aurora User Guide, Viewing DB cluster status in an Aurora cluster",
        source: "§2.4",
        sure: Sureness::Inferred,
        on: &[Means::Dashboard, Means::Switchover, Means::Failover],
        check: None,
    },
    Assumption {
        id: "metrics-exist",
        sentence: "CloudWatch has every metric that gwctl reads under the name and the dimensions that gwctl uses. A \
                   wrong name or dimension gives an empty series and no error.",
        document: "API Gateway, Lambda, Aurora, Route 53 and CloudFront guides, their pages of CloudWatch metrics",
        source: "§1.1",
        sure: Sureness::Inferred,
        on: &[Means::Dashboard, Means::Traffic],
        check: Some(shown::metrics),
    },
    Assumption {
        id: "switch-alarm-setting",
        sentence: "An evacuation holds without new points where the switch's alarm ignores missing data and its health check \
                   keeps the last status: then both interpretations of AWS's documents give the same result.",
        document: "Route 53 Developer Guide, Values that you specify when you create health checks",
        source: "§20.1",
        sure: Sureness::Inferred,
        on: &[Means::Switch],
        check: Some(shown::switch_setting),
    },
    Assumption {
        id: "latency-record-shape",
        sentence: "A latency record set has one record for each Region and type, of type CNAME, A or AAAA: gwctl reads from it \
                   which Region an answer leads to.",
        document: "Route 53 API Reference, ResourceRecordSet",
        source: "§3.1",
        sure: Sureness::Inferred,
        on: &[Means::Dashboard, Means::Records, Means::DnsAnswers],
        check: Some(shown::records),
    },
    Assumption {
        id: "database-port",
        sentence: "A cluster listens on the port of its engine, 5432 for Aurora PostgreSQL and 3306 for Aurora MySQL: \
                   gwctl's stacks set and open this port. AWS's documents also name other defaults.",
        document: "CloudFormation Template Reference, AWS::RDS::DBCluster",
        source: "§20.3",
        sure: Sureness::Disputed,
        on: &[Means::Stack],
        check: Some(shown::port),
    },
    Assumption {
        id: "role-path",
        sentence: "A session's ARN does not contain the path of its role; GetRole returns it. gwctl calls IAM's policy \
                   simulator with the complete ARN of the role.",
        document: "IAM User Guide, IAM identifiers",
        source: "§9",
        sure: Sureness::Reported,
        on: &[Means::Dashboard],
        check: Some(shown::role_path),
    },
    Assumption {
        id: "region-switch-version",
        sentence: "StartPlanExecution has no member that names a version of the plan, although its latestVersion speaks of \
                   one. gwctl leaves latestVersion out, compares the version in the Region that runs the plan right \
                   before it starts it, and refuses another one than it planned on.",
        document: "ARC Region switch API Reference, StartPlanExecution",
        source: "§21.1",
        sure: Sureness::Unverified,
        on: &[Means::RegionSwitch],
        check: None,
    },
    Assumption {
        id: "region-switch-comment",
        sentence: "ListPlanExecutions in the Region that runs an execution shows it, with the comment that it was started \
                   with, within seconds. gwctl finds its execution by the comment after a lost reply or a crash, and \
                   sends the same client token if it has to send again.",
        document: "ARC Region switch API Reference, ListPlanExecutions",
        source: "§21.1",
        sure: Sureness::Inferred,
        on: &[Means::RegionSwitch],
        check: None,
    },
    Assumption {
        id: "region-switch-home",
        sentence: "An execution is started in the Region that takes the traffic, for `deactivate` too: there the Region \
                   that is left may be down. AWS says so of the Region that is activated.",
        document: "Application Recovery Controller Developer Guide, Execute a Region switch plan to recover an application",
        source: "§8.2",
        sure: Sureness::Inferred,
        on: &[Means::RegionSwitch],
        check: None,
    },
];
