//! The least of a CloudFormation: makes what a template says, one resource after the other.

use std::collections::BTreeMap;

use serde_json::Value;

use super::*;

/// A stack that was built.
pub(super) struct Built {
    pub name: String,
    pub region: Region,
    template: gwctl_stacks::Template,
    parameters: gwctl_stacks::Parameters,
    /// Logical ids in the order they were made.
    order: Vec<String>,
    made: BTreeMap<String, Made>,
    properties: BTreeMap<String, Value>,
}

impl gwctl_stacks::Made for Built {
    fn physical(&self, id: &str) -> Option<String> {
        self.made.get(id).map(|made| made.physical.clone())
    }

    fn attribute(&self, id: &str, attribute: &str) -> Option<String> {
        self.made.get(id)?.attributes.get(attribute).cloned()
    }
}

pub(super) fn words(pairs: &[(&str, &str)]) -> gwctl_stacks::Parameters {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

impl Built {
    fn scope(&self) -> gwctl_stacks::Scope<'_> {
        gwctl_stacks::Scope {
            template: &self.template,
            parameters: &self.parameters,
            made: self,
        }
    }

    pub(super) fn physical(&self, logical: &str) -> &str {
        &self.made[logical].physical
    }

    pub(super) fn kind(&self, logical: &str) -> &str {
        &self.template.resources[logical].kind
    }

    /// Makes what these parameters add; nothing that is there is changed.
    pub(super) fn make(
        &mut self,
        sim: &Sim,
        given: &gwctl_stacks::Parameters,
    ) -> Result<(), String> {
        let mut parameters = self.template.with(given).unwrap();
        parameters.extend(words(&[
            ("AWS::Region", self.region.as_str()),
            ("AWS::AccountId", names::ACCOUNT),
            ("AWS::Partition", "aws"),
            ("AWS::StackName", &self.name),
        ]));
        self.parameters = parameters;
        let order = self.template.order(&self.scope()).unwrap();
        let order: Vec<String> = order.into_iter().map(str::to_owned).collect();
        for logical in order {
            if !self.made.contains_key(&logical) {
                self.make_one(sim, &logical)
                    .map_err(|why| format!("{logical}: {why}"))?;
            }
        }
        Ok(())
    }

    fn make_one(&mut self, sim: &Sim, logical: &str) -> Result<(), String> {
        let resource = &self.template.resources[logical];
        let properties = self.scope().value(&resource.properties).unwrap();
        let (kind, region) = (resource.kind.clone(), self.region.clone());
        let made = sim.state().begin_making(&Wanted {
            region: &region,
            stack: &self.name,
            logical,
            kind: &kind,
            properties: &properties,
            tags: &[],
        })?;
        pass(sim, made.takes_s.cast_unsigned());
        sim.state().finish_making(&kind, &region, &made.physical);
        let attributes = sim.state().attributes_of(&kind, &region, &made.physical);
        assert_eq!(
            attributes, made.attributes,
            "known from the first: {logical}"
        );
        self.order.push(logical.into());
        self.properties.insert(logical.into(), properties);
        self.made.insert(logical.into(), made);
        Ok(())
    }

    /// Changes one resource's properties.
    pub(super) fn change(
        &mut self,
        sim: &Sim,
        logical: &str,
        change: impl Fn(&mut Value),
    ) -> Result<Changed, String> {
        let before = self.properties[logical].clone();
        let mut after = before.clone();
        change(&mut after);
        let (kind, physical) = (self.kind(logical).to_owned(), self.physical(logical));
        let wanted = Wanted {
            region: &self.region,
            stack: &self.name,
            logical,
            kind: &kind,
            properties: &after,
            tags: &[],
        };
        let changed = sim.state().begin_changing(&wanted, physical, &before)?;
        pass(sim, changed.made.takes_s.cast_unsigned());
        let mut state = sim.state();
        state.finish_making(&kind, &self.region, &changed.made.physical);
        drop(state);
        self.properties.insert(logical.into(), after);
        Ok(changed)
    }

    /// Deletes one resource.
    pub(super) fn unmake_one(&mut self, sim: &Sim, logical: &str) -> Result<(), String> {
        let (kind, physical) = (
            self.kind(logical).to_owned(),
            self.physical(logical).to_owned(),
        );
        let takes_s = sim.state().begin_unmaking(&kind, &self.region, &physical)?;
        pass(sim, takes_s.cast_unsigned());
        sim.state().finish_unmaking(&kind, &self.region, &physical);
        self.order.retain(|one| one != logical);
        self.made.remove(logical);
        Ok(())
    }

    /// Deletes everything that is not retained, in the opposite order.
    pub(super) fn unmake(&mut self, sim: &Sim) -> Result<(), String> {
        for logical in self.order.clone().into_iter().rev() {
            let policy = self.template.resources[&logical].deletion_policy.clone();
            if policy.starts_with("Retain") {
                continue;
            }
            let (kind, physical) = (self.kind(&logical), self.physical(&logical));
            if policy == "Snapshot" {
                let mut state = sim.state();
                state.snapshot_before_unmaking(kind, &self.region, physical);
            }
            self.unmake_one(sim, &logical)
                .map_err(|why| format!("{logical}: {why}"))?;
        }
        Ok(())
    }
}

/// A stack of one of gwctl's templates, with nothing made yet.
pub(super) fn stack(kind: gwctl_stacks::Kind, name: &str, region: &Region) -> Built {
    Built {
        name: name.into(),
        region: region.clone(),
        template: gwctl_stacks::Template::parse(&kind.template()).unwrap(),
        parameters: gwctl_stacks::Parameters::new(),
        order: Vec::new(),
        made: BTreeMap::new(),
        properties: BTreeMap::new(),
    }
}

/// The parameters of a Region's stack.
pub(super) fn region_parameters(
    traffic: &str,
    role: &str,
    region: &str,
    switch: &str,
) -> gwctl_stacks::Parameters {
    words(&[
        ("CodeS3Bucket", "orders-code"),
        ("CodeS3Key", "handler.zip"),
        ("FleetName", "orders"),
        ("DomainName", names::DOMAIN),
        ("HostedZoneId", names::ZONE),
        ("LatencyRecordName", names::LATENCY_RECORD),
        ("GlobalClusterIdentifier", "orders"),
        ("DatabaseRole", role),
        (
            "MasterUserSecretArn",
            "arn:aws:secretsmanager:eu-west-1:123456789012:secret:orders",
        ),
        ("DeletionProtection", "false"),
        ("SwitchAlarmName", &format!("orders-evacuate-{region}")),
        ("SwitchRegion", switch),
        ("ZoneA", &format!("{region}b")),
        ("ZoneB", &format!("{region}c")),
        ("Traffic", traffic),
    ])
}

/// Builds one stack.
pub(super) fn build(
    sim: &Sim,
    kind: gwctl_stacks::Kind,
    name: &str,
    at: &str,
    given: &gwctl_stacks::Parameters,
) -> Built {
    let mut built = stack(kind, name, &region(at));
    built.make(sim, given).unwrap();
    built
}
