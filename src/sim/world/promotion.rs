//! Another member becomes the writer: switchover and managed failover as staged transitions with
//! RDS's own events (aws-facts §2.3-§2.7). Durations of the stages are plausible, not AWS's promise.

use super::model::{FailoverState, GlobalCluster};
use super::rds::Rds;
use crate::world::parts::faults::FaultKind;
use crate::world::parts::promotion::{Promotion, PromotionRefused, Stage};
use crate::world::parts::side::Side;

impl Rds<'_> {
    /// `SwitchoverGlobalCluster`: nothing is lost, and a healthy primary is needed. Returns the global
    /// cluster as AWS replies: the work goes on after that.
    pub fn switchover(
        &mut self,
        global: &str,
        target: &str,
    ) -> Result<GlobalCluster, PromotionRefused> {
        self.promote(global, target, false)
    }

    /// `FailoverGlobalCluster`. Without `allow_data_loss` it is a switchover (aws-facts §2.3).
    pub fn failover(
        &mut self,
        global: &str,
        target: &str,
        allow_data_loss: bool,
    ) -> Result<GlobalCluster, PromotionRefused> {
        self.promote(global, target, allow_data_loss)
    }

    fn promote(
        &mut self,
        global: &str,
        target: &str,
        loses_data: bool,
    ) -> Result<GlobalCluster, PromotionRefused> {
        let cluster = self
            .resources
            .global_clusters
            .iter_mut()
            .find(|c| c.id == global);
        let cluster =
            cluster.ok_or_else(|| PromotionRefused::GlobalClusterNotFound(global.into()))?;
        if cluster.status != "available" || cluster.failover.is_some() {
            return Err(PromotionRefused::InvalidGlobalClusterState {
                id: cluster.id.clone(),
                status: cluster.status.clone(),
            });
        }
        let to = self.database.by_arn(target);
        let to = to.ok_or_else(|| PromotionRefused::DbClusterNotFound(target.into()))?;
        let member = cluster
            .members
            .iter()
            .find(|member| member.cluster_arn == target);
        let joined = &self.database.members[to];
        let mut instances = self.resources.instances.iter();
        let headless = !instances.any(|one| {
            one.region == joined.region
                && one.cluster == joined.cluster
                && one.status == "available"
        });
        let refusal = match member {
            None => Some("is not a member of the global cluster"),
            Some(member) if member.writer => Some("is the primary cluster already"),
            Some(member) if member.synchronization.as_deref() != Some("connected") => {
                Some("is not synchronized with its global cluster")
            }
            // aws-facts §2.6.
            Some(_) if headless => Some("has no available DB instance"),
            Some(_) => None,
        };
        if let Some(why) = refusal {
            return Err(PromotionRefused::InvalidDbClusterState {
                cluster: target.into(),
                why: why.into(),
            });
        }
        let from = self.database.writer;
        cluster.status = if loses_data {
            "failing-over"
        } else {
            "switching-over"
        }
        .into();
        cluster.failover = Some(FailoverState {
            status: "pending".into(),
            from: self.database.members[from].arn(),
            to: target.into(),
            data_loss_allowed: loses_data,
        });
        let reply = cluster.clone();
        let until = self.present.now + self.database.lasting(4, 8);
        self.database.promotion = Some(Promotion {
            loses_data,
            from,
            to,
            stage: Stage::Pending,
            until,
            ordered: false,
            cut: f64::INFINITY,
        });
        if !loses_data {
            self.tell_both("RDS-EVENT-0181", "started.");
        }
        Ok(reply)
    }

    /// The running promotion goes on, and rebuilt members come back.
    pub(super) fn promote_further(&mut self) {
        self.bring_back_rebuilt();
        self.settle_all_forwarding();
        self.complete_snapshots();
        let Some(promotion) = self.database.promotion.clone() else {
            return;
        };
        let dark = |index: usize| {
            self.fleet.sites[self.database.members[index].site]
                .strikes
                .dark
        };
        let blocked = dark(promotion.to) || (!promotion.loses_data && dark(promotion.from));
        let promoted = matches!(promotion.stage, Stage::Redirecting | Stage::Finishing);
        if blocked && !promoted && self.present.now >= promotion.until {
            self.give_up(&promotion);
            return;
        }
        let caught_up = promotion.stage != Stage::Synchronising
            || self.database.members[promotion.to].applied_to >= promotion.cut;
        if self.present.now < promotion.until || !caught_up {
            return;
        }
        match promotion.stage {
            Stage::Pending => self.close_old(&promotion),
            Stage::Synchronising if self.faults.strikes_once(FaultKind::FailedSwitchover) => {
                self.give_up(&promotion);
            }
            Stage::Synchronising => {
                self.tell_old("RDS-EVENT-0182", |old, _| {
                    format!(
                        "Old primary DB cluster {} in Region {} successfully shut down. It no longer accepts \
                         writes and all storage volumes are synchronized.",
                        old.cluster, old.region
                    )
                });
                self.enter(Stage::Promoting, 9, 15);
            }
            Stage::Promoting if self.promotes_for_real(&promotion) => {}
            Stage::Promoting => self.open_new(&promotion),
            Stage::Redirecting => {
                self.tell_new("RDS-EVENT-0397", |_, _| {
                    "Aurora finished changing the DNS name that the global writer endpoint resolves to.".into()
                });
                self.database.endpoint = promotion.to;
                self.enter(Stage::Finishing, 5, 9);
            }
            Stage::Finishing => self.finish(&promotion),
        }
    }

    /// The old primary stops taking writes.
    fn close_old(&mut self, promotion: &Promotion) {
        self.database.open = false;
        let target = &self.database.members[promotion.to];
        let lag_ms = target.lag_ms;
        // Switchover waits until all is there; failover keeps what is there.
        let cut = if promotion.loses_data {
            target.applied_to
        } else {
            self.present.now as f64
        };
        let status = if promotion.loses_data {
            "failing-over"
        } else {
            "switching-over"
        };
        if let Some(state) = self.global().and_then(|global| global.failover.as_mut()) {
            state.status = status.into();
        }
        if let Some(running) = &mut self.database.promotion {
            running.cut = cut;
        }
        if promotion.loses_data {
            self.fence(promotion);
            self.enter(Stage::Promoting, 45, 100);
        } else {
            if let Some(reality) = self.reality {
                reality.close_writer();
            }
            self.tell_new("RDS-EVENT-0183", |_, _| {
                format!("Waiting for data synchronization across global cluster members: current lag is {lag_ms:.0} ms.")
            });
            self.enter(Stage::Synchronising, 1, 2);
        }
        self.status_of(promotion.to, "promoting");
    }

    /// Whether a real database is on its way to be the writer; it is told to once.
    fn promotes_for_real(&mut self, promotion: &Promotion) -> bool {
        let Some(reality) = self.reality else {
            return false;
        };
        let region = self.database.members[promotion.to].region.clone();
        if !promotion.ordered {
            reality.promote(&region, promotion.loses_data);
            if let Some(running) = &mut self.database.promotion {
                running.ordered = true;
            }
        }
        reality.writer() != Some(region)
    }

    /// The event is on the old primary if it can be reached, otherwise on the new one.
    fn fence(&mut self, promotion: &Promotion) {
        let old = self.database.members[promotion.from].region.clone();
        if self.fleet.sites[self.database.members[promotion.from].site]
            .strikes
            .dark
        {
            self.tell_new("RDS-EVENT-0391", |_, _| {
                format!("Attempt to block writes to the old primary storage volume in Region {old} timed out.")
            });
        } else {
            self.tell_old("RDS-EVENT-0390", |old, _| {
                format!("Attempt to block writes to the old primary storage volume in Region {} succeeded.", old.region)
            });
        }
    }

    /// The target takes writes.
    fn open_new(&mut self, promotion: &Promotion) {
        let now = self.present.now;
        if promotion.loses_data {
            let lost = self.database.log.since(promotion.cut);
            self.totals.writes_lost += lost;
            self.database.log.cut(promotion.cut);
            self.database.unsaved = Some(promotion.from);
        }
        self.database.writer = promotion.to;
        self.database.open = true;
        for index in 0..self.database.members.len() {
            let rebuild = if promotion.loses_data {
                self.database.lasting(120, 280)
            } else {
                0
            };
            let member = &mut self.database.members[index];
            if !promotion.loses_data || index == promotion.to {
                member.applied_to = member.applied_to.max(promotion.cut.min(now as f64));
            }
            member.rebuilding_until = if index == promotion.to {
                0
            } else {
                now + rebuild
            };
        }
        self.redraw_topology();
        self.tell_new("RDS-EVENT-0184", |_, new| {
            format!(
                "New primary DB cluster {} in Region {} was successfully promoted.",
                new.cluster, new.region
            )
        });
        self.status_of(promotion.to, "available");
        self.enter(Stage::Redirecting, 4, 8);
    }

    fn finish(&mut self, promotion: &Promotion) {
        if promotion.loses_data {
            self.tell_new("RDS-EVENT-0238", |_, new| {
                format!(
                    "Global failover to DB cluster {} in Region {} completed.",
                    new.cluster, new.region
                )
            });
            self.tell_new("RDS-EVENT-0240", |_, _| {
                "Started resynchronizing members of the global cluster after global failover."
                    .into()
            });
        } else {
            self.tell_both(
                "RDS-EVENT-0185",
                "finished. The replicas may take a while to come online.",
            );
        }
        self.settle();
    }

    fn give_up(&mut self, promotion: &Promotion) {
        let (id, what) = if promotion.loses_data {
            ("RDS-EVENT-0239", "failover")
        } else {
            ("RDS-EVENT-0187", "switchover")
        };
        let text = |new: &Side| {
            let (cluster, region) = (&new.cluster, &new.region);
            format!("Global {what} to DB cluster {cluster} in Region {region} failed.")
        };
        self.tell_old(id, |_, new| text(new));
        self.tell_new(id, |_, new| text(new));
        self.database.open = true;
        self.status_of(promotion.to, "available");
        self.settle();
    }

    fn settle(&mut self) {
        self.database.promotion = None;
        if let Some(global) = self.global() {
            global.status = "available".into();
            global.failover = None;
        }
    }

    fn status_of(&mut self, member: usize, status: &str) {
        let arn = self.database.members[member].arn();
        let clusters = self.resources.clusters.iter_mut();
        for cluster in clusters.filter(|cluster| cluster.arn == arn) {
            cluster.status = status.into();
        }
    }

    fn enter(&mut self, stage: Stage, shortest_s: i64, longest_s: i64) {
        let until = self.present.now + self.database.lasting(shortest_s, longest_s);
        if let Some(promotion) = &mut self.database.promotion {
            promotion.stage = stage;
            promotion.until = until;
        }
    }
}
