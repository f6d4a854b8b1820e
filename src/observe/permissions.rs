//! Whether the operator may make the changes that guided actions make, before one is needed.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::desk::{Askers, Desk, Fold};
use super::fold::Picture;
use super::schedule::CONFIG;
use crate::aws::AwsError;
use crate::fleet::{Identity, Missing, Region};

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

async fn permissions(desk: Arc<Desk>) -> Fold {
    let said = desk
        .ask(
            "iam:SimulatePrincipalPolicy",
            &Region::global(),
            simulate(&desk),
        )
        .await;
    Box::new(move |picture: &mut Picture| said.renew(&mut picture.snapshot.permissions))
}

async fn simulate(desk: &Desk) -> Result<BTreeMap<String, bool>, Missing> {
    let identity = identity(desk).await?;
    let principal = principal(&identity.arn);
    let iam = desk.session.iam();
    let mut all = BTreeMap::new();
    for (actions, resources) in questions(desk, &identity).await {
        let decided: Result<_, AwsError> = iam.simulate(&principal, actions, &resources).await;
        all.extend(decided.map_err(Missing::from)?);
    }
    Ok(all)
}

/// Asked of the first Region that says.
async fn identity(desk: &Desk) -> Result<Identity, Missing> {
    let mut why = Missing::NotYet;
    for site in &desk.spec.sites {
        match desk.session.sts(&site.region).identity().await {
            Ok(identity) => return Ok(identity),
            Err(error) => why = error.into(),
        }
    }
    Err(why)
}

/// The role behind a session; the simulation knows roles and users alone.
fn principal(arn: &str) -> String {
    let role = arn.split_once(":assumed-role/").and_then(|(head, rest)| {
        let name = rest.split('/').next()?;
        Some(format!(
            "{}:role/{name}",
            head.replacen(":sts:", ":iam:", 1)
        ))
    });
    role.unwrap_or_else(|| arn.to_owned())
}

/// Actions with the resources they would change (aws-facts §9.2, §9.3).
async fn questions(
    desk: &Desk,
    identity: &Identity,
) -> Vec<(&'static [&'static str], Vec<String>)> {
    let partition = identity.arn.split(':').nth(1).unwrap_or("aws");
    let account = &identity.account;
    let spec = &desk.spec;
    let topology = desk.board.topology.settled().await;
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
    let with_members = members.iter().cloned().chain([global]).collect();
    let mut questions = vec![
        (PROMOTION, with_members),
        (SWITCH, vec!["*".to_owned()]),
        (RECORDS, vec![zone]),
        (CHECKS, vec![checks]),
        (EDGE, vec![distribution]),
    ];
    if !members.is_empty() {
        questions.push((MEMBERS, members));
    }
    questions
}

#[cfg(test)]
mod tests {
    use super::principal;

    #[test]
    fn a_session_is_judged_by_its_role() {
        assert_eq!(
            principal("arn:aws:sts::123456789012:assumed-role/oncall/ada"),
            "arn:aws:iam::123456789012:role/oncall"
        );
        assert_eq!(
            principal("arn:aws:iam::123456789012:user/ada"),
            "arn:aws:iam::123456789012:user/ada"
        );
    }
}
