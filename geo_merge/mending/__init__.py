"""Repair, never silent: mismatched edges, gaps and overlaps, each change on record."""

from geo_merge.mending.mend import Repaired, RepairOptions, repair
from geo_merge.mending.record import with_decisions, with_waivers

__all__ = ["RepairOptions", "Repaired", "repair", "with_decisions", "with_waivers"]
