"""A village's line with more behind the village: counts, sums, persons, telephones, blanks to write on."""

import re

from village_notice.domain.patterns import compile_late

_LONGEST = 120
_BLANKS = compile_late(r"[_＿]+")
_LABELS = (
    r"(?:总|农)?(?:户数|人数|人口|笔数|组数|亩数)|(?:补[贴助偿]|发放|实发|应发|合计|总)?(?:金额|面积|资金)|合计|小计|总计|共计|单位|"
    r"(?:村民)?小组|组别|(?:村)?(?:书记|支书|主任|会计|文书|委员)|(?:负责|联系|经办|填表|制表)人|(?:联系|监督)?(?:电话|手机)|(?:填表|制表|公示)?(?:日期|时间)"
)
_MORE = compile_late(
    r"[\s，,；;、]+(?:[\u4e00-\u9fff]{1,8}(?:[(（][^()（）]{1,6}[)）])?\s*[:：]"
    r"|(?:共计?|合计|总计|小计|计)\s*[\d,.]+\s*(?:户|人|笔|元|亩|万元)|[\d,.]+\s*(?:户|人|笔|元|亩|万元))"
    rf"|(?:{_LABELS})\s*[:：]|(?:共|合|总)计?\s*\d[\d,.]*\s*(?:户|人|笔|元|亩|万元)"
)


def cut_village_line(text: str) -> str:
    """The line up to the village: 村：东岚村  户数：6  金额：2995元 → 村：东岚村; any other line as it is."""
    if len(text) > _LONGEST:
        return text
    plain = _BLANKS.sub(" ", text).strip() if "_" in text or "＿" in text else text.strip()
    start = re.match(r"[^:：]{0,8}[:：]\s*", plain)
    match = _MORE.search(plain, start.end() if start else 1)
    before = plain[: match.start()].strip() if match else ""
    return before if before and not re.search(r"[(（][^)）]*$", before) else plain
