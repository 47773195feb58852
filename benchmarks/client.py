"""The client, in a process of its own: reads an order a line, sends its requests over one connection, answers a line."""

from __future__ import annotations

import http.client
import json
import sys
from typing import Any


class Caller:
    """One kept-alive connection to one program."""

    def __init__(self, port: int, host: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=180)
        self.host = host

    def send(self, request: dict[str, Any]) -> Any:
        body = json.dumps(request["body"]).encode() if "body" in request else None
        headers = {"Host": self.host, **request.get("headers", {})}
        if body is not None:
            headers["Content-Type"] = "application/json"
        self.connection.request(request["method"], request["path"], body=body, headers=headers)
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{request['method']} {request['path']}: {answer.status} {content[:600]!r}")
        return json.loads(content) if "json" in (answer.headers.get_content_type() or "") else None


def main() -> None:
    """An order holds the port, the host and a list of exchanges; each exchange is requests, later ones with {key} filled
    from the answer before."""
    for line in sys.stdin:
        order = json.loads(line)
        callers = [Caller(order["port"], order["host"]) for _ in range(order.get("connections", 1))]
        answers = []
        for place, exchange in enumerate(order["exchanges"]):
            answer: Any = None
            for request in exchange:
                if answer is not None:
                    request = {**request, "path": request["path"].replace("{id}", str(answer.get("id", "")))}
                answer = callers[place % len(callers)].send(request)
            answers.append(answer if order.get("keep") else None)
        for caller in callers:
            caller.connection.close()
        print(json.dumps(answers if order.get("keep") else len(answers)), flush=True)


if __name__ == "__main__":
    main()
