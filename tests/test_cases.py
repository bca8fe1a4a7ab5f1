from collections import Counter

from deploy.cases import cases, count_tests, report


def test_report_tells_by_priority_what_has_a_test():
    listed = [
        {"id": "E02", "priority": "P0", "case": "guessed"},
        {"id": "E04", "priority": "P0", "case": "counted"},
        {"id": "P08", "priority": "P2", "case": "small"},
    ]

    assert list(report(listed, Counter({"E02": 2, "Z99": 1}))) == [
        "P0: 1 of 2 cases have a test",
        "  E02    2  guessed",
        "  E04    -  counted",
        "P2: 0 of 1 cases have a test",
        "  P08    -  small",
        "Tests bear ids that are not on the list: Z99",
    ]


def test_tests_are_found_by_the_id_in_their_name(tmp_path):
    (tmp_path / "test_a.py").write_text(
        "def test_E02_one():\nasync def test_E02_E04_two():\ndef test_other():\n"
    )

    assert count_tests(tmp_path) == {"E02": 2, "E04": 1}


def test_list_of_cases_has_each_id_once():
    listed = [case["id"] for case in cases()]

    assert len(listed) == len(set(listed)) == 135
    assert {case["priority"] for case in cases()} == {"P0", "P1", "P2"}
