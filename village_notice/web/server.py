"""Runs an app in a production server; it answers this computer only, unless the office says otherwise."""

import logging
import sys
from collections.abc import Sequence
from urllib.parse import urlsplit

from flask import Flask

from village_notice.errors import CannotWriteError

_THREADS = 8
_MOST_BODY = 8_192
_EVERYWHERE = {"0.0.0.0", "::"}  # noqa: S104  # an office may ask for it; visitors never write it


def format_address(host: str, port: int) -> str:
    """What a person on this computer writes into the browser."""
    return f"http://{'127.0.0.1' if host in _EVERYWHERE else host}:{port}/"


def list_hosts(host: str, port: int, base_url: str = "", more: Sequence[str] = ()) -> frozenset[str]:
    """The Host headers that are answered: this computer, the address bound, base_url, and those the office names."""
    names = {"127.0.0.1", "localhost", *({host} - _EVERYWHERE), *more}
    hosts = {name if ":" in name else f"{name}:{port}" for name in names}
    hosts |= {name for name in names if port == 80}
    base = urlsplit(base_url).netloc
    return frozenset(h.lower() for h in (hosts | {base} if base else hosts))


def run_app(app: Flask, host: str, port: int, proxies: int = 0) -> None:
    """Serves until it is stopped.

    Args:
        app: The app.
        host: Address to bind.
        port: Port to bind.
        proxies: Reverse proxies in front; without one the headers they would add are taken off every request.

    Raises:
        CannotWriteError: The port is taken.
    """
    from waitress import create_server

    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(message)s")
    logging.getLogger("waitress").setLevel(logging.ERROR)
    try:
        server = create_server(
            app,
            host=host,
            port=port,
            threads=_THREADS,
            ident=None,
            max_request_body_size=_MOST_BODY,
            clear_untrusted_proxy_headers=proxies == 0,
        )
    except OSError as error:
        raise CannotWriteError(f"{host}:{port} 用不了（{error.strerror}）。请换一个 --port。") from error
    server.run()
