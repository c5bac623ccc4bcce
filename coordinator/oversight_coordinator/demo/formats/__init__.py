"""The exports of the three synthetic authorities, as different as real ones.

kent      semicolons, UTF-8 with a byte-order mark, ISO dates, words for codes
medway    commas, the Windows code page, day/month/year, empty for unknown
brighton  bars, UTF-8, 05-Apr-2026, short codes
made_up   what the columns hold that no mapping takes: names, dates of birth, notes
"""
