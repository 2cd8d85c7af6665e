"""WHAT surrounds a place?"""
