//! Databases of other kinds, as RDS writes them: Serverless v2, no instances, a managed password, proxies.

use gwctl::aws::ErrorKind;
use gwctl::fleet::{Capacity, ClusterState};

use super::stage::{Request, answering, ireland, xml};

/// A cluster without an instance, with `more` inside.
async fn cluster(more: &'static str) -> ClusterState {
    let session = answering(move |request| {
        if request.is("DescribeDBInstances") {
            return xml(
                200,
                "<DescribeDBInstancesResponse><DescribeDBInstancesResult><DBInstances/>\
                 </DescribeDBInstancesResult></DescribeDBInstancesResponse>",
            );
        }
        xml(
            200,
            &format!(
                "<DescribeDBClustersResponse><DescribeDBClustersResult><DBClusters><DBCluster>\
                 <DBClusterIdentifier>orders-euw1</DBClusterIdentifier><Status>available</Status>\
                 <Engine>aurora-postgresql</Engine><EngineVersion>16.8</EngineVersion>\
                 <DBClusterMembers/>{more}</DBCluster></DBClusters></DescribeDBClustersResult>\
                 </DescribeDBClustersResponse>"
            ),
        )
    })
    .await;
    session
        .rds(&ireland())
        .cluster("orders-euw1")
        .await
        .unwrap()
}

#[tokio::test]
async fn what_a_cluster_needs_is_known_by_name() {
    let state = cluster(
        "<DBClusterParameterGroup>apg16-tuned</DBClusterParameterGroup><VpcSecurityGroups>\
         <VpcSecurityGroupMembership><VpcSecurityGroupId>sg-0a1b</VpcSecurityGroupId><Status>active</Status>\
         </VpcSecurityGroupMembership></VpcSecurityGroups><MasterUserSecret>\
         <SecretArn>arn:aws:secretsmanager:eu-west-1:123456789012:secret:rds!cluster-1-AbCdEf</SecretArn>\
         </MasterUserSecret>",
    );
    let secret = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:rds!cluster-1-AbCdEf";
    assert_eq!(state.await.needs, ["sg-0a1b", secret, "apg16-tuned"]);
    assert!(cluster("").await.needs.is_empty());
}

#[tokio::test]
async fn a_cluster_without_an_instance_is_available_and_headless() {
    let state = cluster("").await;
    assert_eq!(
        (state.status.as_str(), state.is_headless()),
        ("available", true)
    );
    assert_eq!((state.capacity, state.managed_password), (None, false));
}

#[tokio::test]
async fn the_range_of_serverless_v2_is_read_and_half_of_one_is_none() {
    let both = cluster(
        "<ServerlessV2ScalingConfiguration><MinCapacity>0.5</MinCapacity><MaxCapacity>16.0</MaxCapacity>\
         </ServerlessV2ScalingConfiguration>",
    );
    assert_eq!(
        both.await.capacity,
        Some(Capacity {
            min: 0.5,
            max: 16.0
        })
    );
    let half = cluster(
        "<ServerlessV2ScalingConfiguration><MinCapacity>0.5</MinCapacity></ServerlessV2ScalingConfiguration>",
    );
    assert_eq!(half.await.capacity, None);
}

#[tokio::test]
async fn a_password_that_rds_manages_shows_as_a_secret() {
    let state = cluster(
        "<MasterUserSecret><SecretArn>arn:aws:secretsmanager:eu-west-1:123456789012:secret:rds!cluster-1</SecretArn>\
         <SecretStatus>active</SecretStatus></MasterUserSecret>",
    )
    .await;
    assert!(state.managed_password);
}

fn proxies(request: &Request) -> String {
    let body = String::from_utf8_lossy(request.body()).into_owned();
    let (names, marker): (&[&str], &str) = if body.contains("Marker=second") {
        (&["billing"], "")
    } else {
        (&["orders-write", "orders-read"], "<Marker>second</Marker>")
    };
    let each: Vec<String> = names
        .iter()
        .map(|name| {
            format!(
                "<member><DBProxyName>{name}</DBProxyName><Status>available</Status>\
                 <Endpoint>{name}.proxy-abc.eu-west-1.rds.amazonaws.com</Endpoint></member>"
            )
        })
        .collect();
    format!(
        "<DescribeDBProxiesResponse><DescribeDBProxiesResult><DBProxies>{}</DBProxies>{marker}\
         </DescribeDBProxiesResult></DescribeDBProxiesResponse>",
        each.concat()
    )
}

fn targets(request: &Request) -> String {
    let body = String::from_utf8_lossy(request.body()).into_owned();
    let cluster = if body.contains("DBProxyName=billing") {
        "billing-euw1"
    } else {
        "orders-euw1"
    };
    format!(
        "<DescribeDBProxyTargetsResponse><DescribeDBProxyTargetsResult><Targets>\
         <member><TrackedClusterId>{cluster}</TrackedClusterId><RdsResourceId>{cluster}</RdsResourceId>\
         <Type>TRACKED_CLUSTER</Type></member>\
         <member><TrackedClusterId>{cluster}</TrackedClusterId><RdsResourceId>{cluster}-1</RdsResourceId>\
         <Type>RDS_INSTANCE</Type><Role>READ_ONLY</Role><TargetHealth><State>UNAVAILABLE</State>\
         <Reason>PENDING_PROXY_CAPACITY</Reason></TargetHealth></member>\
         </Targets></DescribeDBProxyTargetsResult></DescribeDBProxyTargetsResponse>"
    )
}

#[tokio::test]
async fn the_proxies_of_a_cluster_are_found_by_what_they_follow_on_every_page() {
    let session = answering(|request| {
        let said = if request.is("DescribeDBProxies") {
            proxies(&request)
        } else {
            targets(&request)
        };
        xml(200, &said)
    })
    .await;
    let found = session
        .rds(&ireland())
        .proxies("orders-euw1")
        .await
        .unwrap();
    let names: Vec<_> = found.iter().map(|proxy| proxy.name.as_str()).collect();
    assert_eq!(
        names,
        ["orders-read", "orders-write"],
        "billing's is another cluster's"
    );
    let [target] = found[0].targets.as_slice() else {
        panic!("{found:?}")
    };
    assert_eq!(target.instance, "orders-euw1-1");
    assert_eq!(target.role.as_deref(), Some("READ_ONLY"));
    assert_eq!(target.state.as_deref(), Some("UNAVAILABLE"));
    assert_eq!(target.reason.as_deref(), Some("PENDING_PROXY_CAPACITY"));
    assert_eq!(found[0].unavailable().count(), 1);
}

#[tokio::test]
async fn a_proxy_that_is_deleted_meanwhile_is_none_and_one_that_cannot_be_asked_is_an_error() {
    let with = |code: &'static str, status| {
        answering(move |request| {
            if request.is("DescribeDBProxies") {
                return xml(200, &proxies(&request));
            }
            xml(
                status,
                &format!(
                    "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>"
                ),
            )
        })
    };
    let gone = with("DBProxyNotFoundFault", 404).await;
    let found = gone.rds(&ireland()).proxies("orders-euw1").await.unwrap();
    assert!(found.is_empty());
    let refused = with("AccessDenied", 403).await;
    let error = refused
        .rds(&ireland())
        .proxies("orders-euw1")
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotAllowed);
}
