"""An account in moto, as boto3 sees it; prints JSON.

usage: moto_account.py prepare MOTO_URL             what a fleet needs before it is built: a zone, and a database
                                                    cluster of the first Region, which moto's CloudFormation
                                                    does not make
       moto_account.py show MOTO_URL REGION...      what there is, by the services' own word
"""

import json
import sys

import boto3

GLOBAL = "us-east-1"


def client(service, region=GLOBAL):
    return boto3.client(
        service,
        region_name=region,
        endpoint_url=sys.argv[2],
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def prepare():
    zone = client("route53").create_hosted_zone(Name="orders.example.com", CallerReference="orders")
    rds = client("rds", "eu-west-1")
    engine = {"Engine": "aurora-postgresql", "EngineVersion": "16.8"}
    rds.create_global_cluster(GlobalClusterIdentifier="orders", **engine)
    rds.create_db_cluster(
        DBClusterIdentifier="orders-eu-west-1",
        GlobalClusterIdentifier="orders",
        MasterUsername="orders",
        MasterUserPassword="not-a-secret",
        **engine,
    )
    rds.create_db_instance(
        DBInstanceIdentifier="orders-eu-west-1-1",
        DBClusterIdentifier="orders-eu-west-1",
        DBInstanceClass="db.r6g.large",
        Engine=engine["Engine"],
    )
    return {"zone": zone["HostedZone"]["Id"].rsplit("/", 1)[-1]}


def stacks(region):
    cloudformation = client("cloudformation", region)
    found = {}
    for stack in cloudformation.describe_stacks()["Stacks"]:
        parts = cloudformation.list_stack_resources(StackName=stack["StackName"])["StackResourceSummaries"]
        found[stack["StackName"]] = {
            "status": stack["StackStatus"],
            "parameters": {one["ParameterKey"]: one["ParameterValue"] for one in stack["Parameters"]},
            "tags": {one["Key"]: one["Value"] for one in stack["Tags"]},
            "made": {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in parts},
        }
    return found


def network(region):
    ec2 = client("ec2", region)
    vpcs = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["false"]}])["Vpcs"]
    own = [vpc["VpcId"] for vpc in vpcs]
    subnets = [one for one in ec2.describe_subnets()["Subnets"] if one["VpcId"] in own]
    groups = [one for one in ec2.describe_security_groups()["SecurityGroups"] if one["VpcId"] in own]
    groups = [one for one in groups if one["GroupName"] != "default"]
    descriptions = {one["GroupId"]: one["Description"] for one in groups}
    return {
        "vpcs": {vpc["VpcId"]: vpc["CidrBlock"] for vpc in vpcs},
        "subnets": {one["SubnetId"]: one["CidrBlock"] for one in subnets},
        "groups": {
            one["Description"]: [
                [rule["FromPort"], rule["ToPort"], descriptions[pair["GroupId"]]]
                for rule in one["IpPermissions"]
                for pair in rule["UserIdGroupPairs"]
            ]
            for one in groups
        },
    }


def functions(region):
    found = {}
    aws = client("lambda", region)
    for function in aws.list_functions()["Functions"]:
        name = function["FunctionName"]
        versions = aws.list_versions_by_function(FunctionName=name)["Versions"]
        found[name] = {
            "role": function["Role"].rsplit("/", 1)[-1],
            "runtime": function["Runtime"],
            "variables": function.get("Environment", {}).get("Variables", {}),
            "subnets": function.get("VpcConfig", {}).get("SubnetIds", []),
            "versions": [one["Version"] for one in versions],
            "callers": [],
        }
        try:
            policy = json.loads(aws.get_policy(FunctionName=name)["Policy"])
        except aws.exceptions.ResourceNotFoundException:
            continue
        found[name]["callers"] = [one["Principal"]["Service"] for one in policy["Statement"]]
    return found


def region(name):
    kms, logs, rds = client("kms", name), client("logs", name), client("rds", name)
    aliases = kms.list_aliases()["Aliases"]
    return {
        "stacks": stacks(name),
        "network": network(name),
        "functions": functions(name),
        "aliases": {
            one["AliasName"]: one["TargetKeyId"]
            for one in aliases
            if not one["AliasName"].startswith("alias/aws/")
        },
        "rotated": [
            key["KeyId"]
            for key in kms.list_keys()["Keys"]
            if kms.get_key_rotation_status(KeyId=key["KeyId"])["KeyRotationEnabled"]
        ],
        "logs": {one["logGroupName"]: one.get("retentionInDays") for one in logs.describe_log_groups()["logGroups"]},
        "subnet_groups": [one["VpcId"] for one in rds.describe_db_subnet_groups()["DBSubnetGroups"]],
    }


def roles():
    iam = client("iam")

    def document(role, policy):
        # moto gives some documents as they were printed, which is no JSON.
        text = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
        return text if isinstance(text, dict) else str(text)

    return {
        role["RoleName"]: {
            policy: document(role["RoleName"], policy)
            for policy in iam.list_role_policies(RoleName=role["RoleName"])["PolicyNames"]
        }
        for role in iam.list_roles()["Roles"]
    }


def routing():
    route53 = client("route53")
    zone = route53.list_hosted_zones()["HostedZones"][0]["Id"]
    checks = route53.list_health_checks()["HealthChecks"]
    records = route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    return {
        "checks": {one["Id"]: one["HealthCheckConfig"] for one in checks},
        "records": [one for one in records if one["Type"] not in ("NS", "SOA")],
    }


def show():
    return {"regions": {name: region(name) for name in sys.argv[3:]}, "roles": roles(), **routing()}


print(json.dumps({"prepare": prepare, "show": show}[sys.argv[1]]()))
