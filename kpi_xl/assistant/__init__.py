"""The tools for assistants: a project's numbers over MCP, read-only.

- `parameters`: what a tool takes, and that nothing else comes through.
- `tools`: the tools; what they tell is what the commands and worksheet functions tell.
- `answer`: what goes back: bounded, with its source and what it is as of.
- `resources`: the glossary and the definitions of the KPIs.
- `server`: the tools as a server of MCP; `serve`: on stdio, and on HTTP behind the server's gate.
"""
