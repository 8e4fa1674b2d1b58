"""Words in the name cell that are nobody's name are held; people with odd names are not."""

import csv
import random

import pytest

from village_notice.domain import no_names
from village_notice.domain.no_names import is_no_name
from village_notice.domain.printed import is_person_name, print_name
from village_notice.resources import find_data
from village_notice.sample import people

with find_data("reference", "surnames.csv").open(encoding="utf-8-sig", newline="") as stream:
    SURNAMES = frozenset(row["surname"] for row in csv.DictReader(stream))

_NO_NAMES = (
    "第2户 某户 困难户 承包户 东组 打卡 签字 同前 农户 共2人 本页 其他 村民 党员 户主 三户 12人 西二组 南片 种粮大户 养羊户 脱贫户 高龄户 "
    "单身户 组长 村长 签收 存折 退款 缺卡 未领 无此人 查无此人 本村 本组 各户 每户 全体 村委会 缺号 待核 领款人 共计 未填 错号 以上 其它 余额 "
    "水费 上页 续表 二十户 等5户 共计3户 5号 三队 第二生产队 后街 困难 删除 补发 代领 3组王一 王建* *建国 王** 王●"
    " 外来人员 村账 库存 残联 水管员 尾差 待分配 四舍五入 机井 查不到 家属代领 果园 王某 A NULL 仓库 邻居 空挂户 学生家长"
)
NO_NAMES = _NO_NAMES.split()
_PEOPLE = (
    "农林 万元 欧阳春 上官玉兰 诸葛明 尉迟国庆 呼延庆 仉国庆 逄淑珍 綦玉兰 修德海 初桂英 宫喜 矫立 迟福 隋永 盖玉香 衣学 战国 由美 门春 油国 勇建 生德 撒世 海文 黑春 母英 苗秀 "
    "候玉 闫福 肖国 付德 邸春 亓英 苑玉 逯学 时春 么国 粘永 仝英 展文 都春 来福 平安 米兰 冷春 阿依古丽·买买提 那顺巴图 户国庆 组桂英 单玉 人文 号春 元宝 男国 女英 "
    "全村喜 共和国 其木格 东方红 本春 签玉英 打春 户国强 户建 户春英 农凤英 农民强 农建 组织华 东方 东方朔 村上 欧阳 欧阳修 欧阳志镇 其其格 签名花 史金街 王镇山 宋镇 单代 "
    "李孤 赵母亲 单于 单田芳 单长江 计春 计成 计国强 党生 党建国 党爱民 车公 车前 余下 余年 水生 水清 水木 全智 全民 全国 全家福 项目山 项羽 项英 查英 查良镛 包公 "
    "包青天 台静农 台春 员春花 员半千 位春 位国强 承包天 承志 承德 代明 代春 代发财 付款生 应发祥 后生 后天 后山 后主 安全 安家 万人 万年 易学 时光 解放 强制 强国 别春 "
    "成人 成名 和平 和气 养父 养生 房玄龄 高达 公益 公孙策 公平 公社 明星 明白 第五伦 第五琦 巫师 巫马期 海员 海外 花旗 商人 牧师 方便 常住 常年 常人 满意 广播 古丽 "
    "古力 古今 阿不都 阿卜杜拉 阿布都热合曼 买买提 吐尔逊 麦麦提 古丽娜尔 扎西 扎西次仁 卓玛 次仁 其美 索朗 达瓦 尼玛 普布 边巴 多吉 巴桑 格桑 次旦 旦增 丹增 白玛 央金 "
    "才让 才旦 仁青 拉毛 桑杰 更登 巴图 乌云 乌兰 斯琴 娜仁 萨仁 包力格 额尔敦 额日德木图 呼和 布和 孟和 敖登 吉日嘎拉 特木尔 铁木尔 阿木古冷 苏日娜 高娃 额尔登 吉克 "
    "吉克隽逸 阿牛 曲比 曲比阿乌 海来 海来木呷 阿的 阿西 尔古 沙马 马海 吉木 的日 岩罕 玉罕 岩温 刀美兰 刀国强 字春 字学良 字国 者春 者文 自学 自强 自明 老强 老国庆 "
    "老铁 王员外 李位 张号 王数 王合 张计 李共 李同 张本 王前 李后 赵第 赵无 王不 李未 李无忌 张无忌 霍去病 辛弃疾 王未来 李不言 刘难 王病 李困 张别 赵结 刘结实 王转运 "
    "李还珠 王停云 李头 王二头 张只 王六斤 李三口 周七 伍六一 七斤 三宝 二妮 六十九 十月 八月 王五 李四 张三 刘七 六一 五福 万里 百里 百里奚 千里 百福 九儿 王一 李二 "
    "张十 赵一鸣 张转户 刘空 孔空 王欠 赵据理 马不停 马难得 牛积 朱职 王者 王者荣 李制 张证 王证明 李证 张证严 刘发放 王表 赵表 李编 王批 张核 张核桃 王款待 李填 王审 "
    "王强款 张户 于罚 姜税 王广帐 高振页 杨德帐 丁志栏 孙升组 王组 苟户 李签 段段 曹户生 户小妹 户元 户枫 谷物 王村喜 张广播 郑和平 邓解放 宫农 阎明细 商人杰 邢星 那英 老舍 那木海 木合塔尔 迪丽热巴 热依扎 拓跋雄 完颜洪 纳兰容若 "
    "爱新觉罗·溥 赫连勃 党组强 组长春 厉害 苏打 毕业 史书 文书香 章节 金单 钱款生 田亩生 黄页明 沙队生 曾组强 "
    "扎西顿珠 旦增卓嘎 拉巴次仁 米玛 洛桑 贡觉 群培 德吉 央宗 尕藏 措毛 班觉 吾买尔 艾山 阿依努尔 热孜万 玉素甫 努尔兰 库尔班 亚森 托合提 阿斯卡尔 巴特尔 朝鲁 宝音 图雅 哈斯 "
    "格日勒 塔娜 牧仁 查干 阿拉坦 阿尔斯楞 青格勒 阿加 木乃 伍合 石一 果基 俄木 的莫 岩三 咪西 依旺 扎克 扎倮 妥英 虎国强 兀国庆 朵玉 矣明 资兴 旃强 依不拉音 肉孜"
)
PEOPLE = _PEOPLE.split()


@pytest.mark.parametrize("text", NO_NAMES)
def test_nobody_is_called_so(text):
    assert is_no_name(text, SURNAMES)


def test_people_with_odd_names_are_people():
    assert len(PEOPLE) > 300
    assert [p for p in PEOPLE if is_no_name(p, SURNAMES)] == []


def test_no_surname_with_a_usual_given_name_is_doubted():
    rng = random.Random(1)
    given = [*people._SECOND, *people._RARE, *(a + b for a in people._FIRST for b in people._SECOND)]
    names = {s + g for s in sorted(SURNAMES) for g in rng.sample(given, 30)}
    assert {n for n in names if is_no_name(n, SURNAMES)} <= {"农民", "公民", "居民", "牧民"}
    assert all(map(is_person_name, names))


def test_what_begins_with_no_surname_is_doubted_only_where_surnames_are_known():
    assert is_no_name("路灯杆", SURNAMES - {"路"})
    assert not is_no_name("路灯杆")


def test_a_surname_of_the_office_makes_it_a_name():
    assert not is_no_name("砼玥", SURNAMES)  # a rare character, as in names
    assert is_no_name("笔墨", SURNAMES)
    assert not is_no_name("笔墨", SURNAMES | {"笔"})


@pytest.mark.parametrize("text", ["兴农农场", "利民超市", "丰收农场", "富民猪场", "兴旺合作社", "永丰小学", "便民药店"])
def test_a_short_name_of_a_body_is_a_name(text):
    assert not is_no_name(text, SURNAMES)


def test_a_hidden_name_is_none_but_a_character_is():
    assert is_no_name("王某某", SURNAMES)
    assert not is_no_name("张世某", SURNAMES)


def test_a_household_of_a_person_is_no_kind_of_household():
    assert not is_no_name("王建国户", SURNAMES)
    assert is_no_name("困难户", SURNAMES)


def test_the_quick_look_says_what_the_long_one_says(monkeypatch):
    rng = random.Random(2)
    chars = [*sorted(no_names._FORM), *sorted(no_names._GIVEN), *"户组村人员名一二三东西南北本其王李张"]
    texts = {"".join(rng.choice(chars) for _ in range(rng.randint(1, 4))) for _ in range(30_000)} | {*NO_NAMES, *PEOPLE}
    texts |= {s + t[:2] for s in ("王", "安", "万", "东", "户") for t in sorted(texts)[::7]}
    quick = {t: is_no_name(t, SURNAMES) for t in texts}
    monkeypatch.setattr(no_names, "_QUICK", frozenset())
    assert {t for t in texts if is_no_name(t, SURNAMES) != quick[t]} == set()


def test_only_names_that_nothing_is_said_of_are_passed_over_by_the_table_of_characters():
    names = [
        "",
        "王建国",
        "王",
        "困难户",
        "王建国户",
        "王建国建国",
        "王建\ud800",
        "張建国",
        "王𬎆",
        "王 一",
        "已故",
        "全家",
        "王建国（已故）",
    ]
    names += _NO_NAMES.split()
    doubtful = no_names.find_doubtful(names, SURNAMES)
    assert doubtful == [n for n, name in enumerate(names) if name not in ("", "王建国")]
    assert no_names.find_doubtful(["王建国", ""], ()) == [0]
    assert no_names.find_doubtful([], SURNAMES) == []


def test_whoever_is_passed_over_has_a_name_that_is_printed_as_it_is():
    rng = random.Random(5)
    characters = [*no_names._QUICK, *no_names._FORM, *no_names._COUNTED, *"病残户组一二·1某東鄧"]
    names = [
        rng.choice([*SURNAMES, *characters]) + "".join(rng.choices(characters, k=rng.randint(0, 4)))
        for _ in range(20_000)
    ]
    names += sorted(no_names._WORDS)
    doubtful = set(no_names.find_doubtful(names, SURNAMES))
    passed = [name for number, name in enumerate(names) if number not in doubtful]
    assert len(passed) > 2000
    assert all(print_name(n) == n and is_person_name(n) and not is_no_name(n, SURNAMES) for n in passed)
