"""Which records lie so close together that they make one cluster?"""
