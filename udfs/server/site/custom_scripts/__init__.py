"""Where xlwings Server looks for scripts: there are none, buttons are our own."""
