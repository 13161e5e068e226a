"""What people ask about agencies: which one a name means, and why a report is taken for one's."""

from transforms.identity.asking.explaining import Explanation, NotKnown, explain
from transforms.identity.asking.finding import FoundAgency, KnownAgency, find_agencies

__all__ = ["Explanation", "FoundAgency", "KnownAgency", "NotKnown", "explain", "find_agencies"]
