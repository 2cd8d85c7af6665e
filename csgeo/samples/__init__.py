"""What would a county with a known truth look like?"""
