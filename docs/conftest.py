"""Examples of the pages write their files into a folder of their own, and ask publishers on this machine only."""

import pytest


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def _publishers_on_this_machine(request, tmp_path, monkeypatch):
    """The pages that fetch do so from a local server, with invented figures in the shapes of the publishers."""
    if "sg.fetch(" not in request.node.path.read_text(encoding="utf-8"):
        yield
        return
    from publishers import running  # noqa: PLC0415

    with running() as publishers:
        monkeypatch.setenv("SAHELGEO_LOOPBACK", publishers.loopback)
        monkeypatch.setenv("SAHELGEO_CACHE", str(tmp_path / "cache"))
        monkeypatch.setenv("SAHELGEO_EMAIL", "analyst@example.org")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        yield
