"""Raw files: what each is, which table it holds, and its cells as columns of text."""
