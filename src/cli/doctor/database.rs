//! What of the database is unusual, and what it means for guided actions.

use crate::fleet::{ClusterState, DbProxy, FleetSpec, Member, Region, Topology};

/// What was learned while the questions were asked.
#[derive(Debug)]
pub struct DatabaseSeen {
    pub topology: Option<Topology>,
    pub members: Vec<MemberSeen>,
}

impl DatabaseSeen {
    /// Before anything was asked.
    pub const fn nothing() -> Self {
        Self {
            topology: None,
            members: Vec::new(),
        }
    }
}

/// A member in one of the fleet's Regions.
#[derive(Debug)]
pub struct MemberSeen {
    pub region: Region,
    pub cluster: String,
    /// None where it could not be read.
    pub state: Option<ClusterState>,
    pub proxies: Vec<DbProxy>,
}

/// A sentence each; true for what stands in the way of something.
pub fn remarks(spec: &FleetSpec, seen: &DatabaseSeen) -> Vec<(bool, String)> {
    if !spec.has_database() {
        let text = "no global database is configured: gwctl watches no cluster and moves no writer; the traffic actions work without one";
        return vec![(false, text.into())];
    }
    let mut remarks = Vec::new();
    let members = seen.topology.iter().flat_map(|topology| &topology.members);
    let known = |region: &Region| spec.sites.iter().any(|site| &site.region == region);
    remarks.extend(
        members
            .filter(|member| !known(&member.region))
            .map(|member| (false, elsewhere(member))),
    );
    for member in &seen.members {
        remarks.extend(of_member(member));
    }
    remarks.sort();
    remarks
}

fn elsewhere(member: &Member) -> String {
    let role = if member.writer {
        "the writer"
    } else {
        "a member"
    };
    format!(
        "{role} {} is in {}, where the fleet has no API: gwctl watches only the cluster there, builds nothing there, and `down` is refused while it is a member",
        member.cluster, member.region
    )
}

fn of_member(member: &MemberSeen) -> Vec<(bool, String)> {
    let MemberSeen {
        region, cluster, ..
    } = member;
    let mut remarks = Vec::new();
    if let Some(state) = &member.state {
        if state.is_headless() {
            let text = format!(
                "{cluster} in {region} is headless: it has no instance, and cannot become the writer until it has one"
            );
            remarks.push((true, text));
        }
        if let Some(range) = state.serverless() {
            let text = format!("{cluster} in {region} is Serverless v2, from {range}");
            remarks.push((false, text));
        }
        if state.managed_password {
            let text = format!(
                "RDS manages the password of {cluster} in {region}: AWS does not support that in a global database"
            );
            remarks.push((true, text));
        }
    }
    let proxies = member.proxies.iter().map(|proxy| {
        let text = format!(
            "RDS Proxy {} is in front of {cluster} in {region}: it does not follow the writer, so its clients must change when the writer moves",
            proxy.name
        );
        (false, text)
    });
    remarks.extend(proxies);
    remarks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::Engine;

    #[test]
    fn a_password_that_rds_manages_stands_in_the_way_of_a_member() {
        let member = MemberSeen {
            region: Region::global(),
            cluster: "orders-use1".into(),
            state: None,
            proxies: Vec::new(),
        };
        assert_eq!(
            of_member(&member),
            [],
            "what could not be read is no remark"
        );
        let state = ClusterState {
            status: "available".into(),
            engine: Engine {
                name: "aurora-postgresql".into(),
                version: "16.6".into(),
            },
            instances: Vec::new(),
            endpoint: None,
            reader_endpoint: None,
            write_forwarding: None,
            backup_days: None,
            port: None,
            capacity: None,
            managed_password: true,
            pending_reboot: Vec::new(),
            needs: Vec::new(),
        };
        let state = Some(state);
        let remarks = of_member(&MemberSeen { state, ..member });
        let managed = remarks
            .iter()
            .find(|(_, text)| text.contains("RDS manages"));
        assert_eq!(managed.map(|(stands, _)| *stands), Some(true));
    }
}
