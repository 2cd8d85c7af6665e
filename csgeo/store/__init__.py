"""Where is what was made kept?"""
