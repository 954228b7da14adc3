"""Official texts made up for tests: every duty in them is counted by hand."""

from __future__ import annotations

TITLE = "萧山区推进产业工人队伍建设改革实施方案"
FIRST = f"""{TITLE}
萧工发〔2026〕3号
一、加强思想引领
开展劳模宣讲活动，每年举办劳模宣讲20场以上。（牵头单位：城厢街道；配合单位：区总工会、区教育局）
二、提升技能水平
建立技能培训\N{ZERO WIDTH SPACE}制度，完善技能等级认定办法，2026年12月底前培训产业工人5000人次。
各单位要定期报告进展情况。
萧山区总工会
2026年3月1日
"""
CLAUSES = 9
QUOTES = [
    "开展劳模宣讲活动",
    "每年举办劳模宣讲20场以上",
    "建立技能培训制度",
    "完善技能等级认定办法",
    "2026年12月底前培训产业工人5000人次",
    "各单位要定期报告进展情况",
]
SECOND = FIRST.replace("5000人次", "8000人次").replace("各单位要定期报告进展情况。\n", "")
"""A revision: more people are trained, nobody reports."""
HOSTILE = """<script>alert(1)</script>关于做好<b>服务</b>工作的通知
各单位要定期<img src=x onerror=alert(2)>报告进展情况。
"""
