"""What the run tells the child that makes an annotated copy; apart from `copy_job`, of which the run itself needs nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from village_notice.domain.finding import Finding
from village_notice.domain.rules import list_lowered


@dataclass(frozen=True, slots=True)
class Request:
    """What a child needs to make a copy: the findings, what the file itself came from, and the rules made warnings."""

    findings: tuple[Finding, ...]
    sources: tuple[str, ...]
    stamp: datetime
    password: str | None
    switches: Mapping[str, str] = field(default_factory=list_lowered)
