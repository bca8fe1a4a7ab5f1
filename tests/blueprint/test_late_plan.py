import pytest

from tests.reading import texts

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("day", "codes"),
    [
        ("2026-11-22", ["iAM Smart usage", "Business share of R&D", "Venture capital", "Manufacturing as a share of GDP", "I&T practitioners"]),
        ("2024-06-30", ["Business share of R&D", "Manufacturing as a share of GDP", "I&T practitioners", "Venture capital"]),
        ("2010-01-01", []),
    ],
)  # fmt: skip
def test_late_page_lists_the_figures_overdue_on_its_day(client, real_plan, day, codes):
    figures = texts(client.get(f"/en/late/?as_at={day}"), "section")[0]

    found = [code for code in codes if code in figures]
    assert (found, figures.count("was due by")) == (codes, len(codes))


def test_nothing_that_was_loaded_is_called_late(client, real_plan):
    _figures, late, unreported = texts(client.get("/en/late/"), "section")

    assert late == "Late milestones No milestone that was promised here is late."
    assert "Scale to 3,000 petaFLOPS" in unreported
    assert "no later report seen" in unreported
