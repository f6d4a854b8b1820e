//! Whether the operator may make the changes that guided actions make, before one is needed.

use std::collections::{BTreeMap, BTreeSet};
use std::future::ready;
use std::sync::Arc;

use futures_util::future::{join_all, try_join_all};

use super::accounts::identity;
use super::picture::Picture;
use super::poller::{Askers, Fold, Poller};
use super::schedule::CONFIG;
use gwctl_aws::{AwsError, ErrorKind, Iam, Session};
use gwctl_fleet::{Account, Identity, Missing, Region};

/// Actions on the global cluster together with all of its members (aws-facts §9.2).
const PROMOTION: &[&str] = &["rds:SwitchoverGlobalCluster", "rds:FailoverGlobalCluster"];
const MEMBERS: &[&str] = &["rds:ModifyDBCluster"];
const SWITCH: &[&str] = &["cloudwatch:PutMetricData"];
const RECORDS: &[&str] = &["route53:ChangeResourceRecordSets"];
const CHECKS: &[&str] = &["route53:UpdateHealthCheck"];
const EDGE: &[&str] = &[
    "cloudfront:CreateInvalidation",
    "cloudfront:UpdateDistribution",
];

/// Every IAM action of a guided action that is asked about beforehand.
pub fn asked_about() -> impl Iterator<Item = &'static str> {
    [PROMOTION, MEMBERS, SWITCH, RECORDS, CHECKS, EDGE]
        .into_iter()
        .flatten()
        .copied()
}

/// Starts the asker. The first picture does not wait for it.
pub(super) fn watch(askers: &mut Askers) {
    askers.beside(CONFIG, permissions);
}

async fn permissions(poller: Arc<Poller>) -> Fold {
    let home = Region::global();
    let callers = join_all(holders(&poller).into_iter().map(async |accounts| {
        let behind = behind(&poller, &accounts).await;
        (accounts, behind)
    }))
    .await;
    let path = callers
        .iter()
        .find(|(accounts, _)| accounts.contains(&Account::Workload))
        .map_or(Err(Missing::NoData), |(_, behind)| {
            let (_, principal) = behind.as_ref().map_err(Clone::clone)?;
            principal.path()
        });
    let path = poller.ask("iam:GetRole", &home, ready(path)).await;
    let simulated = simulate_all(&poller, callers);
    let said = poller
        .ask("iam:SimulatePrincipalPolicy", &home, simulated)
        .await;
    Box::new(move |picture: &mut Picture| {
        path.renew(&mut picture.snapshot.role_path);
        said.renew(&mut picture.snapshot.permissions);
    })
}

/// What each of the accounts holds.
fn holders(poller: &Poller) -> Vec<BTreeSet<Account>> {
    let mut holders: BTreeMap<Option<Account>, BTreeSet<Account>> = BTreeMap::new();
    for account in Account::ALL {
        let holder = poller.spec.accounts.of(&account);
        holders.entry(holder).or_default().insert(account);
    }
    holders.into_values().collect()
}

/// The session of the account that holds `accounts`.
fn session(poller: &Poller, accounts: &BTreeSet<Account>) -> Session {
    match accounts.first() {
        Some(account) => poller.session.in_account_of(account),
        None => poller.session.clone(),
    }
}

/// Who asks, and whose policies that are.
async fn behind(
    poller: &Poller,
    accounts: &BTreeSet<Account>,
) -> Result<(Identity, Principal), Missing> {
    let account = accounts.first().ok_or(Missing::NoData)?;
    let identity = identity(&poller.session, &poller.spec, account).await?;
    let principal = principal(&session(poller, accounts).iam(), &identity.arn).await?;
    Ok((identity, principal))
}

type Behind = Result<(Identity, Principal), Missing>;

/// What every account's simulation says; only where none says anything, why not.
async fn simulate_all(
    poller: &Poller,
    callers: Vec<(BTreeSet<Account>, Behind)>,
) -> Result<BTreeMap<String, bool>, Missing> {
    let asked = callers
        .into_iter()
        .map(|(accounts, behind)| simulate(poller, accounts, behind));
    let mut all = BTreeMap::new();
    let mut failure = None;
    let mut answered = false;
    for said in join_all(asked).await {
        match said {
            Ok(Some(said)) => {
                answered = true;
                all.extend(said);
            }
            Ok(None) => {}
            Err(why) => failure = Some(why),
        }
    }
    match failure {
        Some(why) if !answered => Err(why),
        _ => Ok(all),
    }
}

/// None where nothing is asked about in that account.
async fn simulate(
    poller: &Poller,
    accounts: BTreeSet<Account>,
    behind: Behind,
) -> Result<Option<BTreeMap<String, bool>>, Missing> {
    if accounts.iter().eq([&Account::Workload]) {
        return Ok(None);
    }
    let (identity, principal) = behind?;
    let iam = session(poller, &accounts).iam();
    let mut questions = questions(poller, &identity).await;
    questions.retain(|(account, ..)| accounts.contains(account));
    let questions = questions.iter().map(async |(_, actions, resources)| {
        let decided = iam.simulate(&principal.arn, actions, resources).await;
        decided.map_err(|error| principal.missing(error))
    });
    let decided = try_join_all(questions).await?;
    Ok(Some(decided.into_iter().flatten().collect()))
}

/// Whose policies are simulated.
struct Principal {
    arn: String,
    /// Why the role's path is not known, where it is not: the ARN is then that of a role without one.
    pathless: Option<AwsError>,
}

impl Principal {
    /// The path of a role: `/` where it has none. No data of who is no role.
    fn path(&self) -> Result<String, Missing> {
        if self.pathless.is_some() {
            let action = "iam:GetRole".to_owned();
            return Err(Missing::NotAllowed { action });
        }
        let (_, path) = self.arn.split_once(":role/").ok_or(Missing::NoData)?;
        let above = path.rsplit_once('/').map(|(above, _)| above);
        Ok(above.map_or_else(|| "/".to_owned(), |above| format!("/{above}/")))
    }

    /// A role that is not there under that ARN has a path.
    fn missing(&self, error: AwsError) -> Missing {
        match &self.pathless {
            Some(why) if error.kind == ErrorKind::NotFound => Missing::CouldNotAsk {
                why: format!("the path of the role in {} is not known: {why}", self.arn),
            },
            _ => error.into(),
        }
    }
}

/// The role behind a session, which the simulation asks for; it knows roles and users alone.
async fn principal(iam: &Iam, arn: &str) -> Result<Principal, Missing> {
    let known = |arn: String| Principal {
        arn,
        pathless: None,
    };
    let Some((name, pathless)) = role(arn) else {
        return Ok(known(arn.to_owned()));
    };
    match iam.role_arn(name).await {
        Ok(arn) => Ok(known(arn)),
        Err(why) if matches!(why.kind, ErrorKind::NotAllowed | ErrorKind::Forbidden) => {
            Ok(Principal {
                arn: pathless,
                pathless: Some(why),
            })
        }
        Err(error) => Err(error.into()),
    }
}

/// The name of the role of a session, and its ARN if it has no path.
fn role(session: &str) -> Option<(&str, String)> {
    let (head, rest) = session.split_once(":assumed-role/")?;
    let name = rest.split('/').next()?;
    let arn = format!("{}:role/{name}", head.replacen(":sts:", ":iam:", 1));
    Some((name, arn))
}

/// A part of the fleet, the actions that change it, and the resources that they would change.
type Question = (Account, &'static [&'static str], Vec<String>);

/// What is asked about (aws-facts §9.2, §9.3).
async fn questions(poller: &Poller, identity: &Identity) -> Vec<Question> {
    let partition = poller.spec.partition().name();
    let account = &identity.account;
    let spec = &poller.spec;
    let topology = poller.shared_facts.topology.settled().await;
    let members: Vec<String> = topology
        .map(|topology| {
            topology
                .members
                .into_iter()
                .map(|member| member.arn)
                .collect()
        })
        .unwrap_or_default();
    let global = format!(
        "arn:{partition}:rds::{account}:global-cluster:{}",
        spec.global_cluster
    );
    let zone = format!(
        "arn:{partition}:route53:::hostedzone/{}",
        spec.edge.hosted_zone
    );
    let checks = format!("arn:{partition}:route53:::healthcheck/*");
    let distribution = format!(
        "arn:{partition}:cloudfront::{account}:distribution/{}",
        spec.edge.distribution
    );
    let mut questions = vec![
        (Account::Dns, SWITCH, vec!["*".to_owned()]),
        (Account::Dns, RECORDS, vec![zone]),
        (Account::Dns, CHECKS, vec![checks]),
        (Account::Edge, EDGE, vec![distribution]),
    ];
    // Without all of its members nothing is known of a promotion.
    if !members.is_empty() {
        let all = members.iter().cloned().chain([global]).collect();
        questions.push((Account::Database, PROMOTION, all));
        questions.push((Account::Database, MEMBERS, members));
    }
    questions
}

#[cfg(test)]
mod tests {
    use super::role;

    #[test]
    fn a_session_is_judged_by_its_role() {
        assert_eq!(
            role("arn:aws:sts::123456789012:assumed-role/oncall/ada"),
            Some(("oncall", "arn:aws:iam::123456789012:role/oncall".into()))
        );
        assert_eq!(role("arn:aws:iam::123456789012:user/ada"), None);
    }
}
