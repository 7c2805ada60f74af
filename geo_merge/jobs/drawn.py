"""A merger with what its map draws: the work of a page's worker, which loads no page for it."""

from __future__ import annotations

from geo_merge.jobs.job import Job, ReadLayer
from geo_merge.maps.display import drawn
from geo_merge.merging.result import MergeResult
from geo_merge.system.progress import Progress
from geo_merge.units.layers import read_units


def run_drawn(job: Job, say: Progress, *, read_layer: ReadLayer = read_units) -> MergeResult:
    """Merge the files of a job and draw the result, telling of each step."""
    result = job.run(say, read_layer=read_layer)
    say("Drawing")
    return drawn(result)
