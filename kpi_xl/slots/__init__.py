"""The values of every slot of a template, a module for each form; and the recipients of
workbooks.
"""
