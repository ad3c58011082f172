"""One file a use case, the same for the command line, the ribbon and the server."""
