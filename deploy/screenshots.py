"""Takes the pictures of the README: `make screenshots`. The site in them is one of its own, with the shipped plan."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PORT = 8977
SITE = f"http://127.0.0.1:{PORT}"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]
DESKTOP, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}

# File -> address, size of the window, light or dark, whole page or what the window shows.
PICTURES = {
    "overview.png": ("/en/", {"width": 1280, "height": 1180}, "light", False),
    "indicator.png": ("/en/indicators/startups-number/", DESKTOP, "light", False),
    "indicator-phone.png": ("/zh-hant/indicators/startups-number/", PHONE, "dark", False),
}


@contextmanager
def site(folder: str):
    environment = os.environ | {
        "VAR_DIR": folder,
        "DEMO": "1",
        "DEBUG": "0",
        "SITE_URL": SITE,
        "HOST": "127.0.0.1",
        "PORT": str(PORT),
    }
    subprocess.run([sys.executable, "manage.py", "prepare"], cwd=ROOT, env=environment, check=True)
    process = subprocess.Popen([sys.executable, "deploy/run.py"], cwd=ROOT, env=environment)
    try:
        wait()
        yield
    finally:
        process.terminate()
        process.wait(timeout=60)


def wait():
    for _attempt in range(300):
        try:
            urllib.request.urlopen(f"{SITE}/livez").close()
            return
        except (OSError, urllib.error.URLError):
            time.sleep(0.1)
    sys.exit("The site did not start.")


def take():
    executable = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        for name, (address, window, scheme, whole) in PICTURES.items():
            page = browser.new_page(viewport=window, color_scheme=scheme)
            page.goto(SITE + address)
            page.screenshot(path=DOCS / name, full_page=whole)
            page.close()
            print(DOCS.name, name, sep="/")
        browser.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, site(folder):
        take()
