"""The 19 authorities of the South East, with the codes and names that they go by.

The order is that of their names. `slug` names an authority's folder.
"""

from __future__ import annotations

from dataclasses import dataclass

from oversight_protocol.errors import InputError


@dataclass(frozen=True)
class Authority:
    """A local authority.

    Attributes:
        code: its ONS code, which documents carry.
        dfe: its three-digit number at the Department for Education.
        name: its name for people.
        slug: its name for folders and files: lower-case letters and hyphens.
    """

    code: str
    dfe: str
    name: str
    slug: str


AUTHORITIES = tuple(
    Authority(code, dfe, name, name.lower().replace(" ", "-"))
    for code, dfe, name in (
        ("E06000036", "867", "Bracknell Forest"),
        ("E06000043", "846", "Brighton and Hove"),
        ("E06000060", "825", "Buckinghamshire"),
        ("E10000011", "845", "East Sussex"),
        ("E10000014", "850", "Hampshire"),
        ("E06000046", "921", "Isle of Wight"),
        ("E10000016", "886", "Kent"),
        ("E06000035", "887", "Medway"),
        ("E06000042", "826", "Milton Keynes"),
        ("E10000025", "931", "Oxfordshire"),
        ("E06000044", "851", "Portsmouth"),
        ("E06000038", "870", "Reading"),
        ("E06000039", "871", "Slough"),
        ("E06000045", "852", "Southampton"),
        ("E10000030", "936", "Surrey"),
        ("E06000037", "869", "West Berkshire"),
        ("E10000032", "938", "West Sussex"),
        ("E06000040", "868", "Windsor and Maidenhead"),
        ("E06000041", "872", "Wokingham"),
    )
)
"""All authorities of the network."""

_BY_CODE = {authority.code: authority for authority in AUTHORITIES}


def authority(code: str) -> Authority:
    """The authority with this ONS code.

    Raises:
        InputError: the network has none.
    """
    if code not in _BY_CODE:
        raise InputError(
            "this is no authority of the network",
            found=code,
            expected="the ONS code of one of the 19, such as E10000016 for Kent",
        )
    return _BY_CODE[code]
