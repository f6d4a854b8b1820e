//! Which calls change a fleet, and what each does in plain words (aws-facts §14.3).
//!
//! `{dBClusterIdentifier:a cluster}` stands for the values of that request parameter, or for the words behind the
//! colon where the record has none.

use super::kind::EventKind;

/// One kind of call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct KnownCall {
    /// `CloudTrail`'s name of the service.
    pub(super) service: &'static str,
    /// The API's name, without Lambda's version.
    pub(super) operation: &'static str,
    /// What it does, with the verb in front: `update the code of {functionName:a function}`.
    pub(super) does: &'static str,
}

impl KnownCall {
    pub(super) fn kind(&self) -> EventKind {
        EventKind::of_service(self.service)
    }
}

const fn call(service: &'static str, operation: &'static str, does: &'static str) -> KnownCall {
    KnownCall {
        service,
        operation,
        does,
    }
}

/// All of them, by service.
pub(super) const KNOWN: &[KnownCall] = &[
    call(
        "lambda",
        "UpdateFunctionCode",
        "update the code of {functionName:a function}",
    ),
    // CloudTrail leaves out what an environment variable was set to (aws-facts §14.3).
    call(
        "lambda",
        "UpdateFunctionConfiguration",
        "change the configuration of {functionName:a function}",
    ),
    call(
        "lambda",
        "PublishVersion",
        "publish a version of {functionName:a function}",
    ),
    call(
        "lambda",
        "CreateAlias",
        "create the alias {name:without a name} of {functionName:a function}",
    ),
    call(
        "lambda",
        "UpdateAlias",
        "change the alias {name:without a name} of {functionName:a function}",
    ),
    call(
        "lambda",
        "DeleteAlias",
        "delete the alias {name:without a name} of {functionName:a function}",
    ),
    call(
        "lambda",
        "CreateFunction",
        "create the function {functionName:without a name}",
    ),
    call(
        "lambda",
        "DeleteFunction",
        "delete the function {functionName:without a name}",
    ),
    call(
        "lambda",
        "AddPermission",
        "allow {principal:somebody} to invoke {functionName:a function}",
    ),
    call(
        "lambda",
        "RemovePermission",
        "remove a permission of {functionName:a function}",
    ),
    call(
        "lambda",
        "PutFunctionConcurrency",
        "set the reserved concurrency of {functionName:a function} to {reservedConcurrentExecutions:another number}",
    ),
    call(
        "lambda",
        "DeleteFunctionConcurrency",
        "remove the reserved concurrency of {functionName:a function}",
    ),
    call(
        "lambda",
        "PutProvisionedConcurrencyConfig",
        "set the provisioned concurrency of {functionName:a function}",
    ),
    call(
        "lambda",
        "PublishLayerVersion",
        "publish a version of the layer {layerName:without a name}",
    ),
    call(
        "lambda",
        "PutRuntimeManagementConfig",
        "change how {functionName:a function} gets runtime updates",
    ),
    call(
        "lambda",
        "UpdateEventSourceMapping",
        "change an event source of {functionName:a function}",
    ),
    call(
        "route53",
        "ChangeResourceRecordSets",
        "change the record {resourceRecordSet.name:without a name}",
    ),
    call("route53", "CreateHealthCheck", "create a health check"),
    call(
        "route53",
        "UpdateHealthCheck",
        "change the health check {healthCheckId:without an id}",
    ),
    call(
        "route53",
        "DeleteHealthCheck",
        "delete the health check {healthCheckId:without an id}",
    ),
    call(
        "route53",
        "ChangeTagsForResource",
        "change the tags of {resourceId:a resource} in Route 53",
    ),
    call(
        "route53",
        "UpdateHostedZoneFeatures",
        "change features of the hosted zone {hostedZoneId:without an id}",
    ),
    call(
        "cloudfront",
        "UpdateDistribution",
        "change the distribution {id:without an id}",
    ),
    call(
        "cloudfront",
        "CreateInvalidation",
        "invalidate paths of the distribution {distributionId:without an id}",
    ),
    call(
        "cloudfront",
        "UpdateFunction",
        "change the CloudFront function {name:without a name}",
    ),
    call(
        "cloudfront",
        "PublishFunction",
        "publish the CloudFront function {name:without a name}",
    ),
    call(
        "cloudfront",
        "UpdateCachePolicy",
        "change the cache policy {id:without an id}",
    ),
    call(
        "cloudfront",
        "UpdateOriginRequestPolicy",
        "change the origin request policy {id:without an id}",
    ),
    call(
        "apigateway",
        "CreateDeployment",
        "deploy the API {restApiId:without an id}",
    ),
    call(
        "apigateway",
        "UpdateStage",
        "change the stage {stageName:without a name} of the API {restApiId:without an id}",
    ),
    call(
        "apigateway",
        "PutRestApi",
        "replace the definition of the API {restApiId:without an id}",
    ),
    call("apigateway", "ImportApi", "import an API"),
    call(
        "apigateway",
        "ReimportApi",
        "replace the definition of the API {apiId:without an id}",
    ),
    call(
        "apigateway",
        "UpdateIntegration",
        "change an integration of the API {restApiId:without an id}",
    ),
    call(
        "apigateway",
        "PutIntegration",
        "set an integration of the API {restApiId:without an id}",
    ),
    call(
        "apigateway",
        "UpdateRoute",
        "change a route of the API {apiId:without an id}",
    ),
    call(
        "apigateway",
        "UpdateAuthorizer",
        "change an authorizer of the API {restApiId:without an id}",
    ),
    call(
        "apigateway",
        "UpdateDomainName",
        "change the domain name {domainName:without a name}",
    ),
    call(
        "apigateway",
        "CreateBasePathMapping",
        "map the domain name {domainName:without a name} to the API {restApiId:without an id}",
    ),
    call(
        "apigateway",
        "CreateApiMapping",
        "map the domain name {domainName:without a name} to the API {apiId:without an id}",
    ),
    call(
        "apigateway",
        "UpdateAccount",
        "change API Gateway's settings of the account",
    ),
    call(
        "rds",
        "ModifyDBCluster",
        "change the cluster {dBClusterIdentifier:without a name}",
    ),
    call(
        "rds",
        "ModifyDBInstance",
        "change the instance {dBInstanceIdentifier:without a name}",
    ),
    call(
        "rds",
        "RebootDBInstance",
        "reboot the instance {dBInstanceIdentifier:without a name}",
    ),
    call(
        "rds",
        "FailoverDBCluster",
        "fail over within the cluster {dBClusterIdentifier:without a name}",
    ),
    call(
        "rds",
        "FailoverGlobalCluster",
        "fail over the global cluster {globalClusterIdentifier:without a name} to {targetDbClusterIdentifier:another cluster}",
    ),
    call(
        "rds",
        "SwitchoverGlobalCluster",
        "switch over the global cluster {globalClusterIdentifier:without a name} to {targetDbClusterIdentifier:another cluster}",
    ),
    call(
        "rds",
        "RemoveFromGlobalCluster",
        "remove {dbClusterIdentifier:a cluster} from the global cluster {globalClusterIdentifier:without a name}",
    ),
    call(
        "rds",
        "ModifyGlobalCluster",
        "change the global cluster {globalClusterIdentifier:without a name}",
    ),
    call(
        "rds",
        "CreateDBInstance",
        "create the instance {dBInstanceIdentifier:without a name}",
    ),
    call(
        "rds",
        "DeleteDBInstance",
        "delete the instance {dBInstanceIdentifier:without a name}",
    ),
    call(
        "rds",
        "ModifyDBClusterParameterGroup",
        "change {parameterName:parameters} of the parameter group {dBClusterParameterGroupName:without a name}",
    ),
    call(
        "rds",
        "ResetDBClusterParameterGroup",
        "restore {parameterName:the defaults} of the parameter group {dBClusterParameterGroupName:without a name}",
    ),
    call(
        "rds",
        "ApplyPendingMaintenanceAction",
        "apply maintenance to {resourceIdentifier:a database}",
    ),
    call(
        "cloudformation",
        "ExecuteChangeSet",
        "execute a change set of the stack {stackName:without a name}",
    ),
    call(
        "cloudformation",
        "CreateStack",
        "create the stack {stackName:without a name}",
    ),
    call(
        "cloudformation",
        "UpdateStack",
        "update the stack {stackName:without a name}",
    ),
    call(
        "cloudformation",
        "DeleteStack",
        "delete the stack {stackName:without a name}",
    ),
    call(
        "cloudformation",
        "CancelUpdateStack",
        "cancel the update of the stack {stackName:without a name}",
    ),
    call(
        "monitoring",
        "PutMetricAlarm",
        "create or change the alarm {alarmName:without a name}",
    ),
    call(
        "monitoring",
        "PutCompositeAlarm",
        "create or change the alarm {alarmName:without a name}",
    ),
    call(
        "monitoring",
        "DeleteAlarms",
        "delete the alarm {alarmNames:without a name}",
    ),
    call(
        "monitoring",
        "SetAlarmState",
        "set the alarm {alarmName:without a name} to {stateValue:another state} by hand",
    ),
    call(
        "monitoring",
        "DisableAlarmActions",
        "disable the actions of the alarm {alarmNames:without a name}",
    ),
    call(
        "monitoring",
        "EnableAlarmActions",
        "enable the actions of the alarm {alarmNames:without a name}",
    ),
    call(
        "monitoring",
        "PutAlarmMuteRule",
        "mute alarms by the rule {name:without a name}",
    ),
    call(
        "acm",
        "DeleteCertificate",
        "delete the certificate {certificateArn:without an ARN}",
    ),
    call(
        "acm",
        "ImportCertificate",
        "import the certificate {certificateArn:without an ARN}",
    ),
    // What came of it is seen by comparing pictures: AWS decides hours or days later.
    call(
        "servicequotas",
        "RequestServiceQuotaIncrease",
        "request {desiredValue:more} as the quota {quotaCode:without a code} of {serviceCode:a service}",
    ),
    call("kms", "DisableKey", "disable the key {keyId:without an id}"),
    call(
        "kms",
        "ScheduleKeyDeletion",
        "schedule the deletion of the key {keyId:without an id}",
    ),
    call(
        "kms",
        "PutKeyPolicy",
        "change the policy of the key {keyId:without an id}",
    ),
    call(
        "secretsmanager",
        "RotateSecret",
        "rotate the secret {secretId:without an id}",
    ),
    call(
        "secretsmanager",
        "PutSecretValue",
        "change the value of the secret {secretId:without an id}",
    ),
    call(
        "iam",
        "PutRolePolicy",
        "change the policy {policyName:without a name} of the role {roleName:without a name}",
    ),
    call(
        "iam",
        "AttachRolePolicy",
        "attach the policy {policyArn:without an ARN} to the role {roleName:without a name}",
    ),
    call(
        "iam",
        "DetachRolePolicy",
        "detach the policy {policyArn:without an ARN} from the role {roleName:without a name}",
    ),
    call(
        "iam",
        "UpdateAssumeRolePolicy",
        "change who may assume the role {roleName:without a name}",
    ),
    call(
        "ec2",
        "AuthorizeSecurityGroupIngress",
        "open the security group {groupId:without an id}",
    ),
    call(
        "ec2",
        "RevokeSecurityGroupIngress",
        "close incoming traffic in the security group {groupId:without an id}",
    ),
    call(
        "ec2",
        "RevokeSecurityGroupEgress",
        "close outgoing traffic in the security group {groupId:without an id}",
    ),
    call(
        "ec2",
        "ReplaceRoute",
        "replace a route of the route table {routeTableId:without an id}",
    ),
    call(
        "ec2",
        "DeleteVpcEndpoints",
        "delete the VPC endpoint {vpcEndpointId:without an id}",
    ),
    call(
        "arc-region-switch",
        "StartPlanExecution",
        "start to {action:execute} by the Region switch plan {planArn:without an ARN} for {targetRegion:a Region}",
    ),
    call(
        "arc-region-switch",
        "ApprovePlanExecutionStep",
        "answer a step of the Region switch plan {planArn:without an ARN}",
    ),
    call(
        "arc-region-switch",
        "CancelPlanExecution",
        "cancel the Region switch plan {planArn:without an ARN}",
    ),
    call(
        "fis",
        "StartExperiment",
        "start a fault experiment of the template {experimentTemplateId:without an id} (CloudTrail has its end only where somebody stops it)",
    ),
    call(
        "fis",
        "StopExperiment",
        "stop the fault experiment {id:without an id}",
    ),
];

/// What is known of a call.
pub(super) fn known(service: &str, operation: &str) -> Option<&'static KnownCall> {
    KNOWN
        .iter()
        .find(|one| one.service == service && one.operation == operation)
}
