"""Reads, renders and resolves the templates in src/stacks/templates/, for the other scripts here."""

import hashlib
import ipaddress
import pathlib
import re

from cfnlint.decode.decode import decode_str

ROOT = pathlib.Path(__file__).resolve().parents[3]
TEMPLATES = ROOT / "src" / "stacks" / "templates"
ROUTER = ROOT / "src" / "stacks" / "router" / "index.js"

NO_VALUE = {"Ref": "AWS::NoValue"}
VARIABLE = re.compile(r"\$\{([A-Za-z0-9:.]+)\}")


def text(name, router=ROUTER):
    """A template as it goes to CloudFormation: the router's code and its hash filled in."""
    source = (TEMPLATES / name).read_text()
    if "@ROUTER_CODE@" not in source:
        return source
    code = pathlib.Path(router).read_text()
    version = hashlib.sha256(code.encode()).hexdigest()[:12]
    lines = []
    for line in source.replace("@ROUTER_VERSION@", version).splitlines():
        if line.strip() == "@ROUTER_CODE@":
            indent = line[: -len(line.lstrip())]
            lines += [indent + part if part.strip() else "" for part in code.splitlines()]
        else:
            lines.append(line)
    return "\n".join(lines) + "\n"


def decode(source):
    """The template as dictionaries and lists, short forms (`!Ref`) as long ones, and what is wrong with it."""
    template, matches = decode_str(source)
    return template, list(matches)


def resolve(template, given):
    """The template as CloudFormation sees it once it knows the parameters: no parameters, no conditions."""
    values = {}
    for name, declared in template.get("Parameters", {}).items():
        value = given.get(name, declared.get("Default"))
        listed = "List" in declared["Type"]
        values[name] = str(value).split(",") if listed else str(value)
    conditions = {}

    def holds(name):
        if name not in conditions:
            conditions[name] = truth(template["Conditions"][name])
        return conditions[name]

    def truth(node):
        ((function, arguments),) = node.items()
        if function == "Condition":
            return holds(arguments)
        if function == "Fn::Equals":
            left, right = (walk(argument) for argument in arguments)
            return str(left) == str(right)
        if function == "Fn::Not":
            return not truth(arguments[0])
        if function == "Fn::And":
            return all(truth(argument) for argument in arguments)
        if function == "Fn::Or":
            return any(truth(argument) for argument in arguments)
        raise ValueError(f"{function} in a condition")

    def substitute(node):
        string, own = node if isinstance(node, list) else (node, {})
        if own:
            return {"Fn::Sub": [string, walk(own)]}
        string = VARIABLE.sub(lambda found: values.get(found[1], found[0]), string)
        return {"Fn::Sub": string} if "${" in string else string

    def walk(node):
        if isinstance(node, list):
            return [made for made in map(walk, node) if made != NO_VALUE]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            ((function, arguments),) = node.items()
            if function == "Ref":
                return values.get(arguments, {"Ref": arguments})
            if function == "Fn::If":
                return walk(arguments[1 if holds(arguments[0]) else 2])
            if function == "Fn::Sub":
                return substitute(arguments)
            if function == "Fn::Cidr":
                block, count, bits = walk(arguments)
                subnets = ipaddress.ip_network(block).subnets(new_prefix=32 - int(bits))
                return [str(subnet) for subnet, _ in zip(subnets, range(int(count)))]
            if function == "Fn::Select":
                index, items = walk(arguments)
                return items[int(index)] if isinstance(items, list) else {function: [index, items]}
        made = {key: walk(value) for key, value in node.items()}
        return {key: value for key, value in made.items() if value != NO_VALUE}

    kept = {}
    for section, content in template.items():
        if section in ("Resources", "Outputs"):
            kept[section] = {
                name: {key: walk(value) for key, value in item.items() if key != "Condition"}
                for name, item in content.items()
                if "Condition" not in item or holds(item["Condition"])
            }
        elif section not in ("Parameters", "Conditions"):
            kept[section] = content
    return kept


def references(node):
    """Every name that a part of a template refers to."""
    if isinstance(node, list):
        return set().union(*map(references, node))
    if not isinstance(node, dict):
        return set()
    found = set().union(*map(references, node.values()))
    if "Ref" in node:
        found.add(node["Ref"])
    if "Fn::GetAtt" in node:
        attribute = node["Fn::GetAtt"]
        found.add(attribute[0] if isinstance(attribute, list) else attribute.split(".")[0])
    if "Fn::Sub" in node:
        string = node["Fn::Sub"][0] if isinstance(node["Fn::Sub"], list) else node["Fn::Sub"]
        found.update(name.split(".")[0] for name in VARIABLE.findall(string))
    return found
