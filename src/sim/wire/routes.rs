//! The operations of the services that are asked by method and path.

/// A method and a path that mean an operation.
pub(super) struct Route {
    pub method: &'static str,
    pub path: &'static str,
    pub operation: &'static str,
}

const fn get(path: &'static str, operation: &'static str) -> Route {
    Route {
        method: "GET",
        path,
        operation,
    }
}

const fn post(path: &'static str, operation: &'static str) -> Route {
    Route {
        method: "POST",
        path,
        operation,
    }
}

const fn patch(path: &'static str, operation: &'static str) -> Route {
    Route {
        method: "PATCH",
        path,
        operation,
    }
}

const fn put(path: &'static str, operation: &'static str) -> Route {
    Route {
        method: "PUT",
        path,
        operation,
    }
}

pub(super) const ROUTE53: &[Route] = &[
    get("/2013-04-01/hostedzone", "ListHostedZones"),
    get("/2013-04-01/hostedzonesbyname", "ListHostedZonesByName"),
    get("/2013-04-01/hostedzone/{Id}", "GetHostedZone"),
    get(
        "/2013-04-01/hostedzone/{Id}/rrset",
        "ListResourceRecordSets",
    ),
    post(
        "/2013-04-01/hostedzone/{Id}/rrset",
        "ChangeResourceRecordSets",
    ),
    get("/2013-04-01/healthcheck", "ListHealthChecks"),
    get("/2013-04-01/healthcheck/{HealthCheckId}", "GetHealthCheck"),
    post(
        "/2013-04-01/healthcheck/{HealthCheckId}",
        "UpdateHealthCheck",
    ),
    get(
        "/2013-04-01/healthcheck/{HealthCheckId}/status",
        "GetHealthCheckStatus",
    ),
    get("/2013-04-01/change/{Id}", "GetChange"),
    get("/2013-04-01/accountlimit/{Type}", "GetAccountLimit"),
    get("/2013-04-01/testdnsanswer", "TestDNSAnswer"),
];

// The version is any: the model's date has changed before, the shapes have not.
pub(super) const CLOUDFRONT: &[Route] = &[
    get("/*/distribution", "ListDistributions"),
    get("/*/distribution/{Id}", "GetDistribution"),
    get("/*/distribution/{Id}/config", "GetDistributionConfig"),
    put("/*/distribution/{Id}/config", "UpdateDistribution"),
    post(
        "/*/distribution/{DistributionId}/invalidation",
        "CreateInvalidation",
    ),
    get(
        "/*/distribution/{DistributionId}/invalidation/{Id}",
        "GetInvalidation",
    ),
    get(
        "/*/distributions/{DistributionId}/monitoring-subscription",
        "GetMonitoringSubscription",
    ),
];

pub(super) const LAMBDA: &[Route] = &[
    get("/2015-03-31/functions", "ListFunctions"),
    get("/2015-03-31/functions/{FunctionName}", "GetFunction"),
    get(
        "/2015-03-31/functions/{FunctionName}/configuration",
        "GetFunctionConfiguration",
    ),
    get(
        "/2015-03-31/functions/{FunctionName}/aliases/{Name}",
        "GetAlias",
    ),
    put(
        "/2015-03-31/functions/{FunctionName}/aliases/{Name}",
        "UpdateAlias",
    ),
    get(
        "/2015-03-31/functions/{FunctionName}/aliases",
        "ListAliases",
    ),
    get(
        "/2015-03-31/functions/{FunctionName}/versions",
        "ListVersionsByFunction",
    ),
    post(
        "/2015-03-31/functions/{FunctionName}/versions",
        "PublishVersion",
    ),
    get("/2015-03-31/functions/{FunctionName}/policy", "GetPolicy"),
    put(
        "/2015-03-31/functions/{FunctionName}/code",
        "UpdateFunctionCode",
    ),
    get("/2016-08-19/account-settings", "GetAccountSettings"),
];

pub(super) const APIGATEWAY: &[Route] = &[
    get("/account", "GetAccount"),
    get("/restapis", "GetRestApis"),
    get("/restapis/{restApiId}", "GetRestApi"),
    get("/restapis/{restApiId}/stages", "GetStages"),
    get("/restapis/{restApiId}/stages/{stageName}", "GetStage"),
    patch("/restapis/{restApiId}/stages/{stageName}", "UpdateStage"),
    get("/restapis/{restApiId}/deployments", "GetDeployments"),
    get("/domainnames", "GetDomainNames"),
    get("/domainnames/{domainName}", "GetDomainName"),
    get(
        "/domainnames/{domainName}/basepathmappings",
        "GetBasePathMappings",
    ),
    get("/restapis/{restApiId}/resources", "GetResources"),
];

pub(super) const APIGATEWAY_V2: &[Route] = &[
    get("/v2/apis", "GetApis"),
    get("/v2/apis/{apiId}", "GetApi"),
    get("/v2/apis/{apiId}/stages", "GetStages"),
    get("/v2/apis/{apiId}/stages/{stageName}", "GetStage"),
    patch("/v2/apis/{apiId}/stages/{stageName}", "UpdateStage"),
    get("/v2/apis/{apiId}/deployments", "GetDeployments"),
    get("/v2/domainnames", "GetDomainNames"),
    get("/v2/domainnames/{domainName}", "GetDomainName"),
    get("/v2/domainnames/{domainName}/apimappings", "GetApiMappings"),
    get("/v2/apis/{apiId}/integrations", "GetIntegrations"),
];

pub(super) const RECOVERY_CONFIG: &[Route] = &[
    get("/cluster", "ListClusters"),
    get("/cluster/{ClusterArn}", "DescribeCluster"),
    get("/controlpanels", "ListControlPanels"),
    get("/controlpanel/{ControlPanelArn}", "DescribeControlPanel"),
    get(
        "/controlpanel/{ControlPanelArn}/routingcontrols",
        "ListRoutingControls",
    ),
    get(
        "/controlpanel/{ControlPanelArn}/safetyrules",
        "ListSafetyRules",
    ),
    get(
        "/routingcontrol/{RoutingControlArn}",
        "DescribeRoutingControl",
    ),
];

pub(super) const RDS_DATA: &[Route] = &[post("/Execute", "ExecuteStatement")];

pub(super) const XRAY: &[Route] = &[post("/ServiceGraph", "GetServiceGraph")];
