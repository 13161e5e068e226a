"""Personal data taken out of text before it reaches the lake: numbers, addresses and names of persons.

The raw archive keeps the original. Names are told by what stands beside them (联系人, 同志, 原告, 诉 …), for no list
says who is a person: a name without any such sign stays.
"""

from __future__ import annotations

import re
from functools import lru_cache

MARK = "〔已隐去〕"

# Numbers

_GAP = r"[ \t\u00a0\u2002-\u200b\u3000\-‐-―－.·]{0,2}"
# No digits of a longer number, of an address or of a file's name, and no quantity.
_BEGINS = r"(?<![\d_/=&?])(?<!/[A-Za-z])(?<!\d[.,，．])"
_COUNTED = r"\s*(?:余|多)?\s*(?:[元万萬亿億件条條项項人次户戶份宗起吨%％]|平方|公里)"
_ENDS = rf"(?!\d)(?![.,，．]\d)(?!{_COUNTED})"
# 138 0000 0000 and the other ways in which people group the digits; other groups are figures that stand in a row.
_MOBILE = (
    rf"{_BEGINS}(?:(?:[+＋]|00)?(?:86|８６){_GAP})?[1１][3-9３-９]\d(?:"
    rf"{_GAP}\d{{4}}{_GAP}\d{{4}}|\d{_GAP}\d{{3}}{_GAP}\d{{4}}|\d{_GAP}\d{{4}}{_GAP}\d{{3}}|\d{{2}}{_GAP}\d{{6}}"
    rf"|[*＊xX×]{{4}}\d{{4}}){_ENDS}"
)
_DAY = r"(?:[0０][1-9１-９]|[1１][0-2０-２])(?:[0０][1-9１-９]|[12１２]\d|[3３][01０１])"
# The birthday in it tells an identity number from a code of credit or of an organisation. The check digit is not
# asked for: misprinted numbers are personal as well.
_IDENTITY = (
    rf"{_BEGINS}[1-8１-８]\d{{5}}(?:{_GAP}(?:[1１][89８９]|[2２][0０])\d\d{_DAY}{_GAP}\d{{3}}[\dXxＸｘ]"
    rf"|\d\d{_DAY}\d{{3}}|[*＊xX×]{{6,12}}[\dXxＸｘ*]{{2,4}})(?![A-Za-z]){_ENDS}"
)
# Offices have addresses on hosts of the government; any other may be a person's. Bounded, for a page may be one word.
_MAIL = r"(?<![\w.+\-])[\w.+\-]{1,64}\s?[@＠]\s?(?![\w.\-]{0,60}\bgov\.cn\b)[\w\-]{1,40}(?:\.[\w\-]{1,40}){1,5}"

# Names

_COMPOUND = (
    "欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 "
    "濮阳 公冶 太叔 申屠 公孙 慕容 仲孙 钟离 长孙 宇文 司徒 鲜于 司空 令狐 百里 呼延 东郭 南门 "
    "歐陽 東方 司馬 諸葛 "
)
_SINGLE = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢"
    "姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文"
    "牛常樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷"
    "盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳穆卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫"
    "米柏宗瞿桂佟应臧闵苟邬边卞姬师仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝楚习郜娜荀栗張劉陳楊黃趙"
    "吳孫馬羅鄭謝許韓馮鄧葉蘇呂盧鐘譚陸賈韋鄒龍賀顧龔萬錢嚴湯喬龐顏莊聶魯關蘭紀畢單駱藍華饒陽農繆簡車項連蘆麥"
    "婁竇黨宮費衛應閔鄔邊師欒榮叢鞏遲鄺"
)
_HAN = r"[\u4e00-\u9fff]"
_SURNAME = rf"(?:{'|'.join(_COMPOUND.split())}|[{_SINGLE}])"
# Words that begin as names do, and bodies: 党政办 and 安监局 are no persons.
_NO_NAME = (
    "申请|应诉|应对|和解|向|关于|解释|连续|成都|成员|任何|任[副党组主局书办常]|明确|单独|安全|高效|方便|管理|解决|文件"
    "|房屋|易|农民|群众|成功|华侨|车主|党[组委总支政]|常务|石家"
)
_BODY = "局办委厅部科室所站处组会院校队镇乡村县市区街府"
_NAME = (
    rf"(?!{_NO_NAME}){_SURNAME}[ \u3000]?"
    rf"(?:[某×xX＊*ｘＸ]{{1,2}}|(?!{_HAN}[{_BODY}]){_HAN}{{1,2}}?)"
)
_BEHIND = r"(?=[\s,，.。;；、:：()（）〔\[\d]|同志|先生|女士|等|联系|聯繫|电话|電話|手机|手機|办公|$)"
_OFFICES = (
    "主任|局长|局長|书记|書記|镇长|鎮長|乡长|鄉長|县长|縣長|区长|區長|市长|市長|科长|处长|所长|站长|股长|组长|秘书长"
)
_CONTACTS = (
    "联系人|聯繫人|联络人|联络员|聯絡員|经办人|經辦人|承办人|填报人|填表人|报送人|制表人|审核人|審核人|签发人|姓名"
)
_ROLES = (
    f"{_CONTACTS}|{_OFFICES}|联系方式|联系电话|联系|信息员|负责人|負責人|责任人|填写人|校对人|校对|撰稿人|撰稿|作者"
    "|申请人|申請人|代理人|代表人|委托人|当事人|组员|成员|分管领导|主要领导|负责同志|编辑|记者|記者|审签人|審簽人"
)
# Behind such a word and a colon stands a person, perhaps behind the office that he works in, or else no name fits.
_LISTED = (
    rf"(?P<kept>(?:{_ROLES})(?:[（(][^（()）]{{0,10}}[)）]|[及、和](?:联系)?(?:电话|方式))?\s{{0,3}}[:：]\s{{0,3}}"
    rf"(?:{_HAN}{{2,12}}[办科室局股处部]\s{{0,2}})?){_NAME}(?:[、,，/ \u3000]{{1,2}}{_NAME})*{_BEHIND}"
)
_BESIDE = rf"(?P<kept>(?:{_CONTACTS})[ \u3000]{{0,3}}(?:为|是)?){_NAME}{_BEHIND}"
# Between an office and what is done in it stands a person: 副局长李霖任组长.
_IN_OFFICE = (
    rf"(?P<kept>{_OFFICES}){_NAME}"
    r"(?=同志|任|担任|擔任|为|為|兼任|兼|牵头|分管|负责|負責|带队|主持|出席|带头|亲自)"
)
_BEFORE_OFFICE = (
    rf"(?P<kept>(?<!{_HAN})|(?<=[由经以请与])){_NAME}(?=副?(?:局长|局長|主任|书记|書記|科长|处长|所长|站长|股长))"
)
# Most who are addressed so are no single persons: 委员同志, 主要负责同志.
_NOT_A_NAME = "委副正各位体主关管责领导要有老新干员央层级部"
_ADDRESSED = (
    rf"(?P<kept>)(?!{_NO_NAME}){_SURNAME}(?:[某×xX＊*]{{1,2}}|(?:(?![{_NOT_A_NAME}]){_HAN}){{1,2}})(?=同志|先生|女士)"
    rf"|{_SURNAME}(?=先生(?!们)|女士)"
)
# The names of the state's leaders and models stand for what is called after them and are no personal data.
_LEADERS = re.compile("习近平|毛泽东|邓小平|江泽民|胡锦涛|周恩来|習近平|毛澤東|鄧小平|江澤民|胡錦濤|雷锋|孔繁森|焦裕禄")
_PARTIES = (
    r"(?P<kept>(?:被上诉人|上诉人|原告人?|被告人?|第三人|申诉人|起诉人|申请人|申請人|上訴人|申訴人|起訴人)(?:\s?[:：为])?\s?)"
    rf"{_NAME}(?:[、和与及]{_NAME})*(?=诉|訴|与|與|不服|等|起诉|因|向|对|對|的|和|及|、|[\s,，.。;；()（）〔]|$)"
)
_SUING = (
    rf"(?P<kept>(?<!{_HAN})){_NAME}(?:等(?:\d+|[一二三四五六七八九十]+)?人)?"
    rf"(?=[诉訴](?![讼訟求请請状狀苦述至前中权權说案])|不服|状告|起诉{_HAN})"
)
# 张某, 王某某 and 李XX; not 某局, 于某些, 属于某种.
_HIDDEN = re.compile(
    rf"(?!于某|向某|单某|任某|安某){_SURNAME}某{{1,2}}"
    r"(?![些种種类類一個个單单局市縣县區区鎮镇村公項项地方面時时部門门機机])(?:[甲乙丙丁]|\d(?!\d))?"
    rf"|(?:(?<!{_HAN})|(?<=[人告民])){_SURNAME}(?:[×＊*]{{1,2}}|[xXｘＸ]{{2}})(?![A-Za-z\d×＊*])"
)
_WITH_PHONE = (
    rf"(?P<kept>(?<!{_HAN})){_NAME}(?=[\s(（:：,，]{{0,3}}(?:联系)?(?:手机|手機|电话|電話|方式)?[:：]?\s?{_MOBILE})",
    rf"(?P<kept>{_MOBILE}\s?[(（]\s?){_NAME}(?=\s?[)）])",
)

# In this order: names beside numbers are found as long as the numbers are there.
_NUMBERS = tuple(re.compile(p, re.A if p is _MAIL else 0) for p in (_MAIL, *_WITH_PHONE, _IDENTITY, _MOBILE))
_PERSONS = tuple(re.compile(p) for p in (_LISTED, _BESIDE, _PARTIES, _IN_OFFICE, _BEFORE_OFFICE, _ADDRESSED, _SUING))
_MAY_BE_NUMBER = re.compile(r"\d{2,}[\d\s\-‐-―－.·*＊xX×]{3,}|[@＠]")
_SIGNS = (
    *(
        "联系",
        "聯繫",
        "联络",
        "聯絡",
        "人",
        "姓名",
        "同志",
        "先生",
        "女士",
        "某",
        "诉",
        "訴",
        "不服",
        "原告",
        "被告",
        "员",
    ),
    *(
        "长",
        "長",
        "主任",
        "书记",
        "書記",
        "编辑",
        "记者",
        "記者",
        "作者",
        "校对",
        "撰稿",
        "领导",
        "×",
        "＊",
        "*",
        "X",
        "x",
        "ｘ",
    ),
)


@lru_cache(maxsize=256)
def redacted(text: str) -> str:
    """A text without personal data: ``MARK`` stands where it was, and what was redacted before stays as it is.

    Landlines, addresses of offices on hosts of the government, figures and numbers of documents stay.
    """
    if _MAY_BE_NUMBER.search(text):
        for pattern in _NUMBERS:
            text = pattern.sub(_marked, text)
    if any(sign in text for sign in _SIGNS):
        for pattern in _PERSONS:
            text = pattern.sub(_marked, text)
        text = _HIDDEN.sub(MARK, text)
    return text


def _marked(match: re.Match[str]) -> str:
    if match.re.pattern == _ADDRESSED and _names_a_leader(match):
        return match.group()
    return (match.groupdict().get("kept") or "") + MARK


def _names_a_leader(match: re.Match[str]) -> bool:
    leaders = _LEADERS.finditer(match.string, max(0, match.start() - 3), match.end())
    return any(leader.end() > match.start() for leader in leaders)
