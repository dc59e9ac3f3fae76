"""What is known of languages by their writing: names, scripts, letters, words, runs of letters, loan words.

The words and phrases are in spoken.txt, elsewhere.txt and loans.txt; ngrams.txt is estimated.
"""
