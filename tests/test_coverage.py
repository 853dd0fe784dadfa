"""Every point of the source notes has a place in the book."""

import json
import re
from pathlib import Path

import coverage_table
import pytest

ROOT = Path(__file__).resolve().parent.parent
CHAPTERS = ROOT / "chapters"
INVENTORY = coverage_table.inventory(CHAPTERS)


def test_the_inventory_is_complete_and_in_order():
    ids = [row["id"] for row in INVENTORY]
    assert len(set(ids)) == len(ids) == 52
    assert all(re.fullmatch(r"N[1-4](\.\d)*[a-e]?", point) for point in ids)
    assert {row["status"] for row in INVENTORY} == {"teach", "correct"}
    assert all(row["point"] for row in INVENTORY)


@pytest.mark.parametrize("row", INVENTORY, ids=lambda row: row["id"])
def test_a_point_has_a_heading(row):
    assert coverage_table.places(CHAPTERS).get(row["id"]), "no page covers it"


def test_no_page_claims_a_point_that_does_not_exist():
    assert set(coverage_table.places(CHAPTERS)) <= {row["id"] for row in INVENTORY}


@pytest.mark.parametrize(
    "row", [row for row in INVENTORY if row["status"] == "correct"], ids=lambda row: row["id"]
)
def test_a_correction_is_among_the_corrections(row):
    pages = {place.page for place in coverage_table.places(CHAPTERS)[row["id"]]}
    assert "corrections" in pages
    assert pages - {"corrections"}, "it is corrected, but not where it is taught"


def test_a_mark_without_a_labelled_heading_is_an_error(tmp_path):
    cell = {"cell_type": "markdown", "source": "# Title\n<!-- covers: N1.1a -->"}
    notebook = tmp_path / "page.ipynb"
    notebook.write_text(json.dumps({"cells": [cell]}), encoding="utf-8")
    with pytest.raises(ValueError, match="page: .* does not stand under a labelled heading"):
        coverage_table.places(tmp_path)
