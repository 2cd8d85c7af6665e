"""On which streets, and where along them, is harm denser than chance would put it?"""
