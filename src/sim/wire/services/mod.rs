//! The operations, one file a service, whatever protocol asked.

mod acm;
mod apigateway;
mod apigatewayv2;
pub(super) mod ask;
mod cloudformation;
mod cloudfront;
mod cloudtrail;
mod cloudwatch;
mod dynamodb;
mod health;
mod iam;
mod insights;
mod integrations;
mod lambda;
mod logs;
mod logs_pattern;
mod page;
mod rds;
pub(super) mod rds_data;
mod recovery;
mod region_switch;
mod route53;
mod sts;
mod xray;

pub use ask::{Answer, Ask};

use super::route::Service;
use crate::world::State;

/// Performs `operation`.
pub fn call(service: Service, operation: &str, world: &mut State, ask: &Ask) -> Answer {
    match service {
        Service::CloudWatch => cloudwatch::call(operation, world, ask),
        Service::Rds => rds::call(operation, world, ask),
        Service::RdsData => rds_data::call(operation, world, ask),
        Service::Route53 => route53::call(operation, world, ask),
        Service::CloudFront => cloudfront::call(operation, world, ask),
        Service::CloudTrail => cloudtrail::call(operation, world, ask),
        Service::DynamoDb => dynamodb::call(operation, world, ask),
        Service::Health => health::call(operation, world, ask),
        Service::Logs => logs::call(operation, world, ask),
        Service::Lambda => lambda::call(operation, world, ask),
        Service::ApiGateway => apigateway::call(operation, world, ask),
        Service::ApiGatewayV2 => apigatewayv2::call(operation, world, ask),
        Service::Acm => acm::call(operation, &world.resources, ask),
        Service::Sts => sts::call(operation, world, ask),
        Service::Iam => iam::call(operation, world, ask),
        Service::CloudFormation => cloudformation::call(operation, world, ask),
        Service::RecoveryCluster => recovery::call(operation, world, ask),
        Service::XRay => xray::call(operation, world, ask),
        Service::RegionSwitch => region_switch::call(operation, world, ask),
        Service::RecoveryConfig => recovery::configured(operation, &world.resources, ask),
    }
}
