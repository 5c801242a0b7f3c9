"""Build the heart of minigrad step by step: fifteen chapters, each a script and a page in English and Chinese.

``python book/01_number.py`` runs a chapter; ``python -m book`` lists what else there is.
"""
