//! AWS Certificate Manager.

use jiff::Timestamp;

use super::page::page;
use crate::wire::fault::Fault;
use crate::wire::services::ask::{Answer, Ask};
use crate::wire::value::{Value, empty, members, shape};
use crate::world::Resources;
use crate::world::model::Certificate;

/// Names that a summary tells: who wants to know the others asks for the certificate.
const MOST_NAMES: usize = 100;
/// All certificates of the world have keys of this kind.
const KEYS: &str = "RSA_2048";

pub fn call(operation: &str, world: &Resources, ask: &Ask) -> Answer {
    match operation {
        "ListCertificates" => list(world, ask),
        "DescribeCertificate" => describe(world, ask),
        other => Err(Fault::unimplemented(other)),
    }
}

fn here<'a>(world: &'a Resources, ask: &'a Ask) -> impl Iterator<Item = &'a Certificate> {
    world
        .certificates
        .iter()
        .filter(|certificate| certificate.region == ask.region)
}

fn list(world: &Resources, ask: &Ask) -> Answer {
    let size = ask.input.int("MaxItems")?.unwrap_or(1000);
    if !(1..=1000).contains(&size) {
        return Err(Fault::bad(
            "ValidationException",
            "MaxItems must be between 1 and 1000",
        ));
    }
    let statuses = ask.input.texts("CertificateStatuses");
    let include = ask.input.get("Includes");
    let key_types = include.map(|include| include.texts("keyTypes"));
    let keys = key_types.is_none_or(|types| types.is_empty() || types.contains(&KEYS));
    let wanted = here(world, ask)
        .filter(|one| keys && (statuses.is_empty() || statuses.contains(&one.status.as_str())));
    let page = page(wanted, ask.input.text("NextToken"), size as usize)
        .ok_or_else(|| Fault::bad("ValidationException", "Invalid NextToken"))?;
    let summaries = page.items.into_iter().map(|one| {
        shape! {
            "CertificateArn": &one.arn,
            "DomainName": &one.domain,
            "SubjectAlternativeNameSummaries": members(one.alternative_names.iter().take(MOST_NAMES)),
            "HasAdditionalSubjectAlternativeNames": one.alternative_names.len() > MOST_NAMES,
            "Status": &one.status,
            "Type": "AMAZON_ISSUED",
            "KeyAlgorithm": KEYS,
            "KeyUsages": members(["DIGITAL_SIGNATURE", "KEY_ENCIPHERMENT"]),
            "ExtendedKeyUsages": members(["TLS_WEB_SERVER_AUTHENTICATION"]),
            "InUse": !one.in_use_by.is_empty(),
            "RenewalEligibility": eligibility(one),
            "NotBefore": valid(one).map(|(from, _)| from),
            "NotAfter": valid(one).map(|(_, until)| until),
            "CreatedAt": one.issued,
            "IssuedAt": valid(one).map(|_| one.issued),
        }
    });
    Ok(shape! { "CertificateSummaryList": members(summaries), "NextToken": page.next }.into())
}

fn describe(world: &Resources, ask: &Ask) -> Answer {
    let arn = ask.input.need("CertificateArn")?;
    if !arn.starts_with("arn:") {
        return Err(Fault::bad(
            "InvalidArnException",
            format!("Invalid ARN: {arn}"),
        ));
    }
    let one = here(world, ask).find(|one| one.arn == arn).ok_or_else(|| {
        Fault::bad(
            "ResourceNotFoundException",
            format!("Could not find certificate {arn}."),
        )
    })?;
    Ok(shape! { "Certificate": detail(one) }.into())
}

fn detail(one: &Certificate) -> Value {
    let renewal = one.renewal.as_ref().map(|status| {
        shape! {
            "RenewalStatus": status,
            "DomainValidationOptions": validations(one),
            "UpdatedAt": one.issued,
        }
    });
    shape! {
        "CertificateArn": &one.arn,
        "DomainName": &one.domain,
        "SubjectAlternativeNames": members(&one.alternative_names),
        "DomainValidationOptions": validations(one),
        "Serial": &one.serial,
        "Subject": format!("CN={}", one.domain),
        "Issuer": "Amazon",
        "CreatedAt": one.issued,
        "IssuedAt": valid(one).map(|_| one.issued),
        "Status": &one.status,
        "NotBefore": valid(one).map(|(from, _)| from),
        "NotAfter": valid(one).map(|(_, until)| until),
        "KeyAlgorithm": KEYS,
        "SignatureAlgorithm": "SHA256WITHRSA",
        "InUseBy": members(&one.in_use_by),
        "Type": "AMAZON_ISSUED",
        "RenewalSummary": renewal,
        "KeyUsages": members([shape! { "Name": "DIGITAL_SIGNATURE" }, shape! { "Name": "KEY_ENCIPHERMENT" }]),
        "ExtendedKeyUsages": members([
            shape! { "Name": "TLS_WEB_SERVER_AUTHENTICATION", "OID": "1.3.6.1.5.5.7.3.1" },
        ]),
        "RenewalEligibility": eligibility(one),
        "Options": empty().with("CertificateTransparencyLoggingPreference", "ENABLED"),
    }
}

/// From when until when, once it was issued.
fn valid(one: &Certificate) -> Option<(Timestamp, Timestamp)> {
    let never = matches!(
        one.status.as_str(),
        "PENDING_VALIDATION" | "VALIDATION_TIMED_OUT" | "FAILED"
    );
    (!never).then_some((one.not_before, one.not_after))
}

fn validations(one: &Certificate) -> Value {
    let status = match one.status.as_str() {
        "PENDING_VALIDATION" => "PENDING_VALIDATION",
        "VALIDATION_TIMED_OUT" | "FAILED" => "FAILED",
        _ => "SUCCESS",
    };
    members(one.alternative_names.iter().map(|name| {
        shape! {
            "DomainName": name,
            "ValidationDomain": name,
            "ValidationStatus": status,
            "ValidationMethod": &one.validation,
        }
    }))
}

fn eligibility(one: &Certificate) -> &'static str {
    if one.in_use_by.is_empty() {
        "INELIGIBLE"
    } else {
        "ELIGIBLE"
    }
}
