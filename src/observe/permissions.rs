//! Whether the operator may make the changes that guided actions make, before one is needed.

use std::collections::BTreeMap;
use std::future::ready;
use std::sync::Arc;

use futures_util::future::try_join_all;

use super::picture::Picture;
use super::poller::{Askers, Fold, Poller};
use super::schedule::CONFIG;
use gwctl_aws::{AwsError, ErrorKind, Iam};
use gwctl_fleet::{Identity, Missing, Region};

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
    let behind = behind(&poller).await;
    let path = behind
        .as_ref()
        .map_err(Clone::clone)
        .and_then(|(_, principal)| principal.path());
    let path = poller.ask("iam:GetRole", &home, ready(path)).await;
    let simulated = simulate(&poller, behind);
    let said = poller
        .ask("iam:SimulatePrincipalPolicy", &home, simulated)
        .await;
    Box::new(move |picture: &mut Picture| {
        path.renew(&mut picture.snapshot.role_path);
        said.renew(&mut picture.snapshot.permissions);
    })
}

/// Who asks, and whose policies that are.
async fn behind(poller: &Poller) -> Result<(Identity, Principal), Missing> {
    let identity = identity(poller).await?;
    let principal = principal(&poller.session.iam(), &identity.arn).await?;
    Ok((identity, principal))
}

async fn simulate(
    poller: &Poller,
    behind: Result<(Identity, Principal), Missing>,
) -> Result<BTreeMap<String, bool>, Missing> {
    let (identity, principal) = behind?;
    let iam = poller.session.iam();
    let questions = questions(poller, &identity).await;
    let questions = questions.iter().map(async |(actions, resources)| {
        let decided = iam.simulate(&principal.arn, actions, resources).await;
        decided.map_err(|error| principal.missing(error))
    });
    Ok(try_join_all(questions)
        .await?
        .into_iter()
        .flatten()
        .collect())
}

/// Asked of the first Region that says.
async fn identity(poller: &Poller) -> Result<Identity, Missing> {
    let mut why = Missing::NotYet;
    for site in &poller.spec.sites {
        match poller.session.sts(&site.region).identity().await {
            Ok(identity) => return Ok(identity),
            Err(error) => why = error.into(),
        }
    }
    Err(why)
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

/// Actions with the resources they would change (aws-facts §9.2, §9.3).
async fn questions(
    poller: &Poller,
    identity: &Identity,
) -> Vec<(&'static [&'static str], Vec<String>)> {
    let partition = identity.arn.split(':').nth(1).unwrap_or("aws");
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
        (SWITCH, vec!["*".to_owned()]),
        (RECORDS, vec![zone]),
        (CHECKS, vec![checks]),
        (EDGE, vec![distribution]),
    ];
    // Without all of its members nothing is known of a promotion.
    if !members.is_empty() {
        let all = members.iter().cloned().chain([global]).collect();
        questions.push((PROMOTION, all));
        questions.push((MEMBERS, members));
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
