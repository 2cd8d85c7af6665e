"""WHAT came in?"""
