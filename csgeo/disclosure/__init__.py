"""WHO may see what?"""
