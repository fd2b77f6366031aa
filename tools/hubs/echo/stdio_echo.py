from mcp.server.fastmcp import FastMCP

server = FastMCP("stdio-echo")


@server.tool()
def echo(message: str) -> str:
    """Says it back."""
    return message


server.run()
