"""One thing changed in a clean service is noticed by the checker or by its scenarios, nineteen times in twenty."""

import pytest

from tests.catalogue.mutants import KINDS, survivors


@pytest.mark.parametrize("count", [40, pytest.param(500, marks=pytest.mark.slow)])
def test_what_an_office_gets_wrong_is_noticed_before_it_is_in_force(count: int) -> None:
    left, counted = survivors(count)
    assert sum(counted.values()) == count
    assert {kind for kind, _ in counted} == set(KINDS)
    told = [f"{mutant.path.stem}: {mutant.told}" for mutant in left]
    assert len(left) * 20 <= count, told
