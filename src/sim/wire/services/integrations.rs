//! What the APIs of API Gateway call: the functions of their Region.

use crate::wire::value::{Value, shape};
use crate::world::Resources;
use crate::world::model::{Api, Function};

/// The functions behind `api`: all of its Region but those that the edge runs, which are in us-east-1 too.
fn functions<'a>(world: &'a Resources, api: &'a Api) -> impl Iterator<Item = &'a Function> {
    let at_the_edge = |function: &Function| {
        let edge = world.distributions.iter();
        let mut arns = edge.filter_map(|one| one.origin_request_function.as_deref());
        function.name.ends_with("-router")
            || function.name.contains("-Router-")
            || arns.any(|arn| arn.starts_with(&format!("{}:", function.arn)))
    };
    let here = world
        .functions
        .iter()
        .filter(|one| one.region == api.region);
    here.filter(move |one| !at_the_edge(one))
}

/// The ARN that `api` calls `function` by.
fn called(api: &Api, function: &Function) -> String {
    match &api.alias {
        Some(alias) => format!("{}:{alias}", function.arn),
        None => function.arn.clone(),
    }
}

/// Whether `api` calls the function `name` of its Region.
pub fn calls(world: &Resources, api: &Api, name: &str) -> bool {
    functions(world, api).any(|function| function.name == name)
}

/// `GetIntegrations`.
pub fn of_http_api<'a>(
    world: &'a Resources,
    api: &'a Api,
) -> impl Iterator<Item = Value> + use<'a> {
    functions(world, api).map(|function| {
        shape! {
            "integrationId": function.name.trim_start_matches("orders-"),
            "integrationType": "AWS_PROXY",
            "integrationMethod": "POST",
            "integrationUri": called(api, function),
            "connectionType": "INTERNET",
            "payloadFormatVersion": "2.0",
            "timeoutInMillis": 30_000,
        }
    })
}

/// `GetResources`: the root, and below it everything else; methods only where they are asked for.
pub fn resources(world: &Resources, api: &Api, embed: bool) -> impl Iterator<Item = Value> + use<> {
    let root = format!("{}root", api.id.get(..6).unwrap_or_default());
    let all: Vec<&Function> = functions(world, api).collect();
    // Reads and writes go to functions of their own; a single one takes both.
    let of = |name: &str| {
        all.iter()
            .find(|one| one.name.ends_with(name))
            .or(all.first())
    };
    let method = |verb: &'static str, function: &Function| {
        let uri = format!(
            "arn:aws:apigateway:{}:lambda:path/2015-03-31/functions/{}/invocations",
            api.region,
            called(api, function)
        );
        shape! {
            "httpMethod": verb,
            "authorizationType": "NONE",
            "apiKeyRequired": false,
            "methodIntegration": shape! { "type": "AWS_PROXY", "httpMethod": "POST", "uri": uri },
        }
    };
    let mut methods = Value::Map(Vec::new());
    if let (true, Some(read), Some(write)) = (embed, of("-read"), of("-write")) {
        methods = methods
            .with("GET", method("GET", read))
            .with("POST", method("POST", write));
    }
    let below = shape! {
        "id": format!("{}all", api.id.get(..6).unwrap_or_default()),
        "parentId": &root,
        "pathPart": "{proxy+}",
        "path": "/{proxy+}",
    };
    let below = if embed {
        below.with("resourceMethods", methods)
    } else {
        below
    };
    [shape! { "id": root, "path": "/" }, below].into_iter()
}
