"""What stood in the given (locked) columns of the forms that were sent: returned forms are
held against it. An agency may fill in a form that was made before the plan changed, so every
text that was ever sent for a row is kept.
"""

from __future__ import annotations

import json

from ..plan.fields import planned_texts
from ..plan.model import Programme, row_key
from ..plan.periods import Period
from .checks import Issued


def with_forms_of(programme: Programme, period: Period, before: Issued) -> Issued:
    """What was sent before, with what a period's forms say now."""
    issued = {
        item_key: {name: list(texts) for name, texts in fields.items()}
        for item_key, fields in before.items()
    }
    for by_plan in programme.rows_by_agency(period).values():
        for items in by_plan.values():
            for item in items:
                fields = issued.setdefault(row_key(item.plan, item.code), {})
                for name, text in planned_texts(item).items():
                    if text not in fields.setdefault(name, []):
                        fields[name].append(text)
    return issued


def issued_to_json(issued: Issued) -> bytes:
    return json.dumps(issued, ensure_ascii=False, sort_keys=True).encode()


def issued_from_json(content: bytes) -> Issued:
    """Nothing where the file is broken: then forms are held against the plan only."""
    try:
        issued = json.loads(content)
    except ValueError:
        return {}
    return issued if isinstance(issued, dict) else {}
