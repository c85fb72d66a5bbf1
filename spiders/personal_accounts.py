"""Names by which a person is found on the net: addresses of mail, account ids, handles, account pages."""

import re

from spiders.masking_rule import Family, Rule

MAIL = "<邮箱>"
ACCOUNT = "<账号>"
HANDLE = "@用户"

_ID = r"(?P<secret>[A-Za-z0-9_\-]{5,}+)"
_ID_WITH_DIGIT = rf"(?=[A-Za-z_\-]{{0,39}}[0-9_]){_ID}"
_SERVICE = (
    r"(?:微信|薇信|威信|徽信|[Vv]信|抖音|快手|小红书|微博|支付宝|陌陌|知乎|B站|钉钉|扣扣|企鹅"
    r"|(?<![A-Za-z])(?i:weixin|wechat|vx|wx|qq))"
)
_NUMBER_WORD = r"(?:号码?|(?i:id)|账号|帐号)"
_LOGIN = r"(?:账号|帐号|用户名|登录名|用户(?i:id)|(?<![A-Za-z])(?i:uid|user_?id|user_?name|screen_?name|nick_?name))"
# A mark in the place of an account is left alone: masking twice changes nothing.
_IN_ADDRESS = r"(?P<secret>(?!<)[^\s/?#&<>\"'，。、；：！？）】》]++)"
_ACCOUNT_PAGES = (
    r"weibo\.(?:com|cn)/(?:u|n|p|profile)/|"
    r"weibo\.(?:com|cn)/(?=\d{5})|"
    r"zhihu\.com/(?:people|org)/|"
    r"douyin\.com/(?:share/)?user/|"
    r"xiaohongshu\.com/user/profile/|"
    r"kuaishou\.com/(?:profile|u)/|"
    r"space\.bilibili\.com/|"
    r"toutiao\.com/c/user/(?:token/)?|"
    r"douban\.com/people/|"
    r"(?:twitter|x)\.com/(?!i/)|"
    r"t\.me/|"
    r"blog\.csdn\.net/|"
    r"jianshu\.com/u/|"
    r"xueqiu\.com/(?:u/)?(?=\d)|"
    r"user\.qzone\.qq\.com/|"
    r"space-(?:uid|username)-"
)
_ACCOUNT_PARAMETERS = (
    r"[a-z]{0,10}_?uid|(?:author|user|member|nick|screen|account)_?(?:id|name)?|un|__biz|openid|unionid"
)

ACCOUNT_ADDRESSES = (
    Family(
        re.compile("/|pace-"),
        (Rule(pattern=re.compile(rf"(?<![A-Za-z0-9\-])(?i:{_ACCOUNT_PAGES}){_IN_ADDRESS}"), mark=ACCOUNT),),
    ),
    Family(
        re.compile("="),
        (Rule(pattern=re.compile(rf"[?&;](?i:{_ACCOUNT_PARAMETERS})={_IN_ADDRESS}"), mark=ACCOUNT),),
    ),
)

MAILS = Family(
    re.compile(r"[@#(\[{<]"),
    (
        Rule(
            # One possible start per run of letters: the look-behind keeps long runs linear.
            pattern=re.compile(
                r"(?<![A-Za-z0-9._%+\-])[A-Za-z0-9._%+\-]++"
                r"(?: ?@ ?|[(\[{<] ?(?i:at) ?[)\]}>]|#(?=(?i:qq|163|126|gmail|sina)\.))"
                r"(?:[A-Za-z0-9\-]{1,63} ?\. ?){1,4}(?i:com|cn|net|org|edu|gov|[a-z]{2,10})(?![A-Za-z0-9\-])"
            ),
            mark=MAIL,
        ),
    ),
)


def _announced(pattern: str) -> Rule:
    return Rule(pattern=re.compile(pattern), mark=ACCOUNT)


ACCOUNT_NAMES = (
    Family(
        re.compile(r"[A-Za-z0-9_\-]{5}"),
        (
            # An id announced by 号, ID or a colon.
            _announced(rf"{_SERVICE}[群名]?(?:{_NUMBER_WORD}|昵称)? {{0,2}}[:=是为][ :]{{0,3}}{_ID}"),
            _announced(rf"{_SERVICE}[群名]?{_NUMBER_WORD}[ :]{{0,3}}{_ID}"),
            # Announced by nothing but the service's name: an id then has a digit or an underscore.
            _announced(rf"(?:{_SERVICE}群?|加我?(?:[微Vv]|[Qq](?![Qq]))|\+[Vv])[ :]{{0,3}}{_ID_WITH_DIGIT}"),
            _announced(rf"[加+]我?[Vv微][信x]? ?[: ] ?{_ID}"),
            _announced(rf"{_LOGIN} ?[:=是为] ?{_ID}"),
        ),
    ),
    Family(
        re.compile(r"[称名人者Dd] ?[:=是为叫]"),
        (
            _announced(
                r"(?:昵称|网名|用户名|微博名|微信名|发帖人|发帖者|网友(?i:id)|楼主(?i:id)|作者(?i:id)) ?[:=是为叫] ?"
                r"(?P<secret>(?![<>])[^\s<>,.;:!?()\[\]{}\"'“”‘’《》]++)"
            ),
        ),
    ),
    # Weibo ends a name at a space or a punctuation mark; what runs on behind it goes too rather than a name stays.
    Family(re.compile("@"), (Rule(pattern=re.compile(r"@[\w\-·]++"), mark=HANDLE),)),
)
