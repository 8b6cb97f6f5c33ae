"""A checkpoint is believed for the signature of a key that is trusted, and for nothing else."""

import base64
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from routing.domain.checkpoints import (
    Checkpoint,
    NoteRefused,
    Statement,
    VerifierKey,
    cosignature,
    cosigned,
    opened,
    signed,
    stated,
    with_lines_of,
)

ORIGIN = "satuatap-0badcafe/log/1"
AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
LOG_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
WITNESS_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(2, 34)))
LOG = VerifierKey.of(ORIGIN, LOG_KEY)
WITNESS = VerifierKey.of("inspektorat.example/w1", WITNESS_KEY, Statement.WITNESS)
CHECKPOINT = Checkpoint(ORIGIN, 20_852_163, bytes(range(100, 132)))
NOTE = signed(CHECKPOINT, LOG_KEY)
COSIGNED = cosigned(NOTE, WITNESS.name, WITNESS_KEY, AT)


def test_a_note_has_the_lines_of_the_specification() -> None:
    origin, size, root, empty, signature, end = NOTE.split("\n")
    assert (origin, size, empty, end) == (ORIGIN, "20852163", "", "")
    assert base64.b64decode(root) == CHECKPOINT.root
    assert signature.startswith(f"\u2014 {ORIGIN} ")
    raw = base64.b64decode(signature.split(" ")[2])
    assert raw[:4] == LOG.key_id
    LOG_KEY.public_key().verify(raw[4:], NOTE.split("\n\n")[0].encode() + b"\n")


def test_a_key_has_the_id_that_other_programs_give_it() -> None:
    # Published with golang.org/x/mod/sumdb/note, and the key of Go's checksum database.
    for text in (
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
    ):
        assert VerifierKey.parsed(text).text == text


def test_a_note_signed_by_the_trusted_key_is_opened() -> None:
    found = opened(NOTE, [LOG])
    assert found.checkpoint == CHECKPOINT == stated(NOTE)
    assert found.signers == (LOG,)
    assert found.witnesses == ()


def test_a_witness_vouches_with_the_time_it_looked() -> None:
    assert opened(COSIGNED, [LOG, WITNESS]).witnesses == ((WITNESS, AT),)
    assert opened(COSIGNED, [LOG]).witnesses == ()
    assert NOTE + cosignature(NOTE, WITNESS.name, WITNESS_KEY, AT) == COSIGNED


def test_lines_of_several_witnesses_come_together_once_each() -> None:
    second = cosigned(NOTE, "ombudsman.example/w1", OTHER_KEY, AT)
    both = with_lines_of(COSIGNED, second)
    other = VerifierKey.of("ombudsman.example/w1", OTHER_KEY, Statement.WITNESS)
    assert [one for one, _ in opened(both, [LOG, WITNESS, other]).witnesses] == [WITNESS, other]
    assert with_lines_of(both, COSIGNED) == with_lines_of(both, both) == both
    assert with_lines_of(NOTE, cosigned(signed(Checkpoint(ORIGIN, 1, bytes(32)), LOG_KEY), "w", OTHER_KEY, AT)) == NOTE


def test_a_witness_signs_the_header_the_time_and_the_note() -> None:
    raw = base64.b64decode(COSIGNED.splitlines()[-1].split(" ")[2])
    seconds = int(AT.timestamp())
    assert int.from_bytes(raw[4:12], "big") == seconds
    message = f"cosignature/v1\ntime {seconds}\n{CHECKPOINT.text}"
    Ed25519PublicKey.from_public_bytes(WITNESS.public).verify(raw[12:], message.encode())


def test_a_witness_alone_vouches_for_nothing() -> None:
    with pytest.raises(NoteRefused, match="none of the trusted keys"):
        opened(COSIGNED, [WITNESS])


def test_another_key_of_the_same_name_is_not_the_log() -> None:
    with pytest.raises(NoteRefused, match="none of the trusted keys"):
        opened(NOTE, [VerifierKey.of(ORIGIN, OTHER_KEY)])


def test_a_trusted_key_of_another_log_does_not_speak_for_this_one() -> None:
    foreign = signed(Checkpoint("other.example/log", 1, bytes(32)), LOG_KEY)
    with pytest.raises(NoteRefused, match="none of the trusted keys"):
        opened(foreign, [LOG])


def test_after_a_rotation_either_key_opens_a_note_that_both_signed() -> None:
    both = NOTE + signed(CHECKPOINT, OTHER_KEY).split("\n\n")[1]
    new = VerifierKey.of(ORIGIN, OTHER_KEY)
    assert opened(both, [LOG]).signers == (LOG,)
    assert opened(both, [new]).signers == (new,)
    assert opened(both, [LOG, new]).signers == (LOG, new)


def test_no_character_of_a_note_can_be_changed() -> None:
    for place, mark in enumerate(COSIGNED):
        altered = COSIGNED[:place] + ("A" if mark != "A" else "B") + COSIGNED[place + 1 :]
        assert not says_the_same(altered), f"character {place}"


def says_the_same(note: str) -> bool:
    # A line whose name or key id no longer names a known key is passed over, as the specification has it.
    try:
        return opened(note, [LOG, WITNESS]).witnesses != ()
    except NoteRefused:
        return False


def test_a_false_line_by_a_known_witness_spoils_the_note() -> None:
    forged = cosignature(signed(Checkpoint(ORIGIN, 1, bytes(32)), LOG_KEY), WITNESS.name, WITNESS_KEY, AT)
    with pytest.raises(NoteRefused, match="false"):
        opened(NOTE + forged, [LOG, WITNESS])


@pytest.mark.parametrize(
    "note",
    [
        "",
        "only text\n",
        CHECKPOINT.text,
        CHECKPOINT.text + "\n",
        NOTE.removesuffix("\n"),
        NOTE.replace("\u2014", "-"),
        NOTE.replace("20852163", "020852163"),
        NOTE.replace("20852163", "-1"),
        NOTE.replace("\n\n", "\r\n\r\n"),
        NOTE + NOTE.split("\n\n")[1] * 64,
        NOTE + "\u2014 x !!!\n",
    ],
)
def test_what_is_no_checkpoint_is_refused_with_a_sentence(note: str) -> None:
    with pytest.raises(NoteRefused, match=r".{20}"):
        opened(note, [LOG])


def test_lines_that_say_more_are_signed_with_the_rest() -> None:
    text = CHECKPOINT.text + "satu atap, satu log\n"
    raw = LOG.key_id + LOG_KEY.sign(text.encode())
    longer = f"{text}\n\u2014 {ORIGIN} {base64.b64encode(raw).decode()}\n"
    assert opened(longer, [LOG]).checkpoint == CHECKPOINT
    with pytest.raises(NoteRefused):
        opened(longer.replace("satu log", "dua log"), [LOG])


@pytest.mark.parametrize(
    "text",
    ["", "a+b", LOG.text.replace("satuatap", "satuatup"), LOG.text[:-4], "a b+00000000+AQ==", LOG.text + "A"],
)
def test_what_is_no_verifier_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="verifier key"):
        VerifierKey.parsed(text)
