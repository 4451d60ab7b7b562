# SPDX-License-Identifier: GPL-2.0-only
"""Usage: validate.py SCHEMA FILE: is FILE as SCHEMA says, and all of it?"""
import json
import sys

import jsonschema

with open(sys.argv[1]) as schema, open(sys.argv[2]) as instance:
    schema, instance = json.load(schema), json.load(instance)
jsonschema.Draft7Validator.check_schema(schema)
jsonschema.validate(instance, schema)

# Later versions may have more keys, but this one has none that is not there.
(name, rows), = instance.items()
described = schema["properties"][name]
if name == "info":
    rows, described = [rows], {"items": described}
if name != "tree":
    for row in rows:
        unknown = set(row) - set(described["items"]["properties"])
        assert not unknown, f"{name}: {unknown}"
