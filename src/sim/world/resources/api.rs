//! API Gateway: HTTP APIs, their stages, domain names and what maps the one to the other.

use super::super::account::Account;
use super::super::model::{Api, CustomDomain, Deployment, Resources, Stage, Throttle};
use super::super::names;
use super::properties::{flag, float, items, need, number, text};
use crate::world::resources::wanted::{Begun, Wanted};
use gwctl_fleet::{ApiKind, Region};

/// What a stage's template lets through; none where it does not say.
fn throttle(stage: &serde_json::Value) -> Option<Throttle> {
    Some(Throttle {
        rate: float(stage, "DefaultRouteSettings.ThrottlingRateLimit")?,
        burst: number(stage, "DefaultRouteSettings.ThrottlingBurstLimit")?,
    })
}

/// The log group that a stage's template writes its access log to.
fn access_log(stage: &serde_json::Value) -> Option<String> {
    let arn = text(stage, "AccessLogSettings.DestinationArn")?;
    Some(arn.split_once(":log-group:")?.1.to_owned())
}

impl Account<'_> {
    pub(super) fn make_api(&mut self, wanted: &Wanted<'_>) -> Begun {
        if wanted.kind != "AWS::ApiGatewayV2::Api" {
            return Err(format!("making an {} is not simulated", wanted.kind));
        }
        let (properties, region) = (wanted.properties, wanted.region);
        let what = format!("api {region} {} {}", wanted.stack, self.present.now);
        let id = names::token(self.present.seed, &what, 10);
        self.resources.apis.push(Api {
            region: region.clone(),
            name: need(properties, "Name")?,
            kind: ApiKind::Http,
            description: text(properties, "Description").unwrap_or_default(),
            endpoint: format!("https://{id}.execute-api.{region}.amazonaws.com"),
            by_domain_only: flag(properties, "DisableExecuteApiEndpoint"),
            created: self.present.at(),
            stages: Vec::new(),
            deployments: Vec::new(),
            alias: None,
            id: id.clone(),
        });
        let takes_s = self.present.within(&id, (3, 10));
        Ok((id, takes_s))
    }

    pub(super) fn change_api(&mut self, wanted: &Wanted<'_>, id: &str) -> Result<i64, String> {
        let properties = wanted.properties;
        let name = need(properties, "Name")?;
        let api = self.resources.api_mut(wanted.region, id);
        let api = api.ok_or_else(|| format!("Invalid API identifier specified {id}"))?;
        api.name = name;
        api.description = text(properties, "Description").unwrap_or_default();
        api.by_domain_only = flag(properties, "DisableExecuteApiEndpoint");
        Ok(self.present.within(id, (2, 8)))
    }

    pub(super) fn unmake_api(&self, region: &Region, id: &str) -> Result<i64, String> {
        let mut domains = self.resources.custom_domains.iter();
        if !self.resources.apis.iter().any(|one| one.id == id) {
            return Ok(0);
        }
        match domains.find(|one| &one.region == region && one.api == id) {
            Some(domain) => Err(format!(
                "Active api mappings found for API {id}: remove that of {} first",
                domain.name
            )),
            None => Ok(self.present.within(id, (2, 8))),
        }
    }

    pub(super) fn remove_api(&mut self, region: &Region, id: &str) {
        let apis = &mut self.resources.apis;
        apis.retain(|one| !(&one.region == region && one.id == id));
    }

    pub(super) fn make_stage(&mut self, wanted: &Wanted<'_>) -> Begun {
        let properties = wanted.properties;
        let (id, name) = (need(properties, "ApiId")?, need(properties, "StageName")?);
        let now = self.present.at();
        let deployment = names::token(self.present.seed, &format!("deployment {id} {now}"), 6);
        let api = self.resources.api_mut(wanted.region, &id);
        let api = api.ok_or_else(|| format!("Invalid API identifier specified {id}"))?;
        if api.stages.iter().any(|one| one.name == name) {
            return Err(format!("Stage already exists {name}"));
        }
        api.deployments.push(Deployment {
            id: deployment.clone(),
            created: now,
            description: String::new(),
        });
        api.stages.push(Stage {
            name: name.clone(),
            deployment,
            auto_deploy: flag(properties, "AutoDeploy"),
            created: now,
            updated: now,
            throttle: throttle(properties),
            access_log: access_log(properties),
            canary: None,
        });
        let takes_s = self.present.within(&format!("{id} {name}"), (2, 8));
        Ok((name, takes_s))
    }

    pub(super) fn change_stage(&mut self, wanted: &Wanted<'_>, name: &str) -> Result<i64, String> {
        let (now, id) = (self.present.at(), need(wanted.properties, "ApiId")?);
        let api = self.resources.api_mut(wanted.region, &id);
        let mut stages = api.into_iter().flat_map(|api| &mut api.stages);
        if let Some(stage) = stages.find(|one| one.name == name) {
            stage.updated = now;
            stage.throttle = throttle(wanted.properties);
            stage.access_log = access_log(wanted.properties);
        }
        Ok(self.present.within(&id, (2, 8)))
    }

    /// The stage serves another of the API's deployments.
    pub(super) fn serve_deployment(&mut self, region: &Region, api: &str, stage: &str, id: &str) {
        let now = self.present.at();
        let api = self.resources.api_mut(region, api);
        let mut stages = api.into_iter().flat_map(|api| &mut api.stages);
        if let Some(stage) = stages.find(|one| one.name == stage) {
            stage.deployment = id.into();
            stage.updated = now;
        }
    }

    pub(super) fn remove_stage(&mut self, region: &Region, name: &str) {
        let owned = self
            .resources
            .owners
            .get("AWS::ApiGatewayV2::Stage", region, name);
        let id = owned.and_then(|one| text(&one.properties, "ApiId"));
        if let Some(api) = id.and_then(|id| self.resources.api_mut(region, &id)) {
            api.stages.retain(|one| one.name != name);
        }
    }

    pub(super) fn make_domain(&mut self, wanted: &Wanted<'_>) -> Begun {
        let (properties, region) = (wanted.properties, wanted.region);
        let name = need(properties, "DomainName")?;
        if self.resources.domain_at(region, &name).is_some() {
            return Err(format!(
                "The domain name you provided already exists: {name}"
            ));
        }
        let certificate = certificate_of(wanted)?;
        self.resources.usable(&certificate, region, &name)?;
        let what = format!("domain {region} {name} {}", self.present.now);
        let target = names::token(self.present.seed, &what, 10);
        self.resources
            .use_certificate(&domain_arn(region, &name), Some(&certificate));
        self.resources.custom_domains.push(CustomDomain {
            region: region.clone(),
            name: name.clone(),
            api: String::new(),
            stage: String::new(),
            regional_domain: format!("d-{target}.execute-api.{region}.amazonaws.com"),
            // One zone for all names of a Region.
            regional_zone: format!(
                "Z{}",
                names::upper_token(7, &format!("execute-api {region}"), 13)
            ),
            certificate_arn: certificate,
            status: "PENDING".into(),
        });
        let takes_s = self.present.within(&name, (20, 60));
        Ok((name, takes_s))
    }

    pub(super) fn change_domain(&mut self, wanted: &Wanted<'_>, name: &str) -> Result<i64, String> {
        let certificate = certificate_of(wanted)?;
        self.resources.usable(&certificate, wanted.region, name)?;
        let at = self.resources.domain_at(wanted.region, name);
        let at = at.ok_or_else(|| format!("Invalid domain name identifier specified {name}"))?;
        self.resources
            .use_certificate(&domain_arn(wanted.region, name), Some(&certificate));
        let domain = &mut self.resources.custom_domains[at];
        domain.certificate_arn = certificate;
        domain.status = "UPDATING".into();
        Ok(self.present.within(name, (20, 60)))
    }

    pub(super) fn finish_domain(&mut self, region: &Region, name: &str) {
        if let Some(at) = self.resources.domain_at(region, name) {
            self.resources.custom_domains[at].status = "AVAILABLE".into();
        }
    }

    pub(super) fn unmake_domain(&self, region: &Region, name: &str) -> i64 {
        let known = self.resources.domain_at(region, name);
        known.map_or(0, |_| self.present.within(name, (5, 20)))
    }

    pub(super) fn remove_domain(&mut self, region: &Region, name: &str) {
        if let Some(at) = self.resources.domain_at(region, name) {
            self.resources.custom_domains.remove(at);
            self.resources
                .use_certificate(&domain_arn(region, name), None);
        }
    }

    /// An API under a domain name. The world knows one a name, at its root.
    pub(super) fn make_mapping(&mut self, wanted: &Wanted<'_>) -> Begun {
        let properties = wanted.properties;
        let what = format!(
            "mapping {} {} {}",
            wanted.region, wanted.stack, self.present.now
        );
        let id = names::token(self.present.seed, &what, 6);
        let domain = need(properties, "DomainName")?;
        let at = self.resources.domain_at(wanted.region, &domain);
        let at = at.ok_or_else(|| format!("Invalid domain name identifier specified {domain}"))?;
        if !self.resources.custom_domains[at].api.is_empty() {
            return Err("ApiMapping key already exists for this domain name".into());
        }
        self.map(wanted, at)?;
        let takes_s = self.present.within(&id, (2, 8));
        Ok((id, takes_s))
    }

    pub(super) fn change_mapping(&mut self, wanted: &Wanted<'_>, id: &str) -> Result<i64, String> {
        let domain = need(wanted.properties, "DomainName")?;
        let at = self.resources.domain_at(wanted.region, &domain);
        let at = at.ok_or_else(|| format!("Invalid domain name identifier specified {domain}"))?;
        self.map(wanted, at)?;
        Ok(self.present.within(id, (2, 8)))
    }

    fn map(&mut self, wanted: &Wanted<'_>, domain: usize) -> Result<(), String> {
        let (api, stage) = (
            need(wanted.properties, "ApiId")?,
            need(wanted.properties, "Stage")?,
        );
        let known = self.resources.api_mut(wanted.region, &api);
        if !known.is_some_and(|api| api.stages.iter().any(|one| one.name == stage)) {
            return Err(format!(
                "Invalid stage identifier specified {stage} of API {api}"
            ));
        }
        let domain = &mut self.resources.custom_domains[domain];
        (domain.api, domain.stage) = (api, stage);
        Ok(())
    }

    pub(super) fn remove_mapping(&mut self, region: &Region, id: &str) {
        let kind = "AWS::ApiGatewayV2::ApiMapping";
        let owned = self.resources.owners.get(kind, region, id);
        let domain = owned.and_then(|one| text(&one.properties, "DomainName"));
        if let Some(at) = domain.and_then(|name| self.resources.domain_at(region, &name)) {
            let domain = &mut self.resources.custom_domains[at];
            domain.api.clear();
            domain.stage.clear();
        }
    }
}

impl Resources {
    pub(super) fn attributes_of_api(
        &self,
        region: &Region,
        id: &str,
    ) -> Vec<(&'static str, String)> {
        let mut apis = self.apis.iter();
        let known = apis.find(|one| &one.region == region && one.id == id);
        known.map_or_else(Vec::new, |one| {
            vec![
                ("ApiId", one.id.clone()),
                ("ApiEndpoint", one.endpoint.clone()),
            ]
        })
    }

    fn api_mut(&mut self, region: &Region, id: &str) -> Option<&mut Api> {
        let mut apis = self.apis.iter_mut();
        apis.find(|one| &one.region == region && one.id == id)
    }

    pub(super) fn attributes_of_domain(
        &self,
        region: &Region,
        name: &str,
    ) -> Vec<(&'static str, String)> {
        self.domain_at(region, name).map_or_else(Vec::new, |at| {
            let one = &self.custom_domains[at];
            vec![
                ("RegionalDomainName", one.regional_domain.clone()),
                ("RegionalHostedZoneId", one.regional_zone.clone()),
                ("DomainNameArn", domain_arn(region, name)),
            ]
        })
    }

    pub(super) fn domain_at(&self, region: &Region, name: &str) -> Option<usize> {
        let mut domains = self.custom_domains.iter();
        domains.position(|one| &one.region == region && one.name == name)
    }
}

fn domain_arn(region: &Region, name: &str) -> String {
    format!("arn:aws:apigateway:{region}::/domainnames/{name}")
}

fn certificate_of(wanted: &Wanted<'_>) -> Result<String, String> {
    let configured = items(wanted.properties, "DomainNameConfigurations").first();
    let certificate = configured.and_then(|one| text(one, "CertificateArn"));
    certificate.ok_or_else(|| "A certificate is required for a domain name".into())
}

impl Resources {
    /// The functions that an API calls: one for all, when a stack made it and its integration, default
    /// route and the permission to call are there; else those the fleet was founded with.
    pub(in crate::world) fn handlers(&self, region: &Region, api: &str) -> Vec<String> {
        let Some(_) = self.owners.get("AWS::ApiGatewayV2::Api", region, api) else {
            return names::FUNCTIONS.map(str::to_owned).to_vec();
        };
        let of_api = |kind: &'static str| {
            let all = self.owners.of(kind);
            all.filter(|one| &one.region == region)
                .filter(|one| text(&one.properties, "ApiId").as_deref() == Some(api))
        };
        let mut routes = of_api("AWS::ApiGatewayV2::Route");
        let target = routes.find_map(|route| {
            let key = text(&route.properties, "RouteKey")?;
            (key == "$default").then(|| text(&route.properties, "Target"))?
        });
        let mut integrations = of_api("AWS::ApiGatewayV2::Integration");
        let called = integrations.find_map(|one| {
            let meant = target.as_deref()?.strip_prefix("integrations/")? == one.physical;
            meant.then(|| text(&one.properties, "IntegrationUri"))?
        });
        let name = called.and_then(|arn| arn.split(':').nth(6).map(str::to_owned));
        let allowed = |name: &String| {
            let mut permissions = self.owners.of("AWS::Lambda::Permission");
            permissions.any(|one| {
                let function = text(&one.properties, "FunctionName").unwrap_or_default();
                &one.region == region
                    && (&function == name || function.ends_with(&format!(":{name}")))
            })
        };
        name.filter(allowed).into_iter().collect()
    }
}
