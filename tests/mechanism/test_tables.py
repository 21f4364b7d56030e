"""The tables that the code runs, and the pages rendered from them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from keepclear.errors import InvalidInput
from keepclear.mechanism.alert import AlertCode
from keepclear.mechanism.alert_table import ALERT_TABLE, VERSION_CHECKS, Moment
from keepclear.mechanism.rules import RULE_KEYS, Rules, rules_from_table

ROOT = Path(__file__).resolve().parents[2]


def test_every_code_has_a_row_with_a_meaning_and_a_way_out() -> None:
    assert set(ALERT_TABLE) == set(AlertCode)
    for row in ALERT_TABLE.values():
        assert row.meaning.endswith(".")
        assert row.may_do
        assert all(sentence.endswith(".") for sentence in row.may_do)


def test_checks_that_run_on_each_version_are_those_of_the_table() -> None:
    assert {code: ALERT_TABLE[code].check for code in VERSION_CHECKS} == VERSION_CHECKS
    assert set(VERSION_CHECKS) == {row.code for row in ALERT_TABLE.values() if row.moment is Moment.VERSION}


def test_every_rule_that_a_check_names_exists() -> None:
    keys = {row.key for row in RULE_KEYS}
    assert {key for row in ALERT_TABLE.values() for key in row.rules} <= keys
    assert len(keys) == len(RULE_KEYS)


def test_rules_are_read_with_defaults_and_unknown_ones_refused() -> None:
    assert rules_from_table({"late_notice_min": 90, "stop_reply_s": 45}) == Rules(late_notice_min=90, stop_reply_s=45)
    for table, words in (
        ({"late_notice": 90}, "rules.late_notice: no such rule"),
        ({"late_notice_min": -1}, "rules.late_notice_min: given -1; a number, 0 or more"),
        ({"late_notice_min": True}, "given True"),
        ({"late_notice_min": float("nan")}, "given nan"),
    ):
        with pytest.raises(InvalidInput, match=words):
            rules_from_table(table)


def test_the_pages_say_what_the_tables_say() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "render_tables.py", "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
