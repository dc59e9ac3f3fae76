"""The command that installs an extra fits how the package was installed."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest
from conftest import ROOT

from soundalike.core import installation
from soundalike.core.installation import install_command

EXTRA_OF_PACKAGE = re.compile(r"""pip install ['"]?(-e )?['"]?soundalike\[""")


class Distribution:
    """What importlib.metadata gives of an installed package."""

    def __init__(self, origin=None, installer="pip", requires=()):
        self.files = {
            "direct_url.json": json.dumps(origin) if origin else None,
            "INSTALLER": f"{installer}\n",
        }
        self.requires = list(requires)

    def read_text(self, name):
        return self.files[name]


@pytest.fixture
def installed(monkeypatch, tmp_path):
    """Says how the package was installed, by pip of this environment unless another is named."""
    monkeypatch.setattr(installation, "CHECKOUT", tmp_path / "site-packages")
    monkeypatch.setattr("shutil.which", lambda name: str(Path(sys.executable).parent / name))

    def say(*arguments, **keywords):
        monkeypatch.setattr(installation, "_distribution", lambda: Distribution(*arguments, **keywords))

    return say


def test_from_an_index(installed):
    installed()
    assert install_command("de") == 'pip install "soundalike[de]"'
    assert install_command("serve", "postgres") == 'pip install "soundalike[serve,postgres]"'


def test_from_a_folder(installed, tmp_path, monkeypatch):
    clone = tmp_path / "a clone"
    clone.mkdir()
    installed({"url": clone.as_uri(), "dir_info": {}})
    assert install_command("de") == f'pip install "{clone}[de]"'
    monkeypatch.chdir(clone)
    assert install_command("de") == 'pip install ".[de]"'


def test_from_a_clone_that_is_edited(installed, tmp_path, monkeypatch):
    (tmp_path / "src" / "soundalike").mkdir(parents=True)
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.setattr(installation, "CHECKOUT", tmp_path)
    installed({"url": tmp_path.as_uri(), "dir_info": {"editable": True}})
    assert install_command("de") == f'pip install -e "{tmp_path}[de]"'
    monkeypatch.chdir(tmp_path)
    assert install_command("de") == 'pip install -e ".[de]"'


def test_from_a_wheel(installed, tmp_path):
    wheel = tmp_path / "soundalike-0.1.0-py3-none-any.whl"
    wheel.touch()
    installed({"url": wheel.as_uri(), "archive_info": {}})
    assert install_command("de") == f'pip install "{wheel}[de]"'


def test_from_a_wheel_that_is_gone(installed, tmp_path):
    installed(
        {"url": (tmp_path / "gone.whl").as_uri(), "archive_info": {}},
        requires=[
            "torch>=2.4",
            'gruut-lang-de>=2,<3; extra == "de"',
            'fastapi>=0.110; extra == "serve"',
            'soundalike[media]; extra == "serve"',
            "av>=12; extra == 'media'",
        ],
    )
    assert install_command("de") == 'pip install "gruut-lang-de>=2,<3"'
    assert install_command("serve") == 'pip install "fastapi>=0.110" "av>=12"'


def test_from_the_web(installed):
    installed({"url": "https://example.org/soundalike.whl", "archive_info": {}})
    assert install_command("de") == 'pip install "soundalike[de] @ https://example.org/soundalike.whl"'
    installed({"url": "https://example.org/s.git", "vcs_info": {"vcs": "git", "commit_id": "abc"}})
    assert install_command("de") == 'pip install "soundalike[de] @ git+https://example.org/s.git@abc"'


def test_the_installer_reaches_this_environment(installed, monkeypatch):
    installed(installer="uv")
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)
    assert install_command("de") == 'uv pip install "soundalike[de]"'
    monkeypatch.delenv("VIRTUAL_ENV")
    assert install_command("de") == f'uv pip install --python "{sys.executable}" "soundalike[de]"'
    installed()
    monkeypatch.setattr("shutil.which", lambda name: "/elsewhere/bin/pip")
    assert install_command("de") == f'{sys.executable} -m pip install "soundalike[de]"'
    monkeypatch.setattr("shutil.which", lambda name: None)
    assert install_command("de") == f'{sys.executable} -m pip install "soundalike[de]"'


def test_without_an_installation(installed, monkeypatch):
    monkeypatch.setattr(installation, "_distribution", lambda: None)
    assert install_command("de") == 'pip install "soundalike[de]"'


def test_every_line_that_installs_works_as_printed():
    """No page and no message tells to install from an index that does not have the package."""
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "benchmarks").glob("*")]
    pages += [*(ROOT / "models").rglob("*.md"), *(ROOT / "src").rglob("*.py"), *(ROOT / "src").rglob("*.js")]
    pages += [*(ROOT / "src").rglob("*.html"), *(ROOT / "src").rglob("*.md")]
    allowed = {ROOT / "src/soundalike/core/installation.py", ROOT / "docs/releasing.md"}
    found = [
        f"{page.relative_to(ROOT)}: {line}"
        for page in pages
        if page.is_file() and page not in allowed
        for line in page.read_text(encoding="utf-8").splitlines()
        if EXTRA_OF_PACKAGE.search(line)
    ]
    assert not found
