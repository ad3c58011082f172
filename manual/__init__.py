"""What of the manual says what the program says: made from the catalogue, the schema, the files.

`hooks` puts them into the site that `make docs` builds from docs/; `pictures` makes its pictures.
"""
