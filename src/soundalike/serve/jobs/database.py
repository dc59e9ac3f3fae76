"""The tables, the engine, and bringing a database up to date."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import (
    JSON,
    URL,
    Column,
    Engine,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    text,
)
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from soundalike.core.errors import ConfigError
from soundalike.core.installation import install_command

MIGRATIONS = Path(__file__).parents[1] / "migrations"
LOCK = 7_301_255  # of PostgreSQL, while tables are changed
metadata = MetaData()
jobs_table = Table(
    "jobs",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("key", String(64)),  # name of the key it was added with
    Column("status", String(16), nullable=False, index=True),  # queued running done failed cancelled
    Column("wanted", JSON),  # the request without its text and recording
    Column("text", Text),  # until it is spoken
    Column("voice", LargeBinary),  # a .voice file, until the text is spoken
    Column("characters", Integer, nullable=False),
    Column("done", Integer, nullable=False),  # characters spoken
    Column("created", Float, nullable=False, index=True),  # seconds since 1970
    Column("started", Float),
    Column("finished", Float, index=True),
    Column("seconds", Float),  # of sound
    Column("error", JSON),
    Column("worker", String(40)),  # the server that works on it
    Column("seen", Float),  # when that server last wrote here
    Column("tries", Integer, nullable=False),
)
voices_table = Table(
    "voices",
    metadata,
    Column("id", String(256), primary_key=True),
    Column("name", String(256), nullable=False),
    Column("facts", JSON, nullable=False),
    Column("file", LargeBinary, nullable=False),
)


def open_database(url: str) -> Engine:
    """An engine whose tables are up to date. Raises ConfigError for a URL that cannot be opened."""
    try:
        made = _checked_url(url)
        engine = create_engine(made, pool_pre_ping=True)
        if made.get_backend_name() == "sqlite":
            event.listen(engine, "connect", _settle)
        migrate(engine)
        return engine
    except (ArgumentError, NoSuchModuleError, ValueError):
        raise ConfigError(
            "--database: not a database's URL. Give sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME."
        ) from None
    except ImportError as error:
        raise ConfigError(
            f"--database: {error.name} is not installed ({install_command('postgres')})."
        ) from None
    except SQLAlchemyError as error:
        raise ConfigError(f"--database: cannot be opened ({str(error).splitlines()[0]}).") from None


def _checked_url(url: str) -> URL:
    """The URL of a database that can be used, its folder made. Raises ConfigError for another."""
    made = make_url(url)
    backend = made.get_backend_name()
    if backend not in ("sqlite", "postgresql"):
        raise ConfigError(
            f"--database: '{backend}' is not known here. Give sqlite:///FILE or postgresql://..."
        )
    if backend == "postgresql":
        return made.set(drivername="postgresql+psycopg") if made.drivername == "postgresql" else made
    if not made.database or made.database == ":memory:":
        raise ConfigError("--database: jobs must outlive the server. Give sqlite:///FILE.")
    Path(made.database).parent.mkdir(parents=True, exist_ok=True)
    return made


def migrate(engine: Engine) -> None:
    """Bring the tables up to date, one server at a time."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _settle(connection: DBAPIConnection, record: object) -> None:
    """SQLite's settings for each new connection."""
    cursor = connection.cursor()
    # Readers do not wait for the writer; what is committed outlives kill -9
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA busy_timeout=10000")
    cursor.close()
