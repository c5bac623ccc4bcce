"""The demonstration: synthetic authorities whose true figures are known.

    dice      chance that is the same on every machine for the same seed
    records   what a synthetic authority consists of
    profiles  how large each authority is, and the rates planted in it
    effects   what else is planted, and how large it is
    staff     its teams and workers
    caseload  its children and who holds them when
    events    its supervisions, and where their two parts were recorded (`places`)
    audits, survey, sessions
              its audits; what its staff answered; its focus groups and inspections
    layouts   how a system exports: files, columns, codes, and the mapping that undoes them
    formats   how each of the nineteen authorities exports, and its mapping
    truth     the exact figures, counted from the records as the exports hold them
    generate  all of it in one call
    stage     the demo's course, through real parts on loopback
    policies, coverage
              what an agent's administrator writes; what authorities' data can answer, shared
    folder, loopback, signals, processes, kept, outcome
              its folder, ports, interruptions and child processes; what goes on after it; what it
              shows

Rules kept here:

1. Everybody in it is made up, and every name says so.
2. The same seed gives the same bytes.
3. The truth is counted without SQL and without the files, so that it can judge the whole way.
"""
