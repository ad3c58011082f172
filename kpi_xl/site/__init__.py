"""The month's pages, served: the same bytes as the files, to whoever may see them.

- `session`: what a browser shows of itself after its user has logged in.
- `shelf`: the pages, made when they are asked for and kept while the numbers are the same.
- `app`: the addresses, behind the server's gate; `serve` starts it.
"""
