from pathlib import Path

import pytest

from runoff import config
from runoff.core.errors import ConfigError
from runoff.store import Store


def test_without_settings_the_store_is_a_file_in_the_users_data_folder():
    """An empty environment means the platform's folder for user data, and English."""
    found = config.read({})
    assert found.home.name == "runoff"
    assert found.home.is_absolute()
    assert found.store_url.startswith("sqlite:///")
    assert found.store_url.endswith("/runoff.sqlite")
    assert found.language == "en"


def test_an_empty_setting_is_none():
    """A variable that is set to nothing counts as not set."""
    assert config.read({"RUNOFF_HOME": "", "RUNOFF_STORE": "", "RUNOFF_LANG": ""}) == config.read({})


def test_a_tilde_is_the_users_home():
    """The folder may be written from one's home."""
    assert config.read({"RUNOFF_HOME": "~/there"}).home == Path.home() / "there"


def test_an_address_of_a_store_is_taken_as_it_is():
    """The store may live elsewhere than the folder."""
    url = "postgresql+psycopg://me:p%40ss@db/runoff"
    assert config.read({"RUNOFF_HOME": "/x", "RUNOFF_STORE": url}).store_url == url


@pytest.mark.parametrize("name", ["plain", "two words", "what?", "100%20", "a#b", "中文", "a&b=c"])
def test_the_store_lies_in_the_folder_whatever_its_name(tmp_path, name):
    """Characters that mean something in an address mean nothing in a folder's name."""
    store = Store(config.read({"RUNOFF_HOME": str(tmp_path / name)}).store_url)
    store.close()
    assert [p.name for p in tmp_path.iterdir()] == [name]
    assert (tmp_path / name / "runoff.sqlite").is_file()


def test_a_language_that_runoff_does_not_speak_is_refused_with_those_it_does():
    """The message names the variable and the choices."""
    assert config.read({"RUNOFF_LANG": "zh"}).language == "zh"
    with pytest.raises(ConfigError, match="RUNOFF_LANG is 'fr'; runoff speaks en, zh"):
        config.read({"RUNOFF_LANG": "fr"})


def test_every_setting_that_is_read_is_documented():
    """The table of settings names exactly what `read` asks the environment for; those of sources by their pattern."""
    asked = set()

    class Asked(dict):
        def get(self, key, default=None):
            asked.add(key)
            return default

    config.read(Asked())
    of_sources = {"RUNOFF_FRED_KEY", "RUNOFF_<SOURCE>_ADDRESS"}
    assert asked | of_sources == set(config.SETTINGS)
    assert not asked & of_sources


def test_a_mirror_and_a_key_are_by_source_and_a_key_is_shown_nowhere():
    """Addresses and keys are read under the names of sources; what is empty is not set."""
    found = config.read(
        {
            "RUNOFF_FRED_ADDRESS": "https://mirror.example/fred",
            "RUNOFF_NYFED_ADDRESS": "",
            "RUNOFF_FRED_KEY": "s3cret",
            "RUNOFF_LANG_KEY": "",
            "OTHER_FRED_ADDRESS": "https://no.example",
        }
    )
    assert dict(found.addresses) == {"fred": "https://mirror.example/fred"}
    assert dict(found.keys) == {"fred": "s3cret"}
    assert "s3cret" not in repr(found)
