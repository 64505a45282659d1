"""A case on a day in a region, with the law that applies to it: what every rule of the kernel is given."""

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property

from policy.case import Household
from policy.income import IncomeAccount, household_income
from policy.law import Law
from policy.reasons import Finding


@dataclass(frozen=True)
class Situation:
    """A household under the law of a day. `outcomes` holds the findings of the programmes assessed so far."""

    household: Household
    law: Law
    outcomes: dict[str, Finding] = field(default_factory=dict)

    @cached_property
    def income(self) -> IncomeAccount:
        """The household's income account; raises FactsMissing or ParameterNotSet as `household_income` does."""
        return household_income(self.household, self.law)

    @property
    def on(self) -> date:
        """The day whose law applies."""
        return self.law.on

    @property
    def people(self) -> int:
        """How many co-living members count."""
        return len(self.household.members)

    @property
    def standard(self) -> Fraction:
        """The dibao standard in fen per person and month; raises ParameterNotSet."""
        return Fraction(self.law.get("dibao.standard").read(int))

    def finding_of(self, programme: str) -> Finding:
        """Return what was found for a programme assessed before; one that did not exist on the day does not hold."""
        return self.outcomes.get(programme, Finding(False))
