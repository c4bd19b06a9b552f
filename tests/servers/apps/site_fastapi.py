"""The site of calls.py on FastAPI: `uvicorn site_fastapi:app`. Written as a user would."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request, UploadFile
from fastapi.responses import RedirectResponse, Response, StreamingResponse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

app = FastAPI()
released = asyncio.Event()


@app.api_route("/json", methods=["GET", "HEAD"])
async def json(q: str = "") -> dict[str, str]:
    return {"q": q}


@app.api_route("/echo", methods=["POST", "PUT", "PATCH"])
async def echo(request: Request) -> Response:
    return Response(await request.body(), media_type=request.headers.get("content-type"))


@app.post("/form")
async def form(name: str = "", file: UploadFile | None = None) -> dict[str, Any]:
    content = await file.read() if file else b""
    return {"name": name, "file": file.filename if file else "", "size": len(content)}


@app.get("/cookies")
async def cookies(response: Response) -> str:
    response.set_cookie("a", "1")
    response.set_cookie("b", "2", httponly=True)
    return "two"


@app.get("/redirect")
async def redirect() -> RedirectResponse:
    return RedirectResponse("/json?q=there", status_code=302)


@app.delete("/thing", status_code=204)
async def delete() -> None:
    return None


@app.get("/crash")
async def crash() -> None:
    raise RuntimeError("on purpose")


@app.get("/large")
async def large() -> Response:
    return Response(b"x" * 1_000_000, media_type="application/octet-stream")


@app.get("/stream")
async def stream() -> StreamingResponse:
    async def pieces() -> AsyncIterator[str]:
        for word in ("one", "two", "three"):
            yield word

    return StreamingResponse(pieces(), media_type="text/plain")


@app.get("/fresh")
async def fresh(request: Request) -> Response:
    known = request.headers.get("if-none-match") == '"v1"'
    return Response(b"" if known else b"fresh", 304 if known else 200, {"ETag": '"v1"'})


@app.get("/events")
async def events() -> StreamingResponse:
    """Two events; the second is written once somebody has asked for /release."""

    async def told() -> AsyncIterator[str]:
        released.clear()
        yield "data: first\n\n"
        await released.wait()
        yield "data: second\n\n"

    return StreamingResponse(told(), media_type="text/event-stream")


@app.post("/release")
async def release() -> str:
    released.set()
    return "released"
