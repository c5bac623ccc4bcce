"""What a check finds out about an authority's data, and how its people read it.

    asked           whose measures are looked at
    expected        in which rows a field is expected, and which dates should have no gap
    grouping        problems of one kind, told once with their number
    statistics      each field's completeness, each date's range and gaps
    plausibility    what can hardly be true, rule by rule
    rules_of_rows, rules_of_people, rules_of_surveys
                    the rules
    keys            which keys nobody could look at yet
    availability    each measure of a study: available, partly or not, and why
    findings        all of it together, and as JSON
    page, terminal  the same for people

Rules kept here:

1. Counts, dates of a whole column, shapes and places (file and row) only: never a value of a row,
   an identifier or a pseudonym.
2. Nothing here reads a source or lets anything leave; `pipeline.checking` brings the data and
   `pipeline.sharing` takes the codes of availability on their way.
"""
