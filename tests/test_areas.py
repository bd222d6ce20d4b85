"""The embedded areas, and the sample that stands on them."""

from __future__ import annotations

import pandas as pd
import pytest
import shapely

import sahelgeo as sg


def test_the_default_is_every_country_with_regions() -> None:
    """The five countries are there at admin 1, with their neighbours."""
    areas = sg.load_areas()
    assert {"BFA", "MLI", "NER", "TCD", "MRT"} <= set(areas["iso3"])
    assert areas.index.tolist() == list(range(len(areas)))


@pytest.mark.parametrize(
    ("country", "level", "count"),
    [("BFA", 0, 1), ("BFA", 1, 13), ("BFA", 2, 45), ("MLI", 1, 9), ("NER", 1, 8), ("TCD", 1, 22), ("MRT", 1, 13)],
)
def test_each_country_has_its_units(country: str, level: int, count: int) -> None:
    """The counts are those of the edition that the docstring names."""
    assert len(sg.load_areas(country, level=level)) == count


def test_several_countries_make_one_coverage() -> None:
    """Neighbours share their borders exactly."""
    areas = sg.load_areas(["BFA", "MLI", "NER"])
    assert len(areas) == 30
    assert shapely.coverage_is_valid(areas.geometry.to_numpy())


def test_the_edition_says_what_is_lacking() -> None:
    """Ménaka, Taoudénit, the two Ennedis and the 17 regions are not there, and the edition says so."""
    editions = sg.load_areas()["edition"]
    assert editions.str.contains("without Ménaka and Taoudénit").any()
    assert editions.str.contains("Ennedi undivided").any()
    assert editions.str.contains("13 regions").any()


def test_an_unknown_country_names_the_known_ones() -> None:
    """The message lists what there is and the way to other areas."""
    with pytest.raises(
        sg.SahelgeoError,
        match=r"no embedded areas at level 1 for 'FRA'. There are: .*BFA.*Read your own file with read_areas",
    ):
        sg.load_areas("FRA")


def test_provinces_are_there_for_burkina_faso_alone() -> None:
    """A level that a country lacks is refused, not answered with another one."""
    with pytest.raises(LookupError, match="no embedded areas at level 2 for 'MLI'. There are: BFA"):
        sg.load_areas("MLI", level=2)


def test_an_unknown_level_is_refused() -> None:
    """There are three levels."""
    with pytest.raises(sg.SahelgeoError, match="level 3 is not embedded. Choose 0"):
        sg.load_areas("BFA", level=3)


def test_the_sample_carries_published_figures() -> None:
    """1,034,609 displaced people in 13 regions, 21,398,997 people analysed, as published."""
    sample = sg.load_sample("burkina-2020")
    assert (len(sample.stocks), sample.stocks["people"].sum()) == (13, 1_034_609)
    assert (len(sample.phases), sample.phases["population"].sum()) == (13, 21_398_997)
    assert sample.population["year"].unique().tolist() == [2020]


def test_rows_of_the_phases_reconcile_within_one_person() -> None:
    """People in phases 1 to 5 add up to the population of the row, but for rounding in the source."""
    phases = sg.load_sample().phases
    people = phases[[f"people_{phase}" for phase in range(1, 6)]].sum(axis=1)
    assert ((people - phases["population"]).abs() <= 1).all()


def test_the_events_of_the_sample_are_those_of_its_year() -> None:
    """UCDP's of 2020 in Burkina Faso, 166 with 1,167 deaths; the sample holds no movements."""
    sample = sg.load_sample()
    assert (len(sample.events), sample.events["fatalities"].sum()) == (166, 1_167)
    assert sample.events["date"].dt.year.unique().tolist() == [2020]
    with pytest.raises(sg.SahelgeoError, match="holds no flows"):
        _ = sample.flows


def test_an_unknown_sample_names_the_known_ones() -> None:
    """The message lists the samples."""
    with pytest.raises(sg.SahelgeoError, match="there is no sample called 'mali-2012'. Choose one of: burkina-2020"):
        sg.load_sample("mali-2012")


@pytest.mark.parametrize("level", [0, 1, 2])
def test_the_embedded_areas_keep_their_declaration(level: int) -> None:
    """They are not checked again whenever they are read: the file already holds the declared columns and types."""
    areas = sg.load_areas(level=level)
    pd.testing.assert_frame_equal(pd.DataFrame(sg.conform(areas, "areas")), pd.DataFrame(areas))


def test_countries_are_known_by_their_names_too():
    """Mali, ML and mli are MLI; Tchad is Chad."""
    for given in ("MLI", "Mali", "ML", "mli"):
        assert set(sg.load_areas(given)["iso3"]) == set(sg.load_pcodes(given)["iso3"]) == {"MLI"}
    assert set(sg.load_areas(["BFA", "Tchad"])["iso3"]) == {"BFA", "TCD"}
