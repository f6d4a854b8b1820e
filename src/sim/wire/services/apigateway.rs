//! API Gateway, REST APIs (v1). Lists are `item` on the wire.

use super::page::page;
use crate::wire::fault::Fault;
use crate::wire::services::ask::{Answer, Ask};
use crate::wire::value::{Value, members, shape};
use crate::world::model::{Api, CustomDomain, Deployment, Stage, account_throttle};
use crate::world::{Resources, State};
use gwctl_fleet::ApiKind;

pub fn call(operation: &str, state: &mut State, ask: &Ask) -> Answer {
    let world = &state.resources;
    match operation {
        "UpdateStage" => update_stage(state, ask),
        "GetDeployments" => {
            let all = find(world, ask)?.deployments.iter();
            paged(all.map(deployment), ask)
        }
        "GetAccount" => Ok(account(ask)),
        "GetRestApis" => paged(apis(world, ask).map(rest_api), ask),
        "GetRestApi" => Ok(rest_api(find(world, ask)?).into()),
        "GetStages" => {
            let api = find(world, ask)?;
            let deployment = ask.input.text("deploymentId");
            let stages = api
                .stages
                .iter()
                .filter(|one| deployment.is_none_or(|id| id == one.deployment))
                .map(|one| stage(one, ask));
            Ok(shape! { "item": members(stages) }.into())
        }
        "GetStage" => {
            let name = ask.input.need("stageName")?;
            let mut stages = find(world, ask)?.stages.iter();
            let found = stages.find(|one| one.name == name);
            let missing =
                || Fault::not_found("NotFoundException", "Invalid stage identifier specified");
            Ok(stage(found.ok_or_else(missing)?, ask).into())
        }
        "GetDomainNames" => paged(domains(world, ask).map(|one| domain(world, one)), ask),
        "GetDomainName" => {
            let found = find_domain(world, ask)?;
            Ok(domain(world, found).into())
        }
        "GetBasePathMappings" => {
            let found = find_domain(world, ask)?;
            // HTTP APIs are mapped by the other API alone.
            let mapped = apis(world, ask).find(|api| api.id == found.api);
            paged(mapped.into_iter().map(|_| base_path_mapping(found)), ask)
        }
        "GetResources" => {
            let api = find(world, ask)?;
            let embed = ask.input.text("embed") == Some("methods");
            paged(super::integrations::resources(world, api, embed), ask)
        }
        other => Err(Fault::unimplemented(other)),
    }
}

fn deployment(one: &Deployment) -> Value {
    shape! { "id": &one.id, "createdDate": one.created, "description": &one.description }
}

/// `UpdateStage`: of the patches only the one that has a stage serve another deployment.
fn update_stage(state: &mut State, ask: &Ask) -> Answer {
    let api = find(&state.resources, ask)?;
    let name = ask.input.need("stageName")?.to_owned();
    let has = |one: &&Stage| one.name == name;
    if !api.stages.iter().any(|one| has(&one)) {
        let message = "Invalid stage identifier specified";
        return Err(Fault::not_found("NotFoundException", message));
    }
    for one in ask.input.items("patchOperations") {
        let (op, path) = (one.need("op")?, one.need("path")?);
        if (op, path) != ("replace", "/deploymentId") {
            return Err(Fault::unimplemented(
                "UpdateStage of anything but its deployment",
            ));
        }
        let id = one.need("value")?.to_owned();
        let api = find(&state.resources, ask)?;
        if !api.deployments.iter().any(|one| one.id == id) {
            let message = "Deployment id does not exist";
            return Err(Fault::bad("BadRequestException", message));
        }
        let api = api.id.clone();
        state.serve_deployment(&ask.region, &api, &name, &id);
    }
    let api = find(&state.resources, ask)?;
    let changed = api.stages.iter().find(has);
    let missing = || Fault::not_found("NotFoundException", "Invalid stage identifier specified");
    Ok(stage(changed.ok_or_else(missing)?, ask).into())
}

/// Requests a second that the account's APIs take.
fn account(ask: &Ask) -> crate::wire::reply::Reply {
    let throttle = account_throttle(&ask.region);
    shape! {
        "throttleSettings": shape! { "rateLimit": throttle.rate, "burstLimit": throttle.burst },
        "features": members(["UsagePlans"]),
        "apiKeyVersion": "4",
    }
    .into()
}

fn apis<'a>(world: &'a Resources, ask: &'a Ask) -> impl Iterator<Item = &'a Api> {
    world
        .apis
        .iter()
        .filter(|api| api.region == ask.region && api.kind == ApiKind::Rest)
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
    found.ok_or_else(|| {
        Fault::not_found(
            "NotFoundException",
            "Invalid domain name identifier specified",
        )
    })
}

fn base_path_mapping(domain: &CustomDomain) -> Value {
    shape! { "basePath": "(none)", "restApiId": &domain.api, "stage": &domain.stage }
}

fn find<'a>(world: &'a Resources, ask: &'a Ask) -> Result<&'a Api, Fault> {
    let id = ask.input.need("restApiId")?;
    apis(world, ask)
        .find(|api| api.id == id)
        .ok_or_else(|| Fault::not_found("NotFoundException", "Invalid API identifier specified"))
}

fn paged(items: impl Iterator<Item = Value>, ask: &Ask) -> Answer {
    let size = ask.input.int("limit")?.unwrap_or(25).clamp(1, 500);
    let page = page(items, ask.input.text("position"), size as usize)
        .ok_or_else(|| Fault::bad("BadRequestException", "Invalid position parameter"))?;
    Ok(shape! { "item": members(page.items), "position": page.next }.into())
}

fn rest_api(api: &Api) -> Value {
    shape! {
        "id": &api.id,
        "name": &api.name,
        "description": &api.description,
        "createdDate": api.created,
        "apiKeySource": "HEADER",
        "endpointConfiguration": shape! { "types": members(["REGIONAL"]), "ipAddressType": "ipv4" },
        "disableExecuteApiEndpoint": api.by_domain_only,
        "rootResourceId": format!("{}root", api.id.get(..6).unwrap_or_default()),
    }
}

fn stage(stage: &Stage, ask: &Ask) -> Value {
    let settings = stage.throttle.map(|throttle| {
        shape! {
            "*/*": shape! {
                "throttlingRateLimit": throttle.rate,
                "throttlingBurstLimit": throttle.burst,
            },
        }
    });
    let canary = stage.canary.as_ref().map(|canary| {
        shape! {
            "deploymentId": &canary.deployment,
            "percentTraffic": canary.percent,
            "useStageCache": false,
        }
    });
    shape! {
        "accessLogSettings": super::apigatewayv2::access_log(stage, ask),
        "canarySettings": canary,
        "methodSettings": settings,
        "deploymentId": &stage.deployment,
        "stageName": &stage.name,
        "cacheClusterEnabled": false,
        "cacheClusterStatus": "NOT_AVAILABLE",
        "tracingEnabled": false,
        "createdDate": stage.created,
        "lastUpdatedDate": stage.updated,
    }
}

fn domain(world: &Resources, domain: &CustomDomain) -> Value {
    let account = &world.caller.account;
    shape! {
        "domainName": &domain.name,
        "domainNameArn": format!("arn:aws:apigateway:{}:{account}:/domainnames/{}", domain.region, domain.name),
        "regionalDomainName": &domain.regional_domain,
        "regionalHostedZoneId": &domain.regional_zone,
        "regionalCertificateArn": &domain.certificate_arn,
        "endpointConfiguration": shape! { "types": members(["REGIONAL"]), "ipAddressType": "ipv4" },
        "domainNameStatus": &domain.status,
        "securityPolicy": "TLS_1_2",
        "routingMode": "BASE_PATH_MAPPING_ONLY",
    }
}
