//! Replies that AWS should never send, or sends on a bad day: each has a clear outcome and none panics.

use gwctl::aws::{AwsError, ErrorKind};
use gwctl::fleet::{ApiKind, Missing};

use super::stage::{answering, identity, ireland, json, json_error, region, reply, xml, xml_error};

fn assert_garbled<T: std::fmt::Debug>(answer: Result<T, AwsError>) {
    let error = answer.expect_err("a reply that cannot be understood");
    assert_eq!(error.kind, ErrorKind::Garbled, "{error}");
    assert!(matches!(Missing::from(error), Missing::CouldNotAsk { .. }));
}

#[tokio::test]
async fn a_truncated_body_is_garbled_in_every_protocol() {
    let here = ireland();
    let query =
        answering(|_| xml(200, "<DescribeGlobalClustersResponse><DescribeGlobalClust")).await;
    assert_garbled(query.rds(&here).topology("orders").await);
    let rest_xml = answering(|_| xml(200, "<GetHostedZoneResponse><HostedZone><Id>/hosted")).await;
    assert_garbled(rest_xml.route53().zone("Z1").await);
    let rest_json = answering(|_| json(200, r#"{"FunctionName": "orders-re"#)).await;
    assert_garbled(rest_json.lambda(&here).function("orders-read", None).await);
    let json_rpc = answering(|_| json(200, r#"{"CertificateSummaryList": [{"#)).await;
    assert_garbled(json_rpc.acm(&here).certificate_for("api.example.com").await);
    let cbor = answering(|_| reply(200, "application/cbor", [0xbf, 0x6b, b'M'])).await;
    assert_garbled(cbor.cloudwatch(&here).alarms_in_alarm().await);
    assert_eq!(cbor.reach(&here).answering(), Some(true), "it did answer");
}

#[tokio::test(start_paused = true)]
async fn iam_without_an_sdk_client_is_asked_as_with_one() {
    let simulate = async |session: &gwctl::aws::Session| {
        let resources = ["*".to_owned()];
        let iam = session.iam();
        iam.simulate(
            "arn:aws:iam::1:role/ops",
            &["rds:DescribeEvents"],
            &resources,
        )
        .await
    };
    let cut = answering(|_| xml(200, "<SimulatePrincipalPolicyResponse><SimulatePr")).await;
    assert_garbled(simulate(&cut).await);
    let empty = answering(|_| xml(200, "<SimulatePrincipalPolicyResponse/>")).await;
    assert_garbled(simulate(&empty).await);

    let denied = answering(|_| xml_error(403, "AccessDenied", "not authorized")).await;
    let error = simulate(&denied).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotAllowed);
    assert!(
        error.to_string().contains("iam:SimulatePrincipalPolicy"),
        "{error}"
    );

    // A proxy's page is no verdict of AWS's.
    for status in [403, 404] {
        let page = answering(move |_| xml(status, "<html>blocked</html>")).await;
        let error = simulate(&page).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Other, "{error}");
        let lambda = page.lambda(&ireland());
        let error = lambda.function("orders-read", None).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Other, "{error}");
    }

    // Whatever is worth another attempt gets one: an error of the service, and a throttled call.
    for (status, code) in [(503, "ServiceUnavailable"), (400, "Throttling")] {
        let attempts = std::sync::atomic::AtomicUsize::new(0);
        let busy = answering(move |request| {
            assert!(request.is("SimulatePrincipalPolicy"));
            assert!(request.header("authorization").unwrap().contains("/us-east-1/iam/"));
            if attempts.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 0 {
                return xml_error(status, code, "Rate exceeded");
            }
            let result = "<EvalActionName>rds:DescribeEvents</EvalActionName>\
                <EvalDecision>allowed</EvalDecision>";
            let page = format!(
                "<IsTruncated>false</IsTruncated><EvaluationResults><member>{result}</member></EvaluationResults>"
            );
            xml(
                200,
                &format!(
                    "<SimulatePrincipalPolicyResponse><SimulatePrincipalPolicyResult>{page}\
                     </SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>"
                ),
            )
        })
        .await;
        let decided = simulate(&busy).await.unwrap();
        assert_eq!(decided.get("rds:DescribeEvents"), Some(&true), "{code}");
        assert_eq!(
            busy.ledger().calls(),
            2,
            "{code}: every attempt is in the ledger"
        );
    }
}

#[tokio::test]
async fn a_reply_without_what_it_must_hold_is_garbled_or_left_out() {
    let here = ireland();
    let empty = answering(|_| {
        xml(
            200,
            "<GetCallerIdentityResponse><GetCallerIdentityResult/></GetCallerIdentityResponse>",
        )
    })
    .await;
    assert_garbled(empty.sts(&here).identity().await);
    let empty = answering(|_| json(200, "{}")).await;
    assert_garbled(empty.lambda(&here).account_concurrency().await);
    let function = empty
        .lambda(&here)
        .function("orders-read", None)
        .await
        .unwrap();
    assert_eq!((function.memory_mb, function.last_modified), (0, None));
    assert!(
        empty
            .acm(&here)
            .certificate_for("api.example.com")
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn absurd_numbers_are_left_out() {
    let lambda = answering(|request| {
        if request.path().contains("account-settings") {
            json(200, r#"{"AccountLimit":{"ConcurrentExecutions":-5,"UnreservedConcurrentExecutions":9}}"#)
        } else {
            json(200, r#"{"MemorySize":-128,"Timeout":-3,"LastModified":"the day before yesterday"}"#)
        }
    })
    .await;
    assert_garbled(lambda.lambda(&ireland()).account_concurrency().await);
    let function = lambda
        .lambda(&ireland())
        .function("orders-read", None)
        .await
        .unwrap();
    assert_eq!(
        (
            function.memory_mb,
            function.timeout_s,
            function.last_modified
        ),
        (0, 0, None)
    );

    let acm = answering(|_| {
        json(
            200,
            r#"{"Certificate":{"CertificateArn":"a","NotAfter":9e300,"Status":"ISSUED"}}"#,
        )
    })
    .await;
    match acm.acm(&ireland()).certificate("a").await {
        Ok(certificate) => assert_eq!(certificate.not_after, None),
        Err(error) => assert_eq!(error.kind, ErrorKind::Garbled),
    }
}

#[tokio::test]
async fn names_cannot_steer_the_terminal() {
    let session = answering(|_| {
        json(
            200,
            r#"{"apiId":"a1","name":"orders\u001b]0;pwned\u0007\u202e\nx","protocolType":"HTTP"}"#,
        )
    })
    .await;
    let api = session
        .apigateway(&ireland())
        .api_of_kind("a1", ApiKind::Http)
        .await
        .unwrap();
    assert_eq!(api.name, "orders]0;pwned x");

    let session = answering(|_| xml_error(400, "Odd", "no&#27;[31m &#x202E;entry")).await;
    let error = session
        .rds(&ireland())
        .topology("orders")
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .chars()
            .all(|c| !c.is_control() && c != '\u{202e}'),
        "{error:?}"
    );
    let ledger = format!("{:?}", session.ledger());
    assert!(!ledger.contains("\\u{1b}"), "{ledger}");
}

#[tokio::test]
async fn a_huge_name_is_cut() {
    let name = "x".repeat(1_000_000);
    let session = answering(move |_| {
        json(
            200,
            &format!(r#"{{"name":"{name}","protocolType":"HTTP"}}"#),
        )
    })
    .await;
    let api = session
        .apigateway(&ireland())
        .api_of_kind("a1", ApiKind::Http)
        .await
        .unwrap();
    assert!(api.name.chars().count() <= 256 && api.name.ends_with('…'));
}

#[tokio::test]
async fn access_denied_on_one_call_names_its_action_and_leaves_the_others_alone() {
    let session = answering(|request| {
        if request.is("DescribeEvents") {
            xml_error(403, "AccessDenied", "User: x is not authorized to perform: rds:DescribeEvents")
        } else if request.is("DescribeDBInstances") {
            xml(200, "<DescribeDBInstancesResponse><DescribeDBInstancesResult><DBInstances/></DescribeDBInstancesResult></DescribeDBInstancesResponse>")
        } else {
            xml(200, "<DescribeDBClustersResponse><DescribeDBClustersResult><DBClusters><DBCluster>\
                <DBClusterIdentifier>orders-euw1</DBClusterIdentifier><Status>available</Status>\
                </DBCluster></DBClusters></DescribeDBClustersResult></DescribeDBClustersResponse>")
        }
    })
    .await;
    let rds = session.rds(&ireland());
    assert_eq!(
        rds.cluster("orders-euw1").await.unwrap().status,
        "available"
    );
    let error = rds.events("orders-euw1").await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotAllowed);
    assert_eq!(
        Missing::from(error),
        Missing::NotAllowed {
            action: "rds:DescribeEvents".into()
        }
    );
    let ledger = session.ledger();
    assert!(
        ledger
            .stats()
            .any(|(key, stats)| key.operation == "DescribeEvents" && stats.refused > 0)
    );
}

#[tokio::test]
async fn a_policy_above_the_role_is_named_in_every_protocol_as_aws_names_it() {
    const SAID: &str = "User: arn:aws:sts::111122223333:assumed-role/oncall/alice is not authorized to perform: x:Y on \
        resource: * with an explicit deny in a service control policy: arn:aws:organizations::4:policy/o/p-1";
    let query = answering(|_| xml_error(403, "AccessDenied", SAID)).await;
    let json = answering(|_| json_error(403, "AccessDeniedException", SAID)).await;
    let here = ireland();
    for error in [
        query.rds(&here).topology("orders").await.unwrap_err(),
        query.route53().zone("Z1").await.unwrap_err(),
        json.lambda(&here).function("f", None).await.unwrap_err(),
    ] {
        assert_eq!(error.kind, ErrorKind::Forbidden, "{error}");
        let named =
            "explicit deny in a service control policy (arn:aws:organizations::4:policy/o/p-1)";
        assert!(error.message.contains(named), "{error}");
        assert!(
            !error.message.contains("missing from this role's policy"),
            "{error}"
        );
        let Missing::NotAllowed { action } = Missing::from(error) else {
            panic!("it is not allowed");
        };
        assert!(action.ends_with(named), "{action}");
    }
    let boundary = "User: u is not authorized to perform: rds:X because no permissions boundary allows the rds:X action";
    let session = answering(move |_| xml_error(403, "AccessDenied", boundary)).await;
    let error = session.rds(&here).topology("orders").await.unwrap_err();
    assert!(
        error.message.contains("no permissions boundary allows it"),
        "{error}"
    );
}

#[tokio::test]
async fn api_gateways_permission_is_a_verb() {
    let session = answering(|_| json_error(403, "AccessDeniedException", "no")).await;
    let error = session.apigateway(&ireland()).api("a1").await.unwrap_err();
    assert_eq!(
        Missing::from(error),
        Missing::NotAllowed {
            action: "apigateway:GET".into()
        }
    );
}

#[tokio::test]
async fn expired_credentials_and_regions_that_are_off_say_what_to_do() {
    let expired = answering(|_| {
        xml_error(
            403,
            "ExpiredToken",
            "The security token included in the request is expired",
        )
    })
    .await;
    let error = expired.sts(&ireland()).identity().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Credentials);
    assert!(error.message.contains("aws sso login"), "{}", error.message);

    let unknown = answering(|_| {
        xml_error(
            403,
            "InvalidClientTokenId",
            "The security token included in the request is invalid",
        )
    })
    .await;
    let error = unknown
        .sts(&region("me-south-1"))
        .identity()
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::RegionNotEnabled);
    assert!(error.message.contains("me-south-1"), "{}", error.message);
}

#[tokio::test]
async fn what_does_not_exist_is_no_failure_to_ask() {
    let session =
        answering(|_| json_error(404, "NotFoundException", "Invalid API identifier specified"))
            .await;
    let error = session
        .apigateway(&ireland())
        .api("nope")
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound);
    assert_eq!(Missing::from(error), Missing::NoData);

    let rds = answering(|_| xml(200, "<DescribeGlobalClustersResponse><DescribeGlobalClustersResult><GlobalClusters/></DescribeGlobalClustersResult></DescribeGlobalClustersResponse>")).await;
    assert_eq!(
        rds.rds(&ireland())
            .topology("orders")
            .await
            .unwrap_err()
            .kind,
        ErrorKind::NotFound
    );
    let stack =
        answering(|_| xml_error(400, "ValidationError", "Stack with id edge does not exist")).await;
    assert_eq!(
        stack
            .cloudformation(&ireland())
            .stack("edge")
            .await
            .unwrap_err()
            .kind,
        ErrorKind::NotFound
    );
    let off = answering(|_| xml_error(404, "NoSuchMonitoringSubscription", "none")).await;
    assert!(!off.cloudfront().additional_metrics("E1").await.unwrap());
}

#[tokio::test]
async fn an_api_of_either_kind_is_found() {
    let session = answering(|request| {
        if request.path().starts_with("/v2/") {
            json_error(404, "NotFoundException", "Invalid API identifier specified")
        } else {
            json(200, r#"{"id":"r1","name":"orders"}"#)
        }
    })
    .await;
    let api = session.apigateway(&ireland()).api("r1").await.unwrap();
    assert_eq!((api.kind, api.name.as_str()), (ApiKind::Rest, "orders"));
    assert_eq!(
        api.endpoint.as_deref(),
        Some("https://r1.execute-api.eu-west-1.amazonaws.com")
    );
}

#[tokio::test(start_paused = true)]
async fn an_error_page_of_a_proxy_is_reported_with_its_status() {
    let session =
        answering(|_| reply(502, "text/html", "<html><body>Bad gateway</body></html>")).await;
    let error = session.route53().zone("Z1").await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Other);
    assert!(error.message.contains("502"), "{}", error.message);
    let json =
        answering(|_| reply(502, "text/html", "<html><body>Bad gateway</body></html>")).await;
    let error = json
        .lambda(&ireland())
        .account_concurrency()
        .await
        .unwrap_err();
    assert!(error.message.contains("502"), "{}", error.message);
}

#[tokio::test]
async fn a_member_without_an_arn_makes_the_topology_garbled_rather_than_smaller() {
    let session = answering(|_| {
        xml(200, "<DescribeGlobalClustersResponse><DescribeGlobalClustersResult><GlobalClusters><GlobalClusterMember>\
            <GlobalClusterIdentifier>orders</GlobalClusterIdentifier><Status>available</Status>\
            <GlobalClusterMembers><GlobalClusterMember><DBClusterArn>nonsense</DBClusterArn></GlobalClusterMember>\
            </GlobalClusterMembers></GlobalClusterMember></GlobalClusters></DescribeGlobalClustersResult></DescribeGlobalClustersResponse>")
    })
    .await;
    assert_garbled(session.rds(&ireland()).topology("orders").await);
}

#[tokio::test]
async fn an_unknown_failover_status_is_shown_as_aws_spells_it() {
    let session = answering(|_| {
        xml(200, "<DescribeGlobalClustersResponse><DescribeGlobalClustersResult><GlobalClusters><GlobalClusterMember>\
            <GlobalClusterIdentifier>orders</GlobalClusterIdentifier><Status>switching-over</Status>\
            <Engine>aurora-postgresql</Engine><EngineVersion>16.8</EngineVersion>\
            <FailoverState><Status>switching-over</Status><FromDbClusterArn>a</FromDbClusterArn>\
            <ToDbClusterArn>b</ToDbClusterArn><IsDataLossAllowed>false</IsDataLossAllowed></FailoverState>\
            </GlobalClusterMember></GlobalClusters></DescribeGlobalClustersResult></DescribeGlobalClustersResponse>")
    })
    .await;
    let topology = session.rds(&ireland()).topology("orders").await.unwrap();
    let failover = topology.failover.unwrap();
    assert_eq!(
        (failover.status.as_str(), failover.data_loss_allowed),
        ("switching-over", false)
    );
    assert_eq!(failover.to.as_deref(), Some("b"));
}

#[tokio::test]
async fn identity_survives_whatever_else_fails() {
    let session = answering(|request| {
        if request.is("GetCallerIdentity") {
            identity()
        } else {
            reply(500, "text/plain", "")
        }
    })
    .await;
    assert!(session.sts(&ireland()).identity().await.is_ok());
}

#[tokio::test]
async fn a_list_cut_short_never_passes_for_a_shorter_list() {
    let session = answering(|_| {
        xml(
            200,
            "<ListHealthChecksResponse><HealthChecks><HealthCheck><Id>hc-1</Id></HealthCheck><HealthCh",
        )
    })
    .await;
    assert_garbled(session.route53().health_checks().await);
}

#[tokio::test]
async fn absence_is_counted_as_an_answer_and_leaves_no_error_behind() {
    let session =
        answering(|_| json_error(404, "NotFoundException", "Invalid API identifier")).await;
    let _ = session.apigateway(&ireland()).api("nope").await;
    let ledger = session.ledger();
    assert_eq!(ledger.calls(), 2);
    assert!(ledger.stats().all(|(_, stats)| stats.failed == 0));
    assert_eq!(session.reach(&ireland()).last_error, None);
}
