from __future__ import annotations

import pytest

from oversight_protocol.errors import (
    FAMILY_TEXT,
    REASONS,
    Family,
    Held,
    InputError,
    LedgerError,
    OversightError,
    Reason,
    Refused,
)


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_family_a_sentence_and_advice(reason: Reason):
    text = REASONS[reason]

    assert text.family in Family
    assert text.sentence.endswith(".")
    assert text.advice.endswith(".")


def test_no_two_reasons_read_alike():
    assert len({text.sentence for text in REASONS.values()}) == len(Reason) == len(REASONS)


@pytest.mark.parametrize("family", Family)
def test_every_family_has_one_fixed_sentence_without_room_for_a_detail(family: Family):
    sentence = FAMILY_TEXT[family]

    assert sentence.endswith(".")
    assert not set("{}%[]0123456789") & set(sentence)


def test_the_sentences_of_families_differ_and_cover_all():
    assert set(FAMILY_TEXT) == set(Family)
    assert len(set(FAMILY_TEXT.values())) == len(Family)


def test_no_sentence_can_be_changed_while_running():
    with pytest.raises(TypeError):
        FAMILY_TEXT[Family.DATA] = "Jane Doe"  # type: ignore[index]
    with pytest.raises(TypeError):
        REASONS[Reason.SOURCE] = REASONS[Reason.FLOOR]  # type: ignore[index]


@pytest.mark.parametrize("reason", Reason)
def test_a_refusals_message_is_made_of_fixed_text_and_its_place_only(reason: Reason):
    text = REASONS[reason]

    plain, placed = Refused(reason), Refused(reason, "recording")

    assert str(plain) == f"{text.sentence} {text.advice} [{text.family}: {reason}]"
    assert str(placed).replace(" (recording)", "") == str(plain)
    assert plain.family == text.family


def test_exit_statuses_are_the_documented_ones():
    statuses = [
        error.exit_status for error in (OversightError, LedgerError, InputError, Refused, Held)
    ]

    assert statuses == [1, 1, 2, 3, 4]


def test_an_input_error_says_where_what_and_what_to_do():
    error = InputError(
        "this is no date", where="a.csv, row 3", found="text", expected="a date", advice="mend it"
    )

    assert str(error) == (
        "a.csv, row 3: this is no date. Found: text. Expected: a date. What to do: mend it."
    )


def test_a_ledger_error_names_its_entry():
    assert str(LedgerError(7, "it does not verify")) == "entry 7: it does not verify"
