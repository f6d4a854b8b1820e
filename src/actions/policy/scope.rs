//! On what each action is allowed (aws-facts §9): ARNs where IAM knows some, conditions where they narrow
//! it down further.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Known, Statement, regions};
use crate::names;
use gwctl_fleet::{Account, FleetSpec, FunctionName, Region};

/// What the resources are made of.
pub(super) struct PolicyContext<'a> {
    pub(super) fleet: &'a str,
    pub(super) spec: &'a FleetSpec,
    pub(super) known: &'a Known,
    /// What of the fleet the account holds.
    pub(super) parts: BTreeSet<Account>,
}

/// A kind of resource; each is a statement of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Scope {
    /// IAM knows nothing narrower.
    Anything,
    Identity,
    GlobalDatabase,
    Members,
    /// The secret of the database's first user.
    FirstUser,
    Snapshots,
    SnapshotKeys,
    SwitchMetric,
    Zone,
    Records,
    Checks,
    Changes,
    RoutingControls,
    RegionSwitchPlans,
    Distribution,
    Router,
    Certificates,
    Functions,
    /// What they write.
    LogGroups,
    /// The code of the fleet's functions, to be copied.
    Code,
    /// The handler of a new Region.
    Handler,
    /// The one write that a new Region takes.
    Smoke,
    Apis,
    Stacks,
    ChangeSets,
}

impl Scope {
    pub(super) fn of(action: &str) -> Self {
        match action {
            "iam:GetRole" | "iam:SimulatePrincipalPolicy" => Self::Identity,
            // Either ARN alone is refused (aws-facts §9.2).
            "rds:SwitchoverGlobalCluster" | "rds:FailoverGlobalCluster" => Self::GlobalDatabase,
            "rds:EnableHttpEndpoint" | "rds:ModifyDBCluster" | "rds-data:ExecuteStatement" => {
                Self::Members
            }
            "secretsmanager:GetSecretValue" => Self::FirstUser,
            "rds:CopyDBClusterSnapshot" => Self::Snapshots,
            "kms:CreateGrant" | "kms:DescribeKey" => Self::SnapshotKeys,
            "cloudwatch:PutMetricData" => Self::SwitchMetric,
            "route53:GetHostedZone" | "route53:ListResourceRecordSets" => Self::Zone,
            "route53:ChangeResourceRecordSets" => Self::Records,
            "route53:GetHealthCheck"
            | "route53:GetHealthCheckStatus"
            | "route53:UpdateHealthCheck" => Self::Checks,
            "route53:GetChange" => Self::Changes,
            "cloudfront:CreateInvalidation"
            | "cloudfront:GetDistribution"
            | "cloudfront:GetDistributionConfig"
            | "cloudfront:GetInvalidation"
            | "cloudfront:UpdateDistribution" => Self::Distribution,
            "lambda:EnableReplication*" | "lambda:GetFunction" => Self::Router,
            "acm:DescribeCertificate" => Self::Certificates,
            "lambda:GetAlias"
            | "lambda:GetFunctionConfiguration"
            | "lambda:GetPolicy"
            | "lambda:ListVersionsByFunction"
            | "lambda:UpdateAlias" => Self::Functions,
            // The others of logs have no resource (aws-facts §13.8).
            "logs:FilterLogEvents" | "logs:GetQueryResults" | "logs:StartQuery" => Self::LogGroups,
            "lambda:UpdateFunctionCode" => Self::Handler,
            "execute-api:Invoke" => Self::Smoke,
            control if control.starts_with("route53-recovery-cluster:") => Self::RoutingControls,
            // The list alone has no resource (aws-facts §21.1).
            "arc-region-switch:ListPlansInRegion" => Self::Anything,
            plan if plan.starts_with("arc-region-switch:") => Self::RegionSwitchPlans,
            api if api.starts_with("apigateway:") => Self::Apis,
            // All stacks of a Region are listed to find the fleet's: that is no single stack's action, and
            // neither is how many there may be.
            "cloudformation:DescribeAccountLimits"
            | "cloudformation:DescribeStacks"
            | "cloudformation:DescribeStackDriftDetectionStatus" => Self::Anything,
            "cloudformation:CreateChangeSet" => Self::ChangeSets,
            stack if stack.starts_with("cloudformation:") => Self::Stacks,
            _ => Self::Anything,
        }
    }

    pub(super) fn statements(
        self,
        context: &PolicyContext<'_>,
        actions: Vec<String>,
    ) -> Vec<Statement> {
        let resource = self.resources(context);
        // IAM takes no statement that is about nothing.
        if resource.is_empty() {
            return Vec::new();
        }
        let mut all = vec![Statement {
            sid: format!("{self:?}"),
            effect: "Allow",
            action: actions,
            resource,
            condition: self.condition(context),
        }];
        if self == Self::ChangeSets {
            all.extend(hand_over(context));
        }
        all
    }

    fn resources(self, context: &PolicyContext<'_>) -> Vec<String> {
        let spec = context.spec;
        let global = spec.home();
        let one = |arn: String| vec![arn];
        match self {
            Self::Anything | Self::SwitchMetric | Self::SnapshotKeys => one("*".into()),
            Self::Identity => ["role/*", "user/*"]
                .map(|what| context.arn("iam", "", what))
                .into(),
            Self::GlobalDatabase => {
                let id = format!("global-cluster:{}", spec.global_cluster);
                let mut all = one(context.arn("rds", "", &id));
                all.extend(context.members());
                all
            }
            Self::Members => context.members(),
            Self::FirstUser => context.given("MasterUserSecretArn").into_iter().collect(),
            Self::Snapshots => context.in_regions("rds", "cluster-snapshot:*"),
            Self::Zone | Self::Records => {
                one(context.global_arn("route53", &format!("hostedzone/{}", spec.edge.hosted_zone)))
            }
            Self::Checks => {
                let arn = |id: &str| context.global_arn("route53", &format!("healthcheck/{id}"));
                let known = context.known.checks.iter().map(|id| arn(id));
                or_else(known, || arn("*"))
            }
            Self::Changes => one(context.global_arn("route53", "change/*")),
            Self::RoutingControls => {
                let known = context.known.controls.iter().cloned();
                or_else(known, || {
                    let any = "controlpanel/*/routingcontrol/*";
                    context.arn("route53-recovery-control", "", any)
                })
            }
            Self::RegionSwitchPlans => {
                let known = context.known.plans.iter().cloned();
                or_else(known, || context.arn("arc-region-switch", "", "plan/*"))
            }
            Self::Distribution => {
                let id = Some(spec.edge.distribution.as_str()).filter(|id| !id.is_empty());
                let id = format!("distribution/{}", id.unwrap_or("*"));
                one(context.arn("cloudfront", "", &id))
            }
            Self::Router => {
                let name = spec.edge.router.as_deref().unwrap_or("*");
                vec![
                    context.arn("lambda", global.as_str(), &format!("function:{name}")),
                    context.arn("lambda", global.as_str(), &format!("function:{name}:*")),
                ]
            }
            Self::Certificates => {
                let all = regions(spec);
                all.iter()
                    .map(|region| context.arn("acm", region.as_str(), "certificate/*"))
                    .collect()
            }
            Self::Functions => context.functions(),
            Self::LogGroups => context.log_groups(),
            Self::Code => {
                let mut all = context.functions();
                // Of Regions that are not in the configuration yet.
                all.extend(context.new_handler());
                all
            }
            Self::Handler => context.new_handler().into(),
            Self::Smoke => {
                let path = spec.build.smoke_write.as_deref().unwrap_or_default();
                one(context.arn("execute-api", "*", &format!("*/*/POST{path}")))
            }
            Self::Apis => context.apis(),
            Self::Stacks | Self::ChangeSets => {
                // Not by Region: that which is built with it is not in the configuration yet.
                let stack = format!("stack/{}-*/*", context.fleet);
                let mut stacks = one(context.arn("cloudformation", "*", &stack));
                // Stacks that have names of their own.
                stacks.extend(spec.sites.iter().filter_map(|site| {
                    let name = site.stack.as_ref()?;
                    let other = !name.starts_with(&format!("{}-", context.fleet));
                    let arn = context.arn(
                        "cloudformation",
                        site.region.as_str(),
                        &format!("stack/{name}/*"),
                    );
                    other.then_some(arn)
                }));
                stacks
            }
        }
    }

    fn condition(self, context: &PolicyContext<'_>) -> Option<Value> {
        let spec = context.spec;
        match self {
            Self::SwitchMetric => {
                let known = context.known.namespaces.iter().cloned();
                // As gwctl's own template calls it.
                let names = or_else(known, || format!("{}/Evacuation", context.fleet));
                Some(json!({ "StringEquals": { "cloudwatch:namespace": names } }))
            }
            Self::Records => {
                let set = spec.edge.latency_record.trim_end_matches('.');
                let set = set.to_ascii_lowercase();
                // A Region that is drained gets a weighted group below the set.
                let groups = spec
                    .sites
                    .iter()
                    .map(|site| names::group(spec, &site.region).to_ascii_lowercase());
                // One of the operators' own has the name that they gave it.
                let others = context.known.groups.iter().cloned();
                let names: BTreeSet<String> =
                    [set].into_iter().chain(groups).chain(others).collect();
                Some(json!({ "ForAllValues:StringEquals": {
                    "route53:ChangeResourceRecordSetsNormalizedRecordNames": names,
                } }))
            }
            Self::SnapshotKeys => {
                let through: Vec<String> = spec
                    .sites
                    .iter()
                    .map(|site| format!("rds.{}.amazonaws.com", site.region))
                    .collect();
                Some(json!({ "StringEquals": { "kms:ViaService": through } }))
            }
            Self::ChangeSets => {
                let role = spec.build.role.as_ref()?;
                Some(json!({ "StringEquals": { "cloudformation:RoleArn": role } }))
            }
            Self::RoutingControls => Some(json!({ "Bool": {
                "route53-recovery-cluster:AllowSafetyRulesOverrides": "false",
            } })),
            _ => None,
        }
    }
}

/// CloudFormation works with a role of its own where the configuration names one: it must be handed over,
/// and nothing else may be (aws-facts §9.4).
fn hand_over(context: &PolicyContext<'_>) -> Option<Statement> {
    let role = context.spec.build.role.clone()?;
    Some(Statement {
        sid: "ServiceRole".into(),
        effect: "Allow",
        action: vec!["iam:PassRole".into()],
        resource: vec![role],
        condition: Some(json!({ "StringEquals": {
            "iam:PassedToService": "cloudformation.amazonaws.com",
        } })),
    })
}

fn or_else(known: impl Iterator<Item = String>, any: impl FnOnce() -> String) -> Vec<String> {
    let known: Vec<String> = known.collect();
    if known.is_empty() { vec![any()] } else { known }
}

impl PolicyContext<'_> {
    pub(super) fn partition(&self) -> &str {
        match &self.known.partition {
            Some(known) => known,
            None => self.spec.partition().name(),
        }
    }

    pub(super) fn arn(&self, service: &str, region: &str, resource: &str) -> String {
        let account = self.known.account.as_deref().unwrap_or("*");
        format!(
            "arn:{}:{service}:{region}:{account}:{resource}",
            self.partition()
        )
    }

    /// Route 53's resources have no account.
    pub(super) fn global_arn(&self, service: &str, resource: &str) -> String {
        format!("arn:{}:{service}:::{resource}", self.partition())
    }

    /// What the names of stacks begin with: the fleet's, and those of stacks that are called otherwise.
    pub(super) fn stacks(&self) -> Vec<&str> {
        let named = self
            .spec
            .sites
            .iter()
            .filter_map(|site| site.stack.as_deref());
        let others = named.filter(|name| !name.starts_with(&format!("{}-", self.fleet)));
        std::iter::once(self.fleet).chain(others).collect()
    }

    /// What the Regions' stacks are given as `parameter`.
    pub(super) fn given(&self, parameter: &str) -> BTreeSet<String> {
        let build = &self.spec.build;
        let all = std::iter::once(&build.region).chain(build.regions.values());
        let values = all.filter_map(|given| given.get(parameter));
        values.filter(|value| !value.is_empty()).cloned().collect()
    }

    fn in_regions(&self, service: &str, resource: &str) -> Vec<String> {
        let sites = self.spec.sites.iter();
        sites
            .map(|site| self.arn(service, site.region.as_str(), resource))
            .collect()
    }

    fn members(&self) -> Vec<String> {
        if self.known.members.is_empty() {
            return self.in_regions("rds", "cluster:*");
        }
        self.known.members.iter().cloned().collect()
    }

    fn functions(&self) -> Vec<String> {
        let global = Region::global();
        let holds = |part: Account| self.parts.contains(&part);
        let router = self.spec.edge.router.iter().map(|name| (&global, name));
        let router = router.filter(|_| holds(Account::Edge));
        let sites = self.spec.sites.iter().filter(|_| holds(Account::Workload));
        let handlers = sites.flat_map(|site| {
            let names = site.functions.iter();
            names.map(|name| (&site.region, name))
        });
        let mut all = Vec::new();
        for (region, name) in router.chain(handlers) {
            // The configuration may name it by its ARN, or a version or alias of it.
            let name = FunctionName::of(name).name;
            let bare = self.arn("lambda", region.as_str(), &format!("function:{name}"));
            all.push(format!("{bare}:*"));
            all.push(bare);
        }
        all.sort();
        all.dedup();
        if all.is_empty() {
            all = self.in_regions("lambda", "function:*");
        }
        all
    }

    /// As Lambda and RDS name them; the router's are wherever clients are (aws-facts §13.7, §13.8). Of an access log, the
    /// group that the API writes to; where that is not known, the template's.
    fn log_groups(&self) -> Vec<String> {
        let group = |region: &str, name: &str| {
            self.arn("logs", region, &format!("log-group:/aws/lambda/{name}:*"))
        };
        let holds = |part: Account| self.parts.contains(&part);
        let sites = self.spec.sites.iter().filter(|_| holds(Account::Workload));
        let mut all: Vec<String> = sites
            .clone()
            .flat_map(|site| {
                let names = site.functions.iter();
                names.map(|name| group(site.region.as_str(), FunctionName::of(name).name))
            })
            .collect();
        all.extend(sites.flat_map(|site| self.access_logs(&site.region)));
        let router = self
            .spec
            .edge
            .router
            .iter()
            .filter(|_| holds(Account::Edge));
        all.extend(router.map(|name| {
            let name = FunctionName::of(name).name;
            group("*", &format!("{}.{name}", self.spec.home()))
        }));
        if self.spec.has_database() && holds(Account::Database) {
            let members = self.members().into_iter();
            all.extend(members.map(|arn| {
                let of_logs = arn.replacen(":rds:", ":logs:", 1);
                let group = of_logs.replacen(":cluster:", ":log-group:/aws/rds/cluster/", 1);
                format!("{group}/*")
            }));
        }
        if all.is_empty() {
            all = self.in_regions("logs", "log-group:/aws/lambda/*");
        }
        all
    }

    fn access_logs(&self, region: &Region) -> Vec<String> {
        let arn = |name: &str| self.arn("logs", region.as_str(), &format!("log-group:{name}:*"));
        let known = self.known.access_logs.iter();
        let here = known.filter(|(of, _)| of == region);
        let here: Vec<String> = here.map(|(_, name)| arn(name)).collect();
        if here.is_empty() {
            return vec![arn(&format!("/aws/apigateway/{}", self.fleet))];
        }
        here
    }

    /// As the template names it, in whichever Region.
    fn new_handler(&self) -> [String; 1] {
        [self.arn("lambda", "*", &format!("function:{}-handler", self.fleet))]
    }

    /// Which kind an API is its id does not tell: both are asked for.
    fn apis(&self) -> Vec<String> {
        let mut all = Vec::new();
        for site in &self.spec.sites {
            let id = Some(site.api.as_str()).filter(|id| !id.is_empty());
            let at = format!("arn:{}:apigateway:{}::", self.partition(), site.region);
            for kind in ["apis", "restapis"] {
                match id {
                    Some(id) => {
                        all.push(format!("{at}/{kind}/{id}"));
                        all.push(format!("{at}/{kind}/{id}/*"));
                    }
                    None => all.push(format!("{at}/{kind}/*")),
                }
            }
            all.push(format!("{at}/domainnames"));
            all.push(format!("{at}/domainnames/*"));
        }
        // The account's own limits, also in a Region that is not in the configuration yet.
        all.push(format!("arn:{}:apigateway:*::/account", self.partition()));
        all
    }
}
