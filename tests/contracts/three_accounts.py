"""A fleet over three accounts in moto, as three teams would have made it; prints JSON.

moto knows accounts by the role that is assumed, and shows none what another has.

usage: three_accounts.py make MOTO_URL      the fleet
       three_accounts.py show MOTO_URL      the records of the zone, as the account of DNS sees them
"""

import json
import sys

import boto3

HOME = "us-east-1"
REGIONS = ["us-east-1", "eu-west-1"]
WORKLOAD, DNS, EDGE = "111111111111", "222222222222", "333333333333"
ENGINE = {"Engine": "aurora-postgresql", "EngineVersion": "16.8"}


def client(service, account, region=HOME):
    def plain(service, **credentials):
        return boto3.client(service, region_name=region, endpoint_url=sys.argv[2], **credentials)

    own = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    role = {"RoleArn": f"arn:aws:iam::{account}:role/builder", "RoleSessionName": "builder"}
    given = plain("sts", **own).assume_role(**role)["Credentials"]
    return plain(
        service,
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )


def database():
    client("rds", WORKLOAD).create_global_cluster(GlobalClusterIdentifier="orders", **ENGINE)
    for region in REGIONS:
        rds = client("rds", WORKLOAD, region)
        password = {"MasterUsername": "orders", "MasterUserPassword": "not-a-secret"} if region == HOME else {}
        name = f"orders-{region}"
        rds.create_db_cluster(DBClusterIdentifier=name, GlobalClusterIdentifier="orders", **ENGINE, **password)
        rds.create_db_instance(
            DBInstanceIdentifier=f"{name}-1",
            DBClusterIdentifier=name,
            DBInstanceClass="db.r6g.large",
            Engine=ENGINE["Engine"],
        )


def apis():
    made = {}
    for region in REGIONS:
        api = client("apigatewayv2", WORKLOAD, region).create_api(Name="orders", ProtocolType="HTTP")
        made[region] = api["ApiId"]
    return made


def routing():
    route53 = client("route53", DNS)
    zone = route53.create_hosted_zone(Name="orders.example.com", CallerReference="orders")
    zone = zone["HostedZone"]["Id"].rsplit("/", 1)[-1]
    changes = []
    for region in REGIONS:
        check = {
            "Type": "HTTPS",
            "FullyQualifiedDomainName": f"{region}.api.orders.example.com",
            "Port": 443,
            "ResourcePath": "/health",
        }
        check = route53.create_health_check(CallerReference=region, HealthCheckConfig=check)
        record = {
            "Name": "latency.orders.example.com",
            "Type": "CNAME",
            "SetIdentifier": region,
            "Region": region,
            "TTL": 60,
            "ResourceRecords": [{"Value": f"{region}.api.orders.example.com"}],
            "HealthCheckId": check["HealthCheck"]["Id"],
        }
        changes.append({"Action": "CREATE", "ResourceRecordSet": record})
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})
    return zone


def distribution():
    origin = {
        "Id": "latency",
        "DomainName": "latency.orders.example.com",
        "CustomOriginConfig": {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"},
    }
    config = {
        "CallerReference": "orders",
        "Comment": "orders",
        "Enabled": True,
        "Aliases": {"Quantity": 1, "Items": ["api.orders.example.com"]},
        "Origins": {"Quantity": 1, "Items": [origin]},
        "DefaultCacheBehavior": {"TargetOriginId": "latency", "ViewerProtocolPolicy": "https-only"},
    }
    made = client("cloudfront", EDGE).create_distribution(DistributionConfig=config)
    return made["Distribution"]["Id"]


def make():
    database()
    return {"apis": apis(), "zone": routing(), "distribution": distribution()}


def show():
    route53 = client("route53", DNS)
    zone = route53.list_hosted_zones()["HostedZones"][0]["Id"]
    records = route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    return [one for one in records if one["Type"] not in ("NS", "SOA")]


print(json.dumps({"make": make, "show": show}[sys.argv[1]]()))
