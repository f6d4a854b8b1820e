"""Prints the part of a template that moto can create, as JSON: moto knows a few of its resource types, ignores the
others, and fails where an attribute of one of those is asked for.

usage: subset.py TEMPLATE [ROUTER]     TEMPLATE is a name in src/stacks/templates/, ROUTER the router's index.js

What is left has the same parameters and conditions, so that it takes the same parameter sets and updates.
"""

import ipaddress
import json
import sys

from moto.cloudformation.parsing import get_model_map

sys.dont_write_bytecode = True  # nothing is left in the tree
import templates  # noqa: E402


def subset(template, types):
    """The template without resources of other types, and without what refers to them."""
    resources = template["Resources"]
    gone = {name for name, resource in resources.items() if resource["Type"] not in types}
    while True:
        more = {
            name
            for name, resource in resources.items()
            if name not in gone and templates.references(resource.get("Properties", {})) & gone
        }
        if not more:
            break
        gone |= more
    kept = {}
    for name, resource in resources.items():
        if name in gone:
            continue
        resource = dict(resource)
        after = resource.pop("DependsOn", [])
        after = [other for other in ([after] if isinstance(after, str) else after) if other not in gone]
        kept[name] = resource | ({"DependsOn": after} if after else {})
    outputs = {name: value for name, value in template["Outputs"].items() if not templates.references(value) & gone}
    return {**template, "Resources": kept, "Outputs": outputs}


def without_cidr(node, template):
    """moto has no Fn::Cidr: the subnets are those of the network's default."""
    if isinstance(node, list):
        return [without_cidr(item, template) for item in node]
    if not isinstance(node, dict):
        return node
    if "Fn::Cidr" in node:
        network, count, bits = node["Fn::Cidr"]
        network = ipaddress.ip_network(template["Parameters"][network["Ref"]]["Default"])
        subnets = network.subnets(new_prefix=32 - int(bits))
        return [str(subnet) for subnet, _ in zip(subnets, range(int(count)))]
    return {key: without_cidr(value, template) for key, value in node.items()}


def main():
    template, matches = templates.decode(templates.text(*sys.argv[1:]))
    if matches:
        sys.exit(f"{sys.argv[1]}: {matches}")
    print(json.dumps(without_cidr(subset(template, set(get_model_map())), template), indent=1))


if __name__ == "__main__":
    main()
