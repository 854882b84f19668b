"""The ideograph behind each radical: U+2E80–2EF3 (our table) and U+2F00–2FD5 (from NFKC), Japanese forms.

PDF writers that share one glyph between a radical and an ideograph give the lower code point, the radical's.
The table follows Unicode's Equivalent_Unified_Ideograph; where that names a character outside everyday fonts
the nearest ordinary ideograph of the same shape stands instead, so that no radical is ever left.
"""

from __future__ import annotations

import unicodedata

# Sixteen code points a row; 〓 marks the one that is not assigned (U+2E9A).
_SUPPLEMENT = (
    "冫厂乛乚乙亻冂几刀刂卜㔾小小兀尣"  # 2E80
    "尢尣巳幺彑彐忄心扌攵〓旡日月歺母"  # 2E90
    "民氵氺灬爫爫丬牛犭王疋目示礻竹糸"  # 2EA0
    "纟罓罒㓁网网羊羊羊耂肀聿肉臼艹艹"  # 2EB0
    "艹虎衤覀西见角角讠贝足车辶辶辶阝"  # 2EC0
    "钅長镸长门阜阝雨青韦页风飞食食飠"  # 2ED0
    "饣首马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜"  # 2EE0
    "龙龜亀龟"  # 2EF0
)
# NFKC gives the traditional or a Chinese form here; Japanese documents mean the form on the right.
_JAPANESE = {"⼾": "戸", "⾭": "青", "⿈": "黄", "⿊": "黒"}


def _kangxi() -> dict[int, str]:
    return {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)}


RADICALS: dict[int, str] = (
    {0x2E80 + i: ideograph for i, ideograph in enumerate(_SUPPLEMENT) if ideograph != "〓"}
    | _kangxi()
    | {ord(radical): ideograph for radical, ideograph in _JAPANESE.items()}
)
"""Code point of each assigned radical → the ordinary ideograph."""
