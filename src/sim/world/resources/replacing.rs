//! Which changes make AWS replace a resource: those that CloudFormation's reference marks so.

use serde_json::Value;

use super::properties::at;

/// The properties whose change replaces a resource of this type.
fn fixed(kind: &str) -> &'static [&'static str] {
    match kind {
        "AWS::EC2::VPC" => &["CidrBlock"],
        "AWS::EC2::Subnet" => &["VpcId", "CidrBlock", "AvailabilityZone"],
        "AWS::EC2::SecurityGroup" => &["GroupName", "GroupDescription", "VpcId"],
        "AWS::KMS::Alias" => &["AliasName"],
        "AWS::RDS::DBSubnetGroup" => &["DBSubnetGroupName"],
        "AWS::RDS::DBClusterParameterGroup" => {
            &["DBClusterParameterGroupName", "Description", "Family"]
        }
        "AWS::RDS::GlobalCluster" => &[
            "GlobalClusterIdentifier",
            "Engine",
            "SourceDBClusterIdentifier",
            "StorageEncrypted",
        ],
        "AWS::RDS::DBCluster" => &[
            "DBClusterIdentifier",
            "Engine",
            "DatabaseName",
            "DBSubnetGroupName",
            "KmsKeyId",
            "MasterUsername",
            "SnapshotIdentifier",
            "SourceDBClusterIdentifier",
            "StorageEncrypted",
        ],
        "AWS::RDS::DBInstance" => &[
            "DBInstanceIdentifier",
            "DBClusterIdentifier",
            "Engine",
            "DBSubnetGroupName",
        ],
        "AWS::Logs::LogGroup" => &["LogGroupName"],
        "AWS::SNS::Topic" => &["TopicName"],
        "AWS::IAM::Role" => &["RoleName", "Path"],
        "AWS::Lambda::Function" => &["FunctionName", "PackageType"],
        "AWS::Lambda::Version" => &["FunctionName", "Description", "CodeSha256"],
        "AWS::Lambda::Permission" => &[
            "FunctionName",
            "Action",
            "Principal",
            "SourceArn",
            "SourceAccount",
        ],
        "AWS::ApiGatewayV2::Api" => &["ProtocolType"],
        "AWS::ApiGatewayV2::Integration" | "AWS::ApiGatewayV2::Route" => &["ApiId"],
        "AWS::ApiGatewayV2::Stage" => &["ApiId", "StageName"],
        "AWS::ApiGatewayV2::DomainName" | "AWS::ApiGatewayV2::ApiMapping" => &["DomainName"],
        "AWS::CertificateManager::Certificate" => &[
            "DomainName",
            "SubjectAlternativeNames",
            "ValidationMethod",
            "DomainValidationOptions",
        ],
        "AWS::CloudWatch::Alarm" => &["AlarmName"],
        "AWS::Route53::HealthCheck" => &[
            "HealthCheckConfig.Type",
            "HealthCheckConfig.RequestInterval",
            "HealthCheckConfig.MeasureLatency",
            "HealthCheckConfig.RoutingControlArn",
        ],
        "AWS::Route53::RecordSet" => &["Name", "HostedZoneId", "HostedZoneName"],
        "AWS::CloudFront::MonitoringSubscription" => &["DistributionId"],
        _ => &[],
    }
}

/// Properties that the schema marks as replacing under a condition.
fn conditional(kind: &str) -> &'static [&'static str] {
    match kind {
        "AWS::RDS::DBCluster" => &["GlobalClusterIdentifier"],
        _ => &[],
    }
}

/// Whether AWS replaces the resource when its properties change so: CloudFormation's `True`, `False` or `Conditional`.
pub(in crate::world) fn replaces(kind: &str, before: &Value, after: &Value) -> &'static str {
    let changed = |path: &&&str| at(before, path) != at(after, path);
    let paths: Vec<_> = fixed(kind).iter().filter(changed).collect();
    // What another resource's replacement will give is not known before it is made: it may be the same.
    let unknown =
        |path: &&&str| at(after, path).is_some_and(|value| value.to_string().contains("\"<"));
    match paths.first() {
        None if conditional(kind).iter().any(|path| changed(&path)) => "Conditional",
        None => "False",
        Some(_) if paths.iter().all(unknown) => "Conditional",
        Some(_) => "True",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_name_replaces_a_setting_does_not_and_what_is_unknown_may() {
        let before =
            json!({"DBClusterIdentifier": "a", "KmsKeyId": "k", "DeletionProtection": true});
        let after = |name: &str, key: &str, protection: bool| json!({"DBClusterIdentifier": name, "KmsKeyId": key, "DeletionProtection": protection});
        let of = |after: Value| replaces("AWS::RDS::DBCluster", &before, &after);
        assert_eq!(of(after("a", "k", false)), "False");
        assert_eq!(of(after("b", "k", true)), "True");
        assert_eq!(of(after("a", "<Key.Arn>", true)), "Conditional");
        assert_eq!(of(after("b", "<Key.Arn>", true)), "True");
        let mut joined = after("a", "k", true);
        joined["GlobalClusterIdentifier"] = "orders".into();
        assert_eq!(of(joined), "Conditional");
    }
}
