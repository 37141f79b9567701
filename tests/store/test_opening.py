"""What a user is told when a store cannot be opened or written: in each case the remedy."""

import sqlite3
import sys
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.store.workers import RECORDED_AT, A, facts, lengths, pair

from runoff.core.errors import StoreError
from runoff.store import Appended, database

# --- addresses -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url", ["somewhere", "", "mysql://db/runoff", "postgresql+no_such_driver://db/runoff"]
)
def test_what_is_no_address_is_refused_with_those_that_are(connect, url):
    """The message names the variable and shows both kinds of address."""
    with pytest.raises(
        StoreError, match=r"RUNOFF_STORE is no address .* expected sqlite:////path.* or postgresql\+"
    ):
        connect(url)


def test_a_missing_driver_is_named_with_the_command_that_installs_it(connect, monkeypatch):
    """Without the extra, one line says what to install."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match=r"needs the package psycopg: pip install 'runoff\[postgres\]'"):
        connect("postgresql+psycopg://me:secret@db/runoff")


def test_a_password_is_never_told(connect, tmp_path):
    """An address in a message hides the password."""
    with pytest.raises(StoreError, match=r"me:\*\*\*@") as caught:
        connect(f"postgresql+psycopg://me:secret@/runoff?host={tmp_path}")
    assert "secret" not in str(caught.value)


# --- SQLite ----------------------------------------------------------------------------------------------------------


def test_folders_that_are_missing_are_made(connect, tmp_path):
    """A store opens wherever it may, without a folder being made first."""
    store = connect(f"sqlite:///{tmp_path / 'a' / 'b' / 'runoff.sqlite'}")
    store.append(pair(0), recorded_at=RECORDED_AT)
    assert lengths(store) == (10, 10)


def test_a_new_file_that_another_process_is_setting_up_is_waited_for(connect, new_sqlite):
    """Two may open a store for the first time at once: SQLite turns the second away, and runoff waits its turn."""
    url = new_sqlite()
    other = sqlite3.connect(sa.make_url(url).database, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    release = threading.Timer(0.3, other.close)
    release.start()
    try:
        assert lengths(connect(url)) == (0, 0)
    finally:
        release.join()


def test_a_new_file_that_stays_locked_is_given_up(connect, new_sqlite, monkeypatch):
    """The wait has an end, and the message says what to do."""
    monkeypatch.setattr(database, "LOCK_WAIT_SECONDS", 1)
    url = new_sqlite()
    other = sqlite3.connect(sa.make_url(url).database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(
            StoreError, match="is being written by another process and did not come free within 1 sec"
        ):
            connect(url)
    finally:
        other.close()


@pytest.mark.parametrize(
    "content", [b"not a database, but longer than its header\n" * 100, b"SQLite format 3\0" + b"x" * 5000]
)
def test_a_file_that_is_no_database_is_refused_and_left_alone(connect, tmp_path, content):
    """A file of something else is not touched; the message says to move it away."""
    file = tmp_path / "runoff.sqlite"
    file.write_bytes(content)
    with pytest.raises(StoreError, match=r"is no store, or a damaged one \(.+\): move it away and run again"):
        connect(f"sqlite:///{file}")
    assert file.read_bytes() == content


def test_a_damaged_store_is_refused(connect, tmp_path):
    """A store whose pages were overwritten says so when it is read, and no number comes out of it."""
    file = tmp_path / "runoff.sqlite"
    store = connect(f"sqlite:///{file}")
    store.append([facts("f", A, *((n, n, float(n)) for n in range(2000)))], recorded_at=RECORDED_AT)
    store.close()
    pages = file.read_bytes()
    file.write_bytes(pages[:4096] + b"\xa5" * (len(pages) - 4096))
    with pytest.raises(StoreError, match="is no store, or a damaged one"):
        lengths(connect(f"sqlite:///{file}"))


def test_a_folder_that_cannot_be_made_is_refused(connect, tmp_path):
    """Where a file stands in the way of the folder, the message names RUNOFF_HOME."""
    (tmp_path / "file").touch()
    with pytest.raises(
        StoreError, match=r"cannot be written \(.+\): set RUNOFF_HOME to a folder of your own"
    ):
        connect(f"sqlite:///{tmp_path / 'file' / 'runoff.sqlite'}")


def test_a_store_that_cannot_be_opened_is_refused(connect, tmp_path):
    """Where a folder stands in place of the file, the message says what to check."""
    (tmp_path / "runoff.sqlite").mkdir()
    with pytest.raises(
        StoreError, match=r"cannot be used \(unable to open.*\): check its address and its permissions"
    ):
        connect(f"sqlite:///{tmp_path / 'runoff.sqlite'}")


def test_a_full_disk_loses_nothing_and_half_writes_nothing(new_sqlite, connect):
    """An append that finds no room is refused whole; what was there can be read, and room lets it through."""
    url = new_sqlite()
    store = connect(url)
    store.append(pair(0), recorded_at=RECORDED_AT)
    store.close()
    size = Path(store.url.database).stat().st_size
    big = [*pair(1), facts("big", A, *((n, n, 0.5) for n in range(100, 20_000)))]

    def limit(connection, _record):
        connection.execute(f"PRAGMA max_page_count = {size // 4096 + 20}")

    sa.event.listen(sa.pool.Pool, "connect", limit)
    try:
        tight = connect(url)
        with pytest.raises(StoreError, match=r"the disk that holds the store .* is full: free some space"):
            tight.append(big, recorded_at=RECORDED_AT)
        assert lengths(tight) == (10, 10)
        tight.append(pair(1), recorded_at=RECORDED_AT)  # there is room for this much
        tight.close()
    finally:
        sa.event.remove(sa.pool.Pool, "connect", limit)
    again = connect(url)
    assert lengths(again) == (20, 20)
    assert again.append(big, recorded_at=RECORDED_AT).added == 19_900


# --- PostgreSQL ------------------------------------------------------------------------------------------------------


def test_a_database_that_does_not_exist_is_named(connect, postgres_folder):
    """The server's own words are in the message, on one line."""
    with pytest.raises(
        StoreError, match=r'cannot be used \(.*"nowhere" does not exist\): check its address'
    ) as caught:
        connect(f"postgresql+psycopg://postgres@/nowhere?host={postgres_folder}")
    assert "\n" not in str(caught.value)


def test_a_server_that_does_not_answer_is_told(connect, tmp_path):
    """Where nothing listens, the message says what to check."""
    with pytest.raises(StoreError, match=r"cannot be used \(connection .*failed.*\): check its address"):
        connect(f"postgresql+psycopg://postgres@/runoff?host={tmp_path}")


def test_a_role_that_may_not_write_is_told(connect, postgres_folder, run_sql):
    """A user without rights on the schema is told about permissions, not about a damaged file."""
    run_sql("CREATE ROLE guest LOGIN")
    with pytest.raises(
        StoreError, match=r"cannot be used \(permission denied .*\): check its address and its perm"
    ):
        connect(f"postgresql+psycopg://guest@/postgres?host={postgres_folder}")


def test_a_role_that_may_only_read_reads(connect, new_postgres, run_sql):
    """Nothing is written by whoever only looks; what they may not append is refused with the reason."""
    url = new_postgres()
    connect(url).append(pair(0), recorded_at=RECORDED_AT)
    schema = url.rpartition("%3D")[2]
    run_sql("DROP ROLE IF EXISTS desk; CREATE ROLE desk LOGIN")
    run_sql(f"GRANT USAGE ON SCHEMA {schema} TO desk; GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO desk")
    reader = connect(url.replace("postgres@", "desk@"))
    assert lengths(reader) == (10, 10)
    assert reader.append([], recorded_at=RECORDED_AT) == Appended(added=0, known=0)
    with pytest.raises(
        StoreError, match=r"cannot be used \(permission denied .*\): check its address and its perm"
    ):
        reader.append(pair(1), recorded_at=RECORDED_AT)
    assert lengths(reader) == (10, 10)
    run_sql("DROP OWNED BY desk; DROP ROLE desk")


def test_a_database_of_its_own_holds_a_store(connect, postgres_folder, run_sql):
    """Without a schema in the address the store is in the default one; another schema is another store."""
    run_sql("CREATE DATABASE runoff")
    url = f"postgresql+psycopg://postgres@/runoff?host={postgres_folder}"
    first = connect(url)
    first.append(pair(0), recorded_at=RECORDED_AT)
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE SCHEMA second"))
    engine.dispose()
    second = connect(f"{url}&options=-csearch_path%3Dsecond")
    assert (lengths(first), lengths(second)) == ((10, 10), (0, 0))
