//! What CloudFormation calls for the resources of gwctl's own templates: it works with the caller's own
//! rights, or with those of a service role.
//!
//! Not from memory: the table is what the resource types' schemas list under their handlers, but for what
//! is needed only for properties that no template uses. A test reads the schemas and compares.

use std::collections::BTreeSet;

/// IAM actions by resource type: to create, read, update and delete it.
pub const NEEDED: [(&str, &str); 30] = [
    (
        "AWS::ApiGatewayV2::Api",
        "apigateway:DELETE apigateway:GET apigateway:PATCH apigateway:POST apigateway:PUT",
    ),
    (
        "AWS::ApiGatewayV2::ApiMapping",
        "apigateway:DELETE apigateway:GET apigateway:PATCH apigateway:POST apigateway:PUT",
    ),
    (
        "AWS::ApiGatewayV2::DomainName",
        "apigateway:AddCertificateToDomain apigateway:DELETE apigateway:GET apigateway:PATCH \
         apigateway:POST apigateway:PUT apigateway:RemoveCertificateFromDomain",
    ),
    (
        "AWS::ApiGatewayV2::Integration",
        "apigateway:DELETE apigateway:GET apigateway:PATCH apigateway:POST apigateway:PUT",
    ),
    (
        "AWS::ApiGatewayV2::Route",
        "apigateway:DELETE apigateway:GET apigateway:PATCH apigateway:POST apigateway:PUT",
    ),
    (
        "AWS::ApiGatewayV2::Stage",
        "apigateway:DELETE apigateway:GET apigateway:PATCH apigateway:POST \
         apigateway:TagResource apigateway:UntagResource",
    ),
    (
        "AWS::CertificateManager::Certificate",
        "acm:AddTagsToCertificate acm:DeleteCertificate acm:DescribeCertificate \
         acm:ListTagsForCertificate acm:RemoveTagsFromCertificate acm:RequestCertificate \
         route53:ChangeResourceRecordSets",
    ),
    (
        "AWS::CloudFront::CachePolicy",
        "cloudfront:CreateCachePolicy cloudfront:DeleteCachePolicy cloudfront:GetCachePolicy \
         cloudfront:UpdateCachePolicy",
    ),
    (
        "AWS::CloudFront::Distribution",
        "cloudfront:CreateConnectionGroup cloudfront:CreateDistribution \
         cloudfront:CreateDistributionWithTags cloudfront:DeleteDistribution \
         cloudfront:GetConnectionGroup cloudfront:GetDistribution \
         cloudfront:GetDistributionConfig cloudfront:ListTagsForResource cloudfront:TagResource \
         cloudfront:UntagResource cloudfront:UpdateDistribution",
    ),
    (
        "AWS::CloudFront::MonitoringSubscription",
        "cloudfront:CreateMonitoringSubscription cloudfront:DeleteMonitoringSubscription \
         cloudfront:GetMonitoringSubscription",
    ),
    (
        "AWS::CloudFront::OriginRequestPolicy",
        "cloudfront:CreateOriginRequestPolicy cloudfront:DeleteOriginRequestPolicy \
         cloudfront:GetOriginRequestPolicy cloudfront:UpdateOriginRequestPolicy",
    ),
    (
        "AWS::CloudWatch::Alarm",
        "cloudwatch:DeleteAlarms cloudwatch:DescribeAlarms cloudwatch:ListTagsForResource \
         cloudwatch:PutMetricAlarm cloudwatch:TagResource cloudwatch:UntagResource",
    ),
    (
        "AWS::EC2::SecurityGroup",
        "ec2:AuthorizeSecurityGroupEgress ec2:AuthorizeSecurityGroupIngress \
         ec2:CreateSecurityGroup ec2:CreateTags ec2:DeleteSecurityGroup ec2:DeleteTags \
         ec2:DescribeInstances ec2:DescribeSecurityGroups ec2:RevokeSecurityGroupEgress \
         ec2:RevokeSecurityGroupIngress ec2:UpdateSecurityGroupRuleDescriptionsEgress \
         ec2:UpdateSecurityGroupRuleDescriptionsIngress",
    ),
    (
        "AWS::EC2::Subnet",
        "ec2:CreateSubnet ec2:CreateTags ec2:DeleteSubnet ec2:DeleteTags ec2:DescribeNetworkAcls \
         ec2:DescribeSubnets ec2:ModifySubnetAttribute",
    ),
    (
        "AWS::EC2::VPC",
        "ec2:CreateTags ec2:CreateVpc ec2:DeleteTags ec2:DeleteVpc ec2:DescribeNetworkAcls \
         ec2:DescribeSecurityGroups ec2:DescribeVpcAttribute ec2:DescribeVpcEncryptionControls \
         ec2:DescribeVpcs ec2:ModifyVpcAttribute",
    ),
    (
        "AWS::IAM::Policy",
        "iam:DeleteRolePolicy iam:GetRolePolicy iam:PutRolePolicy",
    ),
    (
        "AWS::IAM::Role",
        "iam:CreateRole iam:DeleteRole iam:DeleteRolePolicy iam:GetRole iam:GetRolePolicy \
         iam:ListAttachedRolePolicies iam:ListRolePolicies iam:PutRolePolicy iam:TagRole \
         iam:UntagRole iam:UpdateAssumeRolePolicy",
    ),
    (
        "AWS::KMS::Alias",
        "kms:CreateAlias kms:DeleteAlias kms:ListAliases kms:UpdateAlias",
    ),
    (
        "AWS::KMS::Key",
        "kms:CreateKey kms:DescribeKey kms:DisableKey kms:DisableKeyRotation kms:EnableKey \
         kms:EnableKeyRotation kms:GetKeyPolicy kms:GetKeyRotationStatus kms:ListResourceTags \
         kms:PutKeyPolicy kms:ScheduleKeyDeletion kms:TagResource kms:UntagResource \
         kms:UpdateKeyDescription",
    ),
    (
        "AWS::Lambda::Function",
        "ec2:DescribeNetworkInterfaces ec2:DescribeSecurityGroups ec2:DescribeSubnets \
         ec2:DescribeVpcs iam:PassRole lambda:AssociateRuntimeAlias lambda:CreateFunction \
         lambda:DeleteFunction lambda:DeleteFunctionConcurrency lambda:GetFunction \
         lambda:GetFunctionCodeSigningConfig lambda:GetFunctionRecursionConfig \
         lambda:GetFunctionScalingConfig lambda:GetRuntimeManagementConfig lambda:PublishVersion \
         lambda:PutFunctionConcurrency lambda:TagResource lambda:UntagResource \
         lambda:UpdateFunctionCode lambda:UpdateFunctionConfiguration s3:GetObject \
         s3:GetObjectVersion",
    ),
    (
        "AWS::Lambda::Permission",
        "lambda:AddPermission lambda:GetPolicy lambda:RemovePermission",
    ),
    (
        "AWS::Lambda::Version",
        "lambda:DeleteFunction lambda:GetFunctionConfiguration lambda:GetFunctionScalingConfig \
         lambda:GetProvisionedConcurrencyConfig lambda:GetRuntimeManagementConfig \
         lambda:ListVersionsByFunction lambda:PublishVersion",
    ),
    (
        "AWS::Logs::LogGroup",
        "logs:CreateLogGroup logs:DeleteDataProtectionPolicy logs:DeleteLogGroup \
         logs:DeleteRetentionPolicy logs:DescribeIndexPolicies logs:DescribeLogGroups \
         logs:DescribeResourcePolicies logs:GetDataProtectionPolicy logs:ListTagsForResource \
         logs:PutRetentionPolicy logs:TagResource logs:UntagResource",
    ),
    (
        "AWS::RDS::DBCluster",
        "ec2:DescribeSecurityGroups iam:CreateServiceLinkedRole rds:AddTagsToResource \
         rds:CreateDBCluster rds:CreateDBClusterSnapshot rds:CreateDBInstance \
         rds:DeleteDBCluster rds:DeleteDBInstance rds:DescribeDBClusterAutomatedBackups \
         rds:DescribeDBClusterSnapshots rds:DescribeDBClusters rds:DescribeDBSnapshots \
         rds:DescribeDBSubnetGroups rds:DescribeEvents rds:DescribeGlobalClusters \
         rds:ModifyDBCluster rds:ModifyDBInstance rds:RemoveFromGlobalCluster \
         rds:RemoveTagsFromResource",
    ),
    (
        "AWS::RDS::DBClusterParameterGroup",
        "iam:CreateServiceLinkedRole rds:AddTagsToResource rds:CreateDBClusterParameterGroup \
         rds:DeleteDBClusterParameterGroup rds:DescribeDBClusterParameterGroups \
         rds:DescribeDBClusterParameters rds:DescribeDBClusters \
         rds:DescribeEngineDefaultClusterParameters rds:ListTagsForResource \
         rds:ModifyDBClusterParameterGroup rds:RemoveTagsFromResource \
         rds:ResetDBClusterParameterGroup",
    ),
    (
        "AWS::RDS::DBInstance",
        "ec2:DescribeAccountAttributes ec2:DescribeAvailabilityZones \
         ec2:DescribeInternetGateways ec2:DescribeSecurityGroups ec2:DescribeSubnets \
         ec2:DescribeVpcAttribute ec2:DescribeVpcs iam:CreateServiceLinkedRole kms:CreateGrant \
         kms:DescribeKey rds:AddTagsToResource rds:CreateDBInstance rds:DeleteDBInstance \
         rds:DescribeDBClusterSnapshots rds:DescribeDBClusters rds:DescribeDBEngineVersions \
         rds:DescribeDBInstanceAutomatedBackups rds:DescribeDBInstances \
         rds:DescribeDBParameterGroups rds:DescribeDBSnapshots rds:DescribeEvents \
         rds:ModifyDBInstance rds:RebootDBInstance rds:RemoveTagsFromResource",
    ),
    (
        "AWS::RDS::DBSubnetGroup",
        "iam:CreateServiceLinkedRole rds:AddTagsToResource rds:CreateDBSubnetGroup \
         rds:DeleteDBSubnetGroup rds:DescribeDBSubnetGroups rds:ListTagsForResource \
         rds:ModifyDBSubnetGroup rds:RemoveTagsFromResource",
    ),
    (
        "AWS::RDS::GlobalCluster",
        "rds:AddTagsToResource rds:CreateGlobalCluster rds:DeleteGlobalCluster \
         rds:DescribeDBClusters rds:DescribeGlobalClusters rds:ListTagsForResource \
         rds:ModifyGlobalCluster rds:RemoveFromGlobalCluster rds:RemoveTagsFromResource",
    ),
    (
        "AWS::Route53::HealthCheck",
        "cloudwatch:DescribeAlarms route53:ChangeTagsForResource route53:CreateHealthCheck \
         route53:DeleteHealthCheck route53:GetHealthCheck route53:ListTagsForResource \
         route53:UpdateHealthCheck",
    ),
    (
        "AWS::Route53::RecordSet",
        "route53:ChangeResourceRecordSets route53:GetChange route53:GetHostedZone \
         route53:ListHostedZones route53:ListResourceRecordSets",
    ),
];

/// What the schemas do not say and AWS checks besides.
const BESIDES: [&str; 12] = [
    // RDS encrypts with the cluster's key in the caller's name (aws-facts §9.4).
    "kms:CreateGrant",
    "kms:Decrypt",
    "kms:GenerateDataKey",
    // A distribution with a function on it, and one that loses it (aws-facts §9.3, and the Lambda@Edge
    // page on permissions).
    "lambda:DisableReplication*",
    "lambda:EnableReplication*",
    // The access log of an HTTP API (API Gateway's page on logging for HTTP APIs).
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
    // The first user's name and password are references that CloudFormation resolves.
    "secretsmanager:GetSecretValue",
];

/// All of it.
pub(super) fn actions() -> BTreeSet<String> {
    let listed = NEEDED.iter().flat_map(|(_, all)| all.split_whitespace());
    listed.chain(BESIDES).map(ToOwned::to_owned).collect()
}
