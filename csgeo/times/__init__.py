"""WHEN should someone be there?"""
