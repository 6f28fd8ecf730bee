"""The provenance of a run as a document of W3C PROV, in its form for JSON (PROV-JSON)."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .provenance import Provenance

_PREFIX = "voclient"


def document_of(provenance: Provenance) -> dict[str, Any]:
    """The document that says what is known of a run."""
    run = _name("run", json.dumps([provenance[name] for name in ("argv", "folder", "host", "user", "started")]))
    entities: dict[str, Any] = {}
    used: dict[str, Any] = {}
    generated: dict[str, Any] = {}
    for item in provenance["inputs"]:
        entity = _add_entity(entities, run, item)
        used[f"_:used{len(used) + 1}"] = _without_none({
            "prov:activity": run, "prov:entity": entity, "prov:role": item.get("parameter")
        })  # fmt: skip
    for item in provenance["outputs"]:
        entity = _add_entity(entities, run, item)
        generated[f"_:generated{len(generated) + 1}"] = _without_none({
            "prov:entity": entity, "prov:activity": run, "prov:time": provenance["ended"],
            "prov:role": item.get("parameter") or item.get("stream"),
        })  # fmt: skip
    versions = provenance["versions"]
    task, package = provenance["task"], provenance["task"].rpartition(".")[0]
    plan = _name("task", json.dumps([task, versions.get(package)]))
    entities[plan] = _without_none({
        "prov:type": _qualified("prov:Plan"), "prov:label": task, "voclient:package": package or None,
        "voclient:packageVersion": versions.get(package),
    })  # fmt: skip
    program = provenance["program"]
    user, tool, framework = (
        _name("user", f"{provenance['user']}@{provenance['host']}"),
        _name("program", json.dumps([program["path"], program.get("sha256")])),
        _name("framework", json.dumps([versions["voclient"], versions["python"]])),
    )
    agents = {
        user: {"prov:type": _qualified("prov:Person"), "prov:label": provenance["user"]},
        tool: _without_none({
            "prov:type": _qualified("prov:SoftwareAgent"), "prov:label": os.path.basename(program["path"]),
            "prov:location": program["path"], "voclient:size": program.get("size"),
            "voclient:modified": program.get("modified"), "voclient:sha256": program.get("sha256"),
            "voclient:version": versions.get("program"),
        }),
        framework: {
            "prov:type": _qualified("prov:SoftwareAgent"), "prov:label": "VOClient",
            "voclient:version": versions["voclient"], "voclient:python": versions["python"],
            "voclient:system": versions["system"],
        },
    }  # fmt: skip
    activities = {run: _activity(provenance)}
    document = {
        "prefix": {_PREFIX: "urn:voclient:"},
        "entity": entities,
        "activity": activities,
        "agent": agents,
        "used": used,
        "wasGeneratedBy": generated,
        "wasAssociatedWith": {
            "_:tool": {"prov:activity": run, "prov:agent": tool, "prov:plan": plan},
            "_:framework": {"prov:activity": run, "prov:agent": framework, "prov:role": "executor"},
            "_:user": {"prov:activity": run, "prov:agent": user, "prov:role": "caller"},
        },
        "actedOnBehalfOf": {
            "_:behalf1": {"prov:delegate": tool, "prov:responsible": framework, "prov:activity": run},
            "_:behalf2": {"prov:delegate": framework, "prov:responsible": user, "prov:activity": run},
        },
    }
    if reused := provenance.get("from_cache"):
        reuse = _name("reuse", json.dumps([run, reused]))
        activities[reuse] = {"prov:startTime": reused, "prov:label": "taken from the cache"}
        document["wasInformedBy"] = {"_:reuse": {"prov:informed": reuse, "prov:informant": run}}
    return {name: part for name, part in document.items() if part}


def _activity(provenance: Provenance) -> dict[str, Any]:
    told = {
        "prov:startTime": provenance["started"], "prov:endTime": provenance["ended"],
        "prov:type": _qualified("voclient:Run"), "prov:label": provenance["command"],
        "prov:location": f"{provenance['host']}:{provenance['folder']}", "voclient:task": provenance["task"],
        "voclient:argv": json.dumps(provenance["argv"]), "voclient:folder": provenance["folder"],
        "voclient:host": provenance["host"], "voclient:executor": provenance["executor"],
        "voclient:status": provenance["status"], "voclient:exitStatus": provenance["returncode"],
        "voclient:message": provenance["message"] or None, "voclient:parameters": json.dumps(provenance["parameters"]),
        "voclient:environment": [f"{name}={value}" for name, value in sorted(provenance["environment"].items())],
    }  # fmt: skip
    if provenance["elapsed"] is not None:
        told["voclient:elapsed"] = {"$": repr(provenance["elapsed"]), "type": "xsd:double"}
    return _without_none(told)


def _add_entity(entities: dict[str, Any], run: str, item: dict[str, Any]) -> str:
    """Name the entity by what it is: the output of one run is the input of the next, if it has not changed."""
    where = item.get("path") or item.get("url")
    kind = "File" if "path" in item else "Url" if "url" in item else "Table" if "table" in item else "Stream"
    name = _name(kind.lower(), json.dumps([where, item.get("sha256")] if "path" in item else [run, item]))
    entities[name] = _without_none({
        "prov:type": _qualified(f"voclient:{kind}"),
        "prov:label": os.path.basename(item["path"]) if "path" in item else where or item.get("stream") or "table",
        "prov:location": where, "voclient:size": item.get("size"), "voclient:modified": item.get("modified"),
        "voclient:sha256": item.get("sha256"), "voclient:rows": item.get("rows"),
        "voclient:columns": json.dumps(item["table"]) if "table" in item else None,
    })  # fmt: skip
    return name


def _name(kind: str, told: str) -> str:
    import hashlib

    return f"{_PREFIX}:{kind}-{hashlib.sha256(told.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def _qualified(name: str) -> dict[str, str]:
    return {"$": name, "type": "prov:QUALIFIED_NAME"}


def _without_none(told: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if value is not None and value != []}
