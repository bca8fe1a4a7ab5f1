"""A PostgreSQL of our own with the shipped data and with scale data, and processes of the site on them."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path

from tests.database import Postgres, find_postgres

ROOT = Path(__file__).resolve().parent.parent
FULL, QUICK = (1000, 1_000_000), (200, 20_000)
KEPT_OUT = (
    "DATABASE_URL",
    "PUBLIC_DATABASE_URL",
    "CACHE_URL",
    "SITE_URL",
    "ALLOWED_HOSTS",
    "FAILPOINT",
    "DEMO",
)


class Places(ExitStack):
    def __init__(self, *, quick: bool):
        super().__init__()
        self.quick = quick
        self.rounds = 5 if quick else 9
        self.sites: list[Inside] = []
        self.folder = Path(self.enter_context(tempfile.TemporaryDirectory(prefix="blueprint-bench-")))

    @cached_property
    def server(self) -> str:
        """The address of the PostgreSQL, without a database's name."""
        programs = find_postgres()
        if programs is None:
            sys.exit("No PostgreSQL server found (package postgresql): nothing was measured.")
        postgres = Postgres(programs)
        self.callback(postgres.stop)
        return postgres.start().rsplit("/", 1)[0]

    @cached_property
    def shipped(self) -> str:
        self.sql("CREATE DATABASE shipped")
        self.manage("shipped", "prepare", DEMO="1")
        return "shipped"

    @cached_property
    def scale(self) -> str:
        name = self.copy(self.shipped, "scale")
        indicators, observations = QUICK if self.quick else FULL
        print(f"Making scale data: {indicators} indicators, {observations} observations ...", flush=True)
        self.manage(name, "seed_scale", f"--indicators={indicators}", f"--observations={observations}")
        self.sql("VACUUM ANALYZE", database=name)
        return name

    def copy(self, template: str, name: str) -> str:
        self.sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        self.sql(f"CREATE DATABASE {name} TEMPLATE {template}")
        # A key remembers the ledger that it signed, so each copy has one of its own.
        for ending in ("", ".signed"):
            shutil.copy(f"{self.key_of(template)}{ending}", f"{self.key_of(name)}{ending}")
        return name

    def key_of(self, database: str) -> Path:
        return self.folder / f"{database}-ledger-key"

    def sql(self, statement: str, *, database: str = "postgres"):
        import psycopg2

        connection = psycopg2.connect(f"{self.server}/{database}")
        connection.autocommit = True
        connection.cursor().execute(statement)
        connection.close()

    def environment(self, database: str, **more: str) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if name not in KEPT_OUT}
        return (
            inherited
            | {
                "DATABASE_URL": f"{self.server}/{database}",
                "VAR_DIR": str(self.folder),
                "LEDGER_KEY_FILE": str(self.key_of(database)),
                "DEBUG": "0",
                "PYTHONPATH": str(ROOT),
                "PYTHONHASHSEED": "0",
            }
            | more
        )

    def manage(self, database: str, *arguments: str, **environment: str):
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT, env=self.environment(database, **environment), capture_output=True, text=True,
        )  # fmt: skip
        if done.returncode:
            sys.exit(f"manage.py {arguments[0]} failed:\n{done.stderr[-3000:]}")

    def inside(self, database: str) -> "Inside":
        self.sites.append(Inside(self.environment(database)))
        return self.sites[-1]

    def rest(self):
        """End the processes of the measure that is done: a database in use cannot be copied."""
        while self.sites:
            self.sites.pop().close()

    def __exit__(self, *fault):
        self.rest()
        return super().__exit__(*fault)


class Inside:
    """A process of the site on a database, that measures what it is asked to (see inside.py)."""

    def __init__(self, environment: dict[str, str]):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.inside"],
            cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=60)

    def ask(self, verb: str, *arguments):
        self.process.stdin.write(json.dumps([verb, *arguments]) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"The process that measures {verb} ended.")
        return json.loads(answer)
