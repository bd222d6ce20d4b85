"""What the library refuses or warns of is said in French too, and each French sentence belongs to an English one of the code."""

from __future__ import annotations

import ast
import re
import tomllib
from functools import lru_cache
from pathlib import Path

import pandas as pd
import pytest

import sahelgeo as sg
from sahelgeo import embedded
from sahelgeo.cli import main
from sahelgeo.words import in_language, message_pattern

PACKAGE = Path(sg.__file__).parent
MESSAGES = [row["en"] for row in embedded.read_rows("messages.csv")]


def rendered(node: ast.expr) -> str | None:
    """A text of the code, with a 0 in the place of each part that is filled in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "0" for part in node.values)
    return None


@lru_cache(maxsize=1)
def texts() -> tuple[str, ...]:
    """Every text in the code of the package; some are joined to others by a full stop."""
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in PACKAGE.rglob("*.py"))
    found = {
        text for tree in trees for node in ast.walk(tree) if isinstance(node, ast.expr) and (text := rendered(node))
    }
    return (*found, *(f"{text}. 0" for text in found))


# What no single text of the code is: a head and what follows it, and what the command puts before a warning.
PROBLEMS = "stocks table (3 rows): 1 problem\n  1. column 'people'"
JOINED = ("warning: a table of 3 rows", PROBLEMS, f"list.csv: {PROBLEMS}", "sheet 'PDI': 3 rows, headings 'a', 'b'",
          "sahelgeo's own Events table (0 of its headings)",
          "3 of 9 rows have no area: 0; kept without geometry", "3 of 9 rows have no area: 0; left out",
          "areas left out, as no classification of theirs holds 2023-02-01 (5): NE002002",
          *(f"0, column 0: {rule}" for rule in (
              "0 is no number with 0 as decimal mark. Correct the cell, or say another decimal=",
              "0 can only be read with a decimal point, 0 only with a decimal comma or points between thousands. A "
              "spreadsheet may have changed some of the cells: take the publisher's file, or write the column in one way",
              "0 is no day with the 0 first",
              "0 can only be read with the day first, 0 only with the month first. Write them as YYYY-MM-DD")),
          *tomllib.loads(embedded.read_text("no_feeds.toml"))["endings"].values())  # fmt: skip


def test_each_message_is_one_of_the_code() -> None:
    """A sentence that was changed in the code has no French any more: change data/messages.csv with it."""
    said = (*texts(), *JOINED, *sg.load_sample("central-sahel").stocks["doubt"].dropna())
    gone = []
    for english in MESSAGES:
        longest, pattern = max(re.split(r"{\w+}", english.replace("\\n", "\n")), key=len), message_pattern(english)
        if not any(longest in text and pattern.fullmatch(text) for text in said):
            gone.append(english)
    assert gone == []


def test_both_languages_have_the_same_parts() -> None:
    """No figure and no name is lost in French."""
    for row in embedded.read_rows("messages.csv"):
        assert sorted(re.findall(r"{(\w+)}", row["en"])) == sorted(re.findall(r"{(\w+)}", row["fr"])), row["en"]
    assert pd.Series(MESSAGES).is_unique


def test_most_refusals_of_readers_have_a_french_sentence() -> None:
    """Two of three at least, each kind of trouble that newcomers have among them."""
    raised = {
        text
        for path in (PACKAGE / "readers").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "FormatError" and node.args
        if (text := rendered(node.args[0]))
    }
    spoken = [text for text in raised if in_language(text, "fr") != text]
    assert len(spoken) >= 0.66 * len(raised)


REFUSED = {
    "nothing.csv": (None, "nothing.csv : ce fichier n'existe pas"),
    "empty.csv": ("", "empty.csv : vide. Téléchargez-le de nouveau"),
    "page.csv": ("<html><title>Login</title>", "page.csv : une page web ('Login'), non des données."),
    "broken.json": ("{", "broken.json : JSON endommagé ("),
    "list.json": ("[1]", "list.json : du JSON dont la liste contient autre chose que des enregistrements"),
    "other.csv": ("x,y\n1,2\n", "other.csv : pas un fichier que sahelgeo connaît. Vu : 2 lignes, en-têtes 'x', 'y'."),
    "quote.csv": ('a,b\n1,"2\n3,4\n', 'un guillemet (") est ouvert et jamais fermé'),
    "saved.csv": (
        "pcode,date,group,people,source\nBF56,05/09/2020,idp,1,mine\n",
        "colonne 'date' : '05/09/2020' (ligne 2). sahelgeo écrit les jours AAAA-MM-JJ",
    ),
    "twice.csv": (
        "pcode,date,group,people,source\nBF56,2020-09-05,idp,-1,mine\n",
        "table stocks (1 lignes) : 1 problème",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_inspect_and_read_refuse_in_french(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same file, the same reason, whichever command meets it."""
    monkeypatch.chdir(tmp_path)
    content, sentence = REFUSED[name]
    if content is not None:
        Path(name).write_text(content, encoding="utf-8")
    assert main(["inspect", name, "--lang", "fr"]) == 1
    assert sentence in capsys.readouterr().out
    assert main(["read", name, "--lang", "fr"]) == 1
    assert sentence in capsys.readouterr().err


def test_inspect_says_in_french_what_a_file_is(tmp_path: Path) -> None:
    """Labels, counts and numbers; names of feeds stay as they are."""
    path = tmp_path / "gidd.csv"
    path.write_text("iso3,country_name,year,new_displacement,total_displacement\nMLI,Mali,2022,153990,379932\n")
    lines = sg.inspect_file(path, lang="fr").splitlines()
    assert lines[0].split() == ["fichier", "gidd.csv"]
    assert "lignes    1 dans le fichier = 1 gardées" in lines
    assert "personnes 379\u202f932" in lines
    assert lines[-1].split() == ["note", "aucune"]


def test_each_of_a_list_is_said_in_french() -> None:
    """Where all of it can be; what stands between them is no part of one."""
    near = "sahelgeo's own Stocks table (75% of its headings); DTM (60% of its headings)"
    assert in_language(near, "fr") == "table Stocks de sahelgeo (75% de ses en-têtes) ; DTM (60% de ses en-têtes)"
    assert in_language("one; two", "fr") == "one; two"


def test_what_has_no_french_stays_in_english() -> None:
    """And English is what it was."""
    assert in_language("something: else 1,234", "fr") == "something: else 1,234"
    assert in_language("x.csv: there is no such file", "en") == "x.csv: there is no such file"
