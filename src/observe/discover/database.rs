//! What is unusual about a fleet's clusters, for whoever reads the configuration.

use std::collections::BTreeMap;

use gwctl_fleet::{ListedCluster, Missing, Region, Topology};

/// The clusters of each Region, or why they are not known.
pub(super) type Listed = BTreeMap<Region, Result<Vec<ListedCluster>, Missing>>;

/// Facts of the members in `regions`, and of members elsewhere.
pub(super) fn of_members(listed: &Listed, topology: &Topology, regions: &[Region]) -> Vec<String> {
    let mut facts = Vec::new();
    for member in &topology.members {
        let (cluster, region) = (&member.cluster, &member.region);
        if !regions.contains(region) {
            facts.push(format!(
                "{cluster} in {region} is a member where the fleet has no API: gwctl watches only the cluster there"
            ));
        }
        let here = listed.get(region).and_then(|all| all.as_ref().ok());
        let known = here.and_then(|all| all.iter().find(|one| one.arn == member.arn));
        facts.extend(known.into_iter().flat_map(|one| of_member(one, region)));
    }
    facts
}

fn of_member(cluster: &ListedCluster, region: &Region) -> Vec<String> {
    let id = &cluster.id;
    let headless = cluster.headless.then(|| {
        format!("{id} in {region} is headless: it has no instance, and cannot become the writer until it has one")
    });
    let range = cluster.capacity;
    let serverless =
        range.map(|range| format!("{id} in {region} has a Serverless v2 range of {range}"));
    headless.into_iter().chain(serverless).collect()
}

/// Facts of clusters that are in no global database.
pub(super) fn alone(listed: &Listed) -> Vec<String> {
    let all = listed
        .iter()
        .flat_map(|(region, all)| all.iter().flatten().map(move |one| (region, one)));
    let managed = all.filter(|(_, one)| one.managed_password);
    managed
        .map(|(region, one)| {
            format!(
                "{} in {region} is a cluster alone, and RDS manages its password: it cannot join a global database until it has a password of your own",
                one.id
            )
        })
        .collect()
}
