"""Words in the name cell that are nobody's name: 第2户, 困难户, 东组, 打卡, 签字, 同前, 共2人, 本页, 其他, 村民.

Whole words, counts, and what is made only of characters that forms are full of and given names are not. A name is never
doubted for a rare surname alone: 户国强, 签玉英, 组桂英, 其其格, 全村喜 and 东方红 are people.
"""

import sys
from collections.abc import Collection, Iterable, Sequence
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt

from village_notice.domain.patterns import compile_late
from village_notice.domain.printed import pick_plain
from village_notice.domain.script import simplify_script

_TYPED = (
    # roles and kinds of people
    "农户 单户 单页 余页 余款 余账 水账 金卡 单据 万户 千户 水组 田组 林组 村民 农民 居民 渔民 牧民 灾民 移民 人民 公民 社员 党员 团员 队员 成员 会员 委员 学员 职员 雇员 人员 店员 官员 议员 干部 群众 百姓 老百姓 "
    "老人 老年人 老党员 老干部 军人 退役军人 复员军人 工人 民工 农民工 临时工 零工 小工 大工 技工 司机 学生 教师 老师 校长 医生 村医 护士 "
    "儿童 孤儿 婴儿 妇女 男性 女性 男子 女子 家属 亲属 遗属 军属 烈属 家人 家长 家庭 儿子 女儿 子女 妻子 丈夫 父亲 母亲 父母 配偶 子孙 "
    "户长 户代表 代表 村民代表 监护人 代理人 委托人 受益人 受托人 申请人 联系人 负责人 经办人 承包人 承租人 出租人 转包人 收款人 付款人 领款人 "
    "领取人 取款人 代领人 签收人 签字人 制表人 填表人 审核人 复核人 报账人 责任人 法人 法定代表人 本人 他人 别人 外人 个人 私人 众人 何人 何某 "
    "书记 村书记 支书 村支书 主任 村主任 副主任 会计 村会计 出纳 文书 村长 组长 队长 社长 镇长 乡长 站长 所长 场长 校长 网格员 护林员 保洁员 "
    "保管员 报账员 协管员 联络员 信息员 驾驶员 监督员 管理员 技术员 防疫员 饲养员 公益岗 大户 散户 小户 个体 个体户 全体 全体村民 全体农户 "
    "全村 全镇 全组 全家 全户 全社 全县 全乡 全队 全员 全部 所有 所有人 各户 各组 各村 每户 多户 多人 数人 数户 若干 其余 剩余 其它 其他 其他人 另外 其中 "
    # bodies, written without their own name
    "村委 村委会 居委会 支部 党支部 村支部 支委 两委 村两委 政府 镇政府 乡政府 合作社 供销社 信用社 农场 公司 企业 单位 学校 小学 中学 幼儿园 "
    "卫生室 卫生院 医院 银行 财政所 民政所 农技站 农机站 畜牧站 兽医站 敬老院 养老院 福利院 集体 村集体 公家 公共 机动地 机动 "
    # columns, states and remarks
    "姓名 名字 名称 户名 人名 序号 编号 号码 页码 电话 手机 地址 住址 备注 说明 附件 详见 金额 数额 面积 亩数 户数 人数 数量 单价 标准 合同 "
    "总额 余额 差额 应发 实发 未发 已发 代发 补发 缓发 停发 待发 暂停 暂缓 打卡 签字 签名 签收 盖章 按印 手印 按手印 指纹 代签 代领 自领 已领 未领 领款 "
    "现金 存折 卡号 账号 账户 社保卡 银行卡 一卡通 信用 转账 汇款 退款 扣款 罚款 存款 贷款 利息 税费 手续费 工资 奖金 补助 补贴 补偿 救济 救助 "
    "困难 困难群众 低保 五保 特困 贫困 脱贫 残疾 残疾人 孤寡 孤老 病故 亡故 死亡 去世 逝世 已故 过世 销户 迁出 迁入 外出 外迁 外地 外村 本村 本组 本镇 "
    "本户 本页 本表 本户主 上页 下页 接上页 承上页 转下页 续表 续页 见表 见上 见下 上同 同前 同左 同右 同下 同一人 同一户 同户 前同 如上 如下 以上 以下 "
    "承包 流转 租赁 转包 自种 种植 养殖 荒地 林地 耕地 土地 公用 空白 空格 空行 空户 空号 删除 作废 重复 错误 有误 更正 修改 取消 注销 冻结 退回 退票 "
    "失败 正常 异常 合格 不合格 有效 无效 同意 通过 审核 复核 审批 核实 查实 查无 查无此人 无此人 无人 无名 无名氏 不知 不明 未定 未知 待定 待查 待补 "
    "测试 样例 示例 例子 举例 张某某 李某某 王某某 合计 总计 小计 共计 累计 汇总 总和 大写 小写 小结 结余 结转 上年结转 误工 误工费 人工 机械 材料 "
    "水费 电费 运费 车费 保费 学费 药费 油费 医药费 工程款 村提留 党费 会费 年度 本年 去年 今年 月份 日期 性别 年龄 民族 关系 与户主关系 户主 "
    "户籍 户口 花名册 房屋 房产 田地 明细 代收 代付 应付 应收 安置 解除 广告 牧业 农业 农机 林业 渔业 项目 员工 方案 方式 计划 公章 章程 白条 余数 位次 车间 查找 高龄 常委 "
    "社会 社区 街道 村会 村部 村内 村里 镇里 组里 厂里 东头 西头 南头 北头 沟东 沟西 路南 路北 水库 果园 大棚 机井 林场 荒山 公墓 公积金 库存 发票 凭证 邻居 亲戚 朋友 兄弟 姐妹 兄妹 爷爷 奶奶 孙子 孙女 儿媳 女婿 媳妇 老伴 长子 次子 长女 次女 父子 母女 母子 夫妻 残联 妇联 团委 民政 财政 民政局 财政局 农业局 林业站 水利站 补贴对象 补助对象 发放对象 人口 户籍人口 常住人口 劳力 劳动力 空巢 留守 留守老人 留守儿童 高龄老人 百岁老人 烈士 伤残 复员 退伍 退役 民兵 电工 水管员 环卫工 联系方式 银行退回 户名错 空挂户 外来人员 全部农户 家属代领 子代领 同上户 预留 代管 调整 误差 尾差 尾数 冲销 抵扣 暂存 其子 其女 其妻 之子 之女 儿子代 学生家长 对象 失能 半失能 代课教师 重名 同名 查不到 找不到 下同 备用"
)
"""What clerks have typed where a name belongs: people's roles, bodies without their own name, headings, states."""
_WORDS = frozenset(_TYPED.split())
_FORM = frozenset(
    "户组页款额账帐费卡码栏折据证税债贷赔罚亩号数字签村镇乡县街队员每各某此该第未不无非待暂停退缺补扣减冻销删错误漏废空填写制表审核批报查验"
    "领拨取转汇兑换缴还欠返另它者属部委岗职私位项目类型级期个只头株吨斤积屋器渔殖畜禽猪鸡困难贫低残疾孤病死亡故幼童性别备注说因状态结附件详略序编"
    "按打姓名电址本共前后同计单代收付发放"
)
"""Characters of forms and of people's circumstances that given names are not made of."""
_FORM_END = _FORM | frozenset("人民长主")
_NEVER = frozenset("户组页款额账帐费卡码栏债贷赔罚税亩")
"""Characters no given name is made of alone: 农户, 余额, 水费, 东组, 单页."""
_LAST = compile_late(r".{1,5}(?:[组页栏款额账帐]|生产队|小队|分队|大队|支队)")
_NUMBER = r"[\d〇零一二两三四五六七八九十百几多数]"
_COUNTED = "户人名口家组队社片亩个页行条笔项次批号岁头台株吨期"
_COUNT = compile_late(
    rf"(?:[共计等约第每各某本该此另余]|共计|合计|总共|总计|其中|另外|还有|以上|以下|剩余|其余)?{_NUMBER}+[余多]?[{_COUNTED}](?:村民|农户|小?组)?"
)
_PLACE = compile_late(rf"[东西南北前后上下中大小老新]{{1,2}}{_NUMBER}*(?:组|队|片|屯|街|村|社|户)")
_OURS = compile_late(r"[本该此某每各](?:[村组户社镇乡县街店队页表栏项批期次年月季人]|社区|小组|户主|街道)")
_HOUSEHOLDS = compile_late(
    r".*(?:困难|承包|一般|普通|脱贫|监测|低收入|非农|农业|家庭|军属|烈属|安置|搬迁|易地|计生|党员|万元|高[龄山]|[双独]女|单[身亲]|"
    r"种[粮植地养菜田]大?|养[殖羊猪牛鸡鸭鱼蜂]大?)户"
)
_GIVEN = frozenset(
    "安艾昂傲奥巴白百柏拜邦宝保北贝备本比碧宾彬斌冰兵炳波博步才财彩参灿沧策昌长常超朝潮琛晨辰成诚承城程澄池驰赤崇初楚川传船春纯慈次聪从翠存达大代丹旦单淡道德登迪第蒂殿丁定东冬栋斗笃端敦多朵恩尔发法凡繁方芳芬丰风枫峰锋凤佛夫伏芙扶福甫付富改盖干甘刚钢高歌革格根庚公功恭巩古谷固关官冠观光广贵桂国果海涵含寒汉翰杭航豪好浩禾和河荷鹤恒亨衡弘宏虹洪红鸿厚候虎花华化怀欢焕辉惠慧会火吉及极集纪记季济继佳家嘉甲坚建剑健江将姜娇教杰洁结捷介今金津锦劲进晋京经晶精景靖静镜久九菊举巨娟军君均俊峻竣开凯康可克肯孔坤葵来兰朗浪劳老乐雷蕾黎礼里理力历立丽利莉连莲廉良梁亮林临霖灵玲凌铃龙隆陆路露录禄绿伦罗落律麻马玛麦满曼茂梅美门萌蒙孟梦米苗妙民敏名明鸣命牡木牧慕穆娜南楠能尼年念宁凝牛农女诺欧攀盼培沛佩朋鹏飘平屏萍朴普七奇齐其祺启起气千谦乾强巧勤芹琴青清晴庆秋求球曲渠全泉群冉然让热人仁任日荣容蓉如茹儒汝瑞润若赛三桑色森沙莎山杉善尚韶少邵绍社申深沈慎升生声胜圣盛师诗石时实士世仕市事侍室适守寿书淑舒树双霜水顺硕司思斯松颂苏素遂穗孙所索塔台太泰谭棠涛桃特腾天田甜铁廷庭亭婷通同桐童图土团托拓瓦婉万望旺威为维伟卫未温文闻稳沃乌武五舞西希昔息熙喜细霞先贤显献香湘祥翔想向象小晓孝效笑心欣新信星兴行幸杏姓雄秀绣需许序叙旭学雪勋训雅亚延言岩炎研艳燕宴阳洋仰尧耀业叶烨一伊衣依仪怡宜义艺忆亦易逸益意毅翼银引英樱迎盈营影颖映永勇用优友有佑又余鱼渔愉宇羽雨语玉育郁喻誉豫元园远苑月岳悦越跃云耘允运韵在赞泽增展占战章彰昭照哲真珍振镇征正政之芝知枝直植志智致治中忠钟众仲舟州洲珠竹柱祝壮卓姿子梓自宗祖尊佐作座"
    "阿埃俄厄额哈呼吐图买提曼热孜则扎卓央拉嘎嘉措顿珠仓旺才让吾甫木呷曲吉敖其斯琴娜仁萨苏乌兰布赫那顺都热合克江别克汗古丽帕夏依木拉提艾力海来沙马尔古者作呷惹石洛嫫几约且罕叫坎织上不乃伍儿冷加努包卜卡各坦基妮斤杜毛渣的纳舍莫藏逊音鲁"
)
"""Frequent characters of given names, and of the names of minorities written in Chinese characters."""
_BODY = compile_late(
    r".{1,2}(?:合作社|公司|[农林牧渔养猪鸡羊牛][场厂]|农场|企业|协会|学校|小学|中学|基地|中心|医院|银行|超市|商店|药店|饭店)|.{3}[厂场站店院社]"
)
"""Bodies with a short name of their own: 兴农农场, 利民超市."""
_FOREIGN = frozenset("尔勒楞阿娜嘎措卓扎桑珠吾甫惹玛孜吐姆尕呷倮旦罕巴")
"""Characters that spell the sounds of another language: 阿斯卡尔, 格日勒, 扎克."""
_COMMON = (b"\xb0\xa1", b"\xd7\xf9")
"""The first level of GB 2312: words are written with it; rarer characters are those of names."""
_QUICK = _GIVEN - _NEVER - {*_COUNTED, *"队片屯街村社镇乡县店表栏项批期次年月季人区主道民户"}
"""Behind a surname these make a name unless the whole is a word: most names, at once."""
_MARKED = compile_late(r"^\d|[*＊★☆●○◎▲△■◆◇※#＃×√✓✔]|^[^某]某{1,2}$|^[A-Za-z]{1,3}\d{0,3}$|^(?i:null|none|n/a)$")
"""A number before a name, and marks in one: 3组王一, 王建*, 王●, 王某; whose name it is or what it hides nobody can tell."""
_CHINESE = compile_late(r"[\u4e00-\u9fff]{2,4}")
_BEGINNINGS = frozenset(
    "共计等约第每各某本该此另余合总其还以剩东西南北前后上下中大小老新〇零一二两三四五六七八九十百几多数"
)
"""With what counts, places and our own begin: 余 and 东 are surnames too, and names with them are looked at."""
_NOT_BEHIND = frozenset("户某")
"""Other Chinese characters may stand behind a surname."""
_SIZES = range(2, 7)
_LONGEST_PLAIN = 4


def is_no_name(text: str, surnames: Collection[str] = ()) -> bool:
    """Whether a printed name is a common noun, a role, a place, a count or a remark, and so nobody's name.

    Args:
        text: The name as `print_name` gives it, of one who is no organisation.
        surnames: Known surnames: before 户 they tell a person's household (王建国户) from a kind of household. What begins
            with none is a name only where frequent characters of given names follow (签玉英), or rare ones; () doubts none.
    """
    text = simplify_script(text)
    if text in _WORDS:
        return True
    if text[:1] in surnames and len(text) > 1 and _QUICK.issuperset(text[1:]):
        return False
    if _MARKED.search(text):
        return True
    if len(text) not in _SIZES:
        return False
    if any(p.fullmatch(text) for p in (_COUNT, _PLACE, _OURS)) or (text[-1] == "户" and _HOUSEHOLDS.fullmatch(text)):
        return True
    if _begins_with(text, surnames):  # 张户, 王强款: odd, and yet somebody's name
        return False
    if text[-1] == "户" or _NEVER.issuperset(text[1:]) or _LAST.fullmatch(text):
        return True
    is_of_forms = text[-1] in _FORM_END and _FORM.issuperset(text[:-1])
    return is_of_forms or (bool(surnames) and _is_unlike_names(text))


def find_doubtful(texts: Sequence[str], surnames: Collection[str]) -> list[int]:
    """Places of the names that have to be looked at one by one, those of no text left out.

    Most names are a surname and one to three other characters: `print_name` leaves them as they are and `is_no_name` says
    no. A county has hundreds of thousands, so these are told by a table of characters.
    """
    places = np.flatnonzero([bool(text) for text in texts])
    named = [text for text in texts if text]
    if not named:
        return []
    characters = np.frombuffer("".join(named).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    sizes = np.array([*map(len, named)])
    starts = np.cumsum(sizes) - sizes
    firsts, others = _mark_first(frozenset(surnames)), _mark_behind()
    is_odd = ~others[characters]
    is_odd[starts] = ~firsts[characters[starts]]
    doubtful = np.logical_or.reduceat(is_odd, starts) | (sizes < _SIZES.start) | (sizes > _LONGEST_PLAIN)
    doubtful |= np.array([text in _WORDS for text in named])
    found: list[int] = places[doubtful].tolist()
    return found


@lru_cache(maxsize=4)
def _mark_first(surnames: frozenset[str]) -> npt.NDArray[np.bool_]:
    return _mark_characters(c for c in surnames - _BEGINNINGS if len(c) == 1)


@cache
def _mark_behind() -> npt.NDArray[np.bool_]:
    return _mark_characters(c for c in map(chr, range(0x4E00, 0xA000)) if c not in _NOT_BEHIND)


def _mark_characters(among: Iterable[str]) -> npt.NDArray[np.bool_]:
    """For each character whether it is among these and plain: in none of the words of `printed`, and simplified."""
    table = np.zeros(sys.maxunicode + 1, dtype=np.bool_)
    plain = "".join(pick_plain(among))
    table[[ord(c) for c, simple in zip(plain, simplify_script(plain), strict=True) if c == simple]] = True
    return table


def _is_unlike_names(text: str) -> bool:
    """Whether there are characters behind the first that given names and names of bodies are not written with."""
    if not _CHINESE.fullmatch(text) or not _FOREIGN.isdisjoint(text) or _BODY.fullmatch(text):
        return False
    return any(c not in _GIVEN and _is_common(c) for c in text[1:])


def _is_common(character: str) -> bool:
    return _COMMON[0] <= character.encode("gb2312", "replace") <= _COMMON[1]


def _begins_with(text: str, surnames: Collection[str]) -> bool:
    """Whether a surname stands at the front, and something of a given name behind it."""
    return text[0] in surnames or (len(text) > 2 and text[:2] in surnames)
