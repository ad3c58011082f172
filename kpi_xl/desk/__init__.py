"""The local page: what a double click opens for people who use no command line.

gate.py lets nobody in but the one browser that was given the token; desk.py is what is being
worked on; app.py are the pages, which show what the jobs give and compute nothing; serve.py starts
and ends it.
"""
