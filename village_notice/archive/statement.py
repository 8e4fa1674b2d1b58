"""核对说明.txt, how we know that the package is right, and 使用说明.txt, how the village uses it."""

from collections.abc import Iterator, Mapping

from village_notice.archive.bag import ALGORITHMS, Digest
from village_notice.archive.wording import Variables, encode_text, read_package_words
from village_notice.domain.money import format_fen
from village_notice.domain.proof import VillageProof
from village_notice.domain.public import ProgrammeSummary, VillageYear
from village_notice.domain.rules import RULES, SEVERITY_WORDS
from village_notice.domain.subsidy import Tier

_SILENT = frozenset(["C18", "R06", "R07", "R16", "X11", "X18"])
"""Findings about children, about illness in remarks, names and groups, and about the dead: a count of one in a small village would point at somebody."""


def build_statement(
    village: VillageYear, variables: Variables, checks: VillageProof, digests: Mapping[str, Digest]
) -> bytes:
    """核对说明.txt: figures, rules and counts of findings, checksums, versions; no person, no withheld figure.

    Args:
        village: The village-year.
        variables: See `wording.build_variables`.
        checks: How the village's figures were checked.
        digests: Path in the package → checksums, for the files made so far.
    """
    words = read_package_words()["checks"]
    parts = {
        "draft": words["draft"].format_map(variables) if village.is_draft else "",
        "withheld": words["withheld"] if village.has_withheld else "",
        "tiers": "\n".join(_list_tiers(village, words)),
        "rules": len(RULES),
        "findings": "\n".join([*_list_findings(checks.counts, words), *_list_accepted(checks, words)]) + "\n",
        "control": "\n".join(_list_control(checks, words)),
        "programmes": "\n".join(_format_programme(p, words) for p in village.programmes),
        "digests": "\n".join(
            words["digest"].format(digest=digest.values[ALGORITHMS[0]], path=path)
            for path, digest in sorted(digests.items())
        ),
    }
    return encode_text(words["text"].format_map(variables | parts))


def build_guide(variables: Variables) -> bytes:
    """使用说明.txt for the village clerk."""
    return encode_text(read_package_words()["guide"]["text"].format_map(variables))


def _list_tiers(village: VillageYear, words: Mapping[str, str]) -> Iterator[str]:
    for tier in Tier:
        found = [p for p in village.programmes if (p.tier if p.lists_names else Tier.D) is tier]
        if found:
            total = format_fen(sum(p.amount_fen for p in found), grouped=True)
            yield words[f"tier_{tier}"].format(items=len(found), total=total)


def _list_findings(checks: Mapping[str, int], words: Mapping[str, str]) -> Iterator[str]:
    found = [(code, count) for code, count in sorted(checks.items()) if count > 0 and code not in _SILENT]
    yield words["findings"] if found else words["no_findings"]
    for code, count in found:
        rule = RULES[code]
        yield words["finding"].format(code=code, severity=SEVERITY_WORDS[rule.severity], title=rule.title, count=count)


def _list_accepted(checks: VillageProof, words: Mapping[str, str]) -> Iterator[str]:
    found = [a for a in checks.accepted if a.code not in _SILENT]
    if found:
        yield words["accepted"]
    for a in found:
        reason = a.reason or words["reason_kept"]
        yield words["accepted_error"].format(
            code=a.code, title=RULES[a.code].title, count=a.count, reason=reason, day=a.day
        )


def _list_control(checks: VillageProof, words: Mapping[str, str]) -> Iterator[str]:
    if not checks.control:
        yield words["no_control"]
    for c in checks.control:
        yield words["control"].format(
            title=c.title,
            place=c.place or words["whole_county"],
            periods=f"，{c.periods}" if c.periods else "",
            paid_out=format_fen(c.paid_out_fen, grouped=True),
            accepted=format_fen(c.accepted_fen, grouped=True),
            outcome=words[f"control_{c.outcome}"].format(
                difference=format_fen(abs(c.paid_out_fen - c.accepted_fen), grouped=True),
                reason=c.reason or words["reason_kept"],
            ),
        )


def _format_programme(programme: ProgrammeSummary, words: Mapping[str, str]) -> str:
    draft = words["programme_draft"].format(held=programme.held) if programme.held else ""
    return words["programme"].format(
        title=programme.title,
        people=programme.people,
        payments=programme.payments,
        total=format_fen(programme.amount_fen, grouped=True),
        draft=draft,
    )
