"""Beyond one machine: the same merger with the old units spread over Dask's workers.

The client holds attributes, new units and what the checks need; polygons of old units stay in
their files, and a worker holds those of one file or of one new unit at a time. Dask schedules,
shuffles, spills and retries: nothing of that is done here.
"""
