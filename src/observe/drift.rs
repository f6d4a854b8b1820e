//! Which stacks are not as CloudFormation left them: asked of every Region side by side.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::join_all;

use gwctl_aws::Session;
use gwctl_fleet::{Account, Clock, Course, Drifted, FLEET_TAG, FleetSpec, Missing, Region};

/// How often a detection is asked how far it is, in fleet time.
const LOOK: Duration = Duration::from_secs(2);

/// A stack that is looked at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stack {
    /// Where it is.
    pub region: Region,
    pub name: String,
    /// What of the fleet its account holds.
    pub account: Account,
}

/// What came of looking at one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackDrift {
    pub stack: Stack,
    /// What differs; or why that cannot be told. A stack that could not be looked at is not clean.
    pub found: Result<Vec<Drifted>, Missing>,
    /// What CloudFormation could not compare, in its words.
    pub incomplete: Option<String>,
}

/// The fleet's stacks, and why some Regions' cannot be listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stacks {
    /// Those that the configuration names, those with the fleet's tag, and those named as gwctl names them.
    pub known: BTreeSet<Stack>,
    /// Regions whose stacks could not be listed: there may be more.
    pub unlisted: Vec<(Region, Missing)>,
}

/// The stacks of the fleet called `fleet`.
pub async fn stacks(session: &Session, fleet: &str, spec: &FleetSpec) -> Stacks {
    let named = spec.sites.iter().filter_map(|site| {
        Some(Stack {
            region: site.region.clone(),
            name: site.stack.clone()?,
            account: Account::Workload,
        })
    });
    let mut stacks = Stacks {
        known: named.collect(),
        unlisted: Vec::new(),
    };
    let regions: BTreeSet<Region> = spec
        .sites
        .iter()
        .map(|site| site.region.clone())
        .chain(
            spec.sites
                .iter()
                .filter_map(|site| Some(site.switch.as_ref()?.region.clone())),
        )
        .chain([spec.home()])
        .collect();
    let places: Vec<(&Region, Account)> = regions
        .iter()
        .flat_map(|region| {
            let accounts = spec.accounts.distinct(region);
            accounts.into_iter().map(move |account| (region, account))
        })
        .collect();
    let listed = join_all(places.iter().map(|(region, account)| {
        let cloudformation = session.in_account(account.clone()).cloudformation(region);
        Box::pin(async move { cloudformation.formations().await })
    }));
    for ((region, account), answer) in places.iter().zip(listed.await) {
        let region = *region;
        match answer {
            Err(error) => stacks.unlisted.push((region.clone(), error.into())),
            Ok(all) => {
                let ours = all.into_iter().filter(|stack| {
                    let there =
                        !matches!(Course::of(&stack.status), Course::Gone | Course::Waiting);
                    there && is_ours(&stack.name, stack.tags.get(FLEET_TAG), fleet, region)
                });
                stacks.known.extend(ours.map(|stack| Stack {
                    region: region.clone(),
                    name: stack.name,
                    account: account.clone(),
                }));
            }
        }
    }
    stacks
}

/// By its tag, or where it has none by the names that gwctl gives.
fn is_ours(name: &str, tag: Option<&String>, fleet: &str, region: &Region) -> bool {
    let switch = format!("{fleet}-switch-");
    match tag {
        Some(tag) => tag == fleet,
        None => {
            [
                format!("{fleet}-edge"),
                format!("{fleet}-global"),
                format!("{fleet}-{region}"),
            ]
            .contains(&name.to_owned())
                || name.starts_with(&switch)
        }
    }
}

/// Has CloudFormation compare every stack with what it left, and waits for it, each as long as `wait`
/// (fleet time) at most.
pub async fn drift(
    session: &Session,
    clock: &dyn Clock,
    stacks: &BTreeSet<Stack>,
    wait: Duration,
) -> Vec<StackDrift> {
    // A detection that is asked for twice is refused the second time: one attempt.
    let asking = session.one_attempt();
    let each = stacks.iter().map(|stack| {
        let asking = &asking;
        Box::pin(async move {
            let account = &stack.account;
            let cloudformation = session
                .in_account(account.clone())
                .cloudformation(&stack.region);
            let begun = asking
                .in_account(account.clone())
                .cloudformation(&stack.region);
            let mut incomplete = None;
            let found = async {
                let id = begun.detect_drift(&stack.name).await?;
                let until = clock.now() + jiff::SignedDuration::try_from(wait).unwrap_or_default();
                loop {
                    let (status, why) = cloudformation.drift_detection(&id).await?;
                    match status.as_str() {
                        "DETECTION_IN_PROGRESS" if clock.now() < until => {
                            tokio::time::sleep(clock.wall(LOOK)).await;
                        }
                        "DETECTION_IN_PROGRESS" => return Err(still_running()),
                        "DETECTION_COMPLETE" => break,
                        // CloudFormation could not compare everything; what it did compare counts.
                        other => {
                            incomplete = Some(why.unwrap_or_else(|| other.to_owned()));
                            break;
                        }
                    }
                }
                Ok(cloudformation.drifts(&stack.name).await?)
            };
            let found = found.await;
            StackDrift {
                stack: stack.clone(),
                found,
                incomplete,
            }
        })
    });
    join_all(each).await
}

fn still_running() -> Missing {
    Missing::CouldNotAsk {
        why: "CloudFormation is still comparing: wait longer with --wait".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_says_whose_a_stack_is_and_without_one_its_name_does() {
        let here = Region::new("eu-west-1").unwrap();
        let other = "other".to_owned();
        let orders = "orders".to_owned();
        assert!(is_ours("anything", Some(&orders), "orders", &here));
        assert!(!is_ours("orders-edge", Some(&other), "orders", &here));
        for name in [
            "orders-edge",
            "orders-global",
            "orders-eu-west-1",
            "orders-switch-us-east-1",
        ] {
            assert!(is_ours(name, None, "orders", &here), "{name}");
        }
        assert!(!is_ours("orders-us-east-1", None, "orders", &here));
    }
}
