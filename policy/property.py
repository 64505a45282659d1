"""Whether property is within the region's rules: the office's answer, or a judgement of what is owned (57号文 第十四条).

What a household needs to live and work is exempt. Limits are the region's own; one is asked for only when there is
something to hold against it.
"""

from collections.abc import Iterable
from dataclasses import replace

from policy.case import ZERO, Asset
from policy.money import exact_yuan_text, yuan_text
from policy.parameters import Parameter
from policy.reasons import FactsMissing, Finding, reason
from policy.situation import Situation
from policy.verdicts import all_hold, decided

WORTH = {"financial": "property.deposit_limit", "other": "property.other_limit"}
COUNTED = {"vehicle": "property.vehicle_limit", "dwelling": "property.dwelling_limit"}


def property_within_rules(situation: Situation, programme: str, clause: str) -> Finding:
    """The office's answer, for all or per programme, goes first; without one, what the household owns is judged."""
    answer = situation.household.property_ok
    is_ok = answer if isinstance(answer, bool) or answer is None else answer.get(programme)
    if is_ok is not None:
        return Finding(is_ok, (reason("property.ok" if is_ok else "property.not_ok", clause=clause),))
    if situation.household.assets is None:
        raise FactsMissing("household.property_ok")
    return _judged(situation, situation.household.assets, clause)


def _judged(situation: Situation, assets: tuple[Asset, ...], clause: str) -> Finding:
    law, groups = situation.law, situation.law.get("property.financial_kinds")
    counted = [asset for asset in assets if not asset.is_necessary]
    rules = [(_worth, group) for group in WORTH] + [(_number, group) for group in COUNTED]
    found = all_hold(decided(law, rule, situation, group, _of(counted, group, groups), clause) for rule, group in rules)
    if found.holds is None:
        return found
    summary = reason("property.ok" if found.holds else "property.not_ok", parameter=groups, clause=clause)
    return replace(found, reasons=(*found.reasons, summary))


def _of(assets: Iterable[Asset], group: str, groups: Parameter) -> list[Asset]:
    def belongs(asset: Asset) -> str:
        return "financial" if asset.kind in groups.read(tuple) else asset.kind if asset.kind in COUNTED else "other"

    return [asset for asset in assets if belongs(asset) == group]


def _worth(situation: Situation, group: str, assets: list[Asset], clause: str) -> Finding:
    if not assets:
        return Finding(True)
    unknown = [f"{asset.path}.yuan" for asset in assets if asset.fen is None]
    if unknown:
        raise FactsMissing(*unknown)
    limit = situation.law.get(WORTH[group])
    each = sum((asset.fen or ZERO for asset in assets), ZERO) / situation.people
    shown = exact_yuan_text(each), yuan_text(limit.read(int))
    return _finding(group, each <= limit.read(int), shown, limit, clause)


def _number(situation: Situation, group: str, assets: list[Asset], clause: str) -> Finding:
    if not assets:
        return Finding(True)
    limit = situation.law.get(COUNTED[group])
    shown = str(len(assets)), str(limit.read(int))
    return _finding(group, len(assets) <= limit.read(int), shown, limit, clause)


def _finding(group: str, holds: bool, shown: tuple[str, str], limit: Parameter, clause: str) -> Finding:
    value, threshold = shown
    text = f"property.{group}.{'within' if holds else 'above'}"
    return Finding(holds, (reason(text, value=value, threshold=threshold, parameter=limit, clause=clause),))
