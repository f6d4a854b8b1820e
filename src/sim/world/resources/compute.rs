//! `AWS::Lambda::Function` and `AWS::Lambda::Version`. A version that CloudFront runs has replicas all over
//! the world, and for hours after the last distribution let go of it neither is deleted (aws-facts §4.1).

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::super::account::Account;
use super::super::model::{Alias, Function, Resources};
use super::super::names::ACCOUNT;
use super::properties::{at, need, number, text, texts};
use crate::world::resources::wanted::{Begun, Takes, Wanted};
use gwctl_fleet::Region;

/// Seconds a function takes; more with network interfaces to make.
const PLAIN: Takes = (5, 30);
const IN_VPC: Takes = (65, 90);

/// Seconds that new code takes until it runs everywhere.
const LOADS: (i64, i64) = (2, 6);

impl Account<'_> {
    pub(super) fn make_function(&mut self, wanted: &Wanted<'_>) -> Begun {
        let (properties, region) = (wanted.properties, wanted.region);
        let name = text(properties, "FunctionName");
        let name = name.unwrap_or_else(|| wanted.made_up(self.present));
        if self.resources.function(region, &name).is_some() {
            return Err(format!("Function already exist: {name}"));
        }
        let function = Function {
            state: "Pending".into(),
            version: 0,
            ..self.function_of(wanted, &name)?
        };
        let takes = if at(properties, "VpcConfig").is_some() {
            IN_VPC
        } else {
            PLAIN
        };
        self.resources.functions.push(function);
        self.resources.count_functions(region);
        let takes_s = self.present.within(&name, takes);
        Ok((name, takes_s))
    }

    pub(super) fn change_function(
        &mut self,
        wanted: &Wanted<'_>,
        name: &str,
    ) -> Result<i64, String> {
        let changed = self.function_of(wanted, name)?;
        let known = self.resources.function_mut(wanted.region, name);
        let known = known.ok_or_else(|| format!("Function not found: {name}"))?;
        let before = known.clone();
        let (package, updated_at) = (before.package, before.updated_at);
        *known = Function {
            state: before.state,
            version: before.version,
            published: before.published,
            revision: before.revision + 1,
            aliases: before.aliases,
            last_update_status: "InProgress".into(),
            ..changed
        };
        if known.templated == before.templated {
            // Code that came another way stays.
            known.load(package, updated_at);
        }
        self.resources.count_functions(wanted.region);
        Ok(self.present.within(name, PLAIN))
    }

    /// New code for a function, published as a version where that is wanted.
    pub(super) fn load_code(
        &mut self,
        region: &Region,
        name: &str,
        package: Vec<u8>,
        publish: bool,
    ) {
        let now = self.present.at();
        let done = now + SignedDuration::from_secs(self.present.within(name, LOADS));
        if let Some(function) = self.resources.function_mut(region, name) {
            function.last_modified = now;
            if function.image.is_some() {
                function.image = Some(String::from_utf8_lossy(&package).into_owned());
            }
            function.load(package, Some(done));
            function.revision += 1;
            if publish {
                function.publish();
            }
        }
    }

    /// What `$LATEST` is, as a version.
    pub(super) fn publish_code(&mut self, region: &Region, name: &str) {
        if let Some(function) = self.resources.function_mut(region, name) {
            function.publish();
        }
    }

    /// Calls of the alias go to another version from now on.
    pub(super) fn lead_alias(&mut self, region: &Region, function: &str, name: &str, to: Alias) {
        if let Some(function) = self.resources.function_mut(region, function) {
            function.aliases.insert(name.into(), to);
        }
    }

    /// A setting of a function is changed: to what, is nobody's business here.
    pub(in crate::world) fn configure(&mut self, region: &Region, name: &str) {
        let now = self.present.at();
        if let Some(function) = self.resources.function_mut(region, name) {
            function.last_modified = now;
            function.revision += 1;
        }
    }

    /// `PutFunctionConcurrency`, or `DeleteFunctionConcurrency` where there is none.
    pub(in crate::world) fn reserve_concurrency(
        &mut self,
        region: &Region,
        name: &str,
        reserved: Option<i32>,
    ) {
        if let Some(function) = self.resources.function_mut(region, name) {
            function.reserved_concurrency = reserved;
        }
    }

    pub(super) fn finish_function(&mut self, region: &Region, name: &str) {
        if let Some(function) = self.resources.function_mut(region, name) {
            function.state = "Active".into();
            function.last_update_status = "Successful".into();
        }
    }

    pub(super) fn unmake_function(&self, region: &Region, name: &str) -> Result<i64, String> {
        let Some(function) = self.resources.function(region, name) else {
            return Ok(0);
        };
        self.without_replicas(&function.arn)?;
        Ok(self.present.within(name, (2, 15)))
    }

    pub(super) fn remove_function(&mut self, region: &Region, name: &str) {
        let functions = &mut self.resources.functions;
        functions.retain(|one| !(&one.region == region && one.name == name));
        self.resources.count_functions(region);
    }

    pub(super) fn make_version(&mut self, wanted: &Wanted<'_>) -> Begun {
        let name = need(wanted.properties, "FunctionName")?;
        let name = name.rsplit(':').next().unwrap_or_default();
        let function = self.resources.function_mut(wanted.region, name);
        let function = function.ok_or_else(|| format!("Function not found: {name}"))?;
        if function.state != "Active" {
            return Err(format!(
                "The operation cannot be performed at this time. The function is currently in the following \
                 state: {}",
                function.state
            ));
        }
        function.publish_as(function.version + 1);
        let arn = format!("{}:{}", function.arn, function.version);
        let takes_s = self.present.within(&arn, (3, 10));
        Ok((arn, takes_s))
    }

    pub(super) fn unmake_version(&self, arn: &str) -> Result<i64, String> {
        self.without_replicas(arn)?;
        Ok(self.present.within(arn, (2, 6)))
    }

    /// Refused while a distribution runs the version, or one of the function's, and for hours after.
    fn without_replicas(&self, arn: &str) -> Result<(), String> {
        let of = |version: &str| version == arn || version.starts_with(&format!("{arn}:"));
        let distributions = self.resources.distributions.iter();
        let mut running = distributions.filter_map(|one| one.origin_request_function.as_deref());
        let mut leaving = self.resources.replicas.iter();
        if running.any(of)
            || leaving.any(|(version, until)| of(version) && *until > self.present.now)
        {
            return Err(format!(
                "Lambda was unable to delete {arn} because it is a replicated function. Please see our \
                 documentation for Deleting Lambda@Edge Functions and Replicas."
            ));
        }
        Ok(())
    }

    fn function_of(&self, wanted: &Wanted<'_>, name: &str) -> Result<Function, String> {
        let (properties, region) = (wanted.properties, wanted.region);
        let code = at(properties, "Code").map(ToString::to_string);
        let code = code.ok_or("Property Code cannot be empty.")?;
        let image = text(properties, "Code.ImageUri");
        let inline = text(properties, "Code.ZipFile");
        let of_zip = |name: &str| {
            // An image says both by itself.
            let given = text(properties, name).unwrap_or_default();
            if image.is_some() {
                String::new()
            } else {
                given
            }
        };
        let mut function = Function {
            region: region.clone(),
            name: name.into(),
            arn: format!("arn:aws:lambda:{region}:{ACCOUNT}:function:{name}"),
            runtime: of_zip("Runtime"),
            handler: of_zip("Handler"),
            role: need(properties, "Role")?,
            state: "Active".into(),
            last_update_status: "Successful".into(),
            memory_mb: number(properties, "MemorySize").unwrap_or(128),
            timeout_s: number(properties, "Timeout").unwrap_or(3),
            package: Vec::new(),
            templated: Some(code.clone()),
            code_sha256: String::new(),
            updated_at: None,
            description: text(properties, "Description").unwrap_or_default(),
            architecture: texts(properties, "Architectures")
                .pop()
                .unwrap_or_else(|| "x86_64".into()),
            last_modified: self.present.at(),
            version: 0,
            published: Vec::new(),
            revision: 1,
            aliases: BTreeMap::new(),
            reserved_concurrency: number(properties, "ReservedConcurrentExecutions"),
            security_groups: texts(properties, "VpcConfig.SecurityGroupIds"),
            image: image.clone(),
        };
        let package = image.or(inline).unwrap_or(code);
        function.load(package.into_bytes(), None);
        Ok(function)
    }
}

impl Resources {
    pub(super) fn attributes_of_function(
        &self,
        region: &Region,
        name: &str,
    ) -> Vec<(&'static str, String)> {
        let known = self.function(region, name);
        known
            .map(|one| ("Arn", one.arn.clone()))
            .into_iter()
            .collect()
    }

    pub(in crate::world) fn function(&self, region: &Region, name: &str) -> Option<&Function> {
        let mut functions = self.functions.iter();
        functions.find(|one| &one.region == region && one.name == name)
    }

    /// The version of a function that its Region's API calls.
    pub(in crate::world) fn served(&self, region: &Region, name: &str) -> Option<&Function> {
        let function = self.function(region, name)?;
        let mut apis = self.apis.iter().filter(|api| &api.region == region);
        let alias = apis.find_map(|api| function.aliases.get(api.alias.as_ref()?));
        match alias {
            Some(alias) => function.at(alias.version),
            None => Some(function),
        }
    }

    fn function_mut(&mut self, region: &Region, name: &str) -> Option<&mut Function> {
        let mut functions = self.functions.iter_mut();
        functions.find(|one| &one.region == region && one.name == name)
    }

    /// What `GetAccountSettings` says of a Region's functions.
    fn count_functions(&mut self, region: &Region) {
        let here = self.functions.iter();
        let here: Vec<&Function> = here.filter(|one| &one.region == region).collect();
        let reserved: i32 = here.iter().filter_map(|one| one.reserved_concurrency).sum();
        let (count, size) = (
            i64::try_from(here.len()).unwrap_or(i64::MAX),
            here.iter().map(|one| one.code_size()).sum(),
        );
        if let Some(limits) = self.lambda_limits.get_mut(region) {
            limits.function_count = count;
            limits.used_code_size = size;
            limits.unreserved = limits.concurrent_executions - reserved;
        }
    }
}
