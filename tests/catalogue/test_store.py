"""The database: built once, whole, again when damaged; old ones go."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kofu.catalogue.folder import PACKAGE_DATA
from kofu.catalogue.search import Query, search
from kofu.catalogue.store import Store, UnknownProgrammeError, open_store
from kofu.errors import KofuError
from kofu.programme.model import Programme


def databases(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.sqlite"))


def test_the_database_gives_back_the_catalogue(store: Store, catalogue: list[Programme]) -> None:
    assert list(store.programmes()) == catalogue
    assert store.programme(catalogue[5].id) == catalogue[5]
    assert list(store.programmes([catalogue[3].id, catalogue[1].id])) == [catalogue[3], catalogue[1]]


@pytest.mark.parametrize(
    "identifier", ["", "nope", "' OR 1=1 --", "meti-fy2024s-nariwai-noto\x00", "\udcff", "緑"]
)
def test_an_unknown_id_is_one_sentence(store: Store, identifier: str) -> None:
    with pytest.raises(UnknownProgrammeError, match="kofu list"):
        store.programme(identifier)


def test_successors_are_the_lineage_read_backwards(store: Store, catalogue: list[Programme]) -> None:
    ties = {(tie.of, p.id) for p in catalogue for tie in p.lineage}
    assert {(old, new) for old, news in store.successors.items() for new in news} == ties
    assert len(ties) > 10


def test_it_is_built_once(made_up: Path, tmp_path: Path) -> None:
    first = open_store(made_up, tmp_path / "cache")
    stamp = first.path.stat().st_mtime_ns
    assert open_store(made_up, tmp_path / "cache").path == first.path
    assert first.path.stat().st_mtime_ns == stamp


def test_a_changed_file_gives_a_new_database_and_the_old_one_goes(made_up: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    old = open_store(made_up, cache)
    other = open_store(PACKAGE_DATA, cache)
    os.utime(old.path, (1, 1))
    path = made_up / "meti-fy2016s2-akari.yaml"
    path.write_text(path.read_text("utf-8").replace("ja: 商店街の明かり交換事業", "ja: 提灯事業"), "utf-8")
    new = open_store(made_up, cache)
    assert new.programme("meti-fy2016s2-akari").title.ja == "提灯事業"
    assert databases(cache) == sorted([new.path, other.path])  # another folder's database stays
    assert old.programme("meti-fy2016s2-akari").title.ja == "商店街の明かり交換事業"  # for who has it open


@pytest.mark.parametrize("damage", ["cut", "empty", "noise", "header", "middle"])
def test_a_damaged_database_is_built_again(made_up: Path, tmp_path: Path, damage: str) -> None:
    cache = tmp_path / "cache"
    store = open_store(made_up, cache)
    whole = store.path.read_bytes()
    store.connection.close()
    half = len(whole) // 2
    store.path.write_bytes(
        {
            "cut": whole[:half],
            "empty": b"",
            "noise": bytes(range(256)) * 64,
            "header": b"\0" * 100 + whole[100:],
            "middle": whole[:4096] + b"\xff" * (len(whole) - 4096),
        }[damage]
    )
    again = open_store(made_up, cache)
    assert search(again, Query("商店街")).total == 2
    assert databases(cache) == [again.path]


@pytest.mark.parametrize("name", ["a b", "per%41cent", "what?mode=rw", "sharp#1", "緑"])
def test_any_folder_name_will_do(made_up: Path, tmp_path: Path, name: str) -> None:
    assert search(open_store(made_up, tmp_path / name), Query("商店街")).total == 2


def test_a_cache_that_cannot_be_written_is_one_sentence(made_up: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(KofuError, match="KOFU_CACHE") as error:
        open_store(made_up, tmp_path / "file" / "cache")
    assert "cannot be written" in error.value.say("en")


def test_a_catalogue_without_files_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(KofuError, match=r"\*\.yaml"):
        open_store(tmp_path, tmp_path / "cache")


def test_a_broken_catalogue_leaves_no_database(made_up: Path, tmp_path: Path) -> None:
    (made_up / "meti-fy2016s2-akari.yaml").write_text("id: [", "utf-8")
    with pytest.raises(KofuError, match="誤り"):
        open_store(made_up, tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


def test_two_processes_build_at_the_same_time(tmp_path: Path, environment: dict[str, str]) -> None:
    cache = tmp_path / "cache"
    command = [sys.executable, "-m", "kofu.cli", "list", "--json"]
    runs = [
        subprocess.Popen(command, env=environment | {"KOFU_CACHE": str(cache)}, stdout=subprocess.PIPE)
        for _ in range(3)
    ]
    outputs = [run.communicate(timeout=60)[0] for run in runs]
    assert [run.returncode for run in runs] == [0, 0, 0]
    assert outputs[0] == outputs[1] == outputs[2]
    assert len(databases(cache)) == 1
