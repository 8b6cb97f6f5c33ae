"""The verifier that can be carried away: what holds, what does not, and which entry it is."""

import ast
import io
import json
import random
import shutil
import subprocess
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from routing.cli import satuatap_verify
from routing.cli.satuatap_verify import (
    SENTENCES,
    Verdict,
    _plain_line,
    compare,
    judge,
    judge_pair,
    judge_receipt,
    main,
    read_json,
)
from routing.domain.audit_chain import canonical, link
from routing.domain.merkle_log import consistency_proof
from tests.cli.bundle_cases import Case, damaged_cases, good_cases, kinds_of_damage
from tests.cli.paper_log import AT, OFFICE, STRANGE, PaperLog

PROGRAM = Path(satuatap_verify.__file__)
NUMBER = "PBG-2026-000001"


def judged(case: Case) -> Verdict:
    return judge(io.BytesIO(case.raw), case.pins, case.witnesses)


def a_log(seed: int = 7, applications: int = 4) -> PaperLog:
    log = PaperLog(seed)
    log.lives(applications)
    return log


def file_of(log: PaperLog, number: str = NUMBER) -> io.BytesIO:
    return io.BytesIO(log.bundle(number).bytes())


def exported(log: PaperLog) -> list[dict]:
    export = log.export()
    return [export["header"], *export["lines"]]


def written(lines: Sequence[object]) -> io.BytesIO:
    return io.BytesIO(b"".join(json.dumps(line).encode() + b"\n" for line in lines))


@pytest.mark.parametrize("case", list(good_cases(14)), ids=lambda case: case.what)
def test_a_good_bundle_holds_however_its_json_is_spelt(case: Case) -> None:
    verdict = judged(case)
    assert (verdict.verdict, verdict.code, verdict.entry) == ("good", "good", "")


@pytest.mark.parametrize("case", list(damaged_cases(kinds_of_damage())), ids=lambda case: case.what)
def test_every_kind_of_damage_is_found_and_the_entry_named(case: Case) -> None:
    verdict = judged(case)
    assert verdict.verdict != "good", verdict
    if case.entry is not None:
        assert verdict.entry == case.entry, verdict
    assert verdict.code in SENTENCES


@pytest.mark.parametrize("value", STRANGE, ids=repr)
def test_canonical_form_is_written_as_the_office_writes_it(value: object) -> None:
    body = canonical({"x": value}).decode()
    assert satuatap_verify.canonical(satuatap_verify.read_json(body)) == body


def test_it_is_one_file_that_knows_nothing_of_ours() -> None:
    tree = ast.parse(PROGRAM.read_text(encoding="utf-8"), feature_version=(3, 9))
    named = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    named |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    tops = {name.partition(".")[0] for name in named}
    assert tops <= sys.stdlib_module_names | {"cryptography"}


def test_it_runs_alone_from_wherever_it_was_copied_to(tmp_path: Path) -> None:
    program = Path(shutil.copy(PROGRAM, tmp_path / "verify.py"))
    (tmp_path / "bundle.json").write_bytes(a_log().bundle(NUMBER).bytes())
    told = subprocess.run(
        [sys.executable, "-I", program, "bundle.json", "--language", "en"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    assert "Everything holds: PBG-2026-000001" in told.stdout


def test_a_person_is_told_in_one_sentence_what_is_wrong_and_where(tmp_path: Path, capsys) -> None:
    bundle = json.loads(a_log().bundle(NUMBER).bytes())
    bundle["entries"][1]["hash"] = "0" * 64
    file = tmp_path / "bundle.json"
    file.write_text(json.dumps(bundle))
    assert main([str(file), "--language", "en"]) == 1
    assert "Entry 2: its hash does not follow from what it says" in capsys.readouterr().out
    assert main([str(file), "--language", "id"]) == 1
    assert "Catatan 2: hash-nya tidak sesuai" in capsys.readouterr().out
    assert main([str(file), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["verdict"], told["code"], told["entry"]) == ("wrong", "chain", "2")


def test_what_cannot_be_read_is_not_called_wrong(tmp_path: Path, capsys) -> None:
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    assert main([str(tmp_path / "picture.png")]) == 2
    assert main([str(tmp_path / "nothing.json")]) == 2
    with pytest.raises(SystemExit, match="2"):
        main([])
    with pytest.raises(SystemExit, match="2"):
        main(["x.json", "--key", "no key"])


def test_a_key_that_is_not_pinned_is_said_to_be_only_believed(tmp_path: Path, capsys) -> None:
    log = a_log()
    file = tmp_path / "bundle.json"
    file.write_bytes(log.bundle(NUMBER).bytes())
    assert main([str(file), "--language", "en"]) == 0
    assert "No key was given" in capsys.readouterr().out
    assert main([str(file), "--language", "en", "--key", log.verifier_key]) == 0
    assert "No key was given" not in capsys.readouterr().out
    assert main([str(file), "--language", "en", "--key", a_log(8).verifier_key]) == 1


def test_whoever_pinned_the_first_key_trusts_the_one_it_handed_over_to() -> None:
    log = PaperLog(7)
    log.lives(3, rotates=True)
    assert judge(file_of(log), [log.verifier_key]).verdict == "good"
    assert judge(written(exported(log)), [log.verifier_key]).verdict == "good"
    assert judge(file_of(log), [PaperLog(8).verifier_key]).code == "untrusted"


def restored(*, honest: bool = True) -> tuple[PaperLog, PaperLog]:
    """One log before its disk broke, and as it was begun anew from a backup; where not honest, of other entries."""
    before, after = PaperLog(7), PaperLog(7)
    for log in (before, after):
        log.writes(NUMBER, "submitted", channel="counter" if honest or log is before else "online")
    for no in range(5):
        before.writes(NUMBER, "arrived", no=no)
    after.begins_anew(before.seal())
    after.writes(NUMBER, "decided", to="verify")
    after.seal()
    return before, after


def test_whoever_pinned_the_key_trusts_the_log_that_it_began_anew_and_is_told(tmp_path: Path, capsys) -> None:
    before, after = restored()
    files = [tmp_path / "bundle.json", tmp_path / "log.jsonl"]
    files[0].write_bytes(after.bundle(NUMBER).bytes())
    files[1].write_bytes(written(exported(after)).getvalue())
    for file in files:
        assert main([str(file), "--key", before.verifier_key, "--language", "en"]) == 0
        told = capsys.readouterr().out
        assert "begun anew after a restore" in told
        assert "satuatap-00000007/log/1, 8, 3, satuatap-00000007/log/2" in told
    assert judge(file_of(after), [PaperLog(8).verifier_key]).code == "untrusted"


def test_what_was_restored_must_be_what_was_there_before() -> None:
    for honest in (True, False):
        seen = [judge(file_of(log)).seen for log in restored(honest=honest)]
        whole = [judge(written(exported(log))).seen for log in restored(honest=honest)]
        for one, other in (seen, whole, (seen[0], whole[1])):
            assert judge_pair(one, other).code == judge_pair(other, one).code
            assert judge_pair(one, other).code in ({"compared", "uncompared"} if honest else {"fork"})
    assert judge_pair(*(judge(written(exported(log))).seen for log in restored())).code == "compared"
    assert judge_pair(judge(file_of(a_log(8))).seen, seen[1]).code == "unrelated"


def test_a_forger_with_another_key_and_a_whole_log_of_their_own_is_found_by_whoever_pinned_the_key() -> None:
    honest, forged = PaperLog(7), PaperLog(7, whose="forger")
    honest.lives(3)
    forged.lives(3)
    assert judge(file_of(forged)).verdict == "good"
    assert judge(file_of(forged), [honest.verifier_key]).code == "untrusted"


def test_a_witness_that_was_asked_for_must_have_cosigned() -> None:
    log = a_log()
    stranger = PaperLog(9).witness_key.replace("inspektorat", "ombudsman")
    assert judge(file_of(log), witnesses=[log.witness_key]).verdict == "good"
    assert judge(file_of(log), witnesses=[stranger]).verdict == "unreadable"
    log.seal(cosigns=False)
    assert judge(file_of(log), witnesses=[log.witness_key]).code == "witness"


def test_a_false_cosignature_is_found() -> None:
    log = a_log()
    before = log.note
    other = a_log(8)
    log.note = before.rpartition("\u2014")[0] + "\u2014" + other.note.rpartition("\u2014")[2]
    assert judge(file_of(log), witnesses=[log.witness_key]).code == "cosignature"


def test_a_receipt_is_checked_by_the_key_it_was_signed_with_or_by_the_one_in_the_bundle() -> None:
    log = a_log()
    code = log.receipt(NUMBER, 2)
    seen = judge(file_of(log)).seen
    key = json.loads(log.chains[OFFICE][1][0])["key"]
    assert judge_receipt(code, [], [seen]).verdict == "good"
    assert judge_receipt(code, [key]).verdict == "good"
    assert judge_receipt(code, []).code == "receipt-key"
    assert judge_receipt(code.replace("SA1", "SA2"), [key]).code == "receipt"
    assert judge_receipt(code.replace(".2.", ".3."), [key]).code == "receipt-signature"
    assert judge_receipt(code, [log.verifier_key]).code == "receipt-signature"


def test_a_receipt_shows_that_the_end_of_an_application_was_cut_off() -> None:
    log = a_log()
    bundle = json.loads(log.bundle(NUMBER).bytes())
    last = len(bundle["entries"])
    code = log.receipt(NUMBER, last)
    del bundle["entries"][-1]
    bundle["documents"] = [one for one in bundle["documents"] if one["entry"] < last]
    seen = judge(io.BytesIO(json.dumps(bundle).encode())).seen
    if seen is None:
        pytest.fail("nothing but a receipt can know that there was more")
    verdict = judge_receipt(code, [], [seen])
    assert (verdict.code, verdict.entry) == ("receipt-missing", str(last))
    assert (seen.made_at or "")[:10] == "2026-03-02"
    for given, said in ((AT - timedelta(minutes=10), "receipt-missing"), (AT - timedelta(minutes=9), "receipt-later")):
        assert judge_receipt(log.receipt(NUMBER, last, given=given), [], [seen]).code == said


def test_a_receipt_that_is_newer_than_the_file_is_not_called_wrong(tmp_path: Path, capsys) -> None:
    log, files = PaperLog(7), (tmp_path / "bundle.json", tmp_path / "log.jsonl")
    log.writes(NUMBER, "submitted", channel="counter")
    log.seal()
    files[0].write_bytes(log.bundle(NUMBER).bytes())
    files[1].write_bytes(written(exported(log)).getvalue())
    log.writes(NUMBER, "decided", to="verify")
    for file in files:
        assert main([str(file), "--receipt", log.receipt(NUMBER, 2, given=AT), "--language", "en"]) == 2
        assert "get a newer file" in capsys.readouterr().out
        assert main([str(file), "--receipt", log.receipt(NUMBER, 2)]) == 1
        assert main([str(file), "--receipt", log.receipt(NUMBER, 1, given=AT)]) == 0


def test_each_receipt_is_held_to_the_files_that_can_tell_of_it() -> None:
    log = a_log()
    both = [judge(file_of(log, number)).seen for number in (NUMBER, "PBG-2026-000002")]
    note = judge(io.BytesIO(log.note.encode()), [log.verifier_key]).seen
    assert judge_receipt(log.receipt(NUMBER, 1), [], [*both, note]).verdict == "good"
    assert judge_receipt(log.receipt(NUMBER, 1), [], [both[1], note]).code == "receipt-number"


def test_a_receipt_shows_that_an_entry_was_rewritten_and_signed_anew_with_the_real_key() -> None:
    honest, rewritten = PaperLog(7), PaperLog(7)
    honest.writes(NUMBER, "submitted", channel="counter")
    honest.seal()
    rewritten.writes(NUMBER, "submitted", channel="online")
    rewritten.seal()
    seen = judge(file_of(rewritten)).seen
    verdict = judge_receipt(honest.receipt(NUMBER, 1), [], [seen])
    assert (verdict.code, verdict.entry) == ("receipt-hash", "1")
    assert judge_receipt(honest.receipt(NUMBER, 1).replace("000001", "000002"), [], [seen]).code == "receipt-signature"


def grown(*, honest: bool, until: int) -> PaperLog:
    """One log as it was when it had ``until`` applications; where not honest, the first one's story is another."""
    log = PaperLog(7)
    for no in range(1, until + 1):
        channel = "counter" if honest or no > 1 else "online"
        log.writes(f"PBG-2026-{no:06d}", "submitted", channel=channel)
    log.seal()
    return log


def test_two_files_of_a_forked_log_are_shown_with_both_roots() -> None:
    one, other = grown(honest=True, until=6), grown(honest=False, until=9)
    first, second = judge(file_of(one)), judge(file_of(other))
    assert {first.verdict, second.verdict} == {"good"}
    with pytest.raises(satuatap_verify.Problem) as found:
        compare(first.seen, second.seen)
    assert found.value.code == "fork"
    assert found.value.entry == "1"
    assert first.seen.root.hex() in found.value.told
    assert second.seen.root.hex() in found.value.told


def test_a_fork_is_found_though_the_two_files_are_of_different_applications() -> None:
    one = judge(file_of(grown(honest=True, until=6), "PBG-2026-000005")).seen
    other = judge(file_of(grown(honest=False, until=9), "PBG-2026-000006")).seen
    with pytest.raises(satuatap_verify.Problem, match="fork"):
        compare(one, other)


def test_a_log_that_only_grew_is_no_fork() -> None:
    for until in range(1, 9):
        one, other = grown(honest=True, until=until), grown(honest=True, until=9)
        compare(judge(file_of(one)).seen, judge(file_of(other)).seen)
        whole = judge(written(exported(other))).seen
        assert compare(judge(file_of(one)).seen, whole), "a whole log proves every smaller one"


def test_files_of_two_logs_are_not_said_to_tell_one_history(tmp_path: Path, capsys) -> None:
    names = []
    for seed in (7, 8):
        names.append(str(tmp_path / f"{seed}.json"))
        Path(names[-1]).write_bytes(a_log(seed).bundle(NUMBER).bytes())
    assert main([*names, "--language", "en"]) == 0
    told = capsys.readouterr().out
    assert "They tell one history" not in told
    assert "nothing in them was compared: satuatap-00000007/log/1 / satuatap-00000008/log/1" in told


def proof_of_growth(one: PaperLog, other: PaperLog) -> list[bytes]:
    return consistency_proof(other.subtree, len(one.leaves), len(other.leaves))


@pytest.mark.parametrize("until", range(1, 13))
def test_a_proof_of_consistency_shows_that_one_checkpoint_grew_from_another(until: int) -> None:
    one, other = grown(honest=True, until=until), grown(honest=True, until=13)
    small, large = [judge(io.BytesIO(log.note.encode()), [log.verifier_key]).seen for log in (one, other)]
    proof = proof_of_growth(one, other)
    assert not compare(small, large)
    assert compare(small, large, [(small.size, large.size, proof)])
    for bit in range(0, 256, 37):
        flipped = bytes([proof[0][0] ^ 1 << bit % 8]) + proof[0][1:]
        with pytest.raises(satuatap_verify.Problem, match="consistency"):
            compare(small, large, [(small.size, large.size, [flipped, *proof[1:]])])


def test_a_checkpoint_by_itself_is_checked_with_the_key_that_is_named(tmp_path: Path, capsys) -> None:
    one, other = grown(honest=True, until=4), grown(honest=True, until=9)
    for name, log in (("one", one), ("other", other)):
        (tmp_path / name).write_text(log.note)
    proof = {"from": len(one.leaves), "to": len(other.leaves), "proof": [h.hex() for h in proof_of_growth(one, other)]}
    (tmp_path / "growth.json").write_text(json.dumps(proof))
    files = [str(tmp_path / "one"), str(tmp_path / "other")]
    assert main([*files, "--language", "en"]) == 2
    assert "brings no key" in capsys.readouterr().out
    words = [*files, "--key", one.verifier_key, "--language", "en"]
    assert main(words) == 0
    assert "do not prove" in capsys.readouterr().out
    assert main([*words, "--consistency", str(tmp_path / "growth.json")]) == 0
    assert "They tell one history" in capsys.readouterr().out
    (tmp_path / "one").write_text(one.note.replace("\n", "\nx", 1))
    assert main(words) == 1


def test_the_program_holds_files_and_receipts_to_each_other(tmp_path: Path, capsys) -> None:
    names = []
    for count, log in enumerate((grown(honest=True, until=6), grown(honest=False, until=6))):
        names.append(str(tmp_path / f"{count}.json"))
        Path(names[-1]).write_bytes(log.bundle(NUMBER).bytes())
    receipt = tmp_path / "receipt.txt"
    receipt.write_text(grown(honest=True, until=6).receipt(NUMBER, 1) + "\n")
    assert main([names[0], str(receipt)]) == 0
    assert main([names[1], str(receipt), "--json"]) == 1
    assert main([*names, "--language", "en"]) == 1
    assert "one log, two histories" in capsys.readouterr().out


def test_a_whole_log_holds() -> None:
    log = a_log()
    verdict = judge(written(exported(log)), [log.verifier_key], [log.witness_key])
    assert verdict.verdict == "good", verdict
    assert verdict.seen.count == len(log.leaves)


def test_a_whole_log_is_checked_in_memory_that_does_not_hold_its_entries() -> None:
    seen = judge(written(exported(a_log())), is_kept=False).seen
    assert (seen.hashes, seen.nodes) == ({}, {})


@pytest.mark.parametrize("at", [3, 9, -1])
def test_a_line_of_the_log_that_was_changed_is_named(at: int) -> None:
    lines = exported(a_log())
    lines[at]["body"] = lines[at]["body"].replace('"actor":"', '"actor":"x')
    assert (judge(written(lines)).code, judge(written(lines)).entry) == ("chain", f"line {at % len(lines) + 1}")


def test_lines_missing_added_or_moved_are_named() -> None:
    lines = exported(a_log())
    for changed, entry in (
        ([*lines[:5], *lines[6:]], "line 6"),
        ([*lines[:5], lines[5], lines[5], *lines[6:]], "line 7"),
        ([*lines[:5], lines[6], lines[5], *lines[7:]], "line 6"),
        (lines[:-1], ""),
    ):
        verdict = judge(written(changed))
        assert (verdict.code, verdict.entry) == ("leaf", entry)


def test_a_log_whose_chains_were_all_recomputed_does_not_have_the_sealed_root() -> None:
    log = a_log()
    lines = exported(log)
    heads: dict[str, bytes] = {}
    for line in lines[1:]:
        body = canonical({**json.loads(line["body"]), "actor": "nobody"})
        heads[line["of"]] = link(heads.get(line["of"], bytes(32)), body)
        line |= {"body": body.decode(), "hash": heads[line["of"]].hex()}
    verdict = judge(written(lines))
    assert verdict.code == "root"
    assert json.dumps(exported(log)[0]["checkpoint"]) != verdict.told


def test_lines_as_offices_write_them_are_judged_as_all_others_are(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [json.dumps(line, separators=(",", ":"), ensure_ascii=False).encode() for line in exported(a_log())]
    chance, plain = random.Random(6), 0
    for _ in range(1500):
        at, place, sign = chance.randrange(1, len(lines)), chance.random(), chance.choice(b' "\\{}[]:,-01e.\tz\x00\xc3')
        line = bytearray(lines[at])
        line[int(place * len(line))] = sign
        found = _plain_line(bytes(line))
        if found is not None:
            plain += 1
            # The long way, which the short one must not differ from.
            told = read_json(bytes(line).decode())
            assert found.said is not None
            assert canonical(found.said) == found.body == told["body"].encode()
            assert (found.leaf, found.of, found.seq) == (told["leaf"], told["of"], told["seq"])
            assert found.hash == told["hash"].encode()
    assert plain > 100
    good = judge(io.BytesIO(b"\n".join(lines)))
    monkeypatch.setattr(satuatap_verify, "_plain_line", lambda _: None)
    monkeypatch.setattr(satuatap_verify, "_plain", lambda _: None)
    assert good.verdict == "good"
    assert judge(io.BytesIO(b"\n".join(lines))) == good


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_every_verdict_has_a_sentence_in_both_languages(code: str) -> None:
    english, indonesian = (Verdict("wrong", code, "4", "x").sentence(language) for language in ("en", "id"))
    assert english.startswith("Entry 4: ")
    assert indonesian.startswith("Catatan 4: ")
    assert english != indonesian
