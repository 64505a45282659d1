"""The parameters of one region, area and day: the form in which rules ask."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from policy.catalogue import Citation
from policy.parameters import Parameter, Parameters


@dataclass(frozen=True)
class Law:
    """Where, when and for which area (urban, rural) the rules are asked."""

    parameters: Parameters
    region: str
    on: date
    area: str | None

    def get(self, key: str) -> Parameter:
        """Return the parameter in force, or raise ParameterNotSet."""
        return self.parameters.value(key, region=self.region, on=self.on, area=self.area)

    def find(self, key: str) -> Parameter | None:
        """Return the parameter in force, or None where the region has no such rule."""
        return self.parameters.find(key, region=self.region, on=self.on, area=self.area)

    def cite(self, clauses: Iterable[Citation]) -> str:
        """Return the clauses in force on the day as one text; local documents only where the region is theirs."""
        return "、".join(
            str(cited)
            for cited in clauses
            if cited.document.in_force_on <= self.on and self.region.startswith(cited.document.region)
        )
