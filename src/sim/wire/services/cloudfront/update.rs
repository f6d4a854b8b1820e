//! `UpdateDistribution`: the whole configuration, under its `ETag` (aws-facts §4).

use super::{find, whole};
use crate::wire::fault::Fault;
use crate::wire::services::ask::{Answer, Ask};
use crate::wire::value::Value;
use crate::world::model::{Certificate, Distribution, Origin};
use crate::world::{State, covers};

/// What a configuration cannot be without, of that which is simulated.
const REQUIRED: [&str; 5] = [
    "CallerReference",
    "Origins",
    "DefaultCacheBehavior",
    "Comment",
    "Enabled",
];

pub fn update(world: &mut State, ask: &Ask) -> Answer {
    let present = find(&world.resources, ask, "Id")?;
    let Some(tag) = ask.input.text("If-Match") else {
        let message = "The If-Match version is missing or not valid for the resource.";
        return Err(Fault::bad("InvalidIfMatchVersion", message));
    };
    if tag.trim_matches('"') != present.etag {
        let message = "The request failed because it didn't meet the preconditions in one or more request-header fields.";
        return Err(Fault::new(412, "PreconditionFailed", message));
    }
    let changed = read(&ask.input, present)?;
    covered(&changed, &world.resources.certificates)?;
    let id = changed.id.clone();
    world.account().replace_distribution(changed);
    let resources = &world.resources;
    let mut distributions = resources.distributions.iter();
    let one = distributions.find(|one| one.id == id).ok_or_else(|| {
        Fault::not_found(
            "NoSuchDistribution",
            "The specified distribution does not exist.",
        )
    })?;
    Ok(whole(resources, one))
}

/// Nothing is merged: what the caller leaves out is gone.
fn read(given: &Value, present: &Distribution) -> Result<Distribution, Fault> {
    if let Some(missing) = REQUIRED.iter().find(|name| given.get(name).is_none()) {
        let message = format!("The parameter {missing} is required.");
        return Err(Fault::bad("InvalidArgument", message));
    }
    if given.text("CallerReference") != Some(&present.caller_reference) {
        let message = "The caller reference cannot be changed.";
        return Err(Fault::bad("IllegalUpdate", message));
    }
    let items = |of: Option<&Value>, list: &str| -> Vec<Value> {
        let of = of.and_then(|of| of.get(list));
        let items = of.map(|of| of.items("Items")).unwrap_or_default();
        items.into_iter().cloned().collect()
    };
    let aliases = items(Some(given), "Aliases").into_iter();
    let origins = items(Some(given), "Origins").into_iter().map(|one| {
        Ok(Origin {
            id: one.need("Id")?.to_owned(),
            domain: one.need("DomainName")?.to_owned(),
            headers: items(Some(&one), "CustomHeaders")
                .iter()
                .filter_map(|header| {
                    let part = |name: &str| header.text(name).map(str::to_owned);
                    Some((part("HeaderName")?, part("HeaderValue")?))
                })
                .collect(),
        })
    });
    let behaviour = given.get("DefaultCacheBehavior");
    let functions = items(behaviour, "LambdaFunctionAssociations").into_iter();
    let at_origin = |one: &Value| one.text("EventType") == Some("origin-request");
    let certificate = given.get("ViewerCertificate").unwrap_or(&Value::Null);
    let text = |of: &Value, name: &str| of.text(name).unwrap_or_default().to_owned();
    Ok(Distribution {
        enabled: given.bool("Enabled")?.unwrap_or_default(),
        aliases: aliases
            .filter_map(|one| one.as_text().map(str::to_owned))
            .collect(),
        origins: origins.collect::<Result<_, Fault>>()?,
        certificate_arn: text(certificate, "ACMCertificateArn"),
        minimum_tls: text(certificate, "MinimumProtocolVersion"),
        ssl_support: text(certificate, "SSLSupportMethod"),
        origin_request_function: functions
            .filter(at_origin)
            .find_map(|one| one.text("LambdaFunctionARN").map(str::to_owned)),
        comment: text(given, "Comment"),
        price_class: text(given, "PriceClass"),
        ..present.clone()
    })
}

/// Alternate names need an issued certificate of us-east-1 that names them.
fn covered(distribution: &Distribution, certificates: &[Certificate]) -> Result<(), Fault> {
    if distribution.aliases.is_empty() {
        return Ok(());
    }
    let refused = |message: &str| Err(Fault::bad("InvalidViewerCertificate", message));
    let mut usable = certificates
        .iter()
        .filter(|one| one.region.as_str() == "us-east-1" && one.status == "ISSUED");
    let Some(certificate) = usable.find(|one| one.arn == distribution.certificate_arn) else {
        return refused(
            "The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, or doesn't include a valid certificate chain.",
        );
    };
    let names = &certificate.alternative_names;
    let fits = |alias: &String| names.iter().any(|name| covers(name, alias));
    if !distribution.aliases.iter().all(fits) {
        return refused(
            "The certificate that is attached to your distribution doesn't cover the alternate domain name (CNAME) that you're trying to add.",
        );
    }
    Ok(())
}
