//! Resources without physics: networks, keys, roles, groups, routes and policies. They are kept as data, so
//! that what is left behind is seen, and that what is in use is not deleted.

use serde_json::Value;

use super::super::account::Account;
use super::super::model::{Opaque, Resources};
use super::super::names::{self, ACCOUNT};
use super::properties;
use crate::world::resources::wanted::{Begun, Takes, Wanted};
use gwctl_fleet::Region;

/// How a kind's physical ids are made.
enum Id {
    /// A prefix and seventeen hexadecimal digits.
    Hex(&'static str),
    Uuid,
    /// So many lower-case letters and digits.
    Token(usize),
    /// The name given in a property, or one of stack, logical id and chance.
    Named(&'static str),
    /// As the one before, in lower case.
    Lower(&'static str),
    /// The ARN of a topic that is named so.
    Topic(&'static str),
}

/// How a kind is made and deleted.
struct Kind {
    id: Id,
    make: Takes,
    unmake: Takes,
    /// Whether it is not deleted while another resource names it.
    held: bool,
}

const fn kind(id: Id, make: Takes, unmake: Takes) -> Kind {
    Kind {
        id,
        make,
        unmake,
        held: false,
    }
}

const fn held(id: Id, make: Takes, unmake: Takes) -> Kind {
    Kind {
        id,
        make,
        unmake,
        held: true,
    }
}

fn known(name: &str) -> Option<Kind> {
    Some(match name {
        "AWS::EC2::VPC" => held(Id::Hex("vpc"), (8, 15), (2, 6)),
        "AWS::EC2::Subnet" => held(Id::Hex("subnet"), (3, 8), (2, 6)),
        "AWS::EC2::SecurityGroup" => held(Id::Hex("sg"), (4, 9), (2, 6)),
        "AWS::KMS::Key" => kind(Id::Uuid, (5, 20), (2, 5)),
        "AWS::KMS::Alias" => kind(Id::Named("AliasName"), (2, 5), (2, 4)),
        "AWS::RDS::DBSubnetGroup" => held(Id::Lower("DBSubnetGroupName"), (2, 8), (2, 5)),
        "AWS::RDS::DBClusterParameterGroup" => {
            held(Id::Lower("DBClusterParameterGroupName"), (5, 15), (2, 5))
        }
        "AWS::Logs::LogGroup" => kind(Id::Named("LogGroupName"), (2, 6), (1, 3)),
        "AWS::IAM::Role" => kind(Id::Named("RoleName"), (8, 20), (2, 6)),
        "AWS::IAM::Policy" => kind(Id::Named("PolicyId"), (8, 18), (2, 5)),
        "AWS::SNS::Topic" => kind(Id::Topic("TopicName"), (5, 12), (2, 6)),
        "AWS::Lambda::Permission" => kind(Id::Named("Id"), (2, 6), (2, 5)),
        "AWS::ApiGatewayV2::Integration" | "AWS::ApiGatewayV2::Route" => {
            kind(Id::Token(7), (2, 6), (1, 4))
        }
        "AWS::CloudFront::CachePolicy" | "AWS::CloudFront::OriginRequestPolicy" => {
            held(Id::Uuid, (3, 8), (2, 6))
        }
        _ => return None,
    })
}

/// Whether there is a resource type of this name.
pub(super) fn knows(name: &str) -> bool {
    known(name).is_some()
}

impl Account<'_> {
    pub(super) fn make_opaque(&mut self, wanted: &Wanted<'_>) -> Begun {
        let Some(kind) = known(wanted.kind) else {
            return Err(format!("{} is not simulated", wanted.kind));
        };
        self.zone_takes_subnets(wanted)?;
        let physical = self.new_id(wanted, &kind.id);
        let mut same = self.resources.opaque.iter();
        let taken = |one: &Opaque| {
            // Roles are the account's, not a Region's.
            let near = &one.region == wanted.region || wanted.kind == "AWS::IAM::Role";
            one.kind == wanted.kind && one.physical == physical && near
        };
        if same.any(taken) {
            return Err(format!("{physical} already exists"));
        }
        let takes_s = self.present.within(&physical, kind.make);
        self.resources.opaque.push(Opaque {
            region: wanted.region.clone(),
            kind: wanted.kind.into(),
            physical: physical.clone(),
            stack: wanted.stack.into(),
        });
        Ok((physical, takes_s))
    }

    /// Zones that are listed may take no new subnets (aws-facts §20.3).
    fn zone_takes_subnets(&self, wanted: &Wanted<'_>) -> Result<(), String> {
        let zone = properties::text(wanted.properties, "AvailabilityZone");
        let zone = zone.filter(|_| wanted.kind == "AWS::EC2::Subnet");
        match zone {
            Some(zone) if self.physics.zones_without_subnets.contains(&zone) => Err(format!(
                "Value ({zone}) for parameter availabilityZone is invalid. Subnets can currently only be created \
                 in the following availability zones: {}.",
                self.physics.zones(wanted.region).join(", ")
            )),
            _ => Ok(()),
        }
    }

    fn new_id(&self, wanted: &Wanted<'_>, id: &Id) -> String {
        let number = self.resources.opaque.len();
        let what = format!(
            "{} {} {} {} {number}",
            wanted.region, wanted.stack, wanted.logical, self.present.now
        );
        let named = |property: &str| {
            let given = properties::text(wanted.properties, property);
            given.unwrap_or_else(|| wanted.made_up(self.present))
        };
        match id {
            Id::Hex(prefix) => {
                let digits = names::uuid(self.present.seed, &what).replace('-', "");
                format!("{prefix}-0{digits:.16}")
            }
            Id::Uuid => names::uuid(self.present.seed, &what),
            Id::Token(length) => names::token(self.present.seed, &what, *length),
            Id::Named(property) => named(property),
            Id::Lower(property) => named(property).to_ascii_lowercase(),
            Id::Topic(property) => {
                let (region, name) = (wanted.region, named(property));
                format!("arn:aws:sns:{region}:{ACCOUNT}:{name}")
            }
        }
    }

    pub(super) fn change_opaque(&self, wanted: &Wanted<'_>, physical: &str) -> i64 {
        let takes = known(wanted.kind).map_or((2, 5), |kind| kind.make);
        self.present.within(physical, takes)
    }

    pub(super) fn unmake_opaque(
        &self,
        name: &str,
        region: &Region,
        physical: &str,
    ) -> Result<i64, String> {
        let Some(kind) = known(name) else {
            return Ok(0);
        };
        if !self.resources.has_opaque(name, region, physical) {
            return Ok(0);
        }
        match self
            .resources
            .owners
            .user_of(region, physical)
            .filter(|_| kind.held)
        {
            Some(user) => Err(format!(
                "{physical} has dependencies and cannot be deleted: {} names it",
                user.physical
            )),
            None => Ok(self.present.within(physical, kind.unmake)),
        }
    }

    pub(super) fn remove_opaque(&mut self, kind: &str, region: &Region, physical: &str) {
        self.resources
            .opaque
            .retain(|one| !(one.kind == kind && &one.region == region && one.physical == physical));
    }
}

impl Resources {
    pub(super) fn attributes_of_opaque(
        &self,
        kind: &str,
        region: &Region,
        physical: &str,
        seed: u64,
    ) -> Vec<(&'static str, String)> {
        let owned = self.owners.get(kind, region, physical);
        let properties = owned.map_or(&Value::Null, |one| &one.properties);
        let given = |name: &str| properties::text(properties, name).unwrap_or_default();
        let id = physical.to_owned();
        match kind {
            "AWS::EC2::VPC" => vec![("VpcId", id), ("CidrBlock", given("CidrBlock"))],
            "AWS::EC2::Subnet" => vec![
                ("SubnetId", id),
                ("VpcId", given("VpcId")),
                ("AvailabilityZone", given("AvailabilityZone")),
                ("CidrBlock", given("CidrBlock")),
            ],
            "AWS::EC2::SecurityGroup" => {
                vec![
                    ("GroupId", id.clone()),
                    ("Id", id),
                    ("VpcId", given("VpcId")),
                ]
            }
            "AWS::KMS::Key" => vec![
                ("Arn", format!("arn:aws:kms:{region}:{ACCOUNT}:key/{id}")),
                ("KeyId", id),
            ],
            "AWS::IAM::Role" => vec![
                ("Arn", format!("arn:aws:iam::{ACCOUNT}:role/{id}")),
                (
                    "RoleId",
                    format!("AROA{}", names::upper_token(seed, &id, 17)),
                ),
            ],
            "AWS::SNS::Topic" => {
                let name = id.rsplit(':').next().unwrap_or_default().to_owned();
                vec![("TopicArn", id), ("TopicName", name)]
            }
            "AWS::Logs::LogGroup" => vec![(
                "Arn",
                format!("arn:aws:logs:{region}:{ACCOUNT}:log-group:{id}:*"),
            )],
            "AWS::ApiGatewayV2::Integration" => vec![("IntegrationId", id)],
            "AWS::ApiGatewayV2::Route" => vec![("RouteId", id)],
            "AWS::RDS::DBClusterParameterGroup" => vec![("DBClusterParameterGroupName", id)],
            _ => vec![("Id", id)],
        }
    }

    fn has_opaque(&self, kind: &str, region: &Region, physical: &str) -> bool {
        let mut all = self.opaque.iter();
        all.any(|one| one.kind == kind && &one.region == region && one.physical == physical)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::super::{Sim, SimOptions, Wanted};
    use gwctl_fleet::Region;

    const STACK: &str = "arn:aws:cloudformation:us-east-1:123456789012:stack/orders-us-east-1/1";

    fn wanted<'a>(region: &'a Region, kind: &'a str, properties: &'a Value) -> Wanted<'a> {
        Wanted {
            region,
            stack: STACK,
            logical: "Group",
            kind,
            properties,
            tags: &[],
        }
    }

    #[test]
    fn ids_look_like_awss_and_a_replaced_one_has_a_name_of_its_own() {
        let sim = Sim::new(SimOptions {
            empty: true,
            speed: 1e-9,
            ..SimOptions::default()
        });
        let (sim, region) = (sim.unwrap(), Region::global());
        let kind = "AWS::RDS::DBClusterParameterGroup";
        let (old, new) = (
            json!({"Family": "aurora-postgresql16"}),
            json!({"Family": "aurora-postgresql17"}),
        );
        let first = sim
            .state()
            .begin_making(&wanted(&region, kind, &old))
            .unwrap();
        assert!(
            first.physical.starts_with("orders-us-east-1-group-"),
            "{first:?}"
        );
        sim.advance(std::time::Duration::from_secs(30));
        let wants = wanted(&region, kind, &new);
        let second = sim
            .state()
            .begin_changing(&wants, &first.physical, &old)
            .unwrap();
        assert!(second.replaced && second.made.physical != first.physical);
        let none = json!({});
        let vpc = wanted(&region, "AWS::EC2::VPC", &none);
        let vpc = sim.state().begin_making(&vpc).unwrap().physical;
        assert!(vpc.starts_with("vpc-0") && vpc.len() == 21, "{vpc}");
        let role = wanted(&region, "AWS::IAM::Role", &none);
        let role = sim.state().begin_making(&role).unwrap();
        assert_eq!(
            role.attributes["Arn"],
            format!("arn:aws:iam::123456789012:role/{}", role.physical)
        );
        assert_eq!(sim.state().resources.owned_by(STACK).len(), 4);
        let odd = wanted(&region, "AWS::Moon::Base", &none);
        assert!(
            sim.state()
                .begin_making(&odd)
                .unwrap_err()
                .contains("AWS::Moon::Base")
        );
    }
}
