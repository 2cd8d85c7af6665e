"""WHAT next, and DID it help?"""
