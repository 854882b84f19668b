"""The one vocabulary: closed lists of terms, each with its code, its Japanese and its English.

Code and JSON use the code; YAML and Japanese pages use the Japanese. A term is one `Term` member everywhere.
"""

from __future__ import annotations

from enum import Enum
from typing import Self

from kofu.errors import KofuError


class Term(Enum):
    """A member of a closed vocabulary: `value` is the code, `ja` what officials write, `en` the English."""

    ja: str
    en: str

    # A member is one object in a process, and terms are looked up very often.
    __hash__ = object.__hash__

    def __new__(cls, code: str, ja: str, en: str) -> Self:
        """Make a member whose value is its code."""
        member = object.__new__(cls)
        member._value_ = code
        member.ja = ja
        member.en = en
        return member

    @classmethod
    def read(cls, text: str) -> Self:
        """The member whose code or Japanese is `text`.

        Raises:
            ValueError: when there is none; the message lists what may stand there.
        """
        for member in cls:
            if text in (member.value, member.ja):
                return member
        allowed = "、".join(member.ja for member in cls)
        raise KofuError(
            f"「{text}」は使えません。次のどれかにしてください: {allowed}",
            f"{text!r} is no term of this field; use one of: {allowed}",
        )


class Instrument(Term):
    """手段: by what legal act money, or the promise of it, passes from payer to payee."""

    SUBSIDY = "subsidy", "補助", "subsidy"
    COMMISSION = "commission", "委託", "commission"
    GRANT_IN_AID = "grant_in_aid", "交付金", "grant-in-aid"
    EQUITY = "equity", "出資", "equity"
    CONTRIBUTION = "contribution", "拠出", "contribution"
    LOAN = "loan", "融資", "loan"
    INTEREST_SUBSIDY = "interest_subsidy", "利子補給", "interest subsidy"
    COMPENSATION_GRANT = "compensation_grant", "補給金", "compensation grant"
    GUARANTEE = "guarantee", "信用保証", "credit guarantee"
    CREDIT_INSURANCE = "credit_insurance", "信用保険", "credit insurance"
    LOSS_COMPENSATION = "loss_compensation", "損失補償", "loss compensation"
    BENEFIT = "benefit", "給付", "benefit"
    JOINT_STUDY = "joint_study", "共同調査", "joint study"


class AmountKind(Term):
    """金額の種類: what a printed sum of yen is."""

    APPROPRIATION = "appropriation", "予算額", "appropriation"
    TOTAL_WITH_COMMITMENTS = (
        "total_with_commitments",
        "国庫債務負担行為等を含む総額",
        "total with commitments",
    )
    OTHER_MINISTRY_SHARE = "other_ministry_share", "他省計上", "other ministry's share"
    GUARANTEED_BORROWING_INCLUDED_TOTAL = (
        "guaranteed_borrowing_included_total",
        "政府保証付借入を含む総額",
        "total with guaranteed borrowing",
    )
    PART = "part", "内数", "part"


class LimitKind(Term):
    """What a number that governs the benefit limits."""

    CAP = "cap", "上限", "cap"
    FLOOR = "floor", "下限", "floor"
    UNIT = "unit", "単価", "unit price"
    MULTIPLIER = "multiplier", "倍率", "multiplier"
    LOAN_LIMIT = "loan_limit", "貸付限度", "loan limit"
    RATE_CUT = "rate_cut", "金利引下げ", "interest rate cut"
    GUARANTEE_LIMIT = "guarantee_limit", "保証限度", "guarantee limit"
    TERM = "term", "返済期間", "term"
    GRACE = "grace", "据置期間", "grace period"
    PERIOD = "period", "対象期間", "period"
    SHARE = "share", "負担割合", "share of cost"


class Comparator(Term):
    """How a target compares its number; 以上 and 以下 only where the sheet prints a word of that sense."""

    EQUAL = "=", "＝", "equal to"
    AT_LEAST = ">=", "以上", "at least"
    AT_MOST = "<=", "以下", "at most"


class Field(Term):
    """政策分野: what a programme is about."""

    SME = "sme", "中小企業", "small and medium enterprises"
    FINANCE = "finance", "金融・資金繰り", "finance"
    TRADE_PRACTICE = "trade_practice", "取引適正化", "fair trading"
    REGION = "region", "地域経済", "regional economy"
    RESEARCH = "research", "研究開発", "research and development"
    DIGITAL = "digital", "デジタル・AI・半導体", "digital, AI and semiconductors"
    SECURITY = "security", "サイバー・経済安全保障", "cyber and economic security"
    STARTUP = "startup", "スタートアップ", "startups"
    MANUFACTURING = "manufacturing", "ものづくり産業", "manufacturing"
    SPACE = "space", "宇宙・航空", "space and aviation"
    MOBILITY = "mobility", "モビリティ・物流", "mobility and logistics"
    HEALTH = "health", "医療・バイオ", "health and bio"
    COMMERCE = "commerce", "商業・サービス", "commerce and services"
    CULTURE = "culture", "コンテンツ・観光・スポーツ", "content, tourism and sport"
    PEOPLE = "people", "人材・女性活躍", "people and skills"
    TRADE = "trade", "通商・海外展開", "trade and overseas business"
    RESOURCES = "resources", "資源・燃料", "resources and fuels"
    ENERGY = "energy", "電力・ガス", "electricity and gas"
    EFFICIENCY = "efficiency", "省エネ・GX", "energy saving and GX"
    NUCLEAR = "nuclear", "原子力・廃炉", "nuclear and decommissioning"
    RECOVERY = "recovery", "災害復旧・復興", "disaster recovery"
    RESILIENCE = "resilience", "防災・強靱化", "resilience"
    SAFETY = "safety", "産業保安・消費者", "industrial safety and consumers"
    FACILITY = "facility", "施設整備", "facilities"


class RecipientClass(Term):
    """受け手の区分: who finally receives."""

    SMALL = "small", "小規模事業者", "small business"
    SME = "sme", "中小企業", "small and medium enterprise"
    MID_SIZED = "mid_sized", "中堅企業", "mid-sized company"
    LARGE = "large", "大企業", "large company"
    COMPANY = "company", "民間企業", "private company"
    ASSOCIATION = "association", "民間団体・組合", "private body or association"
    SUPPORT_BODY = "support_body", "支援機関・商工団体", "support organisation"
    FINANCIAL = "financial", "金融機関", "financial institution"
    UNIVERSITY = "university", "大学・研究機関", "university or research body"
    AGENCY = "agency", "独立行政法人等", "incorporated agency"
    PREFECTURE = "prefecture", "都道府県", "prefecture"
    MUNICIPALITY = "municipality", "市町村", "municipality"
    INTERNATIONAL = "international", "国際機関", "international organisation"
    FOREIGN = "foreign", "海外企業・機関", "foreign body"
    HOUSEHOLD = "household", "個人・家庭", "household"
    STATE = "state", "国", "the state"


class LineageRelation(Term):
    """系譜: how a programme stands to an earlier one."""

    SUCCEEDS = "succeeds", "後継", "succeeds"
    SPLIT = "split", "分割", "split from"
    MERGED = "merged", "統合", "merges"
    RENAMED = "renamed", "改称", "renamed from"
