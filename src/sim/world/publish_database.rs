//! What Aurora publishes: load everywhere, lag only in the secondaries' Regions (aws-facts §1.1, §1.2).

use super::metrics::{MetricStore, Sample};
use super::model::{DbCluster, DbInstance, Resources};
use super::physics::Physics;
use super::replication::Member;
use crate::world::parts::database::Database;
use crate::world::parts::fleet::Fleet;
use crate::world::parts::series::spread_of;

fn cluster_of<'a>(member: &Member, resources: &'a Resources) -> Option<&'a DbCluster> {
    let mut clusters = resources.clusters.iter();
    clusters.find(|one| one.region == member.region && one.id == member.cluster)
}

impl Database {
    /// How many instances of a member's cluster there are to answer.
    pub(super) fn instances_of(&self, member: usize, instances: &[DbInstance]) -> usize {
        let Some(member) = self.members.get(member) else {
            return 0;
        };
        let here = instances.iter().filter(|one| {
            one.region == member.region
                && one.cluster == member.cluster
                && matches!(one.status.as_str(), "available" | "modifying")
        });
        here.count()
    }

    /// What every member cluster that answers has to say of the minute. The instances of one that was dead in it, if
    /// only for a moment, measured nothing.
    pub(super) fn publish(
        &mut self,
        store: &mut MetricStore,
        minute: i64,
        fleet: &Fleet,
        resources: &Resources,
        physics: &Physics,
    ) {
        let counted = std::mem::take(&mut self.minute);
        let (writes, forwarded) = (counted.writes / 60.0, counted.forwarded / 60.0);
        for index in 0..self.members.len() {
            let member = &mut self.members[index];
            let (max, sum, count) = std::mem::take(&mut member.seen);
            let site = member.site;
            let seeding = member.seeding;
            let cluster = cluster_of(&self.members[index], resources);
            let was_dead = std::mem::take(&mut self.members[index].was_dead);
            let instances = if was_dead {
                0
            } else {
                self.instances_of(index, &resources.instances)
            };
            if fleet.sites[site].strikes.dark || seeding {
                continue;
            }
            let reads = fleet.sites[site].rate;
            let busy = self.busy(index, reads, writes, 60.0);
            let inside_ms = 14.0 + 6.0 * self.rng.uniform();
            let primary = index == self.writer;
            let series = &self.series[index];
            // Load and the lag between instances are theirs.
            let second = |value: f64| (instances > 1).then_some(value);
            if instances > 0 {
                let cpu = (busy.cpu, second(busy.cpu_reader));
                series.cpu.publish(store, minute, primary, cpu);
                let open = fleet.sites[site].ailments.connections;
                let of = |usual: f64| open.map_or(usual, |open| usual.max(open));
                let connections = (of(busy.connections.0), second(of(busy.connections.1)));
                let of = &series.connections;
                of.publish(store, minute, primary, connections);
                let made = if primary {
                    [writes, writes * 1.7]
                } else {
                    [0.0; 2]
                };
                for (load, made) in series.throughput.iter().zip(made) {
                    load.publish(store, minute, primary, (made, second(0.0)));
                }
                if let Some((least, most)) = cluster.and_then(|one| one.capacity) {
                    let used = |cpu: f64| (most * cpu / 100.0).max(least);
                    let (first, reader) = (used(busy.cpu), second(used(busy.cpu_reader)));
                    let share = |acu: f64| 100.0 * acu / most;
                    let [capacity, utilization] = &series.serverless;
                    capacity.publish(store, minute, primary, (first, reader));
                    let shares = (share(first), reader.map(share));
                    utilization.publish(store, minute, primary, shares);
                }
            }
            if instances > 1 {
                store.publish(series.replica_lag, minute, Sample::gauge(inside_ms));
            }
            if primary {
                if instances > 1 {
                    series
                        .replica_lag_of_cluster
                        .iter()
                        .for_each(|lag| store.publish(*lag, minute, Sample::gauge(inside_ms)));
                }
                if instances > 0 {
                    store.publish(series.forwarding[0], minute, Sample::gauge(forwarded * 1.7));
                }
                continue;
            }
            // The lag between Regions is the volume's.
            if instances == 0 && !physics.headless_lag_is_published {
                continue;
            }
            for (handle, share) in series.lag.iter().zip([1.0, 0.93, 1.08]) {
                store.publish(*handle, minute, spread_of(max * share, sum * share, count));
            }
            store.publish(
                series.lag[3],
                minute,
                Sample::gauge((writes * 60.0 * 5_200.0).round()),
            );
            store.publish(
                series.lag[4],
                minute,
                Sample::gauge((writes * 60.0 * 3.1).round()),
            );
            if instances > 0 {
                let here = counted.forwarded_by.get(&site).copied().unwrap_or_default() / 60.0;
                store.publish(series.forwarding[1], minute, Sample::gauge(here * 1.7));
            }
        }
    }
}
