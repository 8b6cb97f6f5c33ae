"""One thing changed in a clean service is noticed by the checker or by its scenarios, nineteen times in twenty."""

from tests.catalogue.mutants import KINDS, survivors

#: Of every kind a few; ``python3 -m tests.catalogue.mutants 500`` takes them all.
IN_CI = 44


def test_what_an_office_gets_wrong_is_noticed_before_it_is_in_force() -> None:
    left, counted = survivors(IN_CI)
    assert sum(counted.values()) == IN_CI
    assert {kind for kind, _ in counted} == set(KINDS)
    told = [f"{mutant.path.stem}: {mutant.told}" for mutant in left]
    assert len(left) * 20 <= IN_CI, told
