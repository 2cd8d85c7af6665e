"""WHERE is harm denser than chance would put it?"""
