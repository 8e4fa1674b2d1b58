"""Lines above, beside or below a list that say that the list itself is void or was made for something else than payment.

此表作废，以新表为准 voids it; 原表作废，以此表为准 and 本表涂改无效 do not.
"""

from collections.abc import Iterable
from functools import lru_cache

from village_notice.domain.patterns import compile_late
from village_notice.sources.wording import fold_words

_LIST = r"(?:表|单子?|名单|名册|花名册|清册|清单|明细|页|稿|数据|版)"
_THIS = rf"(?:此|本|该|这[张份个]?|上)(?:{_LIST})"
_END = r"(?=$|[，,。；;！!)\]】])"
_VOID = compile_late(
    rf"{_THIS}[^，,。；;涂改如未经盖章复印逾擅签缺无需]{{0,6}}?(?:作废|废止|[已为]废|停用|弃用|(?<![写填笔领办])无效|失效|不作数|不算数?{_END}|不执行|未执行|(?:不再?|没|未|勿)(?:使用|用){_END}|不要{_END}|重[新]?[做制]{_END})"
)
_NEWER = compile_late(
    rf"以(?:新的?|另外?一?[张份]?|后[面一]?[张份]?|更正|重新|第[二三四2-4]次|修[改订]|更新|改后|附后|最新)[^，,。；;此本]{{0,6}}?(?:{_LIST}|公示|[张份次])[^，,。；;]{{0,4}}为准|"
    rf"(?:已|现|由|被)[^，,。；;]{{0,8}}新的?{_LIST}(?:代替|替代|取代|替换)|(?:改用|启用|另见|详见|请用|已[有出])新的?{_LIST}{_END}"
)
_NO_BASIS = compile_late(
    r"(?<!如)(?:不|非|不得|不能)(?:作为?|做|用[于作]?|是|属于?|供)?[^，,。；;下次明今以其他再]{0,5}(?<!贷款|报销|工资)(?:发放|兑[付现]|拨付|打卡|支付)(?!贷款|报销|工资)[^，,。；;标对]{0,4}(?:依据|凭[证据]|使用|之用|用途|表|名[单册])"
    + _END
)
_ONLY_FOR = compile_late(
    rf"(?:{_THIS}|数据|金额|名单)[^，,。；;]{{0,4}}[仅只](?:供|用[于作]|作为?|做|为|是)[^，,。；;]{{0,10}}?(?:参考|核对|核实|测算|摸底|演示|测试|培训|练习|自查|比对|预算)"
)
_ALONE = compile_late(
    r"(?:作废|废|不用|不要|[勿停弃禁]用|错|重[新]?做|没用|未用|不算|无效|失效|草稿|初稿|样[表本张]|测试|演示|旧|老|参考|仅供(?:参考|核对|测算)|"
    r"此|本|该|这张?|表|已|了|用新表|有新表|见新表|[!！。，,、])+"
)
_SAYS_VOID = compile_late(
    r"废|不用|不要|[勿停弃禁]用|错|重|没用|未用|不算|无效|失效|稿|样|测试|演示|旧|老|参考|核对|测算|新表"
)
_CONDITION = compile_late(r"如[有果遇若]?|若|凡|一旦|逾期|过期")
_MARKS = compile_late(r"[()（）【】\[\]「」*#※—\-_:：]+")
_LONGEST_ALONE = 10


@lru_cache(maxsize=4096)
def voids_list(line: str) -> bool:
    """Whether a line says that the list it stands beside is void or no base of payment (此表不用, 不作为发放依据)."""
    plain = fold_words(line)
    alone = _MARKS.sub("", plain)
    if len(alone) <= _LONGEST_ALONE and _ALONE.fullmatch(alone) and _SAYS_VOID.search(alone):
        return True
    if _CONDITION.search(plain):
        return False
    return any(p.search(plain) for p in (_VOID, _NEWER, _NO_BASIS, _ONLY_FOR))


def find_void_lines(lines: Iterable[str]) -> list[str]:
    """The lines that void the list beside them."""
    return [line for line in lines if voids_list(line)]
