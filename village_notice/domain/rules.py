"""Every rule the tool enforces, in one table. Codes are never renumbered; docs/findings.md is generated from here.

Retired: H05, which H09 tells better. Letter = where it is seen: F file, H heading, C cell, R row, X across rows, T totals, P privacy, N notice.
ERROR only where how much, to whom, which village, which programme or whether paid cannot be known, or a P-rule stands:
the money has already been paid, so holding a payment back hides the truth.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum

from village_notice.domain.finding import Finding
from village_notice.domain.rule_notes import NOTES


class Severity(StrEnum):
    """ERROR holds the payment back, WARNING is for the clerk to look at, FIXED was put right by a safe rule."""

    ERROR = "ERROR"
    WARNING = "WARNING"
    FIXED = "FIXED"


SEVERITY_WORDS = {Severity.ERROR: "错误", Severity.WARNING: "提醒", Severity.FIXED: "已改正"}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes:
        code: Letter and two digits.
        severity: What the finding does to the payment.
        title: Short Chinese name.
        message: Sentence with {found}, {expected}, {difference} where they say something.
        advice: What the clerk should do.
        source: Why the rule exists: the law, or what happens without it (`rule_notes`).
        can_waive: False for rules nobody may wave through.
        example: What it looks like in a sheet.
    """

    code: str
    severity: Severity
    title: str
    message: str
    advice: str
    source: str = ""
    can_waive: bool = True
    example: str = ""

    @property
    def can_switch(self) -> bool:
        """Whether a county may lower the rule or switch it off: never one of privacy, nor one nobody may waive."""
        return self.can_waive and not self.code.startswith("P")


RULE_SWITCHES = ("提醒", "关闭")
"""What a county may do to a rule in office.toml: make it a warning, or switch it off."""
_HELD_WORDS = ("暂不计入", "照常计入")
"""What an error says of its payment, and what stands there where it holds nothing back."""
_E, _W, _X = Severity.ERROR, Severity.WARNING, Severity.FIXED

_RULES = (
    Rule("F01", _E, "文件打不开", "文件已损坏或不完整，读不出来：{found}", "请在 Excel 或 WPS 中打开后另存为 .xlsx，再放回文件夹；打不开就请原单位重发。"),
    Rule("F02", _E, "文件有密码", "文件设有打开密码，没有读取：{found}。", "请用 Excel 取消密码后另存，或用 --password 给出密码；压缩包请先用密码解压，再放入里面的表格。"),
    Rule("F03", _W, "不是表格文件", "这种文件不能读取（{found}）。", "如果里面有发放数据，请另存为 .xlsx 再放入；没有就不用管。"),
    Rule("F04", _W, "文件正在被打开", "这是 Excel/WPS 打开文件时的临时文件，已略过。", "请先保存并关闭正在编辑的表格，再运行一次，以免漏掉没保存的改动。"),
    Rule("F05", _E, "同一文件放了两次", "与 {expected} 内容完全相同，本文件的各笔暂不计入。", "请确认后从文件夹中拿走其中一份；确是两个月（或两批）的，请在两份表里分别写明月份再放入。", can_waive=False),
    Rule("F06", _W, "空文件", "文件里没有任何内容。", "请确认是否发错文件。"),
    Rule("F07", _W, "隐藏的工作表", "工作表是隐藏的，没有计入。{found}", "如果其中是本年发放数据，请在 Excel 中取消隐藏后重新放入。"),
    Rule("F08", _W, "不是发放明细", "没有认出发放明细：{found}", "如果它是发放表，请确认有姓名列和金额列；不是就不用管。"),
    Rule("F09", _W, "汇总表不重复计入", "这张表是同一笔钱的汇总，已略过，避免重复计算。{found}", "请核对汇总数与明细合计是否一致。"),
    Rule("F10", _E, "超出读取限制", "读取时超出限制，已停止读这个文件：{found}", "请拆成小一些的文件，或请技术人员放宽限制后再试。"),
    Rule("F11", _W, "有隐藏的行或列", "表中有隐藏的行或列，照常计入：{found}", "请取消隐藏看一看，不该发的行要删掉。"),
    Rule("F12", _W, "年度靠推断", "表里没有写明年度或发放日期，按 {expected} 年计入（依据：{found}）。", "请确认年度；不对就在表中加上发放日期。"),
    Rule("F13", _W, "上次有、这次没有的文件", "上次运行时有这个文件（{found} 笔），这次文件夹里没有了。", "请确认是否误删；数据已不计入本次结果。"),
    Rule("F14", _W, "公式引用了别的文件", "表中公式引用了外部文件，数值可能不是最新：{found}", "请打开原表更新后粘贴为数值。"),
    Rule("F15", _E, "读取程序出错", "读取这个文件时程序中断：{found}", "请在 Excel 或 WPS 中另存为 .xlsx 再试。"),
    Rule("F16", _W, "文件类型与扩展名不符", "扩展名与内容不符，实际是 {found}，已按实际内容读取。", "不用处理；下次请用正确的扩展名保存。"),
    Rule("F17", _X, "已由更正的副本代替", "这个文件有更正过的核对副本 {expected}，只按副本计入。", "不用处理；确认无误后可以拿走原文件。"),
    Rule("F18", _E, "同一来源更正了两次", "这个副本和 {expected} 是从同一个文件更正来的，不知道以哪个为准，都暂不计入。", "请只留一个更正过的副本，另一个拿出收件箱。", can_waive=False),
    Rule("F19", _W, "放行说明没有用上", "{found}：{expected}。", "已经改好的，删掉 waivers.csv 里的这一行；写错的请照问题清单里的编号、文件、工作表、行号改正。"),
    Rule("H01", _E, "没有金额列", "像发放名单，但实际发放金额或姓名的列没有认出：{found}", "请在表头写明“实发金额”或“补贴金额（元）”；原单位改不了的，用 village-notice layout 答复一次。"),
    Rule("H02", _E, "已发还是拟发？", "“{found}”说明这可能不是实际发放数。", "请确认：已经发到卡上的，把标题改成“发放”后重新放入，或用 village-notice layout 答复一次，或在 waivers.csv 说明理由；没发的请拿走。"),
    Rule("H03", _W, "没有发放状态，按已发放计", "表中没有发放状态列，全部按已实际发放计入。", "请确认这张表是实际发放结果；有失败退回的要标明。"),
    Rule("H04", _E, "金额单位不清", "金额单位弄不清楚是元还是万元：{found}", "请在表头写明单位后重新放入；原单位改不了的，用 village-notice layout 答复一次。"),
    Rule("H06", _W, "没有认出的列", "这些列没有认出，未使用：{found}", "如果其中有要用的内容，请改成常用的列名。"),
    Rule("H07", _E, "补贴项目不明", "看不出是哪一项补贴：{found}", "请在标题、表名或“补贴项目”列写明补贴项目的全称，或用 village-notice layout 答复一次；新项目请加进 subsidies.csv。"),
    Rule("H08", _W, "一个名称含几个项目", "“{found}”可能指几个项目（{expected}），按其中公开最严的处理。", "请确认；最好分开列。"),
    Rule("H09", _E, "金额列没有唯一答案", "不能确定哪一列是实发金额：{found}", "请把实际发到卡上的那一列改名为“实发金额”；原单位改不了的，用 village-notice layout 答复一次。"),
    Rule("H10", _E, "姓名列或村列没有唯一答案", "有几列都像，内容又不一样，不能确定以哪一列为准：{found}", "请把领钱的人那一列改名为“姓名”、所在的村那一列改名为“村名”，其余的改成别的名称；原单位改不了的，用 village-notice layout 答复一次。"),
    Rule("H11", _W, "表里说明没有发到", "{found}：{expected} 笔按“{difference}”处理，没有计入。", "请确认；其实已经发到的，请在状态列写“成功”后重新放入。"),
    Rule("H12", _E, "说明里有人没发到", "表里的说明写着“{found}”，看不出是哪几行没有发到，整张表暂不计入。", "请在没有发到的那几行的备注或状态里写“未发放”，再删掉这句说明，重新放入；其实都已发到的，在 waivers.csv 说明理由。"),
    Rule("H13", _E, "是收回的钱？", "“{found}”说明这是收回的钱，已按追回（从发放数里减去）记下，待核实，暂不计入。", "钱确已收回的，在 waivers.csv 说明理由，就按追回减去；还没有收回的，从文件夹中拿走这张表。"),
    Rule("H14", _E, "年度有两个说法", "发放的年度有两个说法：按 {expected} 年计，但表上写着“{found}”，不知道是哪一年发的，整张表暂不计入。", "请在表中加上发放日期、或在标题写明发放年度后重新放入；确是 {expected} 年发放的，在 waivers.csv 说明理由。"),
    Rule("C01", _E, "金额不是数", "金额“{found}”不是数，这一笔暂不计入。", "请填上实际发放的金额；没有发放请删掉这一行或写明状态。", can_waive=False),
    Rule("C02", _E, "没有金额", "有姓名但金额是空的，这一笔暂不计入。", "请补上金额；没有发放请写明状态或填 0。", can_waive=False),
    Rule("C03", _X, "金额格式已整理", "金额原为“{found}”，按 {expected} 元计。", "不用处理。"),
    Rule("C04", _W, "身份证号已损坏", "身份证号被 Excel 存成了数值（{found}），末几位已失真，不能用。", "请向原单位要回文本格式的身份证号；这一笔金额照常计入。"),
    Rule("C05", _W, "身份证号校验不符", "身份证号不对：{found}", "请与本人证件核对；这一笔金额照常计入。"),
    Rule("C06", _W, "身份证号位数不对", "身份证号应为 18 位，现为 {found}。", "请与本人证件核对；这一笔金额照常计入。"),
    Rule("C07", _W, "银行账号已损坏", "银行账号被存成了数值（{found}），末几位可能失真。", "请以文本格式重填；这一笔金额照常计入。"),
    Rule("C08", _W, "日期看不懂", "日期“{found}”看不懂或不存在。", "请改成 2022-06-30 这样的写法。"),
    Rule("C09", _X, "金额多于两位小数", "金额 {found} 多于两位小数，四舍五入为 {expected} 元。", "请核对银行实发数。"),
    Rule("C10", _W, "数量不是数", "面积或数量“{found}”不是数，未使用。", "请改成数字。"),
    Rule("C11", _E, "单元格是错误值", "金额单元格显示 {found}，这一笔暂不计入。", "请修正公式，或改填实发金额。", can_waive=False),
    Rule("C12", _E, "公式没有结果", "金额是公式但没有保存计算结果，这一笔暂不计入。", "请用 Excel 打开该表、保存一次，再放入。", can_waive=False),
    Rule("C13", _W, "15 位旧身份证号", "身份证号是 15 位旧号：{found}", "请改成 18 位；这一笔金额照常计入。"),
    Rule("C14", _W, "银行账号校验不符", "银行卡号的校验位不对：{found}", "请核对卡号；这一笔金额照常计入。"),
    Rule("C15", _E, "有删除线", "这一行的文字画了删除线，看不出发没发，暂不计入：{found}", "不该发的请删掉整行；确已发到的请去掉删除线，或在 waivers.csv 说明理由。"),
    Rule("C16", _X, "姓名已整理", "姓名原为“{found}”，按“{expected}”处理。", "不用处理。"),
    Rule("C17", _E, "金额像证件号或序号", "金额 {found} 像是证件号、卡号或其他编号。", "请填上真正的金额。", can_waive=False),
    Rule("C18", _W, "姓名格里有别的内容", "姓名格写的是“{found}”，公示上只印“{expected}”。", "请把号码、备注移出姓名格；原名如果就是这样，请改成规范写法。"),
    Rule("C19", _E, "不像姓名", "姓名格写的是“{found}”，不像一个人的姓名，不能上墙，这一笔暂不计入。", "请改成本人姓名；单位请写全称（如某某合作社）；确有这个少见的姓的，请补进 surnames.csv。", can_waive=False),
    Rule("C20", _E, "大写与小写不符", "金额是 {expected} 元，同一行的大写是“{found}”，不知道哪一个对，这一笔暂不计入。", "请核对银行实发数，改正写错的一个。"),
    Rule("R01", _E, "没有姓名", "有金额 {found} 元但没有姓名。", "请补上姓名；如果是合计行，请写明“合计”。", can_waive=False),
    Rule("R02", _E, "村名对不上", "村名“{found}”在{expected}的名册里找不到。{difference}", "请按名册改正村名；如果是习惯叫法，请加进 aliases.csv。", can_waive=False),
    Rule("R03", _E, "金额为负但不是追回", "金额为负（{found}），但没有写明是追回。", "是追回的请在状态列写“追回”；填错的请改正。", can_waive=False),
    Rule("R04", _E, "发放状态看不懂", "状态“{found}”看不出发没发。", "请改成：成功、失败、退回、待发、停发、补发、追回之一；没有状态列的，加一列“发放状态”，每一行都写上，或在 waivers.csv 说明理由。"),
    Rule("R05", _W, "金额不等于面积乘标准", "面积乘标准应为 {expected} 元，表中是 {found} 元，相差 {difference} 元。", "按实发数公开；请查明原因。"),
    Rule("R06", _W, "领取人未满 14 周岁", "发放时未满 14 周岁，只并入合计，不公开姓名。", "不用处理；如果年龄不对，请核对身份证号。"),
    Rule("R07", _W, "备注里有私人信息", "备注里有证件号、电话或病残等字样，不会公开。", "建议从原表中删去。"),
    Rule("R08", _W, "示例行已略过", "这一行像是模板里的示例，没有计入：{found}", "如果是真实发放，请删去“示例”字样。"),
    Rule("R09", _E, "乡镇不明", "看不出是哪个乡镇的“{found}”：{expected}", "请在表中加“乡镇”列，或按乡镇建文件夹，或用 --township 指定。", can_waive=False),
    Rule("R10", _E, "没有村名", "这一笔看不出是哪个村的。", "请在表中补上村名（村列、工作表名或标题）。", can_waive=False),
    Rule("R11", _E, "一格里有几个人", "一笔金额写着几个人（{found}），看不出各领多少，这一笔暂不计入。", "请一人一行，分别写明金额；确是一户合领的，只留领款的那一个人的姓名。"),
    Rule("R12", _W, "村名前后不一致", "本行的村是{found}，但{expected}。", "按本行的村计入；请确认。"),
    Rule("R13", _E, "补贴项目不明", "补贴项目“{found}”不在项目表里。{difference}", "请改成项目全称；新项目请加进 subsidies.csv。"),
    Rule("R14", _W, "金额为 0", "金额是 0，照常列出但不增加金额。", "没有发放的请删掉或写明状态。"),
    Rule("R15", _W, "发放日期离得太远", "发放日期是 {found}，本次做的是 {expected} 年，相差两年以上。", "请核对年份是不是写错了；按表中日期归入其他年度。"),
    Rule("R16", _W, "组别不公开", "组别写的是“{found}”，不像村民小组的名称，公示上不印。", "请改成“1组”“东一组”这样的写法。"),
    Rule("R17", _W, "不在本年发放", "不是 {expected} 年发放的，没有计入本年：{found}。", "年份写错的请改正；确是其他年度发的（如上年 12 月的次年 1 月才发）不用处理。"),
    Rule("R18", _E, "备注说没有发到", "备注或失败原因写的是“{found}”，看不出发没发到，这一笔暂不计入。", "没有发到的，把状态改成 失败 或 退回；已经补发到账的，在备注里写明“已补发”，或在 waivers.csv 说明理由。"),
    Rule("R19", _W, "备注要看一下", "备注写的是“{found}”，表上又没有发放状态；这一笔照常计入。", "确实发到了就不用处理；没有发到的，请加一列“发放状态”，写上 失败、退回 或 停发。"),
    Rule("R20", _E, "隐藏的行不在合计里", "这一行是隐藏的，第 {found} 行的合计（{expected} 元）正好没有算它，看不出发没发，暂不计入。", "不该发的请删掉这一行；确已发到的，请取消隐藏并改正合计，或在 waivers.csv 说明理由。"),
    Rule("X01", _E, "两个文件里有同一笔", "与 {expected} 完全相同（同一人、同一项目、同一期、同一金额），这一笔暂不计入。", "确是两笔请在 waivers.csv 写明理由；重复的请删掉一处。"),
    Rule("X02", _W, "同一人领了两次", "同一人在同一项目同一期出现 {found} 次：{expected}", "确有两笔不用处理；重复的请删掉。"),
    Rule("X03", _W, "同一身份证号有几个姓名", "同一身份证号对应几个姓名：{found}", "请核对哪一个是对的。"),
    Rule("X04", _W, "同村同名有几个身份证号", "本村同名的人有几个身份证号：{found}", "是不同的人就不用处理。"),
    Rule("X05", _W, "一个账号发给几个人", "同一账号收了 {found} 人的钱：{expected}", "一家人用一个账号的不用处理；否则请核对。"),
    Rule("X06", _W, "一个人在两个村领", "同一身份证号在几个村领取：{found}", "请核对。"),
    Rule("X07", _W, "同一项目标准不一", "本行标准 {found}，同一项目多数是 {expected}。", "标准确有不同的不用处理。"),
    Rule("X08", _W, "失败后没有补发", "这一笔发放失败，本年没有找到补发。", "请确认钱是否已补发到本人；已补发的请把补发表放进来。"),
    Rule("X09", _W, "补发找不到原失败记录", "这一笔写的是补发，但没有找到原来的失败记录。", "请核对是否重复发放。"),
    Rule("X10", _W, "追回多于发放", "追回 {found} 元，多于本年发放的 {expected} 元。", "请核对。"),
    Rule("X11", _W, "儿童项目按未满 14 周岁处理", "儿童项目里年龄不明，按未满 14 周岁处理，只并入合计。", "不用处理。"),
    Rule("X12", _W, "同一面积的几批数量不同", "同一面积分批发放，各批数量不一样：{found}", "数量按最大的一批公开；请核对。"),
    Rule("X13", _W, "同样的一段名单又出现一次", "{found}与 {expected} 人员和金额都相同、顺序也相同。", "请核对是不是整段重复粘贴；确是两批的不用处理。"),
    Rule("X14", _W, "金额远离通常水平", "金额 {found} 元，同一项目通常在 {expected} 元左右。", "请核对是否多写、少写了零或小数点；属实的不用处理。"),
    Rule("X15", _W, "去年有、今年没有的人", "去年领过、今年名单里没有的：{found} 人（{expected}）。", "请核对是否漏报；已去世或不再符合条件的不用处理。"),
    Rule("X16", _W, "与去年相差一半以上的人", "与去年相比增减超过一半的：{found} 人（{expected}）。", "请核对；属实的不用处理。"),
    Rule("X17", _W, "缺一个邻村都有的项目", "本村没有“{found}”，同一乡镇 {expected}。", "请确认是否漏交了本村的表格。"),
    Rule("X18", _W, "领取人在死亡名单上", "领取人在 deceased.csv 里，死亡日期 {found}，之后仍有发放。", "请核对名单和发放日期；错发的要追回。"),
    Rule("X19", _E, "金额像是序号", "金额 {found} 和序号一样逐行加 1（{expected}），像是序号填进了金额列，这一笔暂不计入。", "请填上真正的金额；确实是这些数的，在 waivers.csv 说明理由。"),
    Rule("X20", _E, "像是同一笔钱", "与 {expected} 像是同一笔钱（{found}），这里的暂不计入。", "是同一笔的，请删掉这一处（或这张表）再重新放入；确是另外发的一笔，在 waivers.csv 说明理由。"),
    Rule("X21", _E, "没有发到的人又在发放表里", "这一行没有写发没发到，而 {expected} 说同一个人的这笔钱没有发到（{found}），这里的暂不计入。", "确实没有发到的，请在这一行的状态里写“失败”或删掉这一行；后来补发到账的，请把补发表放进来（文件名或标题写“补发”）；确已发到的，在 waivers.csv 说明理由。"),
    Rule("X22", _E, "没有发到的人对不上发放表", "“{found}”说{expected}没有发到，那里没有写金额，发放表{difference}，不知道是哪一笔。", "请在发放表里找到这个人没有发到的那一笔，在状态里写“失败”或“退回”，名单上补写村名、账号或金额；发放表本来就没有列这个人的，在 waivers.csv 说明理由。"),
    Rule("T01", _W, "合计与明细不符", "表中合计 {expected} 元，明细相加 {found} 元，相差 {difference} 元。", "请核对漏了哪一行或多了哪一行。"),
    Rule("T02", _W, "小计与明细不符", "表中小计 {expected} 元，本段相加 {found} 元，相差 {difference} 元。", "请核对这一段。"),
    Rule("T03", _W, "汇总表与明细不符", "汇总表合计 {expected} 元，明细相加 {found} 元，相差 {difference} 元。", "请核对。"),
    Rule("T04", _E, "与财政拨付数不符", "财政拨付 {expected} 元，{found} 元，相差 {difference} 元。", "请看“对账”表查明差额：漏了表、重复放了表，或有待核实的款项；确有原因的在 waivers.csv 写明理由。"),
    Rule("T05", _W, "对账表里没有这一项", "读到 {found} 元，但 control 文件里没有这一项（项目、期间、乡镇）。", "请向财政部门要全拨付数，补进 control 文件。"),
    Rule("T06", _W, "人数与财政拨付不符", "计入 {found} 人，财政拨付是 {expected} 人，金额相符。", "请核对：一人几笔、一户几人会使人数不同。"),
    Rule("T07", _W, "某一期与财政拨付不符", "财政拨付 {expected} 元，{found} 元，相差 {difference} 元；各期相加是相符的。", "请看“对账”表：可能只是期间写法不同，也可能两期记串了。"),
    Rule("T08", _W, "写明的户数、人数与明细不符", "表里写着“{found}”，明细一共是 {expected}，对不上 {difference}。", "请核对是漏了几行、多了几行，还是这句话没有改。"),
    Rule("P01", _E, "公开文件里有私人号码", "做好的文件里出现了不该有的号码（{found}），文件没有放进公开文件夹。", "请联系维护人员；不要自行张贴。", can_waive=False),
    Rule("P02", _E, "公开文件里有不该有的姓名", "做好的文件里出现了名单以外的姓名（{found}），文件没有放进公开文件夹。", "请联系维护人员；不要自行张贴。", can_waive=False),
    Rule("P03", _W, "项目没有定公开级别", "“{found}”没有定公开级别，按只公开合计处理（{expected}）。", "请在 subsidies.csv 中加一行定级：{difference}", can_waive=False),
    Rule("N01", _W, "缺少公示信息", "没有设置{found}，公示上留了空白横线。", "请在 office.toml 中填写，或打印后手写。"),
    Rule("N02", _W, "没有设统计截止日期", "没有设 data_until，按最晚一笔的发放日期 {found} 作为统计截止日期。", "请在 office.toml 中写明 data_until。"),
    Rule("N03", _E, "公示天数太短", "设置的公示期只有 {found} 天，少于 5 天，公示上按 7 天印。", "请把 notice_days 改为 7 以上。"),
    Rule("N04", _W, "公示天数偏短", "公示期 {found} 天，少于 7 天。", "建议改为 7 天以上。"),
    Rule("N05", _W, "字体里没有这个字", "“{found}”在字体里没有，公示上用〓代替：{expected}", "请换用规范字，或手写补上。"),
    Rule("N06", _W, "张数太多", "本村要贴 {found} 张，公开栏放得下 {expected} 张。", "可用 A3 或只贴汇总和一户一行。"),
    Rule("N07", _W, "本村没有任何数据", "名册里有这个村，但没有读到任何一笔。", "请确认是否漏交表格。"),
    Rule("N08", _W, "有待核实的款项，公示为草稿", "本村尚有 {found} 笔待核实（与财政拨付数不符的项目算 1 笔），公示标为草稿。", "请先处理错误，再运行一次。"),
    Rule("N09", _W, "年底已过，还没有张贴登记", "{found} 个村有本年发放，没有登记过张贴：{expected}。", "已经张贴的，请在办公文件夹的 postings.csv 里登记；没有贴的请尽快张贴。"),
    Rule("N10", _W, "有一个季度没有公开", "这一季度发过钱的 {found} 个村，到 {difference} 还没有登记过张贴：{expected}。", "村务公开至少每季度一次：已经张贴的请在 postings.csv 里登记，没有贴的请补贴。"),
    Rule("N11", _E, "公示读回来不对", "用另一个程序读做好的公示，{found}；本村的文件都没有放进公开文件夹。", "请重新运行一次；还是这样请联系维护人员，不要自行张贴。", can_waive=False),
)  # fmt: skip

RULES: dict[str, Rule] = {r.code: replace(r, example=NOTES[r.code][0], source=NOTES[r.code][1]) for r in _RULES}


@contextmanager
def switch_rules(switches: Mapping[str, str]) -> Iterator[None]:
    """The table as a county wants it, while a run lasts: rules made warnings; those switched off find nothing."""
    before = dict(RULES)
    RULES.update({c: _lower(RULES[c]) for c, word in switches.items() if word == "提醒"})
    try:
        yield
    finally:
        RULES.update(before)


def _lower(rule: Rule) -> Rule:
    """The rule as a warning, with words that fit: a payment that is told of and counted is not told to be held."""
    return replace(rule, severity=Severity.WARNING, message=_say_counted(rule.message))


def _say_counted(message: str) -> str:
    return message.replace(*_HELD_WORDS)


def list_lowered() -> dict[str, str]:
    """The switches of rules that are warnings now and errors by themselves, for a process that knows of none."""
    return {r.code: RULE_SWITCHES[0] for r in _RULES if RULES[r.code].severity is not r.severity}


def drop_switched_off(findings: Iterable[Finding], switches: Mapping[str, str]) -> list[Finding]:
    """The findings without those of rules that a county has switched off."""
    off = {code for code, word in switches.items() if word == "关闭"}
    return [f for f in findings if f.code not in off]


def format_message(finding: Finding, *, is_waived: bool = False) -> str:
    """The finding's sentence in Chinese; one that was waived holds nothing back."""
    message = RULES[finding.code].message
    message = _say_counted(message) if is_waived else message
    return _fill_in(message, finding)


def format_advice(finding: Finding) -> str:
    """What to do about the finding, in Chinese."""
    return _fill_in(RULES[finding.code].advice, finding)


def _fill_in(words: str, finding: Finding) -> str:
    if "{" not in words:  # as most advice
        return words
    return words.format(found=finding.found, expected=finding.expected, difference=finding.difference)


def is_error(finding: Finding) -> bool:
    """Whether the finding holds payments back."""
    return RULES[finding.code].severity is Severity.ERROR
