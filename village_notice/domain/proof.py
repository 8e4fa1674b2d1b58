"""What a village's package tells of how its figures were checked: counts, accepted errors, control totals; no person."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

ControlOutcome = Literal["agrees", "people", "periods", "explained", "open"]


@dataclass(frozen=True, slots=True)
class AcceptedError:
    """An error the office let pass.

    Attributes:
        code: Rule.
        count: Findings in the village that it covers.
        reason: The office's words, "" where they may not leave.
        day: As the office wrote it.
    """

    code: str
    count: int
    reason: str
    day: str


@dataclass(frozen=True, slots=True)
class ControlTotal:
    """What finance paid out for a programme, held against what was counted.

    Attributes:
        title: Programme.
        place: Township, "" for the whole county.
        periods: Periods of the line, joined, "" for the year.
        paid_out_fen, accepted_fen: Sums.
        outcome: What came of it; `open` keeps the notice a draft.
        reason: Why a difference is right, "" where there is none or it may not leave.
    """

    title: str
    place: str
    periods: str
    paid_out_fen: int
    accepted_fen: int
    outcome: ControlOutcome
    reason: str = ""


@dataclass(frozen=True, slots=True)
class VillageProof:
    """How one village's figures were checked.

    Attributes:
        counts: Code of a rule → findings that concern the village.
        accepted: Errors that were let pass, in the order of waivers.csv.
        control: Control totals of the programmes it shows, in the order of the control file.
    """

    counts: Mapping[str, int] = field(default_factory=dict)
    accepted: tuple[AcceptedError, ...] = ()
    control: tuple[ControlTotal, ...] = ()
