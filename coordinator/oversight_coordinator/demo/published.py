"""What the Department for Education published about the 19 authorities, as numbers.

Source: "Characteristics of children in need", reporting year to 31 March 2024, tables B1, B4, B7,
C1, D1, D3 and D5; Open Government Licence v3. Two kinds of gaps:

1. Hampshire's figures of 2024 were not published: all of its numbers are those of 2023.
2. In D5 some bands of 2024 are suppressed: the latest year with all five is 2023 for Brighton and
   Hove and Portsmouth, 2022 for Wokingham, 2021 for Milton Keynes, 2020 for Medway. Slough has
   none, and Brighton and Hove no children in need plans in any year: `None`, for which the South
   East's stand.
"""

from __future__ import annotations

from typing import NamedTuple

Bands = tuple[int, int, int, int, int]
"""Numbers by months so far: up to 3, over 3 to 6, over 6 to under 12, 12 to under 24, more."""


class Published(NamedTuple):
    """An authority's figures.

    Attributes:
        open: episodes of need open at 31 March (B1).
        referrals: in the year (C1).
        rereferral_percent: of these, within 12 months of an earlier one (C1).
        cin_plans: children in need plans at 31 March (B7).
        cp_plans: child protection plans at 31 March (D1).
        subsequent_percent: of child protection plans started, the second or a later one (D3).
        cp_bands: child protection plans at 31 March by length (D5).
        episode_bands: episodes open at 31 March by length (B4).
    """

    open: int
    referrals: int
    rereferral_percent: float
    cin_plans: int | None
    cp_plans: int
    subsequent_percent: float
    cp_bands: Bands | None
    episode_bands: Bands


SOUTH_EAST_CP_BANDS: Bands = (2180, 1780, 1950, 1350, 250)
SOUTH_EAST_CIN_SHARE = 16570 / 62960
"""Children in need plans, of open episodes."""

PUBLISHED = {
    "E06000036": Published(
        924, 1511, 24.9, 293, 112, 23.5,
        (25, 42, 18, 20, 7), (239, 102, 131, 181, 271),
    ),  # Bracknell Forest
    "E06000043": Published(
        1991, 3257, 24.5, None, 262, 24.2,
        (84, 60, 80, 52, 9), (431, 210, 235, 335, 780),
    ),  # Brighton and Hove
    "E06000060": Published(
        3469, 6620, 23.3, 1052, 430, 28.4,
        (131, 127, 76, 68, 28), (1063, 378, 406, 477, 1145),
    ),  # Buckinghamshire
    "E10000011": Published(
        3708, 4311, 15.1, 1129, 685, 27.0,
        (153, 160, 156, 162, 54), (790, 349, 519, 682, 1368),
    ),  # East Sussex
    "E10000014": Published(
        9368, 30502, 38.7, 2413, 1046, 24.4,
        (344, 232, 307, 143, 20), (3541, 1019, 1084, 1103, 2621),
    ),  # Hampshire
    "E06000046": Published(
        1467, 4378, 45.4, 342, 184, 19.3,
        (32, 35, 64, 53, 0), (485, 153, 156, 192, 481),
    ),  # Isle of Wight
    "E10000016": Published(
        11717, 24111, 23.3, 3031, 1211, 19.8,
        (357, 290, 332, 209, 23), (3971, 1016, 1258, 1498, 3974),
    ),  # Kent
    "E06000035": Published(
        2247, 5283, 23.9, 686, 281, 26.5,
        (153, 105, 129, 67, 9), (663, 228, 318, 332, 706),
    ),  # Medway
    "E06000042": Published(
        2501, 3114, 19.2, 959, 193, 23.1,
        (48, 54, 64, 17, 0), (552, 266, 438, 446, 799),
    ),  # Milton Keynes
    "E10000025": Published(
        3862, 5047, 18.6, 1214, 532, 27.6,
        (184, 104, 131, 100, 13), (871, 466, 459, 597, 1469),
    ),  # Oxfordshire
    "E06000044": Published(
        1846, 3061, 24.0, 335, 227, 29.8,
        (63, 40, 39, 25, 9), (564, 160, 202, 228, 692),
    ),  # Portsmouth
    "E06000038": Published(
        1710, 3003, 26.6, 374, 235, 30.0,
        (49, 75, 57, 45, 9), (541, 217, 265, 232, 455),
    ),  # Reading
    "E06000039": Published(
        1730, 3361, 22.9, 577, 195, 19.7,
        None, (660, 221, 231, 179, 439),
    ),  # Slough
    "E06000045": Published(
        2059, 3094, 24.8, 608, 276, 29.3,
        (64, 63, 81, 57, 11), (411, 177, 230, 333, 908),
    ),  # Southampton
    "E10000030": Published(
        5348, 7682, 16.3, 1816, 579, 29.3,
        (148, 132, 170, 92, 37), (1412, 460, 599, 761, 2116),
    ),  # Surrey
    "E06000037": Published(
        1065, 1603, 21.8, 228, 191, 30.4,
        (36, 28, 65, 51, 11), (203, 86, 126, 207, 443),
    ),  # West Berkshire
    "E10000032": Published(
        6106, 7931, 17.0, 941, 644, 25.8,
        (188, 166, 165, 112, 13), (1210, 697, 1351, 1115, 1733),
    ),  # West Sussex
    "E06000040": Published(
        842, 1813, 22.6, 236, 99, 30.2,
        (33, 24, 27, 9, 6), (277, 119, 129, 136, 181),
    ),  # Windsor and Maidenhead
    "E06000041": Published(
        1000, 1548, 18.7, 340, 125, 21.6,
        (65, 34, 35, 21, 6), (290, 89, 162, 186, 273),
    ),  # Wokingham
}  # fmt: skip
"""By ONS code, in the order of names."""
