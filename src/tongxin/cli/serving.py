"""The web server and the background worker."""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Literal

import click
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

LOOK_EVERY_SECONDS = 5
EVERY: tuple[Literal["day", "minute"], ...] = ("day", "minute")


def run_server(*, host: str, port: int, processes: int) -> None:
    """Serve until stopped; the background worker is a child that ends with the server."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    _refuse_taken_port(host, port)
    _refuse_missing_assets()
    collect_static_files()
    child = subprocess.Popen([sys.executable, "-m", "tongxin", "worker", "--with-parent"])
    click.echo(f"http://{host}:{port}/", err=True)
    try:
        Granian(
            "tongxin.config.wsgi:application",
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            workers=processes,
            log_access=False,
            websockets=False,
            # Pages are bound by the processor: more threads than this only make all of them wait.
            blocking_threads=4,
            backpressure=128,
            log_level=LogLevels.warning,
        ).serve()
    finally:
        child.terminate()
        child.wait(timeout=30)


def _refuse_taken_port(host: str, port: int) -> None:
    import socket

    from tongxin.cli.running_errors import Refused

    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            message = f"Port {port} of {host} is in use. Stop what runs there, or choose another with --port."
            raise Refused(message) from None


def _refuse_missing_assets() -> None:
    """Say at the start what every page would fail of later."""
    from django.utils.translation import gettext as _

    from tongxin.cli.running_errors import Refused
    from tongxin.ui.assets import PACKAGE_FILES

    folder = Path(settings.NODE_MODULES)
    missing = [path for path in PACKAGE_FILES.values() if not (folder / path).is_file()]
    if missing:
        message = _(
            "Front-end files are not installed in %(folder)s: %(files)s. "
            "Run “npm install --omit=dev” in the project's folder."
        )
        raise Refused(message % {"folder": folder, "files": ", ".join(missing)})


def collect_static_files() -> None:
    """Gather style sheets, scripts and fonts under the home, unless they are there as they stand."""
    if "Manifest" not in settings.STORAGES["staticfiles"]["BACKEND"]:
        return
    stamp = Path(settings.STATIC_ROOT) / ".stamp"
    state = _static_state()
    if stamp.is_file() and stamp.read_text(encoding="ascii") == state:
        return
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.write_text(state, encoding="ascii")


def _static_state() -> str:
    from django.contrib.staticfiles.finders import get_finders

    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            status = Path(storage.path(path)).stat()
            digest.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def run_worker(*, with_parent: bool, batch: bool) -> None:
    """Run background work; a lock held by this process shows others that it lives."""
    from tongxin.jobs.actions import requeue_orphans, worker_locks

    logging.getLogger("django_tasks_db").setLevel(logging.WARNING)
    worker_id = secrets.token_hex(8)
    worker_locks().mkdir(parents=True, exist_ok=True)
    lock = worker_locks() / worker_id
    with lock.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        try:
            requeue_orphans()
            _begin_regular_work(worker_id, batch=batch)
            if with_parent:
                threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
            call_command(
                "db_worker",
                worker_id=worker_id,
                interval=0.5,
                batch=batch,
                startup_delay=False,
                verbosity=0,
                reload=False,
            )
        except CommandError as error:
            raise click.ClickException(str(error)) from None
        finally:
            lock.unlink(missing_ok=True)


def _begin_regular_work(worker_id: str, *, batch: bool) -> None:
    """Work in the background, daily work beside that of the minute; a batch does once what is due."""
    from tongxin.jobs.regular_works import run_due

    for every in EVERY:
        if batch:
            run_due(every, worker_id)
        else:
            threading.Thread(target=_work_regularly, args=(every, worker_id), daemon=True).start()


def _work_regularly(every: Literal["day", "minute"], worker_id: str) -> None:
    """Run what is due, again and again; a database that cannot be reached just now ends nothing."""
    from tongxin.jobs.regular_works import run_due

    while True:
        try:
            run_due(every, worker_id)
        except Exception:
            logging.getLogger(__name__).exception("Regular work could not be looked for.")
        connection.close()
        time.sleep(LOOK_EVERY_SECONDS)


def _end_with_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)
