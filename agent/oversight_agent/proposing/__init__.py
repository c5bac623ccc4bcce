"""From an authority's files to a draft of its mapping: what is proposed, asked, and written down.

    words, codebook, codes, dates, instruments   what headers, values and questions say
    evidence, scoring, kin                       how well a column fits a field, and why
    propose                                      which source for which table, which column
    order, constants, lookups, wide, filters     what columns alone do not say
    returns                                      which tables a statutory return fills
    interview, questions, answers, fitting       what is asked, and what was answered before
    decision                                     what came of it
    showing                                      what may be shown of a column
    writing, toml                                the mapping as a file for people
    drafting                                     all of it, one after the other

What the words of social care are called in exports is data (`vocabulary/`). It knows no authority's
own layout. Nothing here reads files but through `pipeline.profiling`.
"""
