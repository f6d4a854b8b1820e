//! Whose credentials signed a request, and whether their account holds what it is about.
//!
//! A key that STS gave out names its account. What is in another account is refused, where AWS would often say
//! that it does not exist: a caller that asks the wrong account must not pass unseen.

use http::request::Parts;

use super::fault::Fault;
use super::reply::Reply;
use super::route::{RoutedRequest, Service};
use super::value::shape;
use crate::wire::services::ask::{Answer, Ask};
use crate::world::{EXTERNAL_ID, Holders, ROLE, SWITCH_NAMESPACE, State};

/// What the operator's MFA device shows.
const MFA_CODE: &str = "123456";
/// How a key begins that STS gave out; the account follows.
const KEY: &str = "ASIAORDERS";

/// Who signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer {
    /// Twelve digits; none for keys that STS did not give out.
    pub account: Option<String>,
    /// The name of the session.
    pub session: String,
    /// The program that sent it.
    pub agent: String,
}

impl Signer {
    /// By the key that the signature names and the token beside it.
    pub fn of(parts: &Parts) -> Self {
        let header = |name: &str| {
            let value = parts.headers.get(name);
            value
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default()
        };
        let key = header("authorization").split("Credential=").nth(1);
        let key = key
            .and_then(|rest| rest.split('/').next())
            .unwrap_or_default();
        let session = header("x-amz-security-token").rsplit('.').next();
        Self {
            account: key.strip_prefix(KEY).map(ToOwned::to_owned),
            session: session.unwrap_or_default().to_owned(),
            agent: header("user-agent").to_owned(),
        }
    }

    /// Account and ARN, as STS tells them.
    pub fn identity(&self, world: &State) -> (String, String) {
        let caller = &world.resources.caller;
        match (&self.account, &world.resources.holders) {
            (Some(account), _) => (
                account.clone(),
                format!(
                    "arn:aws:sts::{account}:assumed-role/{ROLE}/{}",
                    self.session
                ),
            ),
            (None, Some(holders)) => (
                holders.operators.clone(),
                caller.arn.replace(&caller.account, &holders.operators),
            ),
            (None, None) => (caller.account.clone(), caller.arn.clone()),
        }
    }
}

/// Whether the signer's account holds what `arn` names.
pub fn holds(world: &State, signer: &Signer, arn: &str) -> bool {
    let several = world.resources.holders.is_some();
    !several || arn.split(':').nth(4) == Some(&signer.identity(world).0)
}

/// Why the signer's account does not hold what `asked` is about; none where it does.
pub fn refusal(
    world: &State,
    signer: &Signer,
    service: Service,
    asked: &RoutedRequest,
) -> Option<Fault> {
    let holders = world.resources.holders.as_ref()?;
    let owners = owners(holders, service, asked)?;
    let (account, arn) = signer.identity(world);
    if owners.iter().all(|owner| **owner == account) {
        return None;
    }
    let message = format!(
        "User: {arn} is not authorized to perform: {}:{} because no identity-based policy allows the {}:{} action",
        service.iam(),
        asked.operation,
        service.iam(),
        asked.operation
    );
    Some(Fault::new(403, "AccessDenied", message).shaped("AccessDeniedException"))
}

/// The accounts that hold what is asked for; none where any account may ask.
fn owners<'h>(
    holders: &'h Holders,
    service: Service,
    asked: &RoutedRequest,
) -> Option<Vec<&'h str>> {
    let text = |name: &str| asked.input.text(name).unwrap_or_default();
    let one = match service {
        // Each account has its own.
        Service::Sts | Service::Iam | Service::CloudTrail | Service::DynamoDb | Service::Health => {
            return None;
        }
        Service::Rds | Service::RdsData => &holders.database,
        Service::Route53 | Service::RecoveryCluster | Service::RecoveryConfig => &holders.dns,
        Service::CloudFront => &holders.edge,
        Service::Lambda if text("FunctionName").contains("router") => &holders.edge,
        // A query is known by its id alone.
        Service::Logs if !text("queryId").is_empty() => return None,
        Service::Logs if names(asked, "router") => &holders.edge,
        Service::Logs if names(asked, "/aws/rds/") => &holders.database,
        Service::Acm => match text("CertificateArn").split(':').nth(4) {
            Some(account) if account == holders.edge => &holders.edge,
            _ => &holders.workload,
        },
        Service::CloudFormation => match text("StackName") {
            "" => return None,
            name if name.contains("-edge") => &holders.edge,
            name if name.contains("-switch-") => &holders.dns,
            name if name.contains("-global") => &holders.database,
            _ => &holders.workload,
        },
        Service::CloudWatch => return of_metrics(holders, asked),
        Service::Lambda
        | Service::Logs
        | Service::ApiGateway
        | Service::ApiGatewayV2
        | Service::RegionSwitch
        | Service::XRay => &holders.workload,
    };
    Some(vec![one])
}

/// Whether a log group is named with `what` in its name.
fn names(asked: &RoutedRequest, what: &str) -> bool {
    let one = ["logGroupName", "logGroupNamePrefix"];
    let one = one.into_iter().filter_map(|name| asked.input.text(name));
    let mut all = one.chain(asked.input.texts("logGroupNames"));
    all.any(|name| name.contains(what))
}

/// By the namespaces, which name whose metrics they are; alarms by their names.
fn of_metrics<'h>(holders: &'h Holders, asked: &RoutedRequest) -> Option<Vec<&'h str>> {
    let input = &asked.input;
    let mut named: Vec<&str> = input.text("Namespace").into_iter().collect();
    for query in input.items("MetricDataQueries") {
        let metric = query.get("MetricStat").and_then(|stat| stat.get("Metric"));
        named.extend(metric.and_then(|metric| metric.text("Namespace")));
    }
    if input
        .texts("AlarmNames")
        .iter()
        .any(|name| name.contains("evacuate"))
    {
        return Some(vec![&holders.dns]);
    }
    let owner = |namespace: &str| -> Option<&'h str> {
        Some(match namespace {
            "AWS/RDS" => &holders.database,
            "AWS/Route53" | SWITCH_NAMESPACE => &holders.dns,
            "AWS/CloudFront" => &holders.edge,
            "AWS/Lambda" | "AWS/ApiGateway" => &holders.workload,
            _ => return None,
        })
    };
    let owners: Vec<&str> = named.into_iter().filter_map(owner).collect();
    (!owners.is_empty()).then_some(owners)
}

/// `AssumeRole`: of a role that trusts the caller who knows its external id.
pub fn assume_role(world: &State, ask: &Ask) -> Answer {
    let role = ask.input.need("RoleArn")?;
    let session = ask.input.need("RoleSessionName")?;
    let holders = world.resources.holders.as_ref();
    let accounts = holders.map(Holders::parts).into_iter().flatten();
    let account = accounts
        .into_iter()
        .find(|account| Holders::role(account) == role);
    let knows = ask.input.text("ExternalId") == Some(EXTERNAL_ID);
    let Some(account) = account.filter(|_| knows) else {
        let (_, arn) = ask.signer.identity(world);
        let message =
            format!("User: {arn} is not authorized to perform: sts:AssumeRole on resource: {role}");
        return Err(Fault::new(403, "AccessDenied", message));
    };
    let credentials = shape! {
        "AccessKeyId": format!("{KEY}{account}"),
        "SecretAccessKey": "SIMULATED",
        "SessionToken": format!("SIMULATED.{session}"),
        "Expiration": ask.now + jiff::SignedDuration::from_hours(1),
    };
    let user = shape! {
        "Arn": format!("arn:aws:sts::{account}:assumed-role/{ROLE}/{session}"),
        "AssumedRoleId": format!("AROAORDERS{account}:{session}"),
    };
    Ok(shape! { "Credentials": credentials, "AssumedRoleUser": user }.into())
}

/// `GetSessionToken`: of the operator who holds the device, with the code it always shows.
pub fn session_token(world: &State, ask: &Ask) -> Answer {
    let code = ask.input.text("TokenCode");
    if ask.signer.account.is_some() {
        let message = "Cannot call GetSessionToken with session credentials";
        return Err(Fault::new(403, "AccessDenied", message));
    }
    if code != Some(MFA_CODE) {
        let message = "MultiFactorAuthentication failed with invalid MFA one time pass code. ";
        return Err(Fault::new(403, "AccessDenied", message));
    }
    let credentials = shape! {
        "AccessKeyId": "ASIASIMULATEDMFA",
        "SecretAccessKey": "SIMULATED",
        "SessionToken": format!("SIMULATED.{}", world.resources.caller.user_id),
        "Expiration": ask.now + jiff::SignedDuration::from_hours(12),
    };
    Ok(shape! { "Credentials": credentials }.into())
}

/// `GetCallerIdentity`.
pub fn caller_identity(world: &State, ask: &Ask) -> Reply {
    let (account, arn) = ask.signer.identity(world);
    shape! {
        "Arn": arn,
        "UserId": &world.resources.caller.user_id,
        "Account": account,
    }
    .into()
}
