"""How is a file read where it can do no harm?"""
