import sys

from mcp.server import MCPServer
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

server = MCPServer("python-echo")


@server.tool()
def echo(message: str) -> str:
    """Says it back."""
    return message


@server.custom_route("/health", methods=["GET"])
async def health(_: Request) -> Response:
    return JSONResponse({"status": "ok"})


server.run(transport="streamable-http", port=int(sys.argv[1]))
