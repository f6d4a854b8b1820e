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
        match family {
            Family::Alarm => self.make_alarm(wanted),
            Family::Api => self.make_api(wanted),
            Family::Certificate => self.make_certificate(wanted),
            Family::Cluster => self.make_cluster(wanted),
            Family::Distribution => self.make_distribution(wanted),
            Family::Domain => self.make_domain(wanted),
            Family::Function => self.make_function(wanted),
            Family::Global => self.rds().make_global(wanted),
            Family::HealthCheck => self.make_check(wanted),
            Family::Instance => self.rds().make_instance(wanted),
            Family::Mapping => self.make_mapping(wanted),
            Family::Monitoring => self.make_monitoring(wanted),
            Family::Record => self.make_record(wanted),
            Family::Stage => self.make_stage(wanted),
            Family::Version => self.make_version(wanted),
            Family::Opaque => self.make_opaque(wanted),
        }
    }

    pub(super) fn change(
        &mut self,
        family: Family,
        wanted: &Wanted<'_>,
        physical: &str,
    ) -> Result<i64, String> {
        match family {
            Family::Alarm => self.change_alarm(wanted, physical),
            Family::Api => self.change_api(wanted, physical),
            Family::Cluster => self.rds().change_cluster(wanted, physical),
            Family::Distribution => self.change_distribution(wanted, physical),
            Family::Domain => self.change_domain(wanted, physical),
            Family::Function => self.change_function(wanted, physical),
            Family::Global => self.rds().change_global(wanted, physical),
            Family::HealthCheck => self.change_check(wanted, physical),
            Family::Instance => self.rds().change_instance(wanted, physical),
            Family::Mapping => self.change_mapping(wanted, physical),
            Family::Monitoring => self.change_monitoring(wanted, physical),
            Family::Record => self.change_record_set(wanted, physical),
            Family::Stage => self.change_stage(wanted, physical),
            // Of the others nothing but tags changes in place.
            Family::Certificate | Family::Version => Ok(self.present.within(physical, (2, 6))),
            Family::Opaque => Ok(self.change_opaque(wanted, physical)),
        }
    }

    pub(super) fn finish_family(&mut self, family: Family, region: &Region, physical: &str) {
        match family {
            Family::Certificate => self.issue_certificate(physical),
            Family::Cluster => self.rds().finish_cluster(region, physical),
            Family::Domain => self.finish_domain(region, physical),
            Family::Function => self.finish_function(region, physical),
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
        match family {
            Family::Alarm => Ok(self.unmake_alarm(region, physical)),
            Family::Api => self.unmake_api(region, physical),
            Family::Certificate => self.unmake_certificate(physical),
            Family::Cluster => self.rds().unmake_cluster(region, physical),
            Family::Distribution => Ok(self.unmake_distribution(physical)),
            Family::Domain => Ok(self.unmake_domain(region, physical)),
            Family::Function => self.unmake_function(region, physical),
            Family::Global => self.rds().unmake_global(physical),
            Family::HealthCheck => self.unmake_check(physical),
            Family::Instance => Ok(self.rds().unmake_instance(region, physical)),
            Family::Record => self.unmake_record(region, physical),
            Family::Version => self.unmake_version(physical),
            Family::Mapping | Family::Monitoring | Family::Stage => {
                Ok(self.present.within(physical, (2, 6)))
            }
            Family::Opaque => self.unmake_opaque(kind, region, physical),
        }
    }

    pub(super) fn remove(&mut self, family: Family, kind: &str, region: &Region, physical: &str) {
        match family {
            Family::Alarm => self.remove_alarm(region, physical),
            Family::Api => self.remove_api(region, physical),
            Family::Certificate => self.remove_certificate(physical),
            Family::Cluster => self.rds().remove_cluster(region, physical),
            Family::Distribution => self.remove_distribution(physical),
            Family::Domain => self.remove_domain(region, physical),
            Family::Function => self.remove_function(region, physical),
            Family::Global => self.rds().remove_global(physical),
            Family::HealthCheck => self.remove_check(physical),
            Family::Instance => self.rds().remove_instance(region, physical),
            Family::Mapping => self.remove_mapping(region, physical),
            Family::Monitoring => self.remove_monitoring(physical),
            Family::Stage => self.remove_stage(region, physical),
            // Records are gone since the change began, versions with their function.
            Family::Record | Family::Version => {}
            Family::Opaque => self.remove_opaque(kind, region, physical),
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
            Family::Alarm => self.attributes_of_alarm(region, physical),
            Family::Api => self.attributes_of_api(region, physical),
            Family::Cluster => self.resources.attributes_of_cluster(region, physical),
            Family::Distribution => self.attributes_of_distribution(physical),
            Family::Domain => self.attributes_of_domain(region, physical),
            Family::Function => self.attributes_of_function(region, physical),
            Family::Global => self.resources.attributes_of_global(physical),
            Family::Instance => self.resources.attributes_of_instance(region, physical),
            Family::HealthCheck => vec![("HealthCheckId", physical.into())],
            Family::Mapping => vec![("ApiMappingId", physical.into())],
            Family::Version => vec![(
                "Version",
                physical.rsplit(':').next().unwrap_or_default().into(),
            )],
            Family::Certificate | Family::Monitoring | Family::Record | Family::Stage => Vec::new(),
            Family::Opaque => self.attributes_of_opaque(kind, region, physical),
        }
    }
}
