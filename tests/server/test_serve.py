"""kpi-xl serve: what it refuses, and that what it starts answers, over https and from workers."""

from __future__ import annotations

import json
import os
import shutil
import ssl
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

pytest.importorskip("fastapi", reason="kpi_xl[server] is not installed")

from kpi_xl.errors import InputError
from kpi_xl.project import Project
from server.conftest import KEYS, ROOT, free_port, started, with_server


@pytest.fixture
def project(department, tmp_path) -> Project:
    """A project with the data of another, whose settings may be changed."""
    folder = tmp_path / "项目 一"
    shutil.copytree(department.folder, folder, ignore=shutil.ignore_patterns("server", "output"))
    return with_server(folder)


def refused(project, **environment):
    """What ``kpi-xl serve`` says when it does not start."""
    given = {name: text for name, text in os.environ.items() if name != "XLWINGS_LICENSE_KEY"}
    run = subprocess.run(
        [sys.executable, "-m", "kpi_xl.cli", "--project", str(project.folder), "serve"],
        cwd=ROOT,
        env={**given, "PYTHONPATH": str(ROOT), "HOME": str(project.folder), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 2, (run.stdout, run.stderr)
    assert "Traceback" not in run.stderr
    return run.stderr


def test_there_is_no_licence_unless_somebody_says_so(project):
    text = refused(project)
    assert "XLWINGS_LICENSE_KEY" in text and "PolyForm Noncommercial" in text
    assert "没有可用的许可" in refused(project, XLWINGS_LICENSE_KEY="made-up")


def test_without_the_extra(project, monkeypatch):
    from udfs.server import serve

    monkeypatch.setattr(serve.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(InputError, match="xlwings-server") as error:
        serve.checked(project)
    assert 'pip install "kpi_xl[server]"' in str(error.value)


def test_nobody_is_let_in_from_outside_without_saying_who_he_is(project):
    file = project.folder / "kpi.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("[server.keys]", "[server.unused]"), encoding="utf-8")
    with pytest.raises(InputError, match="unused"):
        Project.open(project.folder)
    before, _, after = text.partition("[server]")
    file.write_text(f'{before}[server]\nhost = "0.0.0.0"\n[bands]{after.partition("[bands]")[2]}')
    assert "只能在本机上试用" in refused(project, XLWINGS_LICENSE_KEY="noncommercial")


def test_a_role_of_a_unit_that_is_not_there_and_a_certificate_that_is_not(project):
    file = project.folder / "kpi.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('"城东营业部"', '"城冬营业部"'), encoding="utf-8")
    said = refused(project, XLWINGS_LICENSE_KEY="noncommercial")
    assert "城冬营业部" in said and "department" in said
    file.write_text(
        text.replace("[server]\n", '[server]\ncertificate = "no.pem"\nkey = "no.key"\n'),
        encoding="utf-8",
    )
    assert "找不到证书文件" in refused(project, XLWINGS_LICENSE_KEY="noncommercial")


def post(address, path, body, key, context=None):
    request = urllib.request.Request(
        address + path,
        json.dumps(body).encode(),
        {"Content-Type": "application/json", "Authorization": f"Bearer {KEYS[key]}"},
    )
    with urllib.request.urlopen(request, timeout=30, context=context) as answer:
        return json.load(answer)


def certificate(folder):
    """A certificate as docs/server.md has one made."""
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
            "-keyout", folder / "kpi.key", "-out", folder / "kpi.pem", "-subj", "/CN=localhost",
            "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
        ],
        check=True,
        capture_output=True,
    )  # fmt: skip


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_https_and_two_workers(project, tmp_path):
    certificate(project.folder)
    port = free_port()
    project = with_server(
        project.folder, port, certificate='"kpi.pem"', key='"kpi.key"', workers="2"
    )
    log = tmp_path / "server.log"
    running = started(project, port, log, https=True)
    try:
        context = ssl.create_default_context(cafile=project.folder / "kpi.pem")
        with urllib.request.urlopen(f"{running.address}/health", context=context) as answer:
            assert json.load(answer) == {"status": "ok", "data": "there"}
        body = {"calls": [{"func_name": "KPI_UNITS", "args": []}]}
        found = post(running.address, "/kpi/calls", body, "team", context)
        assert [row[0] for row in found["results"][0]["result"]] == ["单位", "城北二组"]
    finally:
        running.process.terminate()
        running.process.wait(20)
    text = log.read_text(encoding="utf-8")
    assert '"request": "POST /kpi/calls", "status": 200' in text
    assert "城北" not in text and "127.0.0.1, " not in text and KEYS["team"] not in text


def test_what_of_xlwings_server_can_be_reached(served):
    """Its pages and what declares the functions; nothing that computes."""
    for path, status in {
        "/taskpane.html": 200,
        "/xlwings/custom-functions-meta.json": 200,
        "/xlwings/custom-functions-code.js": 200,
        "/static/js/kpi/page.js": 200,
        "/static/images/icons/kpi-32.png": 200,
        "/manifest.xml": 200,
        "/openapi.json": 200,
        "/xlwings/alert": 404,
        "/manifest/download": 404,
        "/xlwings/pyodide.json": 404,
        "/static/../../app.py": 404,
        "/static/%2e%2e/%2e%2e/app.py": 404,
        "/static/js/../../../../app.py": 404,
        "/static//etc/passwd": 404,
        "/static/../../../../../../../../../../../etc/passwd": 404,
        "/static/..%5c..%5capp.py": 404,
        "/static/.hidden": 404,
        "/": 404,
    }.items():
        try:
            with urllib.request.urlopen(served.address + path) as answer:
                found = answer.status
        except urllib.error.HTTPError as error:
            found = error.code
        assert found == status, path
    with pytest.raises(urllib.error.HTTPError) as error:
        post(served.address, "/xlwings/custom-scripts-call/x", {}, "all")
    assert error.value.code == 404


def test_the_commands_that_go_with_it(project, tmp_path):
    def run(*given):
        return subprocess.run(
            [sys.executable, "-m", "kpi_xl.cli", "--project", str(project.folder), *given],
            cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip

    done = run("addin", "manifest")
    assert done.returncode == 0, done.stderr
    from udfs.server.manifest import manifest

    assert (tmp_path / "kpi_xl.xml").read_bytes() == manifest(project.settings.server)
    done = run("addin", "key", "team")
    key = next(word for word in done.stdout.split("：") if "kpi_" in word).split()[0]
    (line,) = [one for one in done.stdout.splitlines() if "sha256" in one]
    file = project.folder / "kpi.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("[server.keys]", f"[server.keys]\n{line}"), encoding="utf-8")
    from udfs.server.identity import Guard

    guard = Guard(Project.open(project.folder).settings.server)
    assert guard.identify(f"Bearer {key}").units == ("城北营业部/城北二组",)
    done = run("addin", "key", "没有")
    assert done.returncode == 2 and "没有这个角色" in done.stderr
