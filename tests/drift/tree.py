"""Changing one member of a nested answer of boto3."""

import copy

GONE = object()


def changed(tree, path, value):
    """The tree with another value at `a.0.b`; GONE takes the member away, a function makes the value from the old one."""
    tree = copy.deepcopy(tree)
    *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    place = tree
    for step in way:
        place = place[step] if isinstance(step, int) else place.setdefault(step, {})
    old = place.get(last) if isinstance(place, dict) else place[last]
    if value is GONE:
        del place[last]
    else:
        place[last] = value(old) if callable(value) else value
    return tree


def more(item):
    """A list with one item more."""
    return lambda items: [*(items or []), item]
