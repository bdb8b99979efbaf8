"""What docs/watched.md says: a Rust test holds that page against the tables of every type."""

import pathlib
import re

PAGE = pathlib.Path(__file__).parents[2] / "docs" / "watched.md"


def members():
    """Type, member and whether it is watched, of every member of every type."""
    found = []
    for section in PAGE.read_text().split("\n## ")[1:]:
        kind = section.split("\n", 1)[0]
        for line in section.splitlines():
            if line.startswith("| `"):
                named, watched, *_ = [cell.strip() for cell in line.strip("|").split("|")]
                found += [(kind, member, watched) for cell in re.findall("`([^`]+)`", named) for member in spread(cell)]
    assert len({kind for kind, _, _ in found}) == 8, "the tables were not found"
    return found


def spread(member):
    """`a.{b, c}` is `a.b` and `a.c`."""
    before, brace, names = member.partition("{")
    return [before + name for name in names.rstrip("}").split(", ")] if brace else [member]
