"""The languages of a journey. What a page says does not depend on the database: PostgreSQL sees one of them."""

import pytest

ON_SQLITE = pytest.mark.only_on("sqlite")
LANGUAGES = ["en", pytest.param("zh-hant", marks=ON_SQLITE), pytest.param("zh-hans", marks=ON_SQLITE)]
