"""The command that shows the local pages, on 127.0.0.1 only, and syncs by itself while it runs: when the office wishes."""

import contextlib
import errno
import os
import signal
import socket
import threading
import webbrowser

import click
from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from field_client import practice, unlock
from field_client.commands.frame import App, Output, command
from field_client.web import create_app, entrance
from field_client.web.desk import Desk

ADDRESS = "127.0.0.1"  # Never another: the pages hold a county's most private facts.
EVERY_S = 300  # where the office named no time
LEAST_S = 10  # Whatever the office says.


def add_to(main: click.Group) -> None:
    """Add the command to the program."""

    @command(
        main,
        "serve",
        help="打开本机页面（只在本机 127.0.0.1）：首页、住户、走访、同步。按 Ctrl+C 结束。\n\n"
        "请从打印出来的地址进入，地址只能用一次；以后在同一个浏览器里直接用。",
    )
    @click.option("--port", type=click.IntRange(0, 65535), default=0, help="端口（默认自动选一个空闲的）。")
    @click.option("--open", "opens", is_flag=True, help="同时打开浏览器。")
    def serve(app: App, port: int, opens: bool) -> Output:
        """Serve until the user stops it; a locked device asks for the PIN on its first page."""
        _end_in_order()
        key = app.store_key() if app.reads_pin else unlock.remembered(app.home, app.clock, os.environ)
        return _run(create_app(app.home, app.clock, store_key=key), port, opens=opens)

    @command(
        main,
        "practice",
        help="练习模式：用虚构的住户练习走访，不用登记，不上传，退出即删除。按 Ctrl+C 结束。",
    )
    @click.option("--port", type=click.IntRange(0, 65535), default=0, help="端口（默认自动选一个空闲的）。")
    @click.option("--open", "opens", is_flag=True, help="同时打开浏览器。")
    def practise(app: App, port: int, opens: bool) -> Output:
        """Serve the pages on invented people until the user stops it; then nothing is left."""
        _end_in_order()
        with practice.place(app.clock) as (home, key):
            return _run(create_app(home, app.clock, store_key=key, is_practice=True), port, opens=opens)


def _end_in_order() -> None:
    """Let the end of the session or of the device be as ordinary an end as Ctrl+C."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def _run(pages: Flask, port: int, *, opens: bool) -> Output:
    """Serve pages until the user stops it."""
    with _bound(port) as listening:
        server = make_server(ADDRESS, port, pages, threaded=True, request_handler=Silent, fd=listening.fileno())
        address = f"http://{ADDRESS}:{listening.getsockname()[1]}{entrance(pages)}"
        with contextlib.suppress(KeyboardInterrupt):
            click.echo(f"本机页面：{address}")
            if opens:
                webbrowser.open(address)
            _serve(server, pages.extensions["desk"])
    return Output({"address": address}, ["已停止。"])


class Silent(WSGIRequestHandler):
    """Answers without a log: an address may hold the name that somebody searched for."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Write nothing."""


def _bound(port: int) -> socket.socket:
    """Take a port of this machine. Raises a usage error when another program has it."""
    listening = socket.socket()
    if os.name == "posix":  # Elsewhere this option would let another program take the port over.
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((ADDRESS, port))
        listening.listen(socket.SOMAXCONN)
    except OSError as error:
        listening.close()
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            raise click.UsageError(f"端口 {port} 不能用，请换一个（--port），或不写让程序自己选。") from None
        raise
    return listening


def _serve(server: BaseWSGIServer, desk: Desk) -> None:
    """Serve until interrupted, and sync from time to time while the device is unlocked."""
    ended = threading.Event()

    def sync_sometimes() -> None:
        while True:
            if desk.is_unlocked(used=False):
                desk.courier.send()
                desk.courier.wait()
            if ended.wait(max(LEAST_S, desk.courier.standing.again_s or EVERY_S)):
                return

    threading.Thread(target=sync_sometimes, name="sync every few minutes", daemon=True).start()
    try:
        server.serve_forever()
    finally:
        ended.set()
        server.server_close()
        desk.leave()
