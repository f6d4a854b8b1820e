"""Calls every operation of the simulated AWS through boto3, whose own parsers must accept every reply.

usage: clients.py URL NOW [refusals|rest|changes|region-switch]

URL is the loopback server of a calm three-Region world, NOW its time. With `refusals` the world is
one whose credentials have expired, with `rest` one of REST APIs, with `changes` one with ARC, with `region-switch` one with a
plan. Ends with 0 and no word, or with
the first thing that is wrong.
"""

import json
import sys
import time
import urllib.request
from datetime import datetime, timedelta, timezone

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

URL = sys.argv[1]
NOW = datetime.fromisoformat(sys.argv[2].replace("Z", "+00:00"))
ZONE, DISTRIBUTION, ACCOUNT = "Z0ORDERS0EXAMPLE1", "E2ORDERS0EDGE1", "123456789012"
LATENCY = "latency.orders.example.com"

session = boto3.Session(aws_access_key_id="AKID", aws_secret_access_key="SECRET")


def client(service, region="eu-west-1"):
    config = Config(retries={"total_max_attempts": 1}, read_timeout=20)
    return session.client(service, region_name=region, endpoint_url=URL, config=config)


def refused(call, code, *words):
    """`call` must fail with this code, as the exception class boto3 has for it."""
    try:
        reply = call()
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, (code, error.response)
        assert error.response["ResponseMetadata"]["RequestId"], error.response
        for word in words:
            assert word in error.response["Error"]["Message"], (word, error.response)
        return error
    raise AssertionError(f"{code} expected, got {reply}")


def equal(got, expected):
    assert got == expected, f"\n got {got!r}\nwant {expected!r}"


def cloudwatch():
    cw = client("cloudwatch")
    fleet = [{"Name": "Fleet", "Value": "orders"}]
    for minutes, errors in ((3, 1.0), (2, 0.0), (1, 3.0)):
        at = NOW - timedelta(minutes=minutes + 1)
        data = [
            {"MetricName": "Errors", "Dimensions": fleet, "Timestamp": at, "Value": errors},
            {"MetricName": "Requests", "Dimensions": fleet, "Timestamp": at, "Values": [5.0], "Counts": [2.0]},
            {
                "MetricName": "Sets", "Dimensions": fleet, "Timestamp": at,
                "StatisticValues": {"SampleCount": 4, "Sum": 20, "Minimum": 2, "Maximum": 8},
            },
        ]
        cw.put_metric_data(Namespace="Boto", MetricData=data)
    refused(lambda: cw.put_metric_data(Namespace="AWS/X", MetricData=data), "InvalidParameterValue")

    def series(name, stat, id=None, **more):
        metric = {"Namespace": "Boto", "MetricName": name, "Dimensions": fleet}
        return {"Id": id or name.lower(), "MetricStat": {"Metric": metric, "Period": 60, "Stat": stat}, **more}

    window = {"StartTime": NOW - timedelta(hours=1), "EndTime": NOW + timedelta(hours=1)}
    # What was put becomes visible some seconds later, in the world's time: it runs fast enough here.
    for _ in range(400):
        reply = cw.get_metric_data(
            MetricDataQueries=[
                series("Errors", "Sum"),
                series("Requests", "Sum", ReturnData=False),
                series("Sets", "Average"),
                {"Id": "rate", "Expression": "100*errors/requests", "Label": "rate"},
            ],
            **window,
        )
        results = {result["Id"]: result for result in reply["MetricDataResults"]}
        if len(results["errors"]["Values"]) == 3:
            break
    equal(results["errors"]["Values"], [3.0, 0.0, 1.0])
    equal(results["rate"]["Values"], [30.0, 0.0, 10.0])
    equal(results["sets"]["Values"], [5.0, 5.0, 5.0])
    stamps = results["errors"]["Timestamps"]
    assert stamps == sorted(stamps, reverse=True) and isinstance(stamps[0], datetime), stamps
    equal(results["errors"]["StatusCode"], "Complete")
    assert "requests" not in results

    pages = cw.get_paginator("get_metric_data").paginate(
        MetricDataQueries=[series("Errors", "Sum"), series("Sets", "Sum")],
        ScanBy="TimestampAscending", PaginationConfig={"PageSize": 2}, **window,
    )
    values, states = {}, []
    for page in pages:
        for result in page["MetricDataResults"]:
            values.setdefault(result["Id"], []).extend(result["Values"])
            states.append(result["StatusCode"])
    equal(values, {"errors": [1.0, 0.0, 3.0], "sets": [20.0, 20.0, 20.0]})
    assert "PartialData" in states and states[-1] == "Complete", states

    def bad(**query):
        return lambda: cw.get_metric_data(MetricDataQueries=[query], **window)

    refused(bad(Id="Upper", Expression="1"), "ValidationError", "Upper")
    refused(bad(Id="a", Expression="nothing*2"), "ValidationError", "nothing")

    points = cw.get_metric_statistics(
        Namespace="Boto", MetricName="Sets", Dimensions=fleet, Period=60,
        Statistics=["Average", "Maximum"], **window,
    )["Datapoints"]
    equal([(point["Average"], point["Maximum"]) for point in points], [(5.0, 8.0)] * 3)
    points = cw.get_metric_statistics(
        Namespace="Boto", MetricName="Sets", Dimensions=fleet, Period=60, ExtendedStatistics=["p90"], **window,
    )["Datapoints"]
    assert "p90" in points[0]["ExtendedStatistics"], points
    error = refused(
        lambda: cw.get_metric_statistics(Namespace="Boto", MetricName="Sets", Period=60, **window),
        "InvalidParameterCombination",
    )
    assert isinstance(error, cw.exceptions.InvalidParameterCombinationException), type(error)

    metrics = [m for page in cw.get_paginator("list_metrics").paginate(Namespace="Boto") for m in page["Metrics"]]
    equal(sorted(metric["MetricName"] for metric in metrics), ["Errors", "Requests", "Sets"])
    equal(metrics[0]["Dimensions"], fleet)
    equal(cw.list_metrics(Namespace="Boto", Dimensions=[{"Name": "Nope"}])["Metrics"], [])

    alarms = [a for page in cw.get_paginator("describe_alarms").paginate(PaginationConfig={"PageSize": 2})
              for a in page["MetricAlarms"]]
    assert len(alarms) > 3 and all(alarm["AlarmArn"].startswith("arn:aws:cloudwatch:eu-west-1") for alarm in alarms)
    assert all(isinstance(alarm["StateTransitionedTimestamp"], datetime) for alarm in alarms)
    equal(cw.describe_alarms(AlarmTypes=["CompositeAlarm"])["MetricAlarms"], [])
    name = alarms[0]["AlarmName"]
    equal([a["AlarmName"] for a in cw.describe_alarms(AlarmNames=[name])["MetricAlarms"]], [name])
    for state in ("OK", "ALARM", "INSUFFICIENT_DATA"):
        assert all(a["StateValue"] == state for a in cw.describe_alarms(StateValue=state)["MetricAlarms"])
    refused(lambda: cw.list_dashboards(), "UnknownOperationException", "ListDashboards")


def cloudwatch_as_it_was():
    """The Query protocol, which older clients still speak."""
    form = "Action=ListMetrics&Version=2010-08-01&Namespace=Boto&Dimensions.member.1.Name=Fleet"
    scope = "AWS4-HMAC-SHA256 Credential=AKID/20261123/eu-west-1/monitoring/aws4_request, Signature=0"
    request = urllib.request.Request(URL, data=form.encode(), headers={"Authorization": scope})
    text = urllib.request.urlopen(request).read().decode()
    assert "<ListMetricsResult>" in text and "<MetricName>Errors</MetricName>" in text, text


def rds():
    rds = client("rds", "ap-southeast-1")
    [cluster] = rds.describe_global_clusters()["GlobalClusters"]
    equal((cluster["GlobalClusterIdentifier"], cluster["Status"]), ("orders", "available"))
    members = cluster["GlobalClusterMembers"]
    [writer] = [member for member in members if member["IsWriter"]]
    equal(len(members), 3)
    equal(sorted(writer["Readers"]), sorted(m["DBClusterArn"] for m in members if not m["IsWriter"]))
    filters = [{"Name": "region", "Values": ["ap-southeast-1"]}]
    equal(len(rds.describe_global_clusters(Filters=filters)["GlobalClusters"]), 1)
    [here] = rds.describe_db_clusters()["DBClusters"]
    equal((here["DBClusterIdentifier"], here["Engine"]), ("orders-apse1", "aurora-postgresql"))
    equal(here["ReplicationSourceIdentifier"], writer["DBClusterArn"])
    assert isinstance(here["ClusterCreateTime"], datetime)
    filters = [{"Name": "db-cluster-id", "Values": ["orders-apse1"]}]
    instances = rds.describe_db_instances(Filters=filters)["DBInstances"]
    equal(sorted(i["DBInstanceIdentifier"] for i in instances), ["orders-apse1-1", "orders-apse1-2"])
    equal(instances[0]["Endpoint"]["Port"], 5432)
    paged = rds.get_paginator("describe_db_instances").paginate(PaginationConfig={"PageSize": 20})
    equal(sum(len(page["DBInstances"]) for page in paged), 2)
    equal(rds.describe_db_cluster_snapshots()["DBClusterSnapshots"], [])
    for event in rds.describe_events(SourceType="db-cluster", Duration=20160)["Events"]:
        assert isinstance(event["Date"], datetime) and event["EventCategories"], event
    error = refused(lambda: rds.describe_db_clusters(DBClusterIdentifier="orders-use1"), "DBClusterNotFoundFault")
    assert isinstance(error, rds.exceptions.DBClusterNotFoundFault)
    refused(lambda: rds.describe_db_instances(DBInstanceIdentifier="nope"), "DBInstanceNotFound")
    refused(lambda: rds.describe_global_clusters(GlobalClusterIdentifier="nope"), "GlobalClusterNotFoundFault")
    refused(lambda: rds.describe_db_cluster_snapshots(DBClusterSnapshotIdentifier="n"),
            "DBClusterSnapshotNotFoundFault")
    refused(lambda: rds.describe_events(SourceIdentifier="orders-apse1"), "InvalidParameterCombination")
    target = here["DBClusterArn"]
    for region, code in [("us-east-1", "InvalidDBClusterStateFault"), ("ap-southeast-1", "InvalidGlobalClusterStateFault")]:
        refused(lambda: client("rds", region).switchover_global_cluster(
            GlobalClusterIdentifier="orders", TargetDbClusterIdentifier=writer["DBClusterArn"]), code)
    moving = rds.failover_global_cluster(
        GlobalClusterIdentifier="orders", TargetDbClusterIdentifier=target, AllowDataLoss=True)["GlobalCluster"]
    equal(moving["FailoverState"]["ToDbClusterArn"], target)
    equal(moving["FailoverState"]["IsDataLossAllowed"], True)
    refused(lambda: rds.describe_blue_green_deployments(), "InvalidAction", "DescribeBlueGreenDeployments")


def route53():
    dns = client("route53")
    [zone] = dns.list_hosted_zones()["HostedZones"]
    equal(zone["Id"], f"/hostedzone/{ZONE}")
    equal(dns.list_hosted_zones_by_name(DNSName="orders.example.com")["HostedZones"][0]["Id"], zone["Id"])
    equal(len(dns.get_hosted_zone(Id=ZONE)["DelegationSet"]["NameServers"]), 4)
    start = {"StartRecordName": LATENCY, "StartRecordType": "CNAME"}
    latency = dns.list_resource_record_sets(HostedZoneId=ZONE, **start)["ResourceRecordSets"]
    equal([record["Region"] for record in latency], ["ap-southeast-1", "eu-west-1", "us-east-1"])
    equal(latency[0]["TTL"], 60)
    everything = dns.list_resource_record_sets(HostedZoneId=ZONE)["ResourceRecordSets"]
    pages = dns.get_paginator("list_resource_record_sets").paginate(
        HostedZoneId=ZONE, PaginationConfig={"PageSize": 2})
    equal([record for page in pages for record in page["ResourceRecordSets"]], everything)
    checks = [c for page in dns.get_paginator("list_health_checks").paginate(PaginationConfig={"PageSize": 4})
              for c in page["HealthChecks"]]
    equal(len(checks), 9)
    kinds = {check["HealthCheckConfig"]["Type"]: check for check in checks}
    equal(sorted(kinds), ["CALCULATED", "CLOUDWATCH_METRIC", "HTTPS"])
    equal(kinds["CLOUDWATCH_METRIC"]["CloudWatchAlarmConfiguration"]["MetricName"], "Evacuate")
    endpoint = kinds["HTTPS"]["Id"]
    equal(dns.get_health_check(HealthCheckId=endpoint)["HealthCheck"], kinds["HTTPS"])
    for vote in dns.get_health_check_status(HealthCheckId=endpoint)["HealthCheckObservations"]:
        assert isinstance(vote["StatusReport"]["CheckedTime"], datetime) and vote["IPAddress"], vote
    refused(lambda: dns.get_health_check_status(HealthCheckId=kinds["CALCULATED"]["Id"]), "InvalidInput")
    version = kinds["HTTPS"]["HealthCheckVersion"]
    changed = dns.update_health_check(HealthCheckId=endpoint, HealthCheckVersion=version, FailureThreshold=4)
    equal(changed["HealthCheck"]["HealthCheckConfig"]["FailureThreshold"], 4)
    error = refused(lambda: dns.update_health_check(HealthCheckId=endpoint, HealthCheckVersion=version),
                    "HealthCheckVersionMismatch")
    assert isinstance(error, dns.exceptions.HealthCheckVersionMismatch)
    record = {"Name": "note.orders.example.com", "Type": "TXT", "TTL": 30,
              "ResourceRecords": [{"Value": '"a <b> & c"'}]}

    def change(action, record):
        batch = {"Comment": "by boto3", "Changes": [{"Action": action, "ResourceRecordSet": record}]}
        return dns.change_resource_record_sets(HostedZoneId=ZONE, ChangeBatch=batch)["ChangeInfo"]

    info = change("CREATE", record)
    equal((info["Status"], info["Comment"]), ("PENDING", "by boto3"))
    assert dns.get_change(Id=info["Id"])["ChangeInfo"]["Status"] in ("PENDING", "INSYNC")
    stored = dns.list_resource_record_sets(HostedZoneId=ZONE, StartRecordName=record["Name"], MaxItems="1")
    equal(stored["ResourceRecordSets"][0]["ResourceRecords"], record["ResourceRecords"])
    refused(lambda: change("CREATE", record), "InvalidChangeBatch", "already exists")
    change("DELETE", record)
    answer = dns.test_dns_answer(HostedZoneId=ZONE, RecordName=LATENCY, RecordType="CNAME",
                                 EDNS0ClientSubnetIP="203.0.113.0", EDNS0ClientSubnetMask="24")
    equal(answer["RecordData"], ["ap-southeast-1.api.orders.example.com"])
    equal(answer["ResponseCode"], "NOERROR")
    refused(lambda: dns.get_hosted_zone(Id="Z0NONE"), "NoSuchHostedZone")
    refused(lambda: dns.get_health_check(HealthCheckId="none"), "NoSuchHealthCheck")
    refused(lambda: dns.get_change(Id="C0NONE"), "NoSuchChange")


def cloudfront():
    cf = client("cloudfront")
    reply = cf.get_distribution(Id=DISTRIBUTION)
    config = cf.get_distribution_config(Id=DISTRIBUTION)
    equal(reply["Distribution"]["DistributionConfig"], config["DistributionConfig"])
    equal(reply["ETag"], config["ETag"])
    equal(config["DistributionConfig"]["Aliases"]["Items"], ["api.orders.example.com"])
    listed = cf.list_distributions()["DistributionList"]
    equal([one["Id"] for one in listed["Items"]], [DISTRIBUTION])
    assert isinstance(listed["Items"][0]["LastModifiedTime"], datetime)
    subscription = cf.get_monitoring_subscription(DistributionId=DISTRIBUTION)["MonitoringSubscription"]
    equal(subscription["RealtimeMetricsSubscriptionConfig"]["RealtimeMetricsSubscriptionStatus"], "Enabled")
    refused(lambda: cf.get_distribution(Id="E0NONE"), "NoSuchDistribution")


def functions():
    fn = client("lambda")
    one = fn.get_function_configuration(FunctionName="orders-read")
    equal((one["State"], one["Version"]), ("Active", "$LATEST"))
    equal(fn.get_function(FunctionName="orders-read", Qualifier="41")["Configuration"]["Version"], "41")
    pages = fn.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 1})
    equal([f["FunctionName"] for page in pages for f in page["Functions"]], ["orders-read", "orders-write"])
    equal(fn.get_account_settings()["AccountLimit"]["ConcurrentExecutions"], 1000)
    error = refused(lambda: fn.get_function(FunctionName="nope"), "ResourceNotFoundException")
    assert isinstance(error, fn.exceptions.ResourceNotFoundException)


def log_events():
    logs = client("logs")
    group = "/aws/lambda/orders-read"
    now = int(NOW.timestamp() * 1000)
    window = dict(logGroupName=group, startTime=now - 600_000, endTime=now - 30_000)
    pages = list(logs.get_paginator("filter_log_events").paginate(**window, PaginationConfig={"PageSize": 20}))
    events = [event for page in pages for event in page["events"]]
    assert len(pages) > 2 and all(len(page["events"]) <= 20 for page in pages)
    equal(len({event["eventId"] for event in events}), len(events))
    times = [event["timestamp"] for event in events]
    equal(times, sorted(times))
    assert all(event["ingestionTime"] >= event["timestamp"] for event in events)
    reports = logs.filter_log_events(**window, filterPattern="REPORT Duration")["events"]
    assert reports and all(event["message"].startswith("REPORT RequestId: ") for event in reports)
    newest = logs.filter_log_events(**window, limit=5, startFromHead=False)["events"]
    equal([event["timestamp"] for event in newest], sorted(times, reverse=True)[:5])
    error = refused(lambda: logs.filter_log_events(logGroupName="nope"), "ResourceNotFoundException")
    assert isinstance(error, logs.exceptions.ResourceNotFoundException)
    refused(lambda: logs.filter_log_events(**window, nextToken="forged"), "InvalidParameterException")


def apis():
    v1, v2 = client("apigateway"), client("apigatewayv2")
    [api] = v2.get_apis()["Items"]
    equal((api["Name"], api["ProtocolType"]), ("orders", "HTTP"))
    assert isinstance(api["CreatedDate"], datetime), api
    equal(v2.get_api(ApiId=api["ApiId"])["ApiEndpoint"], api["ApiEndpoint"])
    equal(v2.get_stages(ApiId=api["ApiId"])["Items"][0]["StageName"], "$default")
    [domain] = v2.get_domain_names()["Items"]
    equal(v2.get_domain_name(DomainName=domain["DomainName"])["DomainName"], domain["DomainName"])
    equal(v1.get_rest_apis()["items"], [])
    [same] = v1.get_domain_names()["items"]
    equal(same["domainName"], domain["DomainName"])
    equal(v1.get_domain_name(domainName=same["domainName"])["domainNameStatus"], "AVAILABLE")
    refused(lambda: v1.get_rest_api(restApiId=api["ApiId"]), "NotFoundException")
    refused(lambda: v1.get_stages(restApiId=api["ApiId"]), "NotFoundException")
    refused(lambda: v2.get_api(ApiId="nope"), "NotFoundException")


def certificates():
    acm = client("acm", "us-east-1")
    listed = acm.list_certificates(CertificateStatuses=["ISSUED"])["CertificateSummaryList"]
    equal(len(listed), 4)
    arn = listed[1]["CertificateArn"]
    certificate = acm.describe_certificate(CertificateArn=arn)["Certificate"]
    equal(certificate["DomainName"], "api.orders.example.com")
    assert certificate["NotAfter"] - certificate["NotBefore"] == timedelta(days=198, seconds=-1), certificate
    error = refused(lambda: acm.describe_certificate(CertificateArn=arn + "0"), "ResourceNotFoundException")
    assert isinstance(error, acm.exceptions.ResourceNotFoundException)


def caller():
    equal(client("sts").get_caller_identity()["Account"], ACCOUNT)


def stacks():
    cfn = client("cloudformation")
    [stack] = cfn.describe_stacks(StackName="orders-euw1")["Stacks"]
    equal(stack["StackStatus"], "UPDATE_COMPLETE")
    equal([s["StackName"] for s in cfn.list_stacks()["StackSummaries"]], ["orders-euw1"])
    events = cfn.describe_stack_events(StackName="orders-euw1")["StackEvents"]
    equal(events[0]["ResourceStatus"], "UPDATE_COMPLETE")
    resources = cfn.describe_stack_resources(StackName="orders-euw1")["StackResources"]
    assert {"AWS::RDS::DBCluster", "AWS::Lambda::Function"} <= {r["ResourceType"] for r in resources}, resources
    refused(lambda: cfn.describe_stacks(StackName="nope"), "ValidationError", "does not exist")


TEMPLATE = """
Parameters: { Name: { Type: String, Default: first, NoEcho: false } }
Resources:
  Net: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: 10.0.0.0/16 } }
  Named:
    Type: AWS::CloudWatch::Alarm
    Properties: { AlarmName: !Ref Name, AlarmDescription: !Ref Net, Namespace: Boto, MetricName: Errors, Statistic: Sum,
      Period: 60, EvaluationPeriods: 1, Threshold: 1, ComparisonOperator: GreaterThanOrEqualToThreshold }
Outputs: { Named: { Value: !Ref Named } }
"""


def cloudtrail():
    trail = client("cloudtrail", "us-east-1")
    deployed = trail.get_paginator("lookup_events").paginate(
        LookupAttributes=[{"AttributeKey": "EventSource", "AttributeValue": "lambda.amazonaws.com"}],
        StartTime=NOW - timedelta(days=60), EndTime=NOW, PaginationConfig={"PageSize": 2},
    )
    events = []
    for page in deployed:
        events += page["Events"]
        # Two calls a second, in the world's time.
        time.sleep(0.05)
    assert len(events) > 2, events
    assert all(isinstance(event["EventTime"], datetime) for event in events), events
    whole = json.loads(events[0]["CloudTrailEvent"])
    equal((whole["eventName"], whole["readOnly"]), (events[0]["EventName"], False))
    equal(len({event["EventId"] for event in events}), len(events))
    time.sleep(0.05)
    two = [{"AttributeKey": "ReadOnly", "AttributeValue": "false"}] * 2
    refused(lambda: trail.lookup_events(LookupAttributes=two), "InvalidLookupAttributesException")


def formation():
    """A stack from its change set to its end, with boto3's own waiters."""
    cfn = client("cloudformation")
    quick = {"Delay": 1, "MaxAttempts": 60}
    equal(cfn.validate_template(TemplateBody=TEMPLATE)["Parameters"][0]["DefaultValue"], "first")

    def change(name, kind, **template):
        made = cfn.create_change_set(StackName="boto", ChangeSetName=name, ChangeSetType=kind, **template)
        cfn.get_waiter("change_set_create_complete").wait(ChangeSetName=made["Id"], WaiterConfig=quick)
        pages = cfn.get_paginator("describe_change_set").paginate(ChangeSetName=made["Id"])
        changes = [one["ResourceChange"] for page in pages for one in page["Changes"]]
        equal(cfn.execute_change_set(ChangeSetName=made["Id"])["ResponseMetadata"]["HTTPStatusCode"], 200)
        return changes

    added = change("make", "CREATE", TemplateBody=TEMPLATE)
    equal([(one["Action"], one["LogicalResourceId"]) for one in added], [("Add", "Net"), ("Add", "Named")])
    cfn.get_waiter("stack_create_complete").wait(StackName="boto", WaiterConfig=quick)
    [stack] = cfn.describe_stacks(StackName="boto")["Stacks"]
    equal(stack["Outputs"][0]["OutputKey"], "Named")
    equal(cfn.get_template(StackName="boto")["TemplateBody"], TEMPLATE)
    second = [{"ParameterKey": "Name", "ParameterValue": "second"}]
    [named] = change("rename", "UPDATE", UsePreviousTemplate=True, Parameters=second)
    assert named["Details"][0]["Target"]["Name"] == "AlarmName", named
    cfn.get_waiter("stack_update_complete").wait(StackName="boto", WaiterConfig=quick)
    equal(len(cfn.list_change_sets(StackName="boto")["Summaries"]), 2)
    parts = cfn.list_stack_resources(StackName="boto")["StackResourceSummaries"]
    equal([part["LogicalResourceId"] for part in parts], ["Net", "Named"])
    detail = cfn.describe_stack_resource(StackName="boto", LogicalResourceId="Net")["StackResourceDetail"]
    equal(detail["ResourceType"], "AWS::EC2::VPC")
    events = [e for page in cfn.get_paginator("describe_stack_events").paginate(StackName="boto")
              for e in page["StackEvents"]]
    equal((events[0]["ResourceStatus"], events[-1]["ResourceStatus"]), ("UPDATE_COMPLETE", "REVIEW_IN_PROGRESS"))
    detection = cfn.detect_stack_drift(StackName="boto")["StackDriftDetectionId"]
    cfn.describe_stack_drift_detection_status(StackDriftDetectionId=detection)
    cfn.describe_stack_resource_drifts(StackName="boto")
    error = refused(lambda: cfn.describe_change_set(StackName="boto", ChangeSetName="none"), "ChangeSetNotFound")
    assert isinstance(error, cfn.exceptions.ChangeSetNotFoundException)
    cfn.delete_change_set(StackName="boto", ChangeSetName="none")
    cfn.update_termination_protection(StackName="boto", EnableTerminationProtection=True)
    refused(lambda: cfn.delete_stack(StackName="boto"), "ValidationError", "TerminationProtection")
    cfn.update_termination_protection(StackName="boto", EnableTerminationProtection=False)
    cfn.delete_stack(StackName="boto")
    cfn.get_waiter("stack_delete_complete").wait(StackName=stack["StackId"], WaiterConfig=quick)


def refusals():
    xml, json = "ExpiredToken", "ExpiredTokenException"
    refused(client("cloudwatch").list_metrics, xml)
    refused(client("rds").describe_db_clusters, xml)
    refused(client("route53").list_hosted_zones, xml)
    refused(client("cloudfront").list_distributions, xml)
    refused(client("cloudformation").describe_stacks, xml)
    refused(client("sts").get_caller_identity, xml)
    refused(client("lambda").list_functions, json)
    refused(client("apigateway").get_rest_apis, json)
    refused(client("apigatewayv2").get_apis, json)
    refused(client("acm").list_certificates, json)


def rest_apis():
    v1, v2 = client("apigateway"), client("apigatewayv2")
    [api] = v1.get_rest_apis()["items"]
    equal(api["name"], "orders")
    assert isinstance(api["createdDate"], datetime), api
    equal(v1.get_rest_api(restApiId=api["id"])["id"], api["id"])
    [stage] = v1.get_stages(restApiId=api["id"])["item"]
    equal(stage["stageName"], "live")
    equal(v2.get_apis()["Items"], [])
    refused(lambda: v2.get_api(ApiId=api["id"]), "NotFoundException")


def edge_changes():
    cf, acm = client("cloudfront"), client("acm", "us-east-1")
    listed = acm.list_certificates(CertificateStatuses=["ISSUED"])["CertificateSummaryList"]
    [spare] = [c for c in listed if c["DomainName"] == "api.orders.example.com" and not c["InUse"]]
    read = cf.get_distribution_config(Id=DISTRIBUTION)
    config = read["DistributionConfig"]
    config["ViewerCertificate"].pop("Certificate", None)
    config["ViewerCertificate"]["ACMCertificateArn"] = spare["CertificateArn"]
    changed = cf.update_distribution(Id=DISTRIBUTION, IfMatch=read["ETag"], DistributionConfig=config)
    equal(changed["Distribution"]["Status"], "InProgress")
    assert changed["ETag"] != read["ETag"], changed["ETag"]
    again = lambda: cf.update_distribution(Id=DISTRIBUTION, IfMatch=read["ETag"], DistributionConfig=config)
    refused(again, "PreconditionFailed")
    batch = {"CallerReference": "boto", "Paths": {"Quantity": 2, "Items": ["/a", "/b/*"]}}
    made = cf.create_invalidation(DistributionId=DISTRIBUTION, InvalidationBatch=batch)["Invalidation"]
    shown = cf.get_invalidation(DistributionId=DISTRIBUTION, Id=made["Id"])["Invalidation"]
    equal(shown["InvalidationBatch"], batch)


def write_forwarding():
    rds = client("rds", "eu-west-1")
    set_to = lambda on: rds.modify_db_cluster(DBClusterIdentifier="orders-euw1", EnableGlobalWriteForwarding=on)
    equal(set_to(False)["DBCluster"]["GlobalWriteForwardingStatus"], "disabling")
    refused(lambda: rds.copy_db_cluster_snapshot(
        SourceDBClusterSnapshotIdentifier="rds:none", TargetDBClusterSnapshotIdentifier="kept"),
        "DBClusterSnapshotNotFoundFault")


def routing_controls():
    config = client("route53-recovery-control-config", "us-west-2")
    [cluster] = config.list_clusters()["Clusters"]
    cluster = config.describe_cluster(ClusterArn=cluster["ClusterArn"])["Cluster"]
    equal(len(cluster["ClusterEndpoints"]), 5)
    [panel] = config.list_control_panels()["ControlPanels"]
    controls = config.list_routing_controls(ControlPanelArn=panel["ControlPanelArn"])["RoutingControls"]
    first = client("route53-recovery-cluster", cluster["ClusterEndpoints"][0]["Region"])
    states = first.list_routing_controls(ControlPanelArn=panel["ControlPanelArn"])["RoutingControls"]
    equal({one["RoutingControlState"] for one in states}, {"On"})
    arn = controls[0]["RoutingControlArn"]
    first.update_routing_control_state(RoutingControlArn=arn, RoutingControlState="Off")
    equal(first.get_routing_control_state(RoutingControlArn=arn)["RoutingControlState"], "Off")
    rest = [{"RoutingControlArn": one["RoutingControlArn"], "RoutingControlState": "Off"} for one in controls]
    error = refused(lambda: first.update_routing_control_states(UpdateRoutingControlStateEntries=rest),
                    "ConflictException")
    assert isinstance(error, first.exceptions.ConflictException)
    checks = client("route53").list_health_checks()["HealthChecks"]
    kinds = [one["HealthCheckConfig"]["Type"] for one in checks]
    equal(kinds.count("RECOVERY_CONTROL"), 3)


def region_switch():
    there, here = client("arc-region-switch"), client("arc-region-switch", "us-east-1")
    [plan] = there.list_plans_in_region()["plans"]
    equal(plan["regions"], ["us-east-1", "eu-west-1"])
    equal(client("arc-region-switch", "ap-southeast-1").list_plans_in_region()["plans"], [])
    arn = plan["arn"]
    told = there.get_plan_in_region(arn=arn)["plan"]
    equal([flow["workflowTargetAction"] for flow in told["workflows"]], ["activate", "deactivate"])
    equal(told["workflows"][0]["steps"][0]["executionBlockType"], "Route53HealthCheck")
    evaluation = there.get_plan_evaluation_status(planArn=arn)
    equal((evaluation["evaluationState"], evaluation["warnings"]), ("passed", []))
    assert NOW - timedelta(hours=1) < evaluation["lastEvaluationTime"], evaluation
    vended = {one["region"]: one for one in there.list_route53_health_checks_in_region(arn=arn)["healthChecks"]}
    equal(vended["eu-west-1"]["status"], "healthy")
    checks = {one["Id"]: one for one in client("route53").list_health_checks()["HealthChecks"]}
    check = checks[vended["eu-west-1"]["healthCheckId"]]
    equal(check["LinkedService"]["ServicePrincipal"], "arc-region-switch.amazonaws.com")
    refused(lambda: client("route53").update_health_check(HealthCheckId=check["Id"], Disabled=True), "InvalidInput")
    wanted = dict(planArn=arn, targetRegion="eu-west-1", action="deactivate", comment="drill", clientToken="t-1")
    begun = here.start_plan_execution(**wanted)
    equal((begun["activateRegion"], begun["deactivateRegion"]), ("us-east-1", "eu-west-1"))
    equal(here.start_plan_execution(**wanted)["executionId"], begun["executionId"])
    error = refused(lambda: here.start_plan_execution(**{**wanted, "action": "activate"}), "ConflictException")
    assert isinstance(error, here.exceptions.ConflictException)
    which = dict(planArn=arn, executionId=begun["executionId"])
    for _ in range(100):
        execution = here.get_plan_execution(**which)
        if execution["executionState"] == "completed":
            break
        time.sleep(0.1)
    equal([step["status"] for step in execution["stepStates"]], ["completed"])
    equal([one["comment"] for one in here.list_plan_executions(planArn=arn)["items"]], ["drill"])
    events = here.list_plan_execution_events(**which)["items"]
    equal(events[-1]["type"], "executionSucceeded")
    again = there.list_route53_health_checks_in_region(arn=arn)["healthChecks"]
    equal({one["region"]: one["status"] for one in again}["eu-west-1"], "unhealthy")
    refused(lambda: there.get_plan_execution(**which), "ResourceNotFoundException")


if "changes" in sys.argv:
    edge_changes()
    write_forwarding()
    routing_controls()
    formation()
elif "refusals" in sys.argv:
    refusals()
elif "rest" in sys.argv:
    rest_apis()
elif "region-switch" in sys.argv:
    region_switch()
else:
    for check in (cloudwatch, cloudwatch_as_it_was, rds, route53, cloudfront, functions, log_events, apis, certificates,
                  caller, stacks, cloudtrail):
        check()
