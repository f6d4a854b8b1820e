//! Which service makes a resource.

use super::super::State;
use super::inert_resources;
use crate::world::resources::wanted::{Begun, Wanted};
use gwctl_fleet::Region;

/// Resources that are made alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    Alarm,
    Api,
    Certificate,
    Cluster,
    Distribution,
    Domain,
    Function,
    Global,
    HealthCheck,
    Instance,
    Mapping,
    Monitoring,
    Record,
    Stage,
    Version,
    /// Has no physics: kept as data.
    Opaque,
}

impl Family {
    /// The family of a resource type, or that there is none of this name.
    pub(super) fn of(kind: &str) -> Result<Self, String> {
        Ok(match kind {
            // REST APIs are only founded, but may be deleted.
            "AWS::ApiGatewayV2::Api" | "AWS::ApiGateway::RestApi" => Self::Api,
            "AWS::ApiGatewayV2::ApiMapping" => Self::Mapping,
            "AWS::ApiGatewayV2::DomainName" => Self::Domain,
            "AWS::ApiGatewayV2::Stage" => Self::Stage,
            "AWS::CertificateManager::Certificate" => Self::Certificate,
            "AWS::CloudFront::Distribution" => Self::Distribution,
            "AWS::CloudFront::MonitoringSubscription" => Self::Monitoring,
            "AWS::CloudWatch::Alarm" => Self::Alarm,
            "AWS::Lambda::Function" => Self::Function,
            "AWS::Lambda::Version" => Self::Version,
            "AWS::RDS::DBCluster" => Self::Cluster,
            "AWS::RDS::DBInstance" => Self::Instance,
            "AWS::RDS::GlobalCluster" => Self::Global,
            "AWS::Route53::HealthCheck" => Self::HealthCheck,
            "AWS::Route53::RecordSet" => Self::Record,
            other if inert_resources::knows(other) => Self::Opaque,
            other => return Err(format!("resources of type {other} are not simulated")),
        })
    }
}

impl State {
    pub(super) fn make(&mut self, family: Family, wanted: &Wanted<'_>) -> Begun {
        let mut account = self.account();
        match family {
            Family::Alarm => account.make_alarm(wanted),
            Family::Api => account.make_api(wanted),
            Family::Certificate => account.make_certificate(wanted),
            Family::Cluster => self.make_cluster(wanted),
            Family::Distribution => account.make_distribution(wanted),
            Family::Domain => account.make_domain(wanted),
            Family::Function => account.make_function(wanted),
            Family::Global => self.rds().make_global(wanted),
            Family::HealthCheck => account.make_check(wanted),
            Family::Instance => self.rds().make_instance(wanted),
            Family::Mapping => account.make_mapping(wanted),
            Family::Monitoring => account.make_monitoring(wanted),
            Family::Record => account.make_record(wanted),
            Family::Stage => account.make_stage(wanted),
            Family::Version => account.make_version(wanted),
            Family::Opaque => account.make_opaque(wanted),
        }
    }

    pub(super) fn change(
        &mut self,
        family: Family,
        wanted: &Wanted<'_>,
        physical: &str,
    ) -> Result<i64, String> {
        let mut account = self.account();
        match family {
            Family::Alarm => account.change_alarm(wanted, physical),
            Family::Api => account.change_api(wanted, physical),
            Family::Cluster => self.rds().change_cluster(wanted, physical),
            Family::Distribution => account.change_distribution(wanted, physical),
            Family::Domain => account.change_domain(wanted, physical),
            Family::Function => account.change_function(wanted, physical),
            Family::Global => self.rds().change_global(wanted, physical),
            Family::HealthCheck => account.change_check(wanted, physical),
            Family::Instance => self.rds().change_instance(wanted, physical),
            Family::Mapping => account.change_mapping(wanted, physical),
            Family::Monitoring => account.change_monitoring(wanted, physical),
            Family::Record => account.change_record_set(wanted, physical),
            Family::Stage => account.change_stage(wanted, physical),
            // Of the others nothing but tags changes in place.
            Family::Certificate | Family::Version => Ok(self.present.within(physical, (2, 6))),
            Family::Opaque => Ok(account.change_opaque(wanted, physical)),
        }
    }

    pub(super) fn finish_family(&mut self, family: Family, region: &Region, physical: &str) {
        let mut account = self.account();
        match family {
            Family::Certificate => account.issue_certificate(physical),
            Family::Cluster => self.rds().finish_cluster(region, physical),
            Family::Domain => account.finish_domain(region, physical),
            Family::Function => account.finish_function(region, physical),
            Family::Global => self.rds().finish_global(physical),
            Family::Instance => self.rds().finish_instance(region, physical),
            // There at once, or once the world has brought them everywhere.
            Family::Alarm
            | Family::Api
            | Family::Distribution
            | Family::HealthCheck
            | Family::Mapping
            | Family::Monitoring
            | Family::Record
            | Family::Stage
            | Family::Version
            | Family::Opaque => {}
        }
    }

    pub(super) fn unmake(
        &mut self,
        family: Family,
        kind: &str,
        region: &Region,
        physical: &str,
    ) -> Result<i64, String> {
        let mut account = self.account();
        match family {
            Family::Alarm => Ok(account.unmake_alarm(region, physical)),
            Family::Api => account.unmake_api(region, physical),
            Family::Certificate => account.unmake_certificate(physical),
            Family::Cluster => self.rds().unmake_cluster(region, physical),
            Family::Distribution => Ok(account.unmake_distribution(physical)),
            Family::Domain => Ok(account.unmake_domain(region, physical)),
            Family::Function => account.unmake_function(region, physical),
            Family::Global => self.rds().unmake_global(physical),
            Family::HealthCheck => account.unmake_check(physical),
            Family::Instance => Ok(self.rds().unmake_instance(region, physical)),
            Family::Record => account.unmake_record(region, physical),
            Family::Version => account.unmake_version(physical),
            Family::Mapping | Family::Monitoring | Family::Stage => {
                Ok(self.present.within(physical, (2, 6)))
            }
            Family::Opaque => account.unmake_opaque(kind, region, physical),
        }
    }

    pub(super) fn remove(&mut self, family: Family, kind: &str, region: &Region, physical: &str) {
        let mut account = self.account();
        match family {
            Family::Alarm => account.remove_alarm(region, physical),
            Family::Api => account.remove_api(region, physical),
            Family::Certificate => account.remove_certificate(physical),
            Family::Cluster => self.rds().remove_cluster(region, physical),
            Family::Distribution => account.remove_distribution(physical),
            Family::Domain => account.remove_domain(region, physical),
            Family::Function => account.remove_function(region, physical),
            Family::Global => self.rds().remove_global(physical),
            Family::HealthCheck => account.remove_check(physical),
            Family::Instance => self.rds().remove_instance(region, physical),
            Family::Mapping => account.remove_mapping(region, physical),
            Family::Monitoring => account.remove_monitoring(physical),
            Family::Stage => account.remove_stage(region, physical),
            // Records are gone since the change began, versions with their function.
            Family::Record | Family::Version => {}
            Family::Opaque => account.remove_opaque(kind, region, physical),
        }
    }

    pub(super) fn attributes(
        &self,
        family: Family,
        kind: &str,
        region: &Region,
        physical: &str,
    ) -> Vec<(&'static str, String)> {
        match family {
            Family::Alarm => self.resources.attributes_of_alarm(region, physical),
            Family::Api => self.resources.attributes_of_api(region, physical),
            Family::Cluster => self.resources.attributes_of_cluster(region, physical),
            Family::Distribution => self.resources.attributes_of_distribution(physical),
            Family::Domain => self.resources.attributes_of_domain(region, physical),
            Family::Function => self.resources.attributes_of_function(region, physical),
            Family::Global => self.resources.attributes_of_global(physical),
            Family::Instance => self.resources.attributes_of_instance(region, physical),
            Family::HealthCheck => vec![("HealthCheckId", physical.into())],
            Family::Mapping => vec![("ApiMappingId", physical.into())],
            Family::Version => vec![(
                "Version",
                physical.rsplit(':').next().unwrap_or_default().into(),
            )],
            Family::Certificate | Family::Monitoring | Family::Record | Family::Stage => Vec::new(),
            Family::Opaque => {
                let seed = self.present.seed;
                self.resources
                    .attributes_of_opaque(kind, region, physical, seed)
            }
        }
    }
}
