"""Which typed table indexes which record type. A column whose name is a field of the type follows that field."""

from collections.abc import Mapping

from server.models.base import Base
from server.models.register import Household, HouseholdMember, Person
from server.models.visit import Amendment, Lead, Receipt, Review, Visit, VisitTask

INDEX: Mapping[str, type[Base]] = {
    "household": Household,
    "person": Person,
    "household_member": HouseholdMember,
    "visit_task": VisitTask,
    "visit": Visit,
    "amendment": Amendment,
    "lead": Lead,
    "review": Review,
    "receipt": Receipt,
}
