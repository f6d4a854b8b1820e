//! AWS Lambda.

mod aliases;
mod versions;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::integrations;
use super::page::page;
use crate::wire::fault::Fault;
use crate::wire::packages;
use crate::wire::services::ask::{Answer, Ask};
use crate::wire::value::{Value, members, shape};
use crate::world::model::{Api, Function};
use crate::world::{Resources, State, names};

pub fn call(operation: &str, state: &mut State, ask: &Ask) -> Answer {
    let world = &state.resources;
    match operation {
        "UpdateFunctionCode" => update_code(state, ask),
        "PublishVersion" => versions::publish(state, ask),
        "UpdateAlias" => aliases::update(state, ask),
        "GetFunctionConfiguration" => {
            let (function, version) = find(world, ask)?;
            Ok(configuration(function, &version, ask).into())
        }
        "GetFunction" => get(world, ask),
        "ListVersionsByFunction" => versions::list(world, ask),
        "GetAlias" => aliases::get(world, ask),
        "ListAliases" => aliases::list(world, ask),
        "GetPolicy" => policy(world, ask),
        "ListFunctions" => list(world, ask),
        "GetAccountSettings" => account(world, ask),
        other => Err(Fault::unimplemented(other)),
    }
}

/// The function and version that `FunctionName` (a name, an ARN, perhaps qualified) and `Qualifier` mean.
fn find<'a>(world: &'a Resources, ask: &Ask) -> Result<(&'a Function, String), Fault> {
    let asked = ask.input.need("FunctionName")?;
    // arn:aws:lambda:REGION:ACCOUNT:function:NAME[:VERSION], ACCOUNT:function:NAME, NAME[:VERSION].
    let tail = asked
        .rsplit_once("function:")
        .map_or(asked, |(_, tail)| tail);
    let (name, suffix) = tail
        .split_once(':')
        .map_or((tail, None), |(name, suffix)| (name, Some(suffix)));
    let version = ask.input.text("Qualifier").or(suffix).unwrap_or("$LATEST");
    let account = &world.caller.account;
    let not_found = || {
        let qualified = if version == "$LATEST" {
            String::new()
        } else {
            format!(":{version}")
        };
        let message = format!(
            "Function not found: arn:aws:lambda:{}:{account}:function:{name}{qualified}",
            ask.region
        );
        Fault::not_found("ResourceNotFoundException", message)
    };
    let function = world
        .functions
        .iter()
        .find(|function| function.region == ask.region && function.name == name)
        .ok_or_else(not_found)?;
    if version == "$LATEST" {
        return Ok((function, version.to_owned()));
    }
    // An alias stands for the version that most of its calls go to.
    let alias = function.aliases.get(version).map(|alias| alias.version);
    let number = alias.or_else(|| version.parse().ok());
    let published = number.and_then(|number| function.at(number));
    let published = published.ok_or_else(not_found)?;
    Ok((published, published.version.to_string()))
}

/// What changes with every update of what is called `arn`.
fn revision(arn: &str, changes: u32) -> String {
    names::uuid(u64::from(changes), arn)
}

/// Refused where somebody changed it since the caller read `RevisionId`.
fn unchanged(ask: &Ask, present: &str) -> Result<(), Fault> {
    let given = ask.input.text("RevisionId").filter(|id| !id.is_empty());
    if given.is_none_or(|given| given == present) {
        return Ok(());
    }
    let message = "The RevisionId provided does not match the latest RevisionId. Call the GetFunction/GetAlias \
                   API operation to retrieve the latest RevisionId";
    Err(Fault::new(412, "PreconditionFailedException", message))
}

/// Each API that calls the function may; a version and an alias have policies of their own, and here none.
fn policy(world: &Resources, ask: &Ask) -> Answer {
    let (function, _) = find(world, ask)?;
    let none = || {
        let message = "The resource you requested does not exist.";
        Fault::not_found("ResourceNotFoundException", message)
    };
    if ask.input.text("Qualifier").is_some() {
        return Err(none());
    }
    let account = &world.caller.account;
    let callers = world
        .apis
        .iter()
        .filter(|api| api.region == ask.region && integrations::calls(world, api, &function.name));
    let statement = |api: &Api| {
        serde_json::json!({
            "Sid": "AllowApi",
            "Effect": "Allow",
            "Principal": { "Service": "apigateway.amazonaws.com" },
            "Action": "lambda:InvokeFunction",
            "Resource": function.arn,
            "Condition": { "ArnLike": {
                "AWS:SourceArn": format!("arn:aws:execute-api:{}:{account}:{}/*", ask.region, api.id),
            } },
        })
    };
    let statements: Vec<_> = callers.map(statement).collect();
    if statements.is_empty() {
        return Err(none());
    }
    let policy =
        serde_json::json!({ "Version": "2012-10-17", "Id": "default", "Statement": statements });
    Ok(shape! { "Policy": policy.to_string(), "RevisionId": &function.code_sha256 }.into())
}

fn configuration(function: &Function, version: &str, ask: &Ask) -> Value {
    let updating = function.updated_at.is_some_and(|done| done > ask.now);
    let arn = match version {
        "$LATEST" => function.arn.clone(),
        number => format!("{}:{number}", function.arn),
    };
    shape! {
        "FunctionName": &function.name,
        "FunctionArn": &arn,
        "Runtime": Some(&function.runtime).filter(|runtime| !runtime.is_empty()),
        "Role": &function.role,
        "Handler": Some(&function.handler).filter(|handler| !handler.is_empty()),
        "CodeSize": function.code_size(),
        "Description": &function.description,
        "Timeout": function.timeout_s,
        "MemorySize": function.memory_mb,
        "LastModified": function.last_modified.strftime("%Y-%m-%dT%H:%M:%S.000+0000").to_string(),
        "CodeSha256": &function.code_sha256,
        "Version": version,
        "VpcConfig": (!function.security_groups.is_empty()).then(|| shape! {
            "SecurityGroupIds": members(&function.security_groups),
            "SubnetIds": members(["subnet-0a", "subnet-0b"]),
            "VpcId": "vpc-0a",
        }),
        "TracingConfig": shape! { "Mode": "PassThrough" },
        "State": &function.state,
        "LastUpdateStatus": if updating { "InProgress" } else { &function.last_update_status },
        "PackageType": if function.image.is_some() { "Image" } else { "Zip" },
        "Architectures": members([&function.architecture]),
        "EphemeralStorage": shape! { "Size": 512 },
        "SnapStart": shape! { "ApplyOn": "None", "OptimizationStatus": "Off" },
        "RevisionId": revision(&arn, function.revision),
        "LoggingConfig": shape! {
            "LogFormat": "Text", "LogGroup": format!("/aws/lambda/{}", function.name),
        },
    }
}

fn get(world: &Resources, ask: &Ask) -> Answer {
    let (function, version) = find(world, ask)?;
    let reserved = function
        .reserved_concurrency
        .map(|reserved| shape! { "ReservedConcurrentExecutions": reserved });
    let code = match &function.image {
        Some(image) => shape! {
            "RepositoryType": "ECR",
            "ImageUri": image,
            "ResolvedImageUri": image,
        },
        None => shape! {
            "RepositoryType": "S3",
            "Location": packages::location(&ask.host, &ask.region, &function.name, &version),
        },
    };
    Ok(shape! {
        "Configuration": configuration(function, &version, ask),
        "Code": code,
        "Concurrency": reserved,
    }
    .into())
}

/// `UpdateFunctionCode`: from a package or an image, as the function is.
fn update_code(world: &mut State, ask: &Ask) -> Answer {
    let (function, version) = find(&world.resources, ask)?;
    let image = ask.input.text("ImageUri");
    let package = ["ZipFile", "S3Key"].into_iter();
    let code = image.or_else(|| package.into_iter().find_map(|name| ask.input.text(name)));
    let refused = |message: &str| Err(Fault::bad("InvalidParameterValueException", message));
    if version != "$LATEST" {
        return refused("The code of a published version cannot be changed.");
    }
    let Some(code) = code.filter(|_| image.is_some() == function.image.is_some()) else {
        return refused("Please provide a source that fits the function's package type.");
    };
    let package = match ask.input.text("ZipFile") {
        Some(zip) => match BASE64_STANDARD.decode(zip) {
            Ok(package) => package,
            Err(_) => return refused("Could not decode ZipFile."),
        },
        None => code.as_bytes().to_vec(),
    };
    if function.state != "Active" {
        let message = format!(
            "The operation cannot be performed at this time. The function is currently in the following state: {}",
            function.state
        );
        return Err(Fault::new(409, "ResourceConflictException", message));
    }
    unchanged(ask, &revision(&function.arn, function.revision))?;
    let name = function.name.clone();
    let publish = ask.input.bool("Publish")?.unwrap_or_default();
    // Without one it is made for x86_64 (aws-facts §14.6).
    let architecture = ask.input.texts("Architectures");
    let architecture = architecture.first().copied().unwrap_or("x86_64").to_owned();
    world.update_function_code(&ask.region, &name, package, publish);
    let mut all = world.resources.functions.iter_mut();
    let changed = all.find(|one| one.region == ask.region && one.name == name);
    if let Some(function) = changed {
        function.architecture = architecture;
    }
    let (function, _) = find(&world.resources, ask)?;
    let version = if publish {
        function.version.to_string()
    } else {
        version
    };
    Ok(configuration(function, &version, ask).into())
}

fn list(world: &Resources, ask: &Ask) -> Answer {
    let size = ask.input.int("MaxItems")?.unwrap_or(50).clamp(1, 50);
    let all_versions = ask.input.text("FunctionVersion") == Some("ALL");
    let here = world
        .functions
        .iter()
        .filter(|function| function.region == ask.region);
    let entries = here.flat_map(|function| {
        let published = function.published.iter().filter(move |_| all_versions);
        let published = published.map(|one| configuration(one, &one.version.to_string(), ask));
        std::iter::once(configuration(function, "$LATEST", ask)).chain(published)
    });
    let page = page(entries, ask.input.text("Marker"), size as usize)
        .ok_or_else(|| Fault::bad("InvalidParameterValueException", "Invalid Marker"))?;
    Ok(shape! { "Functions": members(page.items), "NextMarker": page.next }.into())
}

fn account(world: &Resources, ask: &Ask) -> Answer {
    let limits = world
        .lambda_limits
        .get(&ask.region)
        .ok_or_else(|| Fault::new(500, "ServiceException", "No limits are known here."))?;
    Ok(shape! {
        "AccountLimit": shape! {
            "TotalCodeSize": limits.total_code_size,
            "CodeSizeUnzipped": 262_144_000,
            "CodeSizeZipped": 52_428_800,
            "ConcurrentExecutions": limits.concurrent_executions,
            "UnreservedConcurrentExecutions": limits.unreserved,
        },
        "AccountUsage": shape! {
            "TotalCodeSize": limits.used_code_size,
            "FunctionCount": limits.function_count,
        },
    }
    .into())
}
