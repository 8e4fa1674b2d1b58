"""What stands between the page and the network: which Host is answered, how often, with which headers, and what is logged.

The log tells method, rule of the address (never the address itself, which may hold a village), status and time: no name,
no word that was typed, no visitor.
"""

import logging
import time

from flask import Flask, Response, abort, g, request
from werkzeug.middleware.proxy_fix import ProxyFix

from village_notice.web.limits import Counter

_LOG = logging.getLogger("village_notice.web")
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_PAPER_POLICY = (
    "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; img-src 'self'; frame-ancestors 'none'"
)
"""For a PDF: the browser's own viewer brings styles of its own."""
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}


def guard(app: Flask, hosts: frozenset[str], counter: Counter, pages_a_minute: int, proxies: int = 0) -> None:
    """Puts the guards around every request of an app.

    Args:
        app: The app.
        hosts: Exact values of the Host header that are answered, in lower case.
        counter: Counts requests.
        pages_a_minute: How many are allowed from one address.
        proxies: How many reverse proxies of the office stand in front: only what they add to X-Forwarded-For and
            X-Forwarded-Proto is believed; 0 ignores both, so that no visitor can name an address that is not his.
    """
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=0)  # type: ignore[method-assign]

    @app.before_request
    def check_request() -> None:
        g.started = time.perf_counter()
        if request.headers.get("Host", "").lower() not in hosts:
            abort(400)
        if not counter.is_allowed("page", request.remote_addr or "", pages_a_minute, 60):
            abort(429)

    @app.after_request
    def finish(response: Response) -> Response:
        response.headers.update(_HEADERS)
        is_paper = response.mimetype == "application/pdf"
        response.headers["Content-Security-Policy"] = _PAPER_POLICY if is_paper else _POLICY
        is_static = request.endpoint == "static" and response.status_code == 200
        response.headers["Cache-Control"] = "public, max-age=3600" if is_static else "no-store"
        rule = request.url_rule.rule if request.url_rule else "-"
        elapsed = (time.perf_counter() - g.get("started", time.perf_counter())) * 1000
        _LOG.info("%s %s %d %.0fms", request.method, rule, response.status_code, elapsed)
        return response
