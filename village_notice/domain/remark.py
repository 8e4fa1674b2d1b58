"""What a remark gives away: private things that never leave the office, and that the money did not arrive."""

import re
from functools import lru_cache

_PRIVATE = re.compile(
    r"\d{15,17}[\dXx]|\d{15,19}|(?<!\d)1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)|(?<!\d)0\d{2,3}[- ]?[2-8]\d{6,7}(?!\d)"
    r"|(?:电话|座机|手机|联系)\D{0,4}\d{7,}|病(?![虫害死])|残(?![缺留余])|[亡癌艾瘫痪瘤聋哑]|盲人|失明|尿毒|透析|化疗|智障|智力|弱智|"
    r"肢体|抑郁|癫痫|中风|卧床|失能|孤儿|孤寡|孤老|失独|流产|不孕|家暴|离异|离婚|单亲|非婚|超生|低保户|五保户|特困户|贫困户|监测户|"
    r"服刑|刑满|判刑|缓刑|犯罪|罪犯|社区矫正|监狱|监外执行|拘留|吸毒|戒毒|上访"
)
"""Numbers of persons, cards and telephones; illness, disability, family and crime.

Pests (病虫害), dead stock (病死猪) and what is left over (残缺, 残留) are none of these.
"""
_NOT_ARRIVED = re.compile(
    r"失败|退回(?!.{0,6}[地亩田林])|退票|退汇|退款|未到[账帐]|没到[账帐]|未收到|没收到|未发(?![生现展证])|没发(?![生现])|未打款|未拨付|未入[账帐]|未兑付|不成功|打不进|"
    r"[账帐卡]号?(?:异常|错误|有误|无效|不存在|冻结)|户名不[符对]|姓名不[符对]|[账帐]户(?:异常|冻结|注销)|已?销户|卡已?冻结"
)
_REASON = re.compile(
    r"异常|不符|不对|不存在|无此[账帐卡]|过期|失效|止付|锁定|睡眠|不动户|冻结|挂失|注销|销户|未激活|未实名|错误|有误"
)
"""Reasons that banks give; in a column of reasons they need no word of failure beside them."""
_MADE_GOOD = re.compile(
    r"已补|补发|重发|重新|再次|二次|第二次|改[为用发成]?|更[正换改]|换|另|现已|已[到发打入收付改]|(?<!不)成功|后发|[去上前]年|\d+\s*[月年批次]|[一二三四五六七八九十]+[月批次]"
)
"""Words of a remark that tells of an earlier failure, made good since or of another time."""


@lru_cache(maxsize=1 << 16)
def is_private_remark(text: str) -> bool:
    """Whether a remark holds what nobody outside the office may know.

    Source: 个人信息保护法 §6, §28; boards that showed illness and crime beside names.
    """
    return bool(_PRIVATE.search(text))


@lru_cache(maxsize=1 << 16)
def tells_of_failure(text: str) -> bool:
    """Whether a remark says that this money did not arrive, and nothing of its having been made good."""
    return bool(_NOT_ARRIVED.search(text)) and not _MADE_GOOD.search(text)


@lru_cache(maxsize=1 << 16)
def is_failure_reason(text: str) -> bool:
    """Whether a column of reasons says why money did not arrive: not 无, 正常 or 交易成功."""
    return bool(_REASON.search(text) or _NOT_ARRIVED.search(text)) and not _MADE_GOOD.search(text)
