"""How much one address, one person and one workspace may ask for.

policies.py    the numbers                       buckets.py, windows.py   counting, with the clock passed in
rates.py       what a request or frame costs     shared.py                counting together, over Redis
sign_in.py     guessing passwords                places.py                how many connections are open
headers.py     RateLimit and RateLimit-Policy    addresses.py             what counts as one address
"""
