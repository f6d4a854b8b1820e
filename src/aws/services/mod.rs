//! One file a service (what a large one lists, reads and changes in files of their own): fleet types in and out.

pub(crate) mod acm;
pub(crate) mod apigateway;
pub(crate) mod apigateway_names;
pub(crate) mod cloudformation;
pub(crate) mod cloudformation_change;
pub(crate) mod cloudformation_read;
pub(crate) mod cloudfront;
pub(crate) mod cloudfront_change;
pub(crate) mod cloudfront_list;
pub(crate) mod cloudwatch;
pub(crate) mod iam;
pub(crate) mod invoke;
pub(crate) mod lambda;
pub(crate) mod lambda_code;
pub(crate) mod listing;
pub(crate) mod metric;
pub(crate) mod quotas;
pub(crate) mod rds;
pub(crate) mod rds_change;
pub(crate) mod rds_offers;
mod rds_proxies;
pub(crate) mod recovery;
pub(crate) mod route53;
pub(crate) mod route53_change;
pub(crate) mod route53_routing;
pub(crate) mod sts;
pub(crate) mod switch;
