"""A store on each database: a SQLite file, and a PostgreSQL server that the tests start for themselves."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from runoff.store import Store

BINARIES = "/usr/lib/postgresql"  # where Debian and Ubuntu keep them, out of PATH


def _binaries() -> Path | None:
    """The folder of PostgreSQL's newest programs."""
    found = sorted(Path(BINARIES).glob("*/bin/initdb"), key=lambda p: float(p.parts[-3]))
    if not found and (on_path := shutil.which("initdb")):
        found = [Path(on_path)]
    return found[-1].parent if found else None


@pytest.fixture(scope="session")
def postgres_folder(unavailable):
    """A PostgreSQL server that listens in this folder only, for the length of the run."""
    if (binaries := _binaries()) is None:
        unavailable("no PostgreSQL: apt-get install postgresql")
    owner = {}
    if os.geteuid() == 0:  # it refuses to run as root
        import pwd

        try:
            user = pwd.getpwnam("postgres")
        except KeyError:
            unavailable("no user `postgres` to run PostgreSQL as: apt-get install postgresql")
        owner = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    folder = Path(
        tempfile.mkdtemp(prefix="runoff-pg-")
    )  # a socket's path has no room for pytest's own folder
    folder.chmod(0o755)
    if owner:
        os.chown(folder, owner["user"], owner["group"])

    def run(program, *arguments):
        subprocess.run(
            [binaries / program, "-D", folder / "data", *arguments],
            cwd=folder, check=True, stdout=subprocess.DEVNULL, **owner,
        )  # fmt: skip

    try:
        run("initdb", "-A", "trust", "-U", "postgres", "--no-sync", "--locale=C", "-E", "UTF8")
        options = f"-c listen_addresses='' -c max_connections=50 -k {folder} -F"
        run("pg_ctl", "start", "--wait", "-l", str(folder / "log"), "-o", options)
        try:
            yield folder
        finally:
            run("pg_ctl", "stop", "--wait", "-m", "immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def _numbers():
    return count()


@pytest.fixture
def run_sql(postgres_folder) -> Callable[[str], None]:
    """Let the owner of the server run a statement."""
    import psycopg

    def run(statement: str) -> None:
        with psycopg.connect(host=str(postgres_folder), user="postgres", autocommit=True) as connection:
            connection.execute(statement)

    return run


@pytest.fixture
def new_postgres(postgres_folder, run_sql, _numbers) -> Callable[[], str]:
    """Make an empty schema on the PostgreSQL server and give its address: a database each would take 8 MB."""

    def make() -> str:
        name = f"store_{next(_numbers)}"
        run_sql(f"CREATE SCHEMA {name}")
        return (
            f"postgresql+psycopg://postgres@/postgres?host={postgres_folder}&options=-csearch_path%3D{name}"
        )

    return make


@pytest.fixture
def new_sqlite(tmp_path, _numbers) -> Callable[[], str]:
    """Give the address of a SQLite file that is not there yet."""
    return lambda: f"sqlite:///{tmp_path / f'runoff_{next(_numbers)}.sqlite'}"


@pytest.fixture(params=["sqlite", "postgres"])
def new_url(request) -> Callable[[], str]:
    """Give the address of an empty store, a new one at each call: the contract holds on either database."""
    return request.getfixturevalue(f"new_{request.param}")


@pytest.fixture
def url(new_url) -> str:
    """The address of an empty store."""
    return new_url()


@pytest.fixture
def connect(request):
    """Open a store; it is closed when the test ends."""

    def open_store(url: str) -> Store:
        store = Store(url)
        request.addfinalizer(store.close)
        return store

    return open_store


@pytest.fixture
def store(connect, url) -> Store:
    """An empty store."""
    return connect(url)
