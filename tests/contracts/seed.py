"""Builds the fleet `orders` in three Regions of the emulators, and prints what it built as JSON.

usage: seed.py MINISTACK_URL MOTO_URL
"""

import datetime
import io
import json
import sys
import zipfile

import boto3
from botocore.config import Config

EMULATORS = {"route53": sys.argv[2]}
PRIMARY = "us-east-1"
SITES = {"us-east-1": "use1", "eu-west-1": "euw1", "ap-southeast-1": "apse1"}
ENGINE = {"Engine": "aurora-postgresql", "EngineVersion": "16.8"}
MINUTES = 10

built = {"account": None, "distribution": {}, "zone": None, "router": {}, "sites": {}}


def client(service, region=PRIMARY):
    return boto3.client(
        service,
        region_name=region,
        endpoint_url=EMULATORS.get(service, sys.argv[1]),
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"max_attempts": 1}),
    )


def archive():
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as bundle:
        bundle.writestr("index.py", "def handler(event, context):\n    return event\n")
    return data.getvalue()


def function(region, name, memory, timeout):
    made = client("lambda", region).create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role="arn:aws:iam::000000000000:role/orders",
        Handler="index.handler",
        Code={"ZipFile": archive()},
        MemorySize=memory,
        Timeout=timeout,
        Publish=True,
    )
    return {"name": name, "memory": memory, "timeout": timeout, "arn": made["FunctionArn"]}


def api(region):
    if region == "ap-southeast-1":
        made = client("apigateway", region).create_rest_api(name="orders")
        return {"id": made["id"], "kind": "rest"}
    made = client("apigatewayv2", region).create_api(Name="orders", ProtocolType="HTTP")
    return {"id": made["ApiId"], "kind": "http"}


def certificate(region, domain):
    made = client("acm", region).request_certificate(DomainName=domain, ValidationMethod="DNS")
    return made["CertificateArn"]


def database():
    client("rds").create_global_cluster(GlobalClusterIdentifier="orders", **ENGINE)
    for region, short in SITES.items():
        rds = client("rds", region)
        cluster = f"orders-{short}"
        credentials = {"MasterUsername": "orders", "MasterUserPassword": "not-a-secret"}
        rds.create_db_cluster(
            DBClusterIdentifier=cluster,
            GlobalClusterIdentifier="orders",
            BackupRetentionPeriod=7,
            **ENGINE,
            **(credentials if region == PRIMARY else {}),
        )
        for number in (1, 2):
            rds.create_db_instance(
                DBInstanceIdentifier=f"{cluster}-{number}",
                DBClusterIdentifier=cluster,
                DBInstanceClass="db.r6g.large",
                Engine=ENGINE["Engine"],
            )


def put(region, namespace, name, dimensions, values, unit):
    """One value a minute, the last one for the minute that ended last."""
    now = datetime.datetime.now(datetime.timezone.utc).replace(second=0, microsecond=0)
    client("cloudwatch", region).put_metric_data(
        Namespace=namespace,
        MetricData=[
            {
                "MetricName": name,
                "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
                "Timestamp": now - datetime.timedelta(minutes=len(values) - n),
                "Value": value,
                "Unit": unit,
            }
            for n, value in enumerate(values)
        ],
    )


def metrics(region, short, made):
    if made["api"]["kind"] == "rest":
        dimensions, failed = {"ApiName": "orders"}, "5XXError"
    else:
        dimensions, failed = {"ApiId": made["api"]["id"]}, "5xx"
    gateway = "AWS/ApiGateway"
    put(region, gateway, "Latency", dimensions, [float(40 + n) for n in range(MINUTES)], "Milliseconds")
    put(region, gateway, failed, dimensions, [float(n % 3) for n in range(MINUTES)], "Count")
    function = {"FunctionName": "orders-read"}
    put(region, "AWS/Lambda", "Invocations", function, [120.0] * MINUTES, "Count")
    put(region, "AWS/Lambda", "Errors", function, [6.0] * MINUTES, "Count")
    if region != PRIMARY:
        cluster = {"DBClusterIdentifier": f"orders-{short}"}
        put(region, "AWS/RDS", "AuroraGlobalDBRPOLag", cluster, [180.0] * MINUTES, "Milliseconds")


def alarm(region):
    cloudwatch = client("cloudwatch", region)
    for name in ("orders-5xx", "orders-quiet"):
        cloudwatch.put_metric_alarm(
            AlarmName=name,
            Namespace="AWS/ApiGateway",
            MetricName="5xx",
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1.0,
            ComparisonOperator="GreaterThanThreshold",
        )
    cloudwatch.set_alarm_state(AlarmName="orders-5xx", StateValue="ALARM", StateReason="too many 5xx")
    cloudwatch.set_alarm_state(AlarmName="orders-quiet", StateValue="OK", StateReason="all quiet")


def stack(region):
    template = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    client("cloudformation", region).create_stack(StackName="orders", TemplateBody=json.dumps(template))


def wire(region, made):
    """The Region's own name leads to the API, and the API to the functions."""
    api, arns = made["api"]["id"], [one["arn"] for one in made["functions"]]
    if made["api"]["kind"] == "http":
        gateway = client("apigatewayv2", region)
        for arn in arns:
            gateway.create_integration(
                ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=arn, PayloadFormatVersion="2.0"
            )
        gateway.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
        configuration = {"CertificateArn": made["certificate"], "EndpointType": "REGIONAL"}
        gateway.create_domain_name(DomainName=made["domain"], DomainNameConfigurations=[configuration])
        gateway.create_api_mapping(ApiId=api, DomainName=made["domain"], Stage="$default")
        return
    gateway = client("apigateway", region)
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    for verb, arn in zip(("GET", "POST"), arns):
        of = {"restApiId": api, "resourceId": root, "httpMethod": verb}
        gateway.put_method(**of, authorizationType="NONE")
        uri = f"arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{arn}/invocations"
        gateway.put_integration(**of, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
    gateway.create_deployment(restApiId=api, stageName="live")
    gateway.create_domain_name(
        domainName=made["domain"],
        regionalCertificateArn=made["certificate"],
        endpointConfiguration={"types": ["REGIONAL"]},
    )
    gateway.create_base_path_mapping(domainName=made["domain"], restApiId=api, stage="live")


def site(region, short):
    domain = f"{region}.api.orders.example.com"
    made = {
        "cluster": f"orders-{short}",
        "domain": domain,
        "api": api(region),
        "functions": [function(region, "orders-read", 256, 10), function(region, "orders-write", 512, 20)],
        "certificate": certificate(region, domain),
    }
    wire(region, made)
    metrics(region, short, made)
    alarm(region)
    stack(region)
    built["sites"][region] = made


def routing():
    route53 = client("route53")
    zone = route53.create_hosted_zone(Name="orders.example.com", CallerReference="orders")
    built["zone"] = zone["HostedZone"]["Id"].rsplit("/", 1)[-1]
    records = []
    for region, made in built["sites"].items():
        check = route53.create_health_check(
            CallerReference=region,
            HealthCheckConfig={
                "Type": "HTTPS",
                "FullyQualifiedDomainName": made["domain"],
                "Port": 443,
                "ResourcePath": "/health",
                "RequestInterval": 10,
                "FailureThreshold": 3,
            },
        )
        made["check"] = check["HealthCheck"]["Id"]
        records.append(
            {
                "Action": "CREATE",
                "ResourceRecordSet": {
                    "Name": "latency.orders.example.com",
                    "Type": "CNAME",
                    "SetIdentifier": region,
                    "Region": region,
                    "TTL": 60,
                    "ResourceRecords": [{"Value": made["domain"]}],
                    "HealthCheckId": made["check"],
                },
            }
        )
    # Neighbours before and after, which must not be taken for members of the set.
    for name in ("latency-old", "zebra"):
        simple = {"Name": f"{name}.orders.example.com", "Type": "CNAME", "TTL": 60}
        simple["ResourceRecords"] = [{"Value": "elsewhere.example.com"}]
        records.append({"Action": "CREATE", "ResourceRecordSet": simple})
    route53.change_resource_record_sets(HostedZoneId=built["zone"], ChangeBatch={"Changes": records})
    children = [made["check"] for made in built["sites"].values()]
    calculated = {"Type": "CALCULATED", "ChildHealthChecks": children, "HealthThreshold": 2, "Inverted": True}
    made = route53.create_health_check(CallerReference="all", HealthCheckConfig=calculated)
    built["calculated"] = made["HealthCheck"]["Id"]


def edge():
    router = function(PRIMARY, "orders-router", 128, 5)
    built["router"] = router
    arn = router["arn"] if router["arn"].endswith(":1") else router["arn"] + ":1"
    built["router"]["qualified"] = arn
    built["distribution"]["certificate"] = certificate(PRIMARY, "api.orders.example.com")
    made = client("cloudfront").create_distribution(
        DistributionConfig={
            "CallerReference": "orders",
            "Comment": "orders",
            "Enabled": True,
            "Aliases": {"Quantity": 1, "Items": ["api.orders.example.com"]},
            "Origins": {
                "Quantity": 1,
                "Items": [
                    {
                        "Id": "latency",
                        "DomainName": "latency.orders.example.com",
                        "CustomOriginConfig": {
                            "HTTPPort": 80,
                            "HTTPSPort": 443,
                            "OriginProtocolPolicy": "https-only",
                        },
                    }
                ],
            },
            "DefaultCacheBehavior": {
                "TargetOriginId": "latency",
                "ViewerProtocolPolicy": "redirect-to-https",
                "CachePolicyId": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
                "LambdaFunctionAssociations": {
                    "Quantity": 1,
                    "Items": [{"LambdaFunctionARN": arn, "EventType": "origin-request"}],
                },
            },
            "ViewerCertificate": {
                "ACMCertificateArn": built["distribution"]["certificate"],
                "SSLSupportMethod": "sni-only",
            },
        }
    )
    built["distribution"]["id"] = made["Distribution"]["Id"]
    built["distribution"]["domain"] = made["Distribution"]["DomainName"]


built["account"] = client("sts").get_caller_identity()["Account"]
database()
for region, short in SITES.items():
    site(region, short)
routing()
edge()
json.dump(built, sys.stdout, indent=1)
