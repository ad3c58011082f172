"""The generated part of the manual: made from the catalogue, the schema, the files.

`hooks` puts them into the site that `make docs` builds from docs/; `pictures` makes its pictures.
"""
