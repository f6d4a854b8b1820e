"""What cfn-lint brings along of AWS's own: what CloudFormation calls for a resource type, and what IAM knows.

usage: schemas.py TYPE...

Prints one JSON object:

types    by type, `actions` (what its schema lists under handlers, but for `list`, which CloudFormation calls for
         resources that no stack has) and `properties` (their paths, three names deep)
iam      by action in lower case, the forms of the ARNs it can be allowed on; none where there is only `*`
"""

import json
import sys

from cfnlint.data import AdditionalSpecs
from cfnlint.helpers import load_resource
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

REGION = "us-east-1"  # has every type
DEPTH = 3


def properties(node, definitions, path=(), known=None):
    """Paths of the properties below a schema's node, lists left out."""
    known = set() if known is None else known
    while "$ref" in node:
        node = definitions[node["$ref"].rsplit("/", 1)[-1]]
    if "items" in node:
        return properties(node["items"], definitions, path, known)
    for name, below in node.get("properties", {}).items():
        known.add(".".join((*path, name)))
        if len(path) + 1 < DEPTH:
            properties(below, definitions, (*path, name), known)
    return known


def of_type(name):
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, name).schema
    handlers = {verb: known["permissions"] for verb, known in schema["handlers"].items() if verb != "list"}
    return {
        "actions": sorted(set().union(*handlers.values())),
        "properties": sorted(properties(schema, schema.get("definitions", {}))),
    }


def iam():
    for service, known in load_resource(AdditionalSpecs, "Policies.json").items():
        resources = known.get("Resources", {})
        for action, about in known.get("Actions", {}).items():
            kinds = about.get("Resources", [])
            kinds = [kinds] if isinstance(kinds, str) else kinds
            forms = [form for kind in kinds for form in resources[kind.lower()].get("ARNFormats", [])]
            yield f"{service}:{action}".lower(), forms


print(json.dumps({"types": {name: of_type(name) for name in sys.argv[1:]}, "iam": dict(iam())}))
