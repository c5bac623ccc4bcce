from __future__ import annotations

import json
import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oversight_protocol.canonical import canonical_json, canonical_sql, digest, is_canonical

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False).filter(
        # RFC 8785 writes these as integers too long to be read back.
        lambda number: not number.is_integer() or not 2**53 <= abs(number) < 1e21
    )
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=4)
    ),
    max_leaves=15,
)


def test_the_example_of_rfc_8785_section_3_2_2_is_written_as_there():
    value = json.loads(
        r'{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],'
        r'"string": "\u20ac$\u000F\u000aA\u0027\u0042\u0022\u005c\\\"\/",'
        r'"literals": [null, true, false]}'
    )

    written = canonical_json(value)

    assert (
        written
        == (
            '{"literals":[null,true,false],'
            '"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
            '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
        ).encode()
    )


def test_keys_are_sorted_by_utf_16_code_units_as_in_rfc_8785_section_3_2_3():
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]

    written = canonical_json(dict.fromkeys(keys, 0))

    order = [key for key, _ in json.loads(written, object_pairs_hook=list)]
    assert order == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


@pytest.mark.parametrize(
    ("bits", "text"),
    [
        ("0000000000000000", "0"),
        ("8000000000000000", "0"),
        ("0000000000000001", "5e-324"),
        ("8000000000000001", "-5e-324"),
        ("7fefffffffffffff", "1.7976931348623157e+308"),
        ("4340000000000000", "9007199254740992"),
        ("c340000000000000", "-9007199254740992"),
        ("4430000000000000", "295147905179352830000"),
        ("44b52d02c7e14af5", "9.999999999999997e+22"),
        ("44b52d02c7e14af6", "1e+23"),
        ("444b1ae4d6e2ef4e", "999999999999999700000"),
        ("444b1ae4d6e2ef50", "1e+21"),
        ("3eb0c6f7a0b5ed8c", "9.999999999999997e-7"),
        ("3eb0c6f7a0b5ed8d", "0.000001"),
        ("41b3de4355555553", "333333333.3333332"),
        ("becbf647612f3696", "-0.0000033333333333333333"),
        ("43143ff3c1cb0959", "1424953923781206.2"),
    ],
)
def test_numbers_are_written_as_in_rfc_8785_appendix_b(bits: str, text: str):
    (number,) = struct.unpack(">d", bytes.fromhex(bits))

    written = canonical_json(number)

    assert written.decode() == text


@pytest.mark.parametrize(
    "value", [math.nan, math.inf, -math.inf, 2**53, -(2**53), "\ud800", {1: 2}, {"a": object()}]
)
def test_what_json_cannot_say_in_one_way_is_refused(value: object):
    with pytest.raises(ValueError):
        canonical_json(value)


@given(JSON)
def test_writing_reading_and_writing_again_gives_the_same_bytes(value: object):
    written = canonical_json(value)

    assert canonical_json(json.loads(written)) == written
    assert is_canonical(written)


@pytest.mark.parametrize(
    "payload",
    [
        b'{"a":1,"a":1}',
        b'{"a":1,"a":2}',
        b'{"b":1,"a":1}',
        b'{"a": 1}',
        b'{"a":1}\n',
        b'{"a":1.0}',
        b'{"a":-0}',
        b'{"a":1e0}',
        b'{"a":NaN}',
        b'{"a":1e999}',
        b'{"a":9007199254740992}',
        b'{"a":"\\u0041"}',
        b'{"a":"\\ud800"}',
        b'\xef\xbb\xbf{"a":1}',
        '{"a":1}'.encode("utf-16"),
        b'{"a":"\xff"}',
        b"",
        b"[" * 100_000,
        b"9" * 5000,
    ],
)
def test_any_other_form_of_a_document_is_told_apart(payload: bytes):
    assert not is_canonical(payload)


def test_the_digest_is_sha_256_in_lower_case_hexadecimal():
    assert digest(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SELECT a\n  FROM b", "SELECT a FROM b"),
        ("SELECT a -- why\nFROM b", "SELECT a FROM b"),
        ("SELECT a /* why\n not */ FROM b", "SELECT a FROM b"),
        ("  SELECT a FROM b\n", "SELECT a FROM b"),
        ("SELECT '' , '''x' FROM b", "SELECT ''\t,\n'''x' FROM b"),
    ],
)
def test_white_space_and_comments_do_not_count_in_sql(one: str, other: str):
    assert canonical_sql(one) == canonical_sql(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SELECT 'a  b'", "SELECT 'a b'"),
        ("SELECT 'a\u00a0b'", "SELECT 'a b'"),
        ('SELECT "a  b"', 'SELECT "a b"'),
        ("SELECT $$a  b$$", "SELECT $$a b$$"),
        ("SELECT $x$a  b$x$", "SELECT $x$a b$x$"),
        ("SELECT '--' , a", "SELECT '"),
        ("SELECT '/*', 1 FROM a -- */", "SELECT '"),
        ("SELECT 1 -- x\n+ 1", "SELECT 1 -- x + 1"),
        ("SELECT ab", "SELECT a b"),
        ("SELECT 'It''s  x'", "SELECT 'It''s x'"),
    ],
)
def test_all_else_in_sql_counts(one: str, other: str):
    assert canonical_sql(one) != canonical_sql(other)


@given(st.lists(st.sampled_from(["SELECT", "a", ",", "'x  y'", '"q -- r"', "$q0", "$$ z  $$"])))
def test_reflowing_sql_never_changes_its_canonical_form(tokens: list[str]):
    plain, reflowed = " ".join(tokens), "\n -- note\n\t".join(tokens)

    assert canonical_sql(plain) == canonical_sql(reflowed)
    assert canonical_sql(canonical_sql(plain)) == canonical_sql(plain)
