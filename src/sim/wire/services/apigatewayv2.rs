//! API Gateway, HTTP APIs (v2). Its moments are ISO 8601, not seconds.

use jiff::Timestamp;

use super::page::page;
use crate::wire::fault::Fault;
use crate::wire::services::ask::{Answer, Ask};
use crate::wire::value::{Value, members, shape};
use crate::world::model::{Api, CustomDomain, Deployment, Stage};
use crate::world::{ACCESS_FORMAT, ACCOUNT, Resources, State};
use gwctl_fleet::ApiKind;

pub fn call(operation: &str, state: &mut State, ask: &Ask) -> Answer {
    let world = &state.resources;
    match operation {
        "UpdateStage" => update_stage(state, ask),
        "GetDeployments" => {
            let all = find(world, ask)?.deployments.iter();
            paged(all.map(deployment), ask)
        }
        "GetApis" => paged(apis(world, ask).map(http_api), ask),
        "GetApi" => Ok(http_api(find(world, ask)?).into()),
        "GetStages" => {
            let stages = find(world, ask)?.stages.iter();
            paged(stages.map(|one| stage(one, ask)), ask)
        }
        "GetStage" => {
            let name = ask.input.need("stageName")?;
            let mut stages = find(world, ask)?.stages.iter();
            let found = stages.find(|one| one.name == name);
            Ok(stage(found.ok_or_else(|| not_found("stage", name))?, ask).into())
        }
        "GetDomainNames" => paged(domains(world, ask).map(domain), ask),
        "GetDomainName" => Ok(domain(find_domain(world, ask)?).into()),
        "GetApiMappings" => {
            let one = find_domain(world, ask)?;
            paged(std::iter::once(mapping(one)), ask)
        }
        "GetIntegrations" => {
            let api = find(world, ask)?;
            paged(super::integrations::of_http_api(world, api), ask)
        }
        other => Err(Fault::unimplemented(other)),
    }
}

fn deployment(one: &Deployment) -> Value {
    shape! {
        "autoDeployed": false,
        "createdDate": iso(one.created),
        "deploymentId": &one.id,
        "deploymentStatus": "SUCCEEDED",
        "description": &one.description,
    }
}

/// `UpdateStage`: only which deployment it serves, which is not to be chosen where it deploys by itself
/// (aws-facts §14.6).
fn update_stage(state: &mut State, ask: &Ask) -> Answer {
    let name = ask.input.need("stageName")?.to_owned();
    let known = |api: &Api| api.stages.iter().find(|one| one.name == name).cloned();
    let api = find(&state.resources, ask)?;
    let present = known(api).ok_or_else(|| not_found("stage", &name))?;
    if let Some(id) = ask.input.text("deploymentId") {
        if present.auto_deploy {
            let message = "Deployment ID cannot be set on a stage with AutoDeploy enabled.";
            return Err(Fault::bad("BadRequestException", message));
        }
        if !api.deployments.iter().any(|one| one.id == id) {
            return Err(not_found("deployment", id));
        }
        let (api, id) = (api.id.clone(), id.to_owned());
        state.serve_deployment(&ask.region, &api, &name, &id);
    }
    let api = find(&state.resources, ask)?;
    let changed = known(api).ok_or_else(|| not_found("stage", &name))?;
    Ok(stage(&changed, ask).into())
}

fn apis<'a>(world: &'a Resources, ask: &'a Ask) -> impl Iterator<Item = &'a Api> {
    world
        .apis
        .iter()
        .filter(|api| api.region == ask.region && api.kind == ApiKind::Http)
}

fn domains<'a>(world: &'a Resources, ask: &'a Ask) -> impl Iterator<Item = &'a CustomDomain> {
    world
        .custom_domains
        .iter()
        .filter(|domain| domain.region == ask.region)
}

fn find_domain<'a>(world: &'a Resources, ask: &'a Ask) -> Result<&'a CustomDomain, Fault> {
    let name = ask.input.need("domainName")?;
    let found = domains(world, ask).find(|one| one.name == name);
    found.ok_or_else(|| not_found("domain name", name))
}

fn mapping(domain: &CustomDomain) -> Value {
    shape! {
        "apiId": &domain.api,
        "apiMappingId": domain.api.get(..6).unwrap_or_default(),
        "apiMappingKey": "",
        "stage": &domain.stage,
    }
}

fn find<'a>(world: &'a Resources, ask: &'a Ask) -> Result<&'a Api, Fault> {
    let id = ask.input.need("apiId")?;
    apis(world, ask)
        .find(|api| api.id == id)
        .ok_or_else(|| not_found("API", id))
}

fn not_found(what: &str, id: &str) -> Fault {
    Fault::not_found(
        "NotFoundException",
        format!("Invalid {what} identifier specified {id}"),
    )
}

fn paged(items: impl Iterator<Item = Value>, ask: &Ask) -> Answer {
    let size = ask.input.int("maxResults")?.unwrap_or(100).clamp(1, 500);
    let page = page(items, ask.input.text("nextToken"), size as usize)
        .ok_or_else(|| Fault::bad("BadRequestException", "Invalid nextToken"))?;
    Ok(shape! { "items": members(page.items), "nextToken": page.next }.into())
}

fn iso(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn http_api(api: &Api) -> Value {
    shape! {
        "apiEndpoint": &api.endpoint,
        "apiId": &api.id,
        "apiKeySelectionExpression": "$request.header.x-api-key",
        "createdDate": iso(api.created),
        "description": &api.description,
        "disableExecuteApiEndpoint": api.by_domain_only,
        "ipAddressType": "ipv4",
        "name": &api.name,
        "protocolType": "HTTP",
        "routeSelectionExpression": "$request.method $request.path",
    }
}

/// Where a stage writes its access log, and how.
pub(super) fn access_log(stage: &Stage, ask: &Ask) -> Option<Value> {
    let group = stage.access_log.as_ref()?;
    let region = &ask.region;
    Some(shape! {
        "destinationArn": format!("arn:aws:logs:{region}:{ACCOUNT}:log-group:{group}"),
        "format": ACCESS_FORMAT,
    })
}

fn stage(stage: &Stage, ask: &Ask) -> Value {
    shape! {
        "accessLogSettings": access_log(stage, ask),
        "autoDeploy": stage.auto_deploy,
        "createdDate": iso(stage.created),
        "defaultRouteSettings": shape! {
            "detailedMetricsEnabled": false,
            "throttlingRateLimit": stage.throttle.map(|throttle| throttle.rate),
            "throttlingBurstLimit": stage.throttle.map(|throttle| throttle.burst),
        },
        "deploymentId": &stage.deployment,
        "lastUpdatedDate": iso(stage.updated),
        "stageName": &stage.name,
    }
}

fn domain(domain: &CustomDomain) -> Value {
    shape! {
        "apiMappingSelectionExpression": "$request.basepath",
        "domainName": &domain.name,
        "domainNameConfigurations": members([shape! {
            "apiGatewayDomainName": &domain.regional_domain,
            "certificateArn": &domain.certificate_arn,
            "domainNameStatus": &domain.status,
            "endpointType": "REGIONAL",
            "hostedZoneId": &domain.regional_zone,
            "ipAddressType": "ipv4",
            "securityPolicy": "TLS_1_2",
        }]),
        "routingMode": "API_MAPPING_ONLY",
    }
}
