"""The table of drifts: a member, where it is changed, by what call, and as which paths it must show."""

import dataclasses
from typing import Any, Callable

ROWS = []


@dataclasses.dataclass(frozen=True)
class Row:
    """One drift. `paths` are JSON pointers, ARNs in them written `{arn}`; what is restored is read back with boto3."""

    stand: str
    live: Any
    member: str
    change: Callable
    paths: tuple

    @property
    def title(self):
        return f"{self.stand}-{self.live.type}-{self.member}-{self.paths[0] if self.paths else 'nothing'}"


def row(stand, live, member, change, *paths):
    """Adds a row; left out, the path is that of the member itself."""
    ROWS.append(Row(stand, live, member, change, paths or (f"/{member.replace('.', '/')}",)))
