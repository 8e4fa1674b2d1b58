"""The rule table as pages to read: docs/findings.md and the command `rules`."""

import json
from collections.abc import Sequence

from village_notice.domain.rules import RULES, SEVERITY_WORDS, Rule
from village_notice.errors import UsageError

_LETTERS = {
    "F": "文件", "H": "表头和整张表", "C": "单元格", "R": "一行", "X": "行与行之间", "T": "合计", "P": "隐私", "N": "公示",
}  # fmt: skip


def build_rule_pages() -> str:
    """The text of docs/findings.md."""
    parts = [
        "# 全部问题编号\n\n<!-- 由 tools/make_docs.py 生成，不要手改 -->\n\n"
        "本地不需要的规则可以在 office.toml 的 [rules] 里调低或关闭；隐私规则（P）和不可放行的规则不能调。例子都是编的。\n\n"
        "**错误**：这一笔暂不计入，公示成为草稿。**提醒**：照常计入，请看一眼。**已改正**：按安全的规则整理过，保留原值。\n"
    ]
    for letter, words in _LETTERS.items():
        rules = [r for r in RULES.values() if r.code[0] == letter]
        parts.append(
            f"\n## {letter} · {words}\n\n| 编号 | 级别 | 问题 | 意思 | 例子 | 怎么办 | 为什么 |\n|---|---|---|---|---|---|---|\n"
        )
        parts += [
            f"| {r.code} | {_severity(r)} | {r.title} | {_cell(r.message)} | {_escape(r.example)} | {_cell(r.advice)} "
            f"| {_escape(r.source)} |\n"
            for r in rules
        ]
    return "".join(parts)


def format_rules(codes: Sequence[str] = ()) -> str:
    """The rules for the terminal: one line each, or in full for the codes asked for.

    Raises:
        UsageError: A code is not in the table.
    """
    if not codes:
        return "\n".join(f"{r.code}  {_severity(r)}\t{r.title}" for r in RULES.values())
    return "\n\n".join(
        f"{r.code}  {_severity(r)}  {r.title}\n  意思：{_cell(r.message)}\n  例子：{r.example}\n  怎么办：{_cell(r.advice)}\n  为什么：{r.source}"
        for r in _choose(codes)
    )


def to_json(codes: Sequence[str] = ()) -> str:
    """The rules as JSON."""
    rows = [
        {
            "code": r.code,
            "severity": r.severity.value,
            "title": r.title,
            "message": r.message,
            "advice": r.advice,
            "example": r.example,
            "source": r.source,
            "can_waive": r.can_waive,
        }
        for r in (_choose(codes) if codes else RULES.values())
    ]
    return json.dumps(rows, ensure_ascii=False, indent=1)


def _choose(codes: Sequence[str]) -> list[Rule]:
    unknown = [c for c in codes if c.upper() not in RULES]
    if unknown:
        raise UsageError(f"没有编号为 {'、'.join(unknown)} 的规则。运行 village-notice rules 可列出全部。")
    return [RULES[c.upper()] for c in codes]


def _severity(rule: Rule) -> str:
    return SEVERITY_WORDS[rule.severity] + ("" if rule.can_waive else "（不可放行）")


def _escape(text: str) -> str:
    """A text inside a table of Markdown: marks that mean something there stand for themselves."""
    return text.replace("|", "\\|").replace("~", "\\~").replace("*", "\\*").replace("_", "\\_")


def _cell(text: str) -> str:
    """A message with its blanks shown as words."""
    return text.replace("{found}", "〔发现的值〕").replace("{expected}", "〔应为〕").replace("{difference}", "〔差额〕")
