"""Who wrote, filmed or edited an article is no part of it: bylines are left outside with the page."""

import re

_ROLE = (
    r"(?:责任编辑|执行编辑|助理编辑|值班编辑|网络编辑|编辑|责编|主编|编审|审核|审校|校对|校审|监制|统筹|策划"
    r"|(?:本报|本网|本台|本刊|新华社|中新社|央视|总台|全媒体|融媒体?|首席|见习|实习|特约|特派|驻站?)*(?:记者|通讯员|评论员|特约撰稿人?)"
    r"|作者|原创|采写|编译|翻译|整理|撰文|撰稿|执笔|供稿|供图|图片?|文字?|摄影|摄像|拍摄|摄|剪辑|视频|制作|制图|海报|来稿|投稿人?|发帖人|楼主"
    r"|[Aa]uthor|[Ee]ditor|[Rr]eporter)"
)
_PERSONS_ROLE = (
    r"(?:责任编辑|执行编辑|值班编辑|编辑|责编|主编|编审|审核|审校|校对|监制|作者|撰文|撰稿|执笔|采写|发帖人|楼主"
    r"|(?:本报|本网|本台|见习|实习|特约|全媒体)*(?:记者|通讯员|评论员)|[Aa]uthor|[Ee]ditor|[Rr]eporter)"
)
_NAME = r"(?:[\u4e00-\u9fff·]{2,5}|[A-Za-z][A-Za-z.\-_]{1,30})(?=[\s、,，/)）\]】]|$)"
_COLON = r" ?[:：/|｜丨] ?"
# A line, or a part of one set off by wide spaces, that only says who did what.
_ROLES = rf"{_ROLE}(?:[\s、,，/和及与]{{0,3}}{_ROLE}){{0,4}}"
_WHOLE_LINE = re.compile(
    rf"[\s(（\[【]*{_ROLES}{_COLON}.{{1,60}}"
    r"|[\s(（\[【]*(?:本报|本网|新华社)?(?:记者|通讯员) ?.{2,20}(?:文/图|摄影报道|图文报道|报道|摄)?"
    r"|By [A-Z][\w.\- ]{1,40}"
)
_IN_BRACKETS = re.compile(rf"[(（\[【][^()（）\[\]【】]{{0,20}}?{_ROLES}[^()（）\[\]【】]{{1,60}}[)）\]】]")
_NAMED = re.compile(
    rf"(?<![\u4e00-\u9fffA-Za-z]){_PERSONS_ROLE}{_COLON}{_NAME}(?:[\s、,，和]{{1,2}}{_NAME}(?! ?[:：])){{0,8}}"
)
# 记者 张三 报道: the verb behind tells the name from 记者从应急管理局获悉.
_REPORTS = re.compile(
    r"(?:本报|本网|本台|新华社|中新社|央视|总台)?(?:全媒体|见习|实习|特约|特派|首席)?(?:记者|通讯员)[ 　:：]{0,2}"
    r"(?:[\u4e00-\u9fff·]{2,4}[ 　、和]{0,2}){1,5}?[ 　]?(?=(?:报道|摄影|摄|文/|图/)|$)"
)
_LAST_EDITED = re.compile(r"[(（\[【]?本(?:帖|主题|文)?(?:最后)?由 ?.{1,40}? ?(?:于|在) ?.{1,30}?编辑[)）\]】]?")
_LONGEST_BYLINE = 90


def without_bylines(line: str) -> str:
    """The line without its bylines; nothing of a line that is only one."""
    if len(line) <= _LONGEST_BYLINE and _WHOLE_LINE.fullmatch(line) and not line.rstrip().endswith(("。", "！", "？")):
        return ""
    line = _LAST_EDITED.sub("", line)
    line = _IN_BRACKETS.sub("", line)
    line = _NAMED.sub("", line)
    return _REPORTS.sub("记者", line).strip()
