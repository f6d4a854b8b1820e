//! What the schemas list and the table has not, and why: each is needed only for properties of which no
//! template has any.

/// Instead of a property: needed only for a resource that leaves a snapshot.
pub const SNAPSHOT: &str = "DeletionPolicy: Snapshot";

/// Resource type, what it would be needed for, actions.
pub const LEFT_OUT: [(&str, &str, &str); 47] = [
    ("AWS::ApiGatewayV2::Api", "BodyS3Location", "s3:getObject"),
    (
        "AWS::ApiGatewayV2::DomainName",
        "MutualTlsAuthentication",
        "s3:GetObject s3:GetObjectVersion",
    ),
    (
        "AWS::ApiGatewayV2::Integration",
        "CredentialsArn",
        "iam:PassRole",
    ),
    (
        "AWS::CertificateManager::Certificate",
        "CertificateAuthorityArn",
        "acm-pca:GetCertificate acm-pca:IssueCertificate",
    ),
    (
        "AWS::CertificateManager::Certificate",
        "CertificateExport CertificateTransparencyLoggingPreference",
        "acm:UpdateCertificateOptions",
    ),
    (
        "AWS::CloudFront::Distribution",
        "DistributionConfig.ContinuousDeploymentPolicyId DistributionConfig.Staging",
        "cloudfront:UpdateDistributionWithStagingConfig",
    ),
    (
        "AWS::CloudFront::Distribution",
        "DistributionConfig.Origins.VpcOriginConfig",
        "cloudfront:GetVpcOrigin",
    ),
    (
        "AWS::EC2::Subnet",
        "Ipv6CidrBlock Ipv6IpamPoolId Ipv6Native",
        "ec2:AssociateSubnetCidrBlock ec2:DisassociateSubnetCidrBlock",
    ),
    ("AWS::EC2::VPC", "InstanceTenancy", "ec2:ModifyVpcTenancy"),
    (
        "AWS::EC2::VPC",
        "VpcEncryptionControl",
        "ec2:CreateVpcEncryptionControl",
    ),
    (
        "AWS::IAM::Policy",
        "Groups",
        "iam:DeleteGroupPolicy iam:GetGroupPolicy iam:PutGroupPolicy",
    ),
    (
        "AWS::IAM::Policy",
        "Users",
        "iam:DeleteUserPolicy iam:GetUserPolicy iam:PutUserPolicy",
    ),
    (
        "AWS::IAM::Role",
        "Description MaxSessionDuration",
        "iam:UpdateRole iam:UpdateRoleDescription",
    ),
    (
        "AWS::IAM::Role",
        "ManagedPolicyArns",
        "iam:AttachRolePolicy iam:DetachRolePolicy",
    ),
    (
        "AWS::IAM::Role",
        "PermissionsBoundary",
        "iam:DeleteRolePermissionsBoundary iam:PutRolePermissionsBoundary",
    ),
    (
        "AWS::Lambda::Function",
        "CapacityProviderConfig",
        "lambda:PassCapacityProvider",
    ),
    (
        "AWS::Lambda::Function",
        "Code.SourceKMSKeyArn KmsKeyArn",
        "kms:CreateGrant kms:Decrypt kms:DescribeKey kms:Encrypt kms:GenerateDataKey",
    ),
    (
        "AWS::Lambda::Function",
        "CodeSigningConfigArn",
        "lambda:DeleteFunctionCodeSigningConfig lambda:GetCodeSigningConfig \
         lambda:PutFunctionCodeSigningConfig",
    ),
    (
        "AWS::Lambda::Function",
        "FileSystemConfigs",
        "elasticfilesystem:DescribeMountTargets s3files:ListMountTargets",
    ),
    (
        "AWS::Lambda::Function",
        "FunctionScalingConfig",
        "lambda:PutFunctionScalingConfig",
    ),
    ("AWS::Lambda::Function", "Layers", "lambda:GetLayerVersion"),
    (
        "AWS::Lambda::Function",
        "RecursiveLoop",
        "lambda:PutFunctionRecursionConfig",
    ),
    (
        "AWS::Lambda::Function",
        "RuntimeManagementConfig",
        "lambda:PutRuntimeManagementConfig",
    ),
    (
        "AWS::Lambda::Version",
        "FunctionScalingConfig",
        "lambda:PutFunctionScalingConfig",
    ),
    (
        "AWS::Lambda::Version",
        "ProvisionedConcurrencyConfig",
        "lambda:PutProvisionedConcurrencyConfig",
    ),
    (
        "AWS::Lambda::Version",
        "RuntimePolicy",
        "lambda:PutRuntimeManagementConfig",
    ),
    (
        "AWS::Logs::LogGroup",
        "BearerTokenAuthenticationEnabled",
        "logs:PutBearerTokenAuthentication",
    ),
    (
        "AWS::Logs::LogGroup",
        "DataProtectionPolicy",
        "firehose:TagDeliveryStream logs:CreateLogDelivery logs:PutDataProtectionPolicy \
         s3:REST.PUT.OBJECT",
    ),
    (
        "AWS::Logs::LogGroup",
        "DeletionProtectionEnabled",
        "logs:PutLogGroupDeletionProtection",
    ),
    (
        "AWS::Logs::LogGroup",
        "FieldIndexPolicies",
        "logs:DeleteIndexPolicy logs:PutIndexPolicy",
    ),
    (
        "AWS::Logs::LogGroup",
        "KmsKeyId",
        "logs:AssociateKmsKey logs:DisassociateKmsKey",
    ),
    (
        "AWS::Logs::LogGroup",
        "ResourcePolicyDocument",
        "logs:DeleteResourcePolicy logs:PutResourcePolicy",
    ),
    (
        "AWS::RDS::DBCluster",
        "AssociatedRoles",
        "rds:AddRoleToDBCluster rds:RemoveRoleFromDBCluster",
    ),
    (
        "AWS::RDS::DBCluster",
        "AssociatedRoles DomainIAMRoleName MonitoringRoleArn",
        "iam:PassRole",
    ),
    (
        "AWS::RDS::DBCluster",
        "EnableHttpEndpoint",
        "rds:DisableHttpEndpoint rds:EnableHttpEndpoint",
    ),
    (
        "AWS::RDS::DBCluster",
        "ManageMasterUserPassword",
        "secretsmanager:CreateSecret secretsmanager:TagResource",
    ),
    (
        "AWS::RDS::DBCluster",
        "SnapshotIdentifier",
        "rds:RestoreDBClusterFromSnapshot",
    ),
    (
        "AWS::RDS::DBCluster",
        "SourceDBClusterIdentifier SourceDbClusterResourceId",
        "rds:RestoreDBClusterToPointInTime",
    ),
    (
        "AWS::RDS::DBInstance",
        "AssociatedRoles",
        "rds:AddRoleToDBInstance rds:RemoveRoleFromDBInstance",
    ),
    (
        "AWS::RDS::DBInstance",
        "AssociatedRoles CustomIAMInstanceProfile DomainIAMRoleName MonitoringRoleArn",
        "iam:GetRole iam:ListRoles iam:PassRole",
    ),
    (
        "AWS::RDS::DBInstance",
        "AutomaticBackupReplicationRegion",
        "rds:StartDBInstanceAutomatedBackupsReplication \
         rds:StopDBInstanceAutomatedBackupsReplication",
    ),
    (
        "AWS::RDS::DBInstance",
        "DBClusterSnapshotIdentifier DBSnapshotIdentifier",
        "rds:RestoreDBInstanceFromDBSnapshot",
    ),
    (
        "AWS::RDS::DBInstance",
        "ManageMasterUserPassword",
        "secretsmanager:CreateSecret secretsmanager:TagResource",
    ),
    (
        "AWS::RDS::DBInstance",
        "SourceDBClusterIdentifier SourceDBInstanceIdentifier",
        "rds:CreateDBInstanceReadReplica rds:PromoteReadReplica",
    ),
    (
        "AWS::RDS::DBInstance",
        "SourceDBInstanceAutomatedBackupsArn SourceDbiResourceId",
        "rds:RestoreDBInstanceToPointInTime",
    ),
    ("AWS::RDS::DBInstance", SNAPSHOT, "rds:CreateDBSnapshot"),
    (
        "AWS::Route53::HealthCheck",
        "HealthCheckConfig.RoutingControlArn",
        "route53-recovery-control-config:DescribeRoutingControl",
    ),
];
