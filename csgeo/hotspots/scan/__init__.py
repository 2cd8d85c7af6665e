"""Where, and when, does the scan statistic of Kulldorff find more cases than chance would?"""
