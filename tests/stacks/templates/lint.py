"""Lints every template with every parameter set: cfn-lint, with the real resource schemas, and what it does not see.

usage: lint.py [--all] [ROUTER]

ROUTER is the router's index.js; without it the project's own. With --all every combination of a file's axes is
a parameter set, without it so few that any three values of different axes are together in one.

The templates are linted twice: as they are, under all their conditions, and once more for each parameter set with
its values filled in, since cfn-lint believes of a parameter whatever its default is. Prints one line a set, then what
was found, and fails if there was anything. Last it breaks the templates, to show that the lint would say so.
"""

import itertools
import json
import multiprocessing
import pathlib
import re
import sys
import time
import tomllib

from cfnlint.config import ConfigMixIn
from cfnlint.runner import Runner
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

sys.dont_write_bytecode = True  # nothing is left in the tree
import templates  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
LARGEST = 51_200  # bytes of a TemplateBody (aws-facts 6.2)

# Informational rules too, but the one that wants a block of prose on every resource: that is what comments are for.
# W3010 takes a zone that a set gives for one that the template has, and W1033 splits an empty default that is split
# under a condition only.
INCLUDED, IGNORED = ["I"], ["I4010", "W3010", "W1033"]

# What the templates keep to, so that the simulator and other emulators can run them.
FUNCTIONS = {
    *("Ref", "Condition", "Fn::Sub", "Fn::GetAtt", "Fn::If", "Fn::Equals", "Fn::Not", "Fn::And", "Fn::Or"),
    *("Fn::Join", "Fn::Select", "Fn::Split", "Fn::Cidr", "Fn::GetAZs", "Fn::Base64", "Fn::FindInMap"),
}

SECRET_NAME = re.compile(r"password|passphrase|secret|token|credential|privatekey|apikey", re.IGNORECASE)
SECRET_TEXT = re.compile(r"\b(AKIA|ASIA)[0-9A-Z]{16}\b|-----BEGIN|\baws_secret_access_key\b")
HEADER_OUTPUTS = re.compile(r"\bOutputs(?P<conditional> [^:\n]+)?:(?P<names>(\s+\w+,)*\s+\w+)")


# ---- cfn-lint

runners = {}


def cfn_lint(template, regions):
    """What cfn-lint says of a decoded template."""
    regions = tuple(regions)
    if regions not in runners:
        config = ConfigMixIn(regions=list(regions), include_checks=INCLUDED, ignore_checks=IGNORED)
        runners[regions] = Runner(config)
    for match in runners[regions].validate_template(template):
        yield match_text(match)


def match_text(match):
    place = "/".join(str(part) for part in getattr(match, "path", None) or []) or f"line {match.linenumber}"
    return f"{match.rule.id} {place}: {match.message}"


# ---- what it does not see


def own_findings(source, template):
    """What is wrong with a template whatever its parameters are."""
    size = len(source.encode())
    if size >= LARGEST:
        yield f"{size} bytes, of fewer than {LARGEST}"
    if not source.isascii():
        yield "not ASCII: CloudFormation keeps no other letters"
    if left := re.findall(r"@[A-Z_]+@", source):
        yield f"placeholders are left: {left}"
    if SECRET_TEXT.search(source):
        yield "what looks like a secret"
    for section in ("Transform", "Rules", "Hooks"):
        if section in template:
            yield f"a section {section}, which not every emulator knows"

    outputs = template.get("Outputs", {})
    used = templates.references([template["Resources"], outputs, template.get("Conditions", {})])
    for parameter, declared in template.get("Parameters", {}).items():
        if parameter not in used:
            yield f"parameter {parameter} is not used"
        if not declared.get("Description"):
            yield f"parameter {parameter} has no Description"
        if declared.get("NoEcho"):
            yield f"parameter {parameter} holds a secret: pass a reference to it"
    for output, declared in outputs.items():
        if not declared.get("Description"):
            yield f"output {output} has no Description"

    yield from header_findings(source, outputs)
    yield from function_findings(template)
    for logical, resource in template["Resources"].items():
        for path, value in secrets(resource.get("Properties", {})):
            yield f"{logical}: {path} is {json.dumps(value)}, not a reference"


def header_findings(source, outputs):
    """The outputs are a contract: the header comment lists them, those that always are apart from the others."""
    comment = itertools.takewhile(lambda line: line.startswith("#"), source.splitlines())
    comment = "\n".join(line[1:] for line in comment)
    listed = {True: set(), False: set()}
    for found in HEADER_OUTPUTS.finditer(comment):
        listed[bool(found["conditional"])].update(re.findall(r"\w+", found["names"]))
    for conditional, names in listed.items():
        actual = {name for name, output in outputs.items() if ("Condition" in output) == conditional}
        kind = "conditional output" if conditional else "output"
        yield from (f"{kind} {name} is in the header comment only" for name in sorted(names - actual))
        yield from (f"{kind} {name} is not in the header comment" for name in sorted(actual - names))


def function_findings(node):
    if isinstance(node, list):
        for item in node:
            yield from function_findings(item)
    elif isinstance(node, dict):
        for key, value in node.items():
            if str(key).startswith("Fn::") and key not in FUNCTIONS:
                yield f"{key}, which not every emulator knows"
            yield from function_findings(value)


def secrets(node, path="", secret=False):
    """Values that stand where a secret belongs and are not a reference to one."""
    if isinstance(node, dict) and "Fn::If" in node:
        yield from secrets(node["Fn::If"][1:], path, secret)
    elif isinstance(node, dict):
        for key, value in node.items():
            inside = path if key == "Ref" or key.startswith("Fn::") else f"{path}/{key}"
            yield from secrets(value, inside, secret or bool(SECRET_NAME.search(key)))
    elif isinstance(node, list):
        for item in node:
            yield from secrets(item, path, secret)
    elif secret and node != "AWS::NoValue" and not isinstance(node, bool):
        if "{{resolve:secretsmanager:" not in str(node):
            yield path, node


def parameter_findings(declared, given):
    """What CloudFormation would refuse a parameter set for."""
    for name in given.keys() - declared.keys():
        yield f"there is no parameter {name}"
    for name, rules in declared.items():
        if name not in given and "Default" not in rules:
            yield f"parameter {name} needs a value"
            continue
        value = str(given.get(name, rules.get("Default")))
        allowed = [str(item) for item in rules.get("AllowedValues", [value])]
        if value not in allowed:
            yield f"{name} = {value!r} is none of {allowed}"
        if not re.fullmatch(rules.get("AllowedPattern", ".*"), value):
            yield f"{name} = {value!r} does not match {rules['AllowedPattern']}"
        if not rules.get("MinLength", 0) <= len(value) <= rules.get("MaxLength", len(value)):
            yield f"{name} = {value!r} is {len(value)} long"
        if rules["Type"] == "Number":
            if not rules.get("MinValue", float(value)) <= float(value) <= rules.get("MaxValue", float(value)):
                yield f"{name} = {value} is out of range"


def type_findings(template, regions):
    for logical, resource in template["Resources"].items():
        for region in regions:
            try:
                PROVIDER_SCHEMA_MANAGER.get_resource_schema(region, resource["Type"])
            except Exception as error:  # cfn-lint has one error a way of not finding it
                yield f"{logical}: no schema of {resource['Type']} in {region}: {error!r}"


# ---- the sets


def by_threes(axes):
    """So few combinations of the axes that any three of their values are together in one."""
    every = list(itertools.product(*axes))
    threes = {names: set(itertools.combinations(enumerate(names), min(3, len(axes)))) for names in every}
    wanted = set().union(*threes.values())
    while wanted:
        names = max(every, key=lambda candidate: len(threes[candidate] & wanted))
        wanted -= threes[names]
        yield names


def parameter_sets(path, everything=False):
    """A template's name, its Regions, and its parameter sets by name."""
    content = tomllib.loads(path.read_text())
    common, axes = content.get("parameters", {}), list(content.get("axes", {}).values())
    sets = {}
    for names in itertools.product(*axes) if everything else by_threes(axes):
        given = dict(common)
        for axis, name in zip(axes, names):
            given |= axis[name]
        sets[" ".join(names)] = given
    first = next(iter(sets.values()))
    for name, values in content.get("alone", {}).items():
        sets[name] = first | values
    return content["template"], content["regions"], sets


def lint_template(job):
    """The template itself, under all conditions."""
    name, source, regions = job
    template, findings = templates.decode(source)
    if findings:
        return f"{name}: as it is", [match_text(match) for match in findings]
    findings = [*own_findings(source, template), *type_findings(template, regions)]
    return f"{name}: as it is", [*findings, *cfn_lint(template, regions)]


def lint_set(job):
    """The template with one parameter set."""
    name, source, regions, label, given = job
    template, findings = templates.decode(source)
    if findings:
        return f"{name}: {label}", ["not read"]
    findings = list(parameter_findings(template.get("Parameters", {}), given))
    if not findings:
        resolved = json.dumps(templates.resolve(template, given), indent=1)
        resolved, matches = templates.decode(resolved)
        findings = [match_text(match) for match in matches] or list(cfn_lint(resolved, regions))
    return f"{name}: {label}", findings


def lint(job):
    return lint_template(job) if len(job) == 3 else lint_set(job)


# ---- whether it would find anything

BREAKAGES = [
    # template, what is there, what is there instead, what is said of it
    ("global.yaml", "StorageEncrypted: true", "StorageEncryption: true", "StorageEncryption"),
    ("global.yaml", "DeletionProtection: !Ref DeletionProtection", "DeletionProtection: true", "is not used"),
    ("global.yaml", "Identifier, GlobalClusterArn", "Identifier", "GlobalClusterArn is not in the header"),
    ("shared.yaml", "[IsGlobal, STRONG,", "[IsGlobal, STRONGEST,", "STRONGEST"),
    ("switch.yaml", "Statistic: Maximum", "Statistic: Highest", "Highest"),
    ("region.yaml", "Default: db.r6g.large", "Default: db.r6g.huge", "db.r6g.huge"),
    ("region.yaml", 'Default: "16.8"', 'Default: "16.80"', "16.80"),
    ("region.yaml", "AWS::EC2::Subnet\n", "AWS::EC2::SubNet\n", "no schema of AWS::EC2::SubNet"),
    ("region.yaml", "!GetAtt Cluster.DBClusterArn", "!GetAtt Cluster.Arn", "'Arn' is not one of"),
    ("region.yaml", "!GetAZs", "!Length", "every emulator"),
    ("region.yaml", "Type: CALCULATED", "Type: COMPUTED", "COMPUTED"),
    ("region.yaml", "    Condition: IsChecked\n    Properties:", "    Properties:", "EndpointHealthCheck"),
    ("region.yaml", '"{{resolve:secretsmanager:${MasterUserSecretArn}:SecretString:password}}"', "letmein", "letmein"),
    ("region.yaml", "Default: nodejs22.x", "Default: nodejs12.x", "nodejs12.x"),
    ("edge.yaml", "HttpVersion: http2and3", "HttpVersion: http4", "http4"),
    ("edge.yaml", "IncludeBody:", "IncludesBody:", "IncludesBody"),
    ("edge.yaml", "[PriceClass_100, PriceClass_200, ", "[PriceClass_200, ", "'PriceClass_100' is none of"),
    ("edge.yaml", "Comment: !Ref FleetName", "Comment: '@ROUTER_CODE@'", "placeholders are left"),
]


def breakage(job):
    """Whether the lint says what is wrong with a broken template."""
    sources, jobs, (name, there, instead, said) = job
    label = f"{name}: with {' '.join(instead.split())!r}"
    if there not in sources[name]:
        return label, [f"there is no {there!r} to replace"]
    broken = sources[name].replace(there, instead)
    for one in jobs:
        changed = list(one)
        changed[1] = broken
        if any(said in finding for finding in lint(changed)[1]):
            return label, []
    return label, [f"nothing was said of {said!r}"]


def main():
    arguments = [argument for argument in sys.argv[1:] if argument != "--all"]
    everything = len(arguments) < len(sys.argv) - 1
    router = arguments[0] if arguments else templates.ROUTER
    began = time.monotonic()
    sources, jobs = {}, []
    for path in sorted((HERE / "parameters").glob("*.toml")):
        name, regions, sets = parameter_sets(path, everything)
        sources[name] = templates.text(name, router)
        jobs.append((name, sources[name], regions))
        jobs += [(name, sources[name], regions, label, given) for label, given in sets.items()]
    for path in templates.TEMPLATES.glob("*.yaml"):
        if path.name not in sources:
            sys.exit(f"{path.name} has no parameter sets in {HERE / 'parameters'}")

    broken = [(sources, [job for job in jobs if job[0] == case[0]], case) for case in BREAKAGES]

    passed, failed = 0, []
    with multiprocessing.Pool() as pool:
        results = itertools.chain(pool.imap(lint, jobs, chunksize=4), pool.imap(breakage, broken))
        for label, findings in results:
            print("FAILED" if findings else "ok    ", label, flush=True)
            passed += not findings
            failed += [(label, finding) for finding in findings]
    for label, finding in failed:
        print(f"\n{label}\n    {finding}")
    unsound = len({label for label, _ in failed})
    print(f"\n{len(jobs)} lints, {len(broken)} breakages, {time.monotonic() - began:.0f} s")
    print(f"{passed} passed, {unsound} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
