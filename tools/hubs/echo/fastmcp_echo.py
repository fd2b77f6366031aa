import sys

from fastmcp import FastMCP
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

server = FastMCP("fastmcp-echo")


@server.tool
def echo(message: str) -> str:
    """Says it back."""
    return message


@server.custom_route("/health", methods=["GET"])
async def health(_: Request) -> Response:
    return JSONResponse({"status": "ok"})


server.run(transport="http", port=int(sys.argv[1]), show_banner=False)
