"""What must hold of any office nobody has tampered with, whatever happened in it."""

from routing.office import Office
from routing.reading.chains import verify_chains
from routing.reading.folded_states import verify_states


def require_sound(office: Office) -> None:
    """Every chain holds, and every application stands where its own log led it."""
    assert verify_chains(office).breaks == ()
    assert verify_states(office).differences == ()
