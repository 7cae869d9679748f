"""Surnames as data: which ones there are, which have two characters, and how they are read where a dictionary errs.

Sources: the 百家姓 and the surnames in common use today. Reading a whole name is the business of `names`.
"""

from __future__ import annotations

# Of one character: the 百家姓, then others in use today.
SINGLE = frozenset(
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方"
    "俞任袁柳酆鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝臧"
    "计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯昝管卢莫"
    "经房裘缪干解应宗丁宣贲邓郁单杭洪包诸左石崔吉钮龚程嵇邢滑裴陆荣翁荀羊於惠甄曲家封芮羿储靳汲邴糜松井段富巫乌焦巴弓"
    "牧隗山谷车侯宓蓬全郗班仰秋仲伊宫宁仇栾暴甘钭厉戎祖武符刘景詹束龙叶幸司韶郜黎蓟薄印宿白怀蒲邰从鄂索咸籍赖卓蔺屠蒙"
    "池乔阴鬱胥能苍双闻莘党翟谭贡劳逄姬申扶堵冉宰郦雍郤璩桑桂濮牛寿通边扈燕冀郏浦尚农温别庄晏柴瞿阎充慕连茹习宦艾鱼容"
    "向古易慎戈廖庾终暨居衡步都耿满弘匡国文寇广禄阙东欧殳沃利蔚越夔隆师巩厍聂晁勾敖融冷訾辛阚那简饶曾毋沙乜养鞠须丰"
    "巢关蒯相查后荆游竺权逯盖益桓公仉督岳帅缑亢况郈琴归海晋楚闫法汝鄢涂钦商牟佘佴伯赏墨哈谯笪年爱阳佟肖付代覃朴冼"
    "区员召种占邸豆苑旷揭撒仝亓卿揣晓原苟辜镇门回官揭冮线睢禤逢丛初税矫母修粟隋訚贠繁洗冒尧亲练尉仉乞闭雒刀鹿智"
)

# Of two characters, each with its reading.
COMPOUND: dict[str, tuple[str, str]] = {
    "欧阳": ("ou", "yang"), "太史": ("tai", "shi"), "端木": ("duan", "mu"), "上官": ("shang", "guan"),
    "司马": ("si", "ma"), "东方": ("dong", "fang"), "独孤": ("du", "gu"), "南宫": ("nan", "gong"),
    "万俟": ("mo", "qi"), "闻人": ("wen", "ren"), "夏侯": ("xia", "hou"), "诸葛": ("zhu", "ge"),
    "尉迟": ("yu", "chi"), "公羊": ("gong", "yang"), "赫连": ("he", "lian"), "澹台": ("tan", "tai"),
    "皇甫": ("huang", "fu"), "宗政": ("zong", "zheng"), "濮阳": ("pu", "yang"), "公冶": ("gong", "ye"),
    "太叔": ("tai", "shu"), "申屠": ("shen", "tu"), "公孙": ("gong", "sun"), "慕容": ("mu", "rong"),
    "仲孙": ("zhong", "sun"), "钟离": ("zhong", "li"), "长孙": ("zhang", "sun"), "宇文": ("yu", "wen"),
    "司徒": ("si", "tu"), "鲜于": ("xian", "yu"), "司空": ("si", "kong"), "闾丘": ("lv", "qiu"),
    "子车": ("zi", "ju"), "亓官": ("qi", "guan"), "司寇": ("si", "kou"), "巫马": ("wu", "ma"),
    "公西": ("gong", "xi"), "颛孙": ("zhuan", "sun"), "壤驷": ("rang", "si"), "公良": ("gong", "liang"),
    "漆雕": ("qi", "diao"), "乐正": ("yue", "zheng"), "宰父": ("zai", "fu"), "谷梁": ("gu", "liang"),
    "拓跋": ("tuo", "ba"), "夹谷": ("jia", "gu"), "轩辕": ("xuan", "yuan"), "令狐": ("ling", "hu"),
    "段干": ("duan", "gan"), "百里": ("bai", "li"), "呼延": ("hu", "yan"), "东郭": ("dong", "guo"),
    "南门": ("nan", "men"), "羊舌": ("yang", "she"), "微生": ("wei", "sheng"), "左丘": ("zuo", "qiu"),
    "东门": ("dong", "men"), "西门": ("xi", "men"), "梁丘": ("liang", "qiu"), "第五": ("di", "wu"),
    "单于": ("chan", "yu"), "淳于": ("chun", "yu"), "叶赫": ("ye", "he"), "纳兰": ("na", "lan"),
    "贺兰": ("he", "lan"), "完颜": ("wan", "yan"), "耶律": ("ye", "lv"), "呼和": ("hu", "he"),
}  # fmt: skip

# Surnames that a dictionary of characters misreads. Where families differ, every reading they use.
READINGS: dict[str, tuple[str, ...]] = {
    "单": ("shan",), "解": ("xie",), "仇": ("qiu",), "查": ("zha",), "区": ("ou",), "曾": ("zeng",),
    "盖": ("ge", "gai"), "朴": ("piao",), "任": ("ren",), "华": ("hua",), "纪": ("ji",), "燕": ("yan",),
    "缪": ("miao", "mou"), "员": ("yun",), "贠": ("yun",), "乐": ("yue", "le"), "召": ("shao",),
    "种": ("chong",), "翟": ("zhai", "di"), "尉": ("wei", "yu"), "重": ("chong",), "覃": ("qin", "tan"),
    "洗": ("xian",), "繁": ("po", "fan"), "佴": ("nai",), "黑": ("he", "hei"), "能": ("nai", "neng"),
    "秘": ("bi",), "适": ("kuo",), "折": ("she", "zhe"), "柏": ("bai", "bo"), "宓": ("mi", "fu"),
    "卜": ("bu",), "牟": ("mou", "mu"), "薄": ("bo",), "隗": ("wei", "kui"), "郗": ("xi", "chi"),
    "乜": ("nie",), "阚": ("kan",), "郇": ("xun", "huan"), "郄": ("qie", "xi"), "句": ("gou",),
    "祭": ("zhai",), "藏": ("zang",), "长": ("chang",), "都": ("du",), "炅": ("gui",),
    "费": ("fei", "bi"), "乘": ("sheng",), "莘": ("shen", "xin"),
}  # fmt: skip

# Characters of given names that a dictionary misreads or that are read in two ways; every reading is searchable.
GIVEN_READINGS: dict[str, tuple[str, ...]] = {
    "乐": ("le", "yue"), "长": ("chang", "zhang"), "行": ("xing", "hang"), "重": ("zhong", "chong"),
    "朝": ("chao", "zhao"), "茜": ("qian", "xi"), "晟": ("sheng", "cheng"), "柏": ("bai", "bo"),
    "盛": ("sheng", "cheng"), "娜": ("na", "nuo"), "参": ("can", "shen"), "单": ("dan", "shan"),
    "曾": ("zeng", "ceng"), "翟": ("zhai", "di"), "茄": ("jia", "qie"), "泊": ("bo", "po"),
    "佛": ("fo", "fu"), "藏": ("zang", "cang"), "都": ("du", "dou"), "调": ("tiao", "diao"),
    "省": ("sheng", "xing"), "仔": ("zai", "zi"), "弹": ("tan", "dan"), "卜": ("bu",),
    "焘": ("tao", "dao"), "莎": ("sha", "suo"), "蔓": ("man", "wan"), "汶": ("wen", "men"),
    "尉": ("wei", "yu"), "婼": ("ruo", "chuo"), "奘": ("zang", "zhuang"),
}  # fmt: skip
