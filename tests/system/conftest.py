"""One demo for all system tests that only look, kept running until the last; and a browser."""

from __future__ import annotations

import subprocess

import pytest

from support.outside import RUN_SECONDS, SCALE, STRACE, Demo, Running, command

SEED = "7"


@pytest.fixture(scope="session")
def kept_demo(tmp_path_factory):
    """A finished demo of three authorities whose parts still run."""
    out = tmp_path_factory.mktemp("kept") / "demo"
    try:
        running = Running(
            "--las",
            "3",
            "--scale",
            str(SCALE),
            "--seed",
            SEED,
            "--out",
            str(out),
            "--json",
            "--keep",
        )
        status, printed, progress = running.end()
        assert status == 0, progress
        yield Demo(out, printed, progress)
    finally:
        subprocess.run(
            [command("oversight"), "demo", "--stop", "--out", str(out)],
            check=True, capture_output=True, timeout=RUN_SECONDS,
        )  # fmt: skip


@pytest.fixture(scope="session")
def second_demo(tmp_path_factory):
    """The same demo again, for people and to its very end; under strace where there is one."""
    folder = tmp_path_factory.mktemp("second")
    trace = folder / "trace" if STRACE else None
    calls = "trace=connect,sendto,sendmsg,sendmmsg"
    watch = [STRACE, "-f", "--seccomp-bpf", "-e", calls, "-o", str(trace)] if STRACE else []
    running = Running(
        "--las",
        "3",
        "--scale",
        str(SCALE),
        "--seed",
        SEED,
        "--out",
        str(folder / "demo"),
        before=watch,
    )
    status, printed, progress = running.end()
    assert status == 0, progress
    return Demo(folder / "demo", printed, progress, tuple(running.survivors()), trace)


@pytest.fixture(scope="module")
def browser():
    """A browser for the pages of one module."""
    from support.browser import CHROMIUM, playwright

    with playwright.sync_playwright() as running:
        opened = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def opened(browser, page_file):
    """The module's page at a width, with every part unfolded."""

    def at(width):
        page = browser.new_page(viewport={"width": width, "height": 800})
        pages.append(page)
        page.goto(page_file.as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        return page

    pages = []
    yield at
    for page in pages:
        page.close()
