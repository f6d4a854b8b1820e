//! What a new Region's handler runs: another Region's code, what the configuration names, or the reference handler.

use super::architecture::{Architecture, Wanted};
use super::building::id;
use crate::check::{Check, Finding};
use crate::task::{CopyCode, DeliverCode};
use crate::{Change, Refused, SourceCode, Step, Task, format, names};
use gwctl_aws::MOST_ZIPPED;
use gwctl_fleet::{DeployedCode, HandlerCode, Region, Verdict};
use gwctl_stacks::{Kind, Parameters, handler};

/// API Gateway waits no longer for a function, in seconds.
const LONGEST: i32 = 30;

/// What the template sets by itself.
const VARIABLES: [&str; 8] = [
    "HEALTH_PATH",
    "DATABASE_NAME",
    "DATABASE_USER",
    "DATABASE_PORT",
    "DATABASE_CONSISTENCY",
    "READER_ENDPOINT",
    "WRITER_ENDPOINT",
    "NODE_EXTRA_CA_CERTS",
];

/// The parameter that says what gwctl gives the handler, and its value for the reference handler.
const GIVEN: &str = "CodeCopied";
const REFERENCE: &str = "reference";
/// The path of the reference handler's writes.
const WRITES_AT: &str = "/orders";

/// Puts another Region's code in the place of what `parameters` say of it.
pub(super) fn instead(
    parameters: &mut Parameters,
    code: &DeployedCode,
    from: &Region,
    to: &Region,
) {
    for name in ["CodeS3Bucket", "CodeS3Key", "CodeImageUri"] {
        parameters.remove(name);
    }
    let mut set = |name: &str, value: String| parameters.insert(name.into(), value);
    set("HandlerArchitecture", code.architecture.clone());
    set("HandlerMemorySize", code.memory_mb.to_string());
    set("HandlerTimeout", code.timeout_s.min(LONGEST).to_string());
    if let Some(image) = &code.image {
        set("CodeImageUri", image_in(image, from, to));
    } else {
        set(GIVEN, "true".into());
        set("HandlerRuntime", code.runtime.clone());
        set("HandlerName", code.handler.clone());
    }
}

/// The same image in another Region's registry, which Lambda wants it from.
fn image_in(image: &str, from: &Region, to: &Region) -> String {
    image.replace(&format!(".ecr.{from}."), &format!(".ecr.{to}."))
}

/// Whether a stack of these parameters is to run the reference handler: where the configuration names it, or names
/// nothing and gwctl makes the stack from its own template.
pub(super) fn is_reference(all: &Architecture<'_>, parameters: &Parameters) -> bool {
    if all.survey.code.is_some() {
        return false;
    }
    if all.context.spec.build.code == Some(HandlerCode::Reference) {
        return true;
    }
    let given = |name: &str| parameters.get(name).is_some_and(|value| !value.is_empty());
    !own_template(all) && !given("CodeS3Bucket") && !given("CodeImageUri")
}

fn own_template(all: &Architecture<'_>) -> bool {
    let own = &all.context.spec.build.templates;
    own.contains_key(Kind::Region.word())
}

/// Makes `parameters` those of the reference handler.
pub(super) fn reference(all: &Architecture<'_>, parameters: &mut Parameters) {
    if own_template(all) {
        // It may call its parameters otherwise.
        return;
    }
    for name in ["CodeS3Key", "HandlerRuntime", "HandlerName"] {
        parameters.remove(name);
    }
    parameters.insert(GIVEN.into(), REFERENCE.into());
}

/// The step that brings a package into the new Region's handler; none where the stack itself names its code.
pub(super) fn step(all: &Architecture<'_>, wanted: &Wanted) -> Option<Step> {
    let region = &wanted.region;
    let (task, what, size) = match known(all) {
        Some((_, code)) if code.image.is_some() => return None,
        Some((source, code)) => {
            let task = CopyCode {
                from: source.region.clone(),
                function: source.function.clone(),
                sha256: code.sha256.clone(),
                size: code.size,
                region: region.clone(),
                stack: wanted.stack.clone(),
            };
            let what = format!("{} of {}", source.function, source.region);
            (Task::CopyCode(task), what, code.size as f64)
        }
        None if is_reference(all, &wanted.parameters) => {
            let package = handler::package();
            let task = DeliverCode {
                region: region.clone(),
                stack: wanted.stack.clone(),
                sha256: package.sha256.clone(),
                size: package.bytes.len(),
            };
            let size = package.bytes.len() as f64;
            (Task::DeliverCode(task), handler::NAME.to_owned(), size)
        }
        None => return None,
    };
    let change = Change::new(
        format!("code of the handler in {region}"),
        "none yet",
        format!("{what}, {}", format::bytes(size)),
    );
    let title = format!("The handler in {region} gets the code of {what}");
    let step = Step::new(id("code", region), title, task, all.context.snapshot);
    Some(step.changes(change).after([id("region", region)]))
}

fn known<'a>(all: &Architecture<'a>) -> Option<(&'a SourceCode, &'a DeployedCode)> {
    let source = all.survey.code.as_ref()?;
    Some((source, source.deployed.as_ref().ok()?))
}

/// Why there can be no plan.
pub(super) fn must_be_known(all: &Architecture<'_>) -> Result<(), Refused> {
    match &all.survey.code {
        Some(SourceCode {
            region,
            deployed: Err(why),
            ..
        }) => Err(Refused::new(format!(
            "the code in {region} is not known: {why}"
        ))),
        _ => Ok(()),
    }
}

/// What is to be known of a handler whose code the configuration decides on: nothing where it names a package.
pub(super) fn configured(all: &Architecture<'_>, wanted: &Wanted) -> Vec<Check> {
    if !is_reference(all, &wanted.parameters) {
        return Vec::new();
    }
    let engine = wanted.parameters.get("Engine");
    if let Some(engine) = engine.filter(|engine| *engine != handler::ENGINE) {
        return vec![Check::new(
            "code",
            Finding::Fail,
            format!(
                "{} works with {} only, the database is {engine}: name the handler's code, `CodeS3Bucket` or `CodeImageUri` under `[fleets.{}.build.region]`",
                handler::NAME,
                handler::ENGINE,
                all.context.fleet,
            ),
        )];
    }
    vec![beside(all, wanted)]
}

/// Beside Regions that run another API it would answer their clients.
fn beside(all: &Architecture<'_>, wanted: &Wanted) -> Check {
    let mut others = all
        .sites()
        .iter()
        .filter(|site| site.region != wanted.region);
    let other = others.find(|site| {
        let stack = names::region(all.context.fleet, all.context.spec, &site.region);
        let known = all.survey.stack(&site.region, &stack);
        let runs_it =
            |parameters: &Parameters| parameters.get(GIVEN).map(String::as_str) == Some(REFERENCE);
        // Where there is no API yet, this plan builds it too.
        !site.api.is_empty() && !known.is_some_and(|known| known.ours && runs_it(&known.parameters))
    });
    match other {
        None => Check::pass(
            "code",
            format!("{}, the one that this gwctl carries", handler::NAME),
        ),
        Some(other) => Check::new(
            "code",
            Finding::Waivable,
            format!(
                "the handler would be {}, instead of the code that {region} runs: use `--code-from {region}`, or CodeS3Bucket or CodeImageUri under `[fleets.{}.build.region]`",
                handler::NAME,
                all.context.fleet,
                region = other.region,
            ),
        ),
    }
}

/// A write to a path that the reference handler does not have proves nothing.
pub(super) fn takes_writes(all: &Architecture<'_>, wanted: &Wanted) -> Option<Check> {
    let path = all.context.spec.build.smoke_write.as_ref()?;
    let refused = is_reference(all, &wanted.parameters) && path != WRITES_AT;
    refused.then(|| {
        Check::new(
            "smoke-write",
            Finding::Fail,
            format!("the plan tests a write at {path}, but {} takes writes at {WRITES_AT}: set `smoke_write` to that, or leave it out", handler::NAME),
        )
    })
}

/// What the operator should know of the code.
pub(super) fn checks(all: &Architecture<'_>, wanted: &Wanted) -> Vec<Check> {
    let region = &wanted.region;
    let Some((source, code)) = known(all) else {
        return configured(all, wanted);
    };
    let mut checks = vec![origin(all, source), carried(code, region)];
    let strange: Vec<&str> = code
        .variables
        .iter()
        .map(String::as_str)
        .filter(|name| !VARIABLES.contains(name))
        .collect();
    if !strange.is_empty() || !code.layers.is_empty() {
        let mut left = Vec::new();
        if !strange.is_empty() {
            left.push(format!("environment variables {}", strange.join(", ")));
        }
        if !code.layers.is_empty() {
            left.push(format!("layers {}", code.layers.join(", ")));
        }
        checks.push(Check::new(
            "code-setting",
            Finding::Waivable,
            format!(
                "{} also has {}, which are not copied: the template has none",
                source.function,
                left.join(" and ")
            ),
        ));
    }
    checks
}

/// Code is taken from a Region that is well.
fn origin(all: &Architecture<'_>, source: &SourceCode) -> Check {
    let site = all.context.snapshot.site(&source.region);
    let verdict = site.map_or(Verdict::Unknown, |site| site.judgement.verdict);
    Check::of(
        "code-origin",
        verdict == Verdict::Healthy,
        format!("{} in {}, which is healthy", source.function, source.region),
        Finding::Waivable,
        format!(
            "{} runs in {}, which is {}: its code may be the cause",
            source.function,
            source.region,
            verdict.word()
        ),
    )
}

/// How the code comes there.
fn carried(code: &DeployedCode, region: &Region) -> Check {
    if let Some(image) = &code.image {
        return Check::new(
            "code",
            Finding::Warn,
            format!(
                "it is the image {image}: the registry in {region} must have it, for example by replication; gwctl does not check this"
            ),
        );
    }
    let instead = format!(
        "put the package into a bucket in {region}, `CodeS3Bucket`, and do not use `--code-from`"
    );
    let inline = ["nodejs", "python"]
        .iter()
        .any(|kind| code.runtime.starts_with(kind));
    if !inline {
        return Check::new(
            "code",
            Finding::Fail,
            format!(
                "a function of {} cannot be created before its package exists: {instead}",
                code.runtime
            ),
        );
    }
    let fits = usize::try_from(code.size).is_ok_and(|size| size <= MOST_ZIPPED);
    Check::of(
        "code",
        fits,
        format!(
            "{}, {}, checksum {}; what it runs unpublished ($LATEST), or the version or alias named as REGION/FUNCTION:ALIAS",
            format::bytes(code.size as f64),
            code.runtime,
            code.sha256
        ),
        Finding::Fail,
        format!(
            "the package has {}, a call takes {} at most: {instead}",
            format::bytes(code.size as f64),
            format::bytes(MOST_ZIPPED as f64)
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use gwctl_stacks::Template;

    #[test]
    fn the_templates_own_variables_are_not_strange() {
        let template = Template::parse(&Kind::Region.template()).unwrap();
        let set = &template.resources["Handler"].properties["Environment"]["Variables"];
        let mut set: Vec<&str> = set
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        let mut known = VARIABLES.to_vec();
        set.sort_unstable();
        known.sort_unstable();
        assert_eq!(set, known);
    }

    #[test]
    fn an_image_is_named_in_the_new_regions_registry() {
        let region = |code: &str| Region::new(code).unwrap();
        let image = "1.dkr.ecr.eu-west-1.amazonaws.com/orders@sha256:0f";
        assert_eq!(
            image_in(image, &region("eu-west-1"), &region("eu-central-1")),
            "1.dkr.ecr.eu-central-1.amazonaws.com/orders@sha256:0f"
        );
    }
}
