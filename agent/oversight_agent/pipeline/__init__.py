"""The way of a question through an agent, from a ticket to a release.

    job      what a worker is to do, and what it gives back
    worker   runs a job in a process of its own, within limits
    confine  what that process does to itself first
    compute  sources to protected answers, inside that process

Only `compute` sees exact counts and the authority's data.
"""
