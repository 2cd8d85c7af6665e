"""How long may an open connection stay open?

No longer than the session under which it was opened: the moment that ends, the
connection is closed, and what the browser still sends reaches nobody. A page that
asks again by itself (a progress bar) is no sign that somebody is there.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from google.protobuf.message import DecodeError
from streamlit.proto.BackMsg_pb2 import BackMsg

from access import sessions

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Of the range that is free for applications (RFC 6455): the session is over.
SESSION_OVER = 4401


async def held(app: ASGIApp, scope: Scope, receive: Receive, send: Send, id_: str) -> None:
    """Run a websocket for as long as its session lasts."""
    loop, over, key = asyncio.get_running_loop(), asyncio.Event(), object()
    closed = False
    if not sessions.tell_at_end(id_, key, lambda: loop.call_soon_threadsafe(over.set)):
        over.set()

    async def receive_while_it_lasts() -> Message:
        nonlocal closed
        message = None if closed else await _next_or_over(receive, over, id_)
        if message is None:
            if not closed:
                closed = True
                await send({"type": "websocket.close", "code": SESSION_OVER})
            return {"type": "websocket.disconnect", "code": SESSION_OVER}
        if somebody_is_there(message):
            sessions.heard(id_)
        return message

    async def send_while_it_lasts(message: Message) -> None:
        if not closed and not over.is_set():
            await send(message)

    try:
        await app(scope, receive_while_it_lasts, send_while_it_lasts)
    finally:
        sessions.tell_no_more(id_, key)


async def _next_or_over(receive: Receive, over: asyncio.Event, id_: str) -> Message | None:
    """Wait for the browser's next word, or for the end of the session: then None."""
    word = asyncio.ensure_future(receive())
    end = asyncio.ensure_future(over.wait())
    try:
        while not word.done() and not over.is_set():
            left = sessions.seconds_left(id_)
            await asyncio.wait(
                {word, end}, timeout=left + 0.05, return_when=asyncio.FIRST_COMPLETED
            )
            if sessions.known(id_) is None:
                over.set()
        if over.is_set() or sessions.known(id_) is None:
            return None
        return word.result()
    finally:
        for task in (word, end):
            task.cancel()


def somebody_is_there(message: Message) -> bool:
    """Say whether a message of the browser shows that a person did something."""
    if message["type"] != "websocket.receive" or not message.get("bytes"):
        return False
    said = BackMsg()
    try:
        said.ParseFromString(message["bytes"])
    except DecodeError:
        return False
    kind = said.WhichOneof("type")
    by_itself = kind == "rerun_script" and said.rerun_script.is_auto_rerun
    return kind not in {None, "app_heartbeat"} and not by_itself
