"""What becomes of the offices: kept, taken as a seat, freed, or not known; and how far it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Geod

from geo_merge.dossier.offices.seats import Reading, Seat, read_seat
from geo_merge.dossier.offices.tables import AREAS
from geo_merge.errors import TableError
from geo_merge.merging.result import MergeResult
from geo_merge.units.called import full_names
from geo_merge.vocabulary.codes import same_codes
from geo_merge.vocabulary.country import Country
from geo_merge.vocabulary.part_of import unit_codes
from geo_merge.vocabulary.sentence import sentence

_GEOD = Geod(ellps="WGS84")
MIDDLE = "middle of the unit"  # in `Offices.table`: where an office stands whose place is not told
_DECIMALS = 7  # of degrees: a centimetre


class Status(StrEnum):
    """What becomes of an office."""

    KEPT = "kept"  # of a commune, goes on as the seat of a new one
    SEAT = "seat"  # of a district, becomes the seat of a commune
    FREED = "freed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Offices:
    """Seats, offices and distances.

    Attributes
    ----------
    seats
        The seat of each new unit by code, as it was read.
    table
        One row an office: ``name, kind, old_code, district, new_code, new_name, address, land_m2,
        built_m2, floor_m2, use, proposal, status, suggested, lon, lat, place``.
    places
        Degrees of each seat that is known, by new code.
    distances
        From the centre of each old unit to the seat: ``old_code, new_code, km, people``.
    one_of
        How many offices stay in use of which it is open which they are.
    outside
        Codes of old units whose point lies outside them: their middle was taken.
    seats_outside
        Codes of new units whose seat is in a unit that is no member, or at a place outside them.
    contradicted
        Codes of new units whose seat a text and a code give differently: the text was taken.
    without
        Codes of old units that have no office in the table of offices.
    """

    seats: Mapping[str, Seat]
    table: pd.DataFrame
    places: Mapping[str, tuple[float, float]]
    distances: pd.DataFrame
    one_of: int = 0
    outside: Sequence[str] = ()
    seats_outside: Sequence[str] = ()
    contradicted: Sequence[str] = ()
    without: Sequence[str] = ()
    readings: Mapping[str, int] = field(default_factory=dict)

    def count(self, kind: str, status: Status) -> int:
        """Return how many offices of a kind have a status."""
        rows = self.table[self.table["kind"] == kind]
        return int((rows["status"] == status).sum())

    @property
    def freed(self) -> int:
        """How many offices of communes are freed: those for sure, and all but one of the open."""
        open_units = {c for c, s in self.seats.items() if s.one_is_kept}
        rows = self.table[self.table["kind"] == "commune"]
        open_rows = rows["new_code"].isin(open_units) & (rows["status"] == Status.UNKNOWN)
        return self.count("commune", Status.FREED) + int(open_rows.sum()) - self.one_of


def offices_of(
    result: MergeResult, seats: pd.DataFrame, offices: pd.DataFrame | None, country: Country
) -> Offices:
    """Return what becomes of the offices.

    Parameters
    ----------
    result
        Old units with what became of them.
    seats
        As `as_seats` returns them.
    offices
        As `as_offices` returns them; without them, each old unit and each old district has one.
    country
        How names are compared.
    """
    old = _old(result)
    same = same_codes(seats["member"], old.index)
    seats = seats.assign(member=[same.get(code, code) for code in seats["member"]])
    read, contradicted = _read(old, list(map(str, result.new.index)), seats, country)
    listed = _listed(old) if offices is None else _given(old, offices)
    table = _with_status(listed, old, read)
    centres, outside = _centres(old, table)
    table = _placed(table, centres, set(outside))
    places = _places(read, seats, centres)
    kept = table[table["status"] == Status.UNKNOWN]
    one_of = sum(
        seat.one_is_kept and bool((kept["new_code"] == code).any()) for code, seat in read.items()
    )
    communes = set(table.loc[table["kind"] == "commune", "old_code"])
    return Offices(
        seats=read, table=table, places=places, distances=_distances(old, centres, places),
        one_of=one_of, outside=outside, seats_outside=_seats_outside(old, read, seats),
        contradicted=contradicted,
        without=[c for c in old.index if c not in communes],
        readings=Counter(seat.reading for seat in read.values()),
    )  # fmt: skip


def _old(result: MergeResult) -> gpd.GeoDataFrame:
    """Return old units without pieces of land, in degrees; those that were divided in parts."""
    old = result.old.set_axis(unit_codes(result.old).to_numpy())
    old = old[old.index != ""].to_crs(4326)
    for column in ("district", "district_code", "unit_type"):
        if column not in old:
            old[column] = ""
    return old.assign(**{c: old[c].fillna("").astype(str) for c in ("district", "district_code")})


def _read(
    old: gpd.GeoDataFrame, codes: Sequence[str], seats: pd.DataFrame, country: Country
) -> tuple[dict[str, Seat], list[str]]:
    """Read each seat; a code settles what a text leaves open, and is checked where it does not."""
    types = [t for t in old["unit_type"].dropna().unique() if t]
    rows = seats.to_dict("index")
    read, contradicted = {}, []
    for code in codes:
        members = old[old["new_code"] == code]
        row = rows.get(code)
        seat = Seat(Reading.UNKNOWN)
        if row is not None:
            seat = read_seat(row["seat"], members, types, country)
        given = "" if row is None else str(row["member"])
        if given in members.index and not seat.members and not seat.district:
            seat = Seat(Reading.GIVEN, (given,), text=seat.text)
        elif given and given not in seat.members and (seat.members or seat.district):
            contradicted.append(code)
        read[code] = seat
    return read, contradicted


def _listed(old: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return one office for each old unit and each old district."""
    names = full_names(old["name"], old["unit_type"].fillna(""))
    communes = pd.DataFrame(
        {"name": names, "kind": "commune", "code": old.index, "district": old["district"]}
    )
    communes = communes[~old.index.duplicated()]
    districts = old.loc[old["district"] != "", ["district"]].drop_duplicates()
    above = pd.DataFrame(
        {"name": districts["district"], "kind": "district", "code": "",
         "district": districts["district"]}
    )  # fmt: skip
    result = pd.concat([communes, above], ignore_index=True)
    blank = {"address": "", "use": "", "proposal": "", "lon": np.nan, "lat": np.nan}
    return pd.DataFrame(result.assign(**blank, **dict.fromkeys(AREAS, np.nan)))


def _given(old: gpd.GeoDataFrame, offices: pd.DataFrame) -> pd.DataFrame:
    """Return the offices of a table with the unit that each lies in.

    Raises
    ------
    TableError
        If a point lies in no old unit.
    """
    result = offices.copy()
    blank = np.flatnonzero((result["code"] == "").to_numpy())
    points = shapely.points(result[["lon", "lat"]].to_numpy(float)[blank])
    at, unit = old.sindex.query(points, predicate="intersects")
    codes = dict(zip(at.tolist(), old.index[unit], strict=True))
    lost = [
        sentence("K04.point_nowhere", row=result.index[k])
        for n, k in enumerate(blank.tolist())
        if n not in codes
    ]
    if lost:
        raise TableError(lost)
    column = result["code"].tolist()
    for n, k in enumerate(blank.tolist()):
        column[k] = codes[n]
    result["code"] = column
    districts = old["district"][~old.index.duplicated()]
    return result.assign(district=districts.reindex(column).to_numpy()).reset_index(drop=True)


def _with_status(
    listed: pd.DataFrame, old: gpd.GeoDataFrame, read: Mapping[str, Seat]
) -> pd.DataFrame:
    """Return offices with what becomes of each."""
    taken = {seat.district for seat in read.values() if seat.district}
    open_districts = {
        district
        for code, seat in read.items()
        if seat.reading is Reading.UNKNOWN
        for district in old.loc[old["new_code"] == code, "district"]
    }
    homes = {str(c): list(map(str, g)) for c, g in old.groupby(level=0)["new_code"]}
    several = listed.loc[listed["kind"] == "commune", "code"].value_counts()
    rows = []
    for office in listed.astype(object).to_dict("records"):
        new = homes.get(office["code"], [])
        if office["kind"] == "district":
            status = (Status.SEAT if office["district"] in taken else Status.UNKNOWN
                      if office["district"] in open_districts else Status.FREED)  # fmt: skip
        elif office["kind"] == "commune":
            status = _of_commune(office["code"], [read[c] for c in new if c in read])
            if status is Status.KEPT and several[office["code"]] > 1:
                status = Status.UNKNOWN  # one of them is the seat, and it is open which
        else:
            status = Status.UNKNOWN
        hints = {read[c].suggested for c in new if c in read}
        rows.append({
            **{k: v for k, v in office.items() if k != "code"}, "old_code": office["code"],
            "new_code": "; ".join(new) if office["kind"] != "district" else "",
            "status": str(status),
            "suggested": "yes" if office["code"] and office["code"] in hints else "",
        })  # fmt: skip
    columns = ["name", "kind", "old_code", "district", "new_code", "address", *AREAS, "use",
               "proposal", "status", "suggested", "lon", "lat"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _of_commune(code: str, seats: Sequence[Seat]) -> Status:
    """Return what becomes of the office of an old unit; of a divided one, in all its new units."""
    if any(code in seat.members for seat in seats):
        return Status.KEPT
    if all(seat.members or seat.district for seat in seats) and seats:
        return Status.FREED
    return Status.UNKNOWN


def _centres(
    old: gpd.GeoDataFrame, table: pd.DataFrame
) -> tuple[dict[str, tuple[float, float]], list[str]]:
    """Return the centre of each old unit: the point of its office, else the middle of its land."""
    whole = old.dissolve(level=0) if old.index.has_duplicates else old
    shapes = np.asarray(whole.geometry.values)
    middles = shapely.centroid(shapes)
    outside_itself = ~shapely.contains(shapes, middles)
    middles[outside_itself] = shapely.point_on_surface(shapes[outside_itself])
    result = dict(zip(map(str, whole.index), map(tuple, shapely.get_coordinates(middles).tolist()),
                      strict=True))  # fmt: skip
    places = table[(table["kind"] == "commune") & table["lon"].notna()]
    outside = []
    for row in places.to_dict("records"):
        code = row["old_code"]
        if shapely.covers(whole.geometry[code], shapely.Point(row["lon"], row["lat"])):
            result[code] = (row["lon"], row["lat"])
        else:
            outside.append(code)
    return result, outside


def _placed(
    table: pd.DataFrame, centres: Mapping[str, tuple[float, float]], outside: set[str]
) -> pd.DataFrame:
    """Put offices of communes without a place in the middle of their unit; say how it is known."""
    result = table.copy()
    communes = (table["kind"] == "commune").to_numpy()
    middle = communes & (table["lon"].isna() | table["old_code"].isin(outside)).to_numpy()
    points = np.array([centres[c] for c in table.loc[middle, "old_code"]]).reshape(-1, 2)
    result.loc[middle, ["lon", "lat"]] = np.round(points, _DECIMALS)
    known = np.where(table["lon"].notna(), "given", "")
    return result.assign(place=np.where(middle, MIDDLE, known))


def _places(
    read: Mapping[str, Seat], seats: pd.DataFrame, centres: Mapping[str, tuple[float, float]]
) -> dict[str, tuple[float, float]]:
    """Return where the seats are: as the table says, else in the centre of the one member."""
    rows, result = seats.to_dict("index"), {}
    for code, seat in read.items():
        row = rows.get(code)
        if row is not None and pd.notna(row["lon"]):
            result[code] = (float(row["lon"]), float(row["lat"]))
        elif len(seat.members) == 1:
            result[code] = centres[seat.members[0]]
    return result


def _seats_outside(
    old: gpd.GeoDataFrame, read: Mapping[str, Seat], seats: pd.DataFrame
) -> list[str]:
    """Return new units whose seat is told to be elsewhere: by a place, or else by a code."""
    rows, result = seats.to_dict("index"), []
    for code in read:
        members = old[old["new_code"] == code]
        row = rows.get(code)
        if row is None or not len(members):
            continue
        if pd.notna(row["lon"]):
            land = np.asarray(members.geometry.values)
            elsewhere = not shapely.intersects_xy(land, row["lon"], row["lat"]).any()
        else:
            elsewhere = bool(row["member"]) and row["member"] not in members.index
        if elsewhere:
            result.append(code)
    return result


def _distances(
    old: gpd.GeoDataFrame, centres: Mapping[str, tuple[float, float]],
    places: Mapping[str, tuple[float, float]],
) -> pd.DataFrame:  # fmt: skip
    """Return straight kilometres on the ellipsoid from each old centre to its seat."""
    rows = old[old["new_code"].astype(str).isin(set(places))]
    codes, new = list(map(str, rows.index)), list(map(str, rows["new_code"]))
    start = np.array([centres[c] for c in codes]).reshape(-1, 2)
    end = np.array([places[c] for c in new]).reshape(-1, 2)
    _, _, metres = _GEOD.inv(*start.T, *end.T)
    people = pd.to_numeric(rows["population"]) if "population" in rows else np.nan
    return pd.DataFrame({"old_code": codes, "new_code": new, "km": np.asarray(metres) / 1000,
                         "people": np.asarray(people)})  # fmt: skip


def weighted_mean(distances: pd.DataFrame) -> float:
    """Return the mean kilometres of a person; NaN where no people are known."""
    known = distances[distances["people"] > 0]
    total = known["people"].sum()
    return float((known["km"] * known["people"]).sum() / total) if total else float("nan")
