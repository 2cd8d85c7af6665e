"""How densely do records lie around each cell of the study area?"""
