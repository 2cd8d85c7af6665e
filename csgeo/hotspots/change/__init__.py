"""Has harm at a place changed, and is the place still the same?"""
