"""What does each reader make of a file with one of every fault?

Small files, each with the faults that its reader knows, and refusals with their words. What is said
of them stands in ``tests/cases/accounts.json``, to be read by a person: ``python -m
tests.sources.accounts`` writes it anew, and the difference is looked at before it is kept.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely
from shapely.geometry import box

from csgeo.errors import CsgeoError
from csgeo.sources.areas import read_areas
from csgeo.sources.attach import attach
from csgeo.sources.deprivation import read_deprivation
from csgeo.sources.files import read_rows
from csgeo.sources.incidents import read_incidents
from csgeo.sources.lookups import read_area_lookup
from csgeo.sources.places import read_places
from csgeo.sources.police import read_police
from csgeo.sources.population import read_population
from csgeo.sources.postcodes import read_postcodes
from csgeo.sources.schools import read_schools
from csgeo.sources.services import read_services
from csgeo.sources.stops import read_stops
from csgeo.sources.strata import read_strata
from csgeo.sources.streets import read_streets
from csgeo.sources.vintage import bridge_lsoa, lsoa_vintage

if TYPE_CHECKING:
    from collections.abc import Callable

KEPT = Path(__file__).parents[1] / "cases" / "accounts.json"

_AREA = gpd.GeoDataFrame(
    {"name": ["Here"], "level": ["ward"]},
    geometry=[box(370_000, 160_000, 380_000, 170_000)],
    index=pd.Index(["E05"], name="area_id"),
    crs=27700,
)
_RECORDS = """ref,crime type,context,place type,date,time,end date,easting,northing,agency,origin,person key,lsoa,note,spare
A1,CSE,online,Park,13/02/2024,21:30,14/02/2024,375100,164500,Police,reported,k1,E01014370,Seen with two older boys by the swings again last night,
A2,County lines,peers,Shop,14/02/2024,00:00,,375200.5,164600,School,disclosed,k2,E01014371,She told her teacher about it at the end of the week,
A2,Drugz,peers,Shop,15/02/2024,930,,375300,164700,School,disclosed,k3,E01014371,A much longer note that nobody should read outside of it,
A4,CSE,family,Nowhere,Feb 2024,,,0,0,Health,found,k4,E01014372,One more note that is longer than eight words in all,
A5,CSE,peers,Park,2024,9.30 pm,01/01/2023,164500,375100,Health,reported,k5,E01014373,And another note that is longer than eight words too,
A6,Zzz,peers,Park,31/02/2024,25:00,,375400,164800,Health,reported,,E01014374,A note about a child that has words in it again,
A7,,peers,Park,1900-01-01,,,375500,164900,,reported,k7,E01014375,A note about a child that has words in it again,
A8,CCE,peers,Park,03/02/2024,,,99.999999,99.999999,Police,reported,k8,E01014376,A note about a child that has words in it again,
A9,CCE,peers,Park,03/02/2024,,,575500,164900,Police,reported,k9,E01014377,A note about a child that has words in it again,
,CCE,peers,Park,03/02/2024,,,nowhere,164900,Police,reported,k9,E01014378,A note about a child that has words in it again,
A11,CCE,peers,Park,03/02/2024,,,-2.36,51.38,Police,reported,k9,E01014379,A note about a child that has words in it again,
A12,CCE,peers,Park,03/02/2024,,,,,Police,reported,k9,E01014379,A note about a child that has words in it again,
A13,CCE,peers,Park,03/02/2024,,,4e7,1,Police,reported,k9,E01014379,A note about a child that has words in it again,
A14,one,field,too,many,for,this,table,and,some,more,fields,here,and,here,there
,,,,,,,,,,,,,,
A16,CSE,peers,Park,03/02/2024,10:00,03/02/2024,375100,164500,Police,reported,k9,E01014379,A note about a child that has words in it again,
"""
_SERVICES = """id,name,service type,opening hours,age from,age to,capacity,postcode,easting,northing,funded until,manager name,telephone
S1,Hub,Youth centre,Mo-Fr 16:00-20:00,10,17,30,BA1 1AA,375100,164500,2027-03-31,Ann Smith,01225 123456
S2,Club,Dance,,8,,-4,BA1 1AB,,,2027,Bob Jones,01225 123457
S2,Bus,,24/7,,16,"1,200",ZZ9 9ZZ,,,,Cat Brown,01225 123458
S4,Tent,Youth centre,,,,x,,,,March 2027,Dan White,01225 123459
S5,Sea,Mentoring,,,,5,,1,2,tomorrow,Eve Black,01225 123450
"""
_PLACES = """id,name,kind,longitude,latitude,owner
P1,KEYNSHAM PARK,Park,-2.36,51.38,council
P2,ASDA,Supermarkt,-2.37,51.39,shop
P3,Nick,Police Station,51.38,-2.36,police
P4,,,-2.35,51.37,council
P5,Far,Park,10,10,council
P6,Blank,Park,,,council
P7,Both,"Bus Station,Coach Station",-2.36,51.37,council
"""
_SQUARE = "POLYGON ((375000 164000, 376000 164000, 376000 165000, 375000 165000, 375000 164000))"
_BOW = "POLYGON ((375000 164000, 376000 165000, 376000 164000, 375000 165000, 375000 164000))"
_AREAS = f"""WD24CD,WD24NM,residents,residents_10_17,county,wkt
E05000001,Abbey,"1,234",100,Avon,"{_SQUARE}"
E05000002,Bow,12,x,Avon,"{_BOW}"
E05000003,Point,12,1,Avon,POINT (375000 164000)
E05000004,None,12,1,Avon,
E05000005,Noise,12,1,Avon,POLYGON ((1 2
E05000006,Else,12,1,Kent,"{_SQUARE}"
E05000007,Void,12,1,Avon,POLYGON EMPTY
"""
_STREETS = """id,road name,highway,form,wkt
1,High Street,primary,,"LINESTRING (375000 164000, 375030 164040)"
2,Steps,residential,steps,"MULTILINESTRING ((375000 164000, 375000 164010), (375000 164020, 375000 164040))"
3,Line,railway,,"LINESTRING (375000 164000, 375030 164040)"
4,Dot,service,,"LINESTRING (375000 164000, 375000 164000)"
5,Square,service,,"POLYGON ((375000 164000, 376000 164000, 376000 165000, 375000 164000))"
6,,footway,,"LINESTRING (375000 164000, 375000 164003)"
7,Nothing,tertiary_link,,
8,Tram,light_rail,,"LINESTRING (375000 164000, 375030 164040)"
"""
_POPULATION = """geography code,Age: Total; measures: Value,Age: Aged 10 to 14 years; measures: Value,Age: Aged 15 to 19 years; measures: Value,date
E01014370,"1,500",80,100,2021
E01014371,1200,-5,90,2021
E01014371,1200,60,90,2021
Total,2700,,,
E01014373,,,,2021
E01014374,10,2,5,2021,9
"""
_AGES = "lsoa21cd,total," + ",".join(map(str, range(20))) + "\nE01014370,400," + ",".join("1" * 20) + "\nE01014371,20," + ",".join("1" * 19) + ",\n"  # fmt: skip
_DEPRIVED = """LSOA code (2011),Index of Multiple Deprivation (IMD) Score,Index of Multiple Deprivation (IMD) Rank (where 1 is most deprived),Index of Multiple Deprivation (IMD) Decile (where 1 is most deprived 10% of LSOAs),Crime Score,Crime Rank (where 1 is most deprived)
E01014370,12.5,"20,000",7,-0.5,15000
E01014371,40.1,-1,1,0.7,3000
W,1,1,1,1,1
E01014370,1,1,1,1,1
"""
_LOOKUP = """LSOA11CD,LSOA21CD,CHGIND,LAD22CD,LAD22NM
E01014370,E01014370,U,E06000022,Bath
E01014371,E01035001,S,E06000022,Bath
E01014371,E01035002,S,E06000022,Bath
E01014372,E01035003,M,E06000022,Bath
E01014373,E01035003,M,E06000022,Bath
E01014373,,M,E06000022,Bath
E01014370,E01014370,U,E06000022,Bath
E01014375,E01014375,Q,E06000022,Bath
"""
_FIT = "lsoa11cd,lsoa21cd\nA,A\nB,C\nB,D\nE,G\nF,G\nH,I\nH,G\n"
_STRATA = "code,class\n" + "".join(f"E0101{n:04d},{'town' if n % 2 else ''}\n" for n in range(39)) + "England,all\n"  # fmt: skip
_POSTCODES = """pcds,oseast1m,osnrth1m,osgrdind,doterm,lsoa11,lsoa21,lad23cd,lat
BA1 1AA,375100,164500,1,,E01014370,E01014370,E06000022,51.38
BA1 1AB,375200,164600,8,202001,E01014371,E01014371,E06000022,51.38
BA1 1AA,375100,164500,1,,E01014370,E01014370,E06000022,51.38
BT1 1AA,333500,374000,1,,95GG01,95GG01,N09000003,54.6
ZZ1 1ZZ,0,0,9,,,,,99.999999
,1,1,1,,,,,51
"""
_POINTS = '"BA1 1AA",10,375100,164500,"E92000001",,,,"E06000022","E05002360"\n"BA1 1AB",60,375200,164600,"E92000001",,,,"E06000022","E05002360"\n'
_SCHOOLS = """URN,EstablishmentName,EstablishmentStatus (name),TypeOfEstablishment (name),PhaseOfEducation (name),StatutoryLowAge,StatutoryHighAge,SchoolCapacity,Easting,Northing,HeadLastName
100001,Mill School,Open,Community school,Secondary,11,18,900,375100,164500,Smith
100002,Sixth,"Open, but proposed to close",Further education,16 plus,16,19,0,375200,164600,Jones
100003,Gone,Closed,Community school,Primary,4,11,100,375300,164700,Brown
100001,Again,Open,Community school,Primary,4,11,100,375300,164700,Brown
,Blank,Open,Community school,Primary,4,11,100,375300,164700,Brown
100006,Hub,Open,Children's centre,Not applicable,,,,375300,164700,Brown
100007,Lost,Open,Academy,Primary,4,,x,,,Brown
"""
_STOPS = """ATCOCode,CommonName,Indicator,Street,LocalityName,StopType,Status,Easting,Northing
0180BAA1,High Street,Stop A,High Street,Bath,BCT,act,375100,164500
0180BAA2,Bus Station,Bay 1,Dorchester Street,Bath,BCQ,new,375200,164600
0180BAA3,Ferry,,Quay,Bath,FTD,act,375300,164700
0180BAA3,Ferry,,Quay,Bath,FTD,act,375300,164700
0180BAA5,Old,,Quay,Bath,BCT,del,375300,164700
,None,,Quay,Bath,BCT,act,375300,164700
0180BAA7,Lost,,Quay,Bath,,act,,
"""
_POLICE = """Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type,Last outcome category,Context
a1,2024-01,Avon and Somerset Constabulary,Avon and Somerset Constabulary,-2.36,51.38,On or near Park,E01014370,Bath 001A,Drugs,Under investigation,
a1,2024-01,Avon and Somerset Constabulary,Avon and Somerset Constabulary,-2.36,51.38,On or near Supermarket,E01014370,Bath 001A,Violence and sexual offences,Under investigation,
,2024-01,Avon and Somerset Constabulary,Avon and Somerset Constabulary,-2.36,51.38,On or near Park,E01014370,Bath 001A,Anti-social behaviour,,
,2024-01,Avon and Somerset Constabulary,Avon and Somerset Constabulary,-2.36,51.38,On or near Park,E01014370,Bath 001A,Anti-social behaviour,,
b1,2024-04,Avon and Somerset Constabulary,Avon and Somerset Constabulary,,,No Location,,,Robbery,Under investigation,
b2,2024-04,Avon and Somerset Constabulary,Avon and Somerset Constabulary,51.38,-2.36,On or near Park,E01014370,Bath 001A,Robbery,Under investigation,
b3,Apr-24,Avon and Somerset Constabulary,Avon and Somerset Constabulary,-2.36,51.38,On or near Park,E01014370,Bath 001A,Robbery,Under investigation,
b4,2024-04,,Avon and Somerset Constabulary,-2.36,51.38,On or near Park,E01014370,Bath 001A,Robbery,Under investigation,
b5,2024-04,Avon and Somerset Constabulary,Avon and Somerset Constabulary,-2.36,51.38,On or near Park,E01014370,Bath 001A,Time travel,Under investigation,
b6,2024-04,Avon and Somerset Constabulary,Avon and Somerset Constabulary,0,0,On or near Park,E01014370,Bath 001A,Shoplifting,Under investigation,
b7,2024-04,Avon and Somerset Constabulary,Avon and Somerset Constabulary,-1.36,52.38,On or near Park,E01014370,Bath 001A,Drugs,Under investigation,
"""
_ODD = "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type,Last outcome category,Context\n" + "".join(
    f"{i},2024-01,Avon and Somerset Constabulary,Avon and Somerset Constabulary,{x},{y},On or near Park,E01014370,Bath 001A,Anti-social behaviour,{o},\n"
    for i, x, y, o in (
        ("", "0", "51.38", ""), ("", "-2.36", "0", ""), ("", "180", "51.38", ""), ("", "180.5", "51.38", ""),
        ("", "-2.36", "90", ""), ("", "-2.36", "90.5", ""), ("", "-2.36", "", ""), ("", "here", "51.38", ""),
        ("", "-2.36", "51.38", "a"), ("", "-2.36", "51.38", "b"), ("", "-2.36", "51.38", "b"), ("", "-2.3601", "51.38", "b"),
    )
)  # fmt: skip


def _two_months(file: Path) -> Any:
    folder = file.parent / "all"
    folder.mkdir()
    for month in ("2023-11", "2023-12"):
        text = file.read_text(encoding="utf-8").replace("2024-01", month).replace("2024-04", month)
        text = text.replace("Apr-24", f"Apr-{month[-2:]}")
        (folder / f"{month}-x-street.csv").write_text(text, encoding="utf-8")
    (folder / "2023-12-x-outcomes.csv").write_text("x")
    return read_police(folder)


def _packed(file: Path) -> Path:
    pd.read_csv(file, dtype="str").to_parquet(file.with_suffix(".parquet"))
    return file.with_suffix(".parquet")


def _in_a_folder(file: Path) -> Any:
    folder = file.parent / "Data"
    (folder / "multi_csv").mkdir(parents=True)
    (folder / "Documents").mkdir()
    head, *rows = file.read_text(encoding="utf-8").splitlines()
    for name, part in (("a.csv", rows[:2]), ("b.csv", rows[2:]), ("multi_csv/c.csv", rows), ("Documents/d.csv", ["x"])):  # fmt: skip
        (folder / name).write_text("\n".join([head, *part]), encoding="utf-8")
    return read_postcodes(folder)


#: What is read: the file's name and content, and how.
READ: dict[str, tuple[str, str, Callable[[Path], Any]]] = {
    "records": ("r.csv", _RECORDS, read_incidents),
    "records of an area": ("r.csv", _RECORDS, lambda f: read_incidents(f, areas=_AREA, source="VRU", origin="reported", precision_m=50, harm_words={"Drugz": "CCE"})),
    "records with pseudonyms": ("r.csv", _RECORDS, lambda f: read_incidents(f, pseudonyms=lambda s: s.str.upper())),
    "records of one harm": ("r.csv", _RECORDS.replace("crime type", "spare1"), lambda f: read_incidents(f, harm="CSE", columns={"date_order": "day_first"})),
    "records in degrees": ("r.csv", "type,lat,lon,date\nCSE,51.38,-2.36,2024-02-13T21:30:00Z\nCSE,-2.36,51.38,2024-07-13 21:30\nCSE,51.39,-2.37,45000.5\n" * 2 + "CSE,164500,375100,\n", read_incidents),
    "records by grid reference": ("r.csv", "type,grid ref,date\nCSE,ST751645,02/13/2024\nCCE,ZZ 1,02/14/2024\nCCE,ST 7512 6456,\n", read_incidents),
    "records by postcode": ("r.csv", "type,postcode,date\nCSE,BA1 1AA,01/02/2024\nCCE,ba11ab,02/01/2024\nCCE,ZZ9 9ZZ,\nCCE,,\n", lambda f: read_incidents(f, postcodes=_beside(f, _POSTCODES))),
    "records as shapes": ("r.csv", 'type,wkt\nCSE,POINT (375100 164500)\nCCE,POINT (\nCCE,"LINESTRING (375100 164500, 375200 164500)"\nCCE,\n', read_incidents),
    "records with decimal commas": ("r.csv", "type;x;y\nCSE;-2,36;51,38\nCCE;-2,37;51,39\n", read_incidents),
    "records in metres without a system": ("r.csv", "type;x;y\nCSE;375.100;164.500\nCCE;375100;164500\nCCE;375200;164600\n", read_incidents),
    "services": ("s.csv", _SERVICES, lambda f: read_services(f, postcodes=_beside(f, _POSTCODES))),
    "services of one kind": ("s.csv", _SERVICES, lambda f: read_services(f, kind="YOUTH_CLUB")),
    "places": ("p.csv", _PLACES, read_places),
    "places of an owner": ("p.csv", _PLACES, lambda f: read_places(f, where={"owner": ["council"]})),
    "places of one kind": ("p.csv", _PLACES, lambda f: read_places(f, kind="PARK")),
    "areas": ("a.csv", _AREAS, read_areas),
    "areas of a county": ("a.csv", _AREAS, lambda f: read_areas(f, where={"county": "Avon"}, level="ward")),
    "places in another system": ("p.csv", "name,kind,x,y\nA,Park,-262700,6689000\nB,Park,-262800,6689100\n", lambda f: read_places(f, crs="EPSG:3857")),
    "areas beyond Earth": ("a.csv", f'code,name,wkt\nE1,a,"{_SQUARE}"\nE2,b,"POLYGON ((1e300 1, 1e300 2, 1e301 2, 1e300 1))"\nE3,c,"{_SQUARE}"\n', lambda f: read_areas(f, crs="EPSG:27700", to_crs="EPSG:32630")),
    "streets": ("st.csv", _STREETS, read_streets),
    "streets without a class": ("st.csv", "wkt\n\"LINESTRING (375000 164000, 375030 164040)\"\n", read_streets),
    "population": ("p.csv", _POPULATION, lambda f: read_population(f, vintage="2021")),
    "population by age": ("p.csv", _AGES, read_population),
    "deprivation": ("d.csv", _DEPRIVED, read_deprivation),
    "lookup": ("l.csv", _LOOKUP, read_area_lookup),
    "lookup of best fit": ("l.csv", _FIT, read_area_lookup),
    "strata": ("s.csv", _STRATA, lambda f: read_strata(f, column="class")),
    "postcodes": ("p.csv", _POSTCODES, lambda f: read_postcodes(f, with_areas=True)),
    "postcodes without a header": ("p.csv", _POINTS, read_postcodes),
    "schools": ("s.csv", _SCHOOLS, read_schools),
    "schools of any status": ("s.csv", _SCHOOLS, lambda f: read_schools(f, status=["Closed"])),
    "stops": ("Stops.csv", _STOPS, read_stops),
    "police": ("2024-01-street.csv", _POLICE, read_police),
    "police of an area": ("2024-01-street.csv", _POLICE, lambda f: read_police(f, areas=_AREA, harms=["SYV"], period=("2023-12", "2024-05"), harm_words={"Time travel": "SYV"})),
    "police of a place": ("2024-01-street.csv", _POLICE, lambda f: read_police(f, where={"LSOA name": "Bath *"}, period=("2024-01", "2024-01"))),
    "police of one street": ("2024-01-street.csv", _POLICE, lambda f: read_police(f, where={"Location": "*Park"})),
    "police of odd places": ("2024-01-street.csv", _ODD, read_police),
    "police without outcomes": ("2024-01-street.csv", _ODD.replace("Last outcome category", "Else"), read_police),
    "police of two months": ("2024-01-street.csv", _POLICE, _two_months),
    "services without capacity": ("s.csv", "name,kind,easting,northing\nHub,Youth centre,375100,164500\n", read_services),
    "population of ages": ("p.csv", "area code,total,F 10,M 10,x," + ",".join(f"Age  {n}" for n in range(10, 18)) + "\nE01014370,90,1,2,3," + ",".join("5" * 8) + "\n", lambda f: read_population(f, vintage="2011")),
    "population by sex": ("p.csv", "area code,total," + ",".join(f"F{n},M{n}" for n in range(10, 18)) + "\nE01014370,90," + ",".join("5" * 16) + "\n", lambda f: read_population(f, vintage="2011")),
    "postcodes in Parquet": ("p.csv", _POSTCODES, lambda f: read_postcodes(_packed(f), with_areas=True)),
    "postcodes in a folder": ("p.csv", _POSTCODES, _in_a_folder),
    "rows": ("r.csv", 'a;b;a;\n1;"x ""y""";2;\n\n3;;;\n4;5;6;7;8\n', read_rows),
    "rows without a header": ("r.csv", "1\t2\n3\t4\t\n5\n", lambda f: read_rows(f, header=False)),
    "rows in another encoding": ("r.csv", "n\x00a\x00m\x00e\x00,\x00b\x00\n\x001\x00,\x00\xe9\x00\n\x00", lambda f: _again(f, lambda b: b"\xff\xfe" + b.decode().encode("latin-1"))),
    "rows in Windows-1252": ("r.csv", "name,b\nCafé,1\n", lambda f: _again(f, lambda b: b.decode().encode("cp1252"))),
    "rows with Excel's hint": ("r.csv", "sep=|\na|b\n1|2\n", read_rows),
    "records with a row that is not cut": ("r.csv", "ref,type,easting,northing\nA1,CSE,375100,164500\nA2,CSE,375100,164500,more\nA3,CSE,375300,164500\nA4,CSE,1,2\n", read_incidents),
    "areas with a class": ("a.csv", _AREAS, lambda f: read_areas(f, columns={"stratum": "county", "level": "county"})),
    "area without a name": ("a.csv", f'code,wkt\nE1,"{_SQUARE}"\n', read_areas),
    "areas without names": ("a.csv", f'code,wkt\nE1,"{_SQUARE}"\nE1,"{_SQUARE}"\n', read_areas),
    "records with their precision": ("r.csv", "type,easting,northing,precision m\nCSE,375100,164500,\"1,500\"\nCSE,375100,164500,-5\nCSE,375100,164500,\nCSE,,,50\n", lambda f: read_incidents(f, columns={"precision_m": "precision m"}, precision_m=30)),
    "lookup of best fit with a gap": ("l.csv", "lsoa11cd,lsoa21cd\n,A\n" + _FIT.split("\n", 1)[1], read_area_lookup),
    "places without names": ("p.csv", "kind,easting,northing\nPark,375100,164500\n", read_places),
    "streets without names": ("s.csv", "highway,wkt\nprimary,\"LINESTRING (375000 164000, 375030 164040)\"\n", read_streets),
    # what is refused
    "a column of areas that is not there": ("a.csv", _AREAS, lambda f: read_areas(f, columns={"name": "nome"})),
    "a column of places that is not there": ("p.csv", _PLACES, lambda f: read_places(f, columns={"name": "nome"})),
    "a column of services that is not there": ("s.csv", _SERVICES, lambda f: read_services(f, columns={"name": "nome"})),
    "a column of streets that is not there": ("s.csv", _STREETS, lambda f: read_streets(f, columns={"name": "nome"})),
    "a system of areas that is none": ("a.csv", _AREAS, lambda f: read_areas(f, crs="EPSG:0")),
    "a system of places that is none": ("p.csv", _PLACES, lambda f: read_places(f, crs="EPSG:0")),
    "a system of services that is none": ("s.csv", _SERVICES, lambda f: read_services(f, crs="EPSG:0")),
    "a system of streets that is none": ("s.csv", _STREETS, lambda f: read_streets(f, crs="EPSG:0")),
    "a target of areas in degrees": ("a.csv", _AREAS, lambda f: read_areas(f, to_crs="EPSG:4326")),
    "a target of places in degrees": ("p.csv", _PLACES, lambda f: read_places(f, to_crs="EPSG:4326")),
    "a target of streets in feet": ("s.csv", _STREETS, lambda f: read_streets(f, to_crs="EPSG:2263")),
    "a target of the web": ("s.csv", _SERVICES, lambda f: read_services(f, to_crs="EPSG:3857")),
    "a kind of place that is none": ("p.csv", _PLACES, lambda f: read_places(f, kind="Parc")),
    "a kind of service that is none": ("s.csv", _SERVICES, lambda f: read_services(f, kind="Yuth club")),
    "a word for a place that is none": ("p.csv", _PLACES, lambda f: read_places(f, words={"x": "PARC"})),
    "no harm": ("r.csv", "a,easting,northing\n1,375100,164500\n", read_incidents),
    "no known harm": ("r.csv", "type,easting,northing\nXa,375100,164500\nYb,375100,164500\n", read_incidents),
    "no place": ("r.csv", "type,date\nCSE,2024-01-01\n", read_incidents),
    "swapped": ("r.csv", "type,easting,northing\nCSE,164500,375100\nCSE,164600,375200\nCSE,375100,164500\n", read_incidents),
    "swapped degrees": ("r.csv", "type,longitude,latitude\nCSE,51.38,-2.36\nCSE,51.39,-2.37\nCSE,-2.36,51.38\n", read_incidents),
    "metres as degrees": ("r.csv", "type,longitude,latitude\nCSE,375100,164500\nCSE,375200,164600\nCSE,-2.36,51.38\n", read_incidents),
    "degrees as metres": ("r.csv", "type,easting,northing\nCSE,-2.36,51.38\nCSE,-2.37,51.39\nCSE,375100,164500\n", read_incidents),
    "abroad": ("r.csv", "type,longitude,latitude\nCSE,10,48\nCSE,11,49\n", read_incidents),
    "another area": ("r.csv", "type,easting,northing\nCSE,475100,264500\nCSE,475200,264600\n", lambda f: read_incidents(f, areas=_AREA)),
    "two orders of dates": ("r.csv", "type,date,easting,northing\nCSE,13/02/2024,375100,164500\nCSE,02/13/2024,375100,164500\n", read_incidents),
    "an order that is none": ("r.csv", "type,date,easting,northing\nCSE,13/02/2024,375100,164500\n", lambda f: read_incidents(f, columns={"date_order": "x"})),
    "a column that is not there": ("r.csv", "type,easting,northing\nCSE,375100,164500\n", lambda f: read_incidents(f, columns={"harm": "typ"})),
    "a column of ours that is none": ("r.csv", "type,easting,northing\nCSE,375100,164500\n", lambda f: read_incidents(f, columns={"harms": "type"})),
    "a code that is none": ("r.csv", "type,easting,northing\nCSE,375100,164500\n", lambda f: read_incidents(f, harm_words={"x": "CSX"})),
    "a harm that is none": ("r.csv", "easting,northing\n375100,164500\n", lambda f: read_incidents(f, harm="Explotation")),
    "names as keys": ("r.csv", "type,easting,northing,person key\nCSE,375100,164500,Ann Smith\nCSE,375100,164500,Jane Brown\n", read_incidents),
    "rounded codes": ("r.csv", "type,easting,northing,area code\nCSE,375100,164500,1.23E+11\n", read_incidents),
    "a system that is none": ("r.csv", "type,easting,northing\nCSE,375100,164500\n", lambda f: read_incidents(f, crs="EPSG:0")),
    "a target in degrees": ("r.csv", "type,easting,northing\nCSE,375100,164500\n", lambda f: read_incidents(f, to_crs="EPSG:4326")),
    "all set aside": ("r.csv", "type,easting,northing\nZzz,375100,164500\nCSE,1,2\nCSE,375100,164500\n", lambda f: read_incidents(f, areas=_AREA.set_geometry([box(0, 0, 1, 1)], crs=27700))),
    "no street record left": ("2024-01-street.csv", _POLICE, lambda f: read_police(f, harms=["HATE"])),
    "police of what is no area": ("2024-01-street.csv", _POLICE, lambda f: read_police(f, areas=_AREA.drop(columns="level"))),
    "records of what is no area": ("r.csv", _RECORDS, lambda f: read_incidents(f, areas=_AREA.drop(columns="level"))),
    "no place of service": ("s.csv", "name,kind\nHub,Youth centre\n", read_services),
    "no place of place": ("s.csv", "name,kind\nHub,Park\n", read_places),
    "no place of school": ("s.csv", "URN,EstablishmentName,EstablishmentStatus (name),TypeOfEstablishment (name)\n1,a,Open,b\n", read_schools),
    "no place of stop": ("s.csv", "ATCOCode,CommonName,StopType\n1,a,BCT\n", read_stops),
    "no kind of service": ("s.csv", "name,easting,northing\nHub,375100,164500\n", read_services),
    "no known service": ("s.csv", "name,kind,easting,northing\nHub,Zzz,375100,164500\n", read_services),
    "no kind of place": ("p.csv", "name,easting,northing\nHub,375100,164500\n", read_places),
    "no known place": ("p.csv", "name,kind,easting,northing\nHub,Zzz,375100,164500\n", read_places),
    "where nothing is": ("a.csv", _AREAS, lambda f: read_areas(f, where={"county": "Devon"})),
    "where no column is": ("a.csv", _AREAS, lambda f: read_areas(f, where={"region": "Devon"})),
    "no shapes": ("a.csv", "code,name\n1,a\n", read_areas),
    "no streets": ("a.csv", "code,name,easting,northing\n1,a,375100,164500\n", read_streets),
    "no population": ("p.csv", "a,b\n1,2\n", read_population),
    "no young people": ("p.csv", "lsoa21cd,total\nE01014370,5\n", read_population),
    "no deprivation": ("d.csv", "lsoa11cd,b\n1,2\n", read_deprivation),
    "no lookup": ("l.csv", "lsoa11cd,b\n1,2\n", read_area_lookup),
    "no class": ("s.csv", "a,b\n1,2\n", lambda f: read_strata(f, column="c")),
    "no codes": ("s.csv", "a,b\n1,2\n", lambda f: read_strata(f, column="b")),
    "two classes": ("s.csv", "a,b\nE01014370,x\nE01014370,y\n", lambda f: read_strata(f, column="b")),
    "no schools": ("s.csv", "URN,x\n1,2\n", read_schools),
    "no stops": ("s.csv", "ATCOCode,x\n1,2\n", read_stops),
    "no directory": ("p.csv", "a,b\n1,2\n", read_postcodes),
    "no street file": ("p.csv", "Crime ID,Month\n1,2\n", read_police),
    "a month that is none": ("p.csv", _POLICE, lambda f: read_police(f, period=("2024-13", None))),
    "a period that ends first": ("p.csv", _POLICE, lambda f: read_police(f, period=("2024-03", "2024-01"))),
    "a harm that police do not have": ("p.csv", _POLICE, lambda f: read_police(f, harms=["Chess"])),
    "a column that police do not have": ("p.csv", _POLICE, lambda f: read_police(f, where={"Ward": "x"})),
    "an open quotation": ("r.csv", 'a,b\n1,"x\n2,y\n3,z\n', read_rows),
    "an empty table": ("r.csv", "a,b\n", read_rows),
    "a page": ("r.csv", "<!DOCTYPE html><html></html>", read_rows),
    "a page of another kind": ("r.geojson", "<kml></kml>", read_rows),
    "JSON without features": ("r.json", '{"a": 1}', read_rows),
    "a table named as a layer": ("r.gpkg", "a,b\n1,2\n", read_rows),
    "a part of a Shapefile": ("r.dbf", "a,b\n1,2\n", read_rows),
    "no file": ("r.csv", "a", lambda f: read_rows(f.with_name("x.csv"))),
    "a folder": ("r.csv", "a", lambda f: read_rows(f.parent)),
    "too many columns": ("r.csv", ",".join("abcdefghij" * 201) + "\n1\n", read_rows),
}  # fmt: skip

_PAIRS = pd.DataFrame(
    {
        "lsoa11": ["A", "B", "B", "E", "F", "H", "H"],
        "lsoa21": ["A", "C", "D", "G", "G", "I", "J"],
        "change": ["U", "S", "S", "M", "M", "S", "X"],
        "exact": True,
    }
)


def _beside(file: Path, content: str) -> Path:
    path = file.with_name("codes.csv")
    path.write_text(content, encoding="utf-8")
    return path


def _again(file: Path, change: Callable[[bytes], bytes]) -> Any:
    file.write_bytes(change(file.read_bytes()))
    return read_rows(file)


def told(name: str) -> Any:
    """What a reader says of its file: a report and tables, or the words of a refusal."""
    called, content, read = READ[name]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / called
        file.write_text(content, encoding="utf-8", newline="")
        try:
            found = read(file)
        except CsgeoError as refused:
            return {"refused": f"{type(refused).__name__}: {refused}".replace(folder, "HERE")}
    if hasattr(found, "report"):
        return {
            "report": found.report.to_dict(),
            "said": str(found.report).splitlines(),
            "table": _lines(found.table),
            "set aside": _lines(found.set_aside),
        }
    return {
        "frame": _lines(found.frame),
        "numbers": found.numbers.tolist(),
        "broken": _lines(found.broken),
        "notes": list(found.notes),
    }


def bridged(name: str) -> Any:
    """What is made of numbers by area; or the words of a refusal."""
    try:
        return _lines(BRIDGED[name]())
    except CsgeoError as refused:
        return {"refused": f"{type(refused).__name__}: {refused}"}


def _by(index: str, **columns: list) -> pd.DataFrame:
    return pd.DataFrame(columns, index=pd.Index(list(index), name="area_id"))


_PEOPLE = pd.Series({"A": 10, "B": 40, "E": 30, "F": 10, "H": 8, "C": 30, "D": 10, "G": 5, "I": 6, "J": 2})  # fmt: skip

BRIDGED: dict[str, Callable[[], Any]] = {
    "counts forward": lambda: bridge_lsoa(_by("ABEFH", n=[1, 100, 3, 4, 80]), _PAIRS, how="count", weights=_PEOPLE),
    "counts back": lambda: bridge_lsoa(_by("ACDGIJ", n=[1, 100, 3, 40, 8, 2]), _PAIRS, how="count", to="2011", weights=_PEOPLE),
    "rates forward": lambda: bridge_lsoa(_by("ABEFH", r=[0.1, 0.5, 0.2, 0.4, 0.6], imd_rank=[1, 2, 3, 3, 5], imd_decile=[1, 1, 2, 3, 4]), _PAIRS, how="rate", weights=_PEOPLE),
    "rates back": lambda: bridge_lsoa(_by("ACDGIJ", r=[0.1, 0.5, 0.2, 0.4, 0.6, 0.8]), _PAIRS, how="rate", to="2011", weights=_PEOPLE),
    "an area that is lacking": lambda: bridge_lsoa(_by("ABE", n=[1, 100, 3]), _PAIRS, how="count", weights=_PEOPLE),
    "nothing moves": lambda: bridge_lsoa(_by("AC", n=[1, 2], vintage=["2021", "2021"]), _PAIRS, how="count"),
    "no weights": lambda: bridge_lsoa(_by("AB", n=[1, 2]), _PAIRS, how="count"),
    "a weight that is lacking": lambda: bridge_lsoa(_by("AB", n=[1, 2]), _PAIRS, how="count", weights=pd.Series({"C": 1})),
    "nobody lives there": lambda: bridge_lsoa(_by("AB", n=[1, 2]), _PAIRS, how="count", weights=_PEOPLE * 0),
    "codes of neither": lambda: bridge_lsoa(_by("AZ", n=[1, 2]), _PAIRS, how="count"),
    "codes of both": lambda: bridge_lsoa(_by("BC", n=[1, 2]), _PAIRS, how="count"),
    "an area twice": lambda: bridge_lsoa(_by("AA", n=[1, 2]), _PAIRS, how="count"),
    "words for numbers": lambda: bridge_lsoa(_by("AB", n=["x", "y"], b=[True, False]), _PAIRS, how="count"),
    "a way that is none": lambda: bridge_lsoa(_by("AB", n=[1, 2]), _PAIRS, how="sum"),
    "best fit": lambda: bridge_lsoa(_by("AB", n=[1, 2]), _PAIRS.assign(exact=False), how="count", weights=_PEOPLE),
    "years": lambda: pd.DataFrame({"year": [lsoa_vintage(list(c), _PAIRS) for c in ("AB", "AC", "A", "AZ", "")]}),
    "attached": lambda: attach(_AREA, _by(" ", n=[5]).set_axis(_AREA.index)),
    "attached in part": lambda: attach(pd.concat([_AREA, _AREA.set_axis(pd.Index(["E06"], name="area_id"))]), _by(" ", n=[5]).set_axis(_AREA.index), may_lack=True),
    "attached to another year": lambda: attach(_AREA, _by("A", n=[5], vintage=["2011"])),
    "attached to an unknown year": lambda: attach(_AREA, _by("A", n=[5])),
    "attached to two years": lambda: attach(_AREA, _by("AB", n=[5, 6], vintage=["2011", "2021"])),
    "attached to what is no area": lambda: attach(_AREA.drop(columns="level"), _by(" ", n=[5]).set_axis(_AREA.index)),
    "attached in no part": lambda: attach(_AREA, _by("A", n=[5]), may_lack=True),
    "attached over nothing": lambda: attach(_AREA.assign(n=None), _by(" ", n=[5]).set_axis(_AREA.index)),
    "attached twice": lambda: attach(_AREA, _by("AA", n=[5, 6])),
    "attached over another": lambda: attach(_AREA.assign(n=1), _by(" ", n=[5]).set_axis(_AREA.index)),
}  # fmt: skip


def _lines(table: pd.DataFrame) -> list[str]:
    """Write a table as lines of text, with its types first."""
    plain = pd.DataFrame(table.reset_index() if table.index.name else table).copy()
    for name in plain:
        if any(isinstance(v, shapely.Geometry) for v in plain[name]):
            plain[name] = [None if v is None else shapely.to_wkt(v, rounding_precision=1) for v in plain[name]]  # fmt: skip
    kinds = [f"{name}: {kind}" for name, kind in table.dtypes.items()]
    if table.index.name:
        kinds.insert(0, f"index {table.index.name}: {table.index.dtype}")
    return ["; ".join(kinds), *plain.to_csv(index=False, lineterminator="\n").splitlines()]


def main() -> None:
    """Write what is said now."""
    kept = {"read": {n: told(n) for n in READ}, "bridged": {n: bridged(n) for n in BRIDGED}}
    KEPT.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    sys.stdout.write(f"Written: {KEPT}\n")


if __name__ == "__main__":
    main()
