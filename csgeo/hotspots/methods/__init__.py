"""Where does each method say that harm gathers, so that all answer in one table?"""
