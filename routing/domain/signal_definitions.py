"""What each integrity signal is called, when it is raised and on which rule it rests: ``docs/integrity-signals.md``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from routing.domain.desks import Label
from routing.domain.integrity_signals import NEVER, Signal, Thresholds


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A signal in words."""

    signal: Signal
    name: Label
    #: when it is raised, in a sentence
    meaning: Label
    #: the same as it is computed
    formula: str
    #: the settings it depends on
    thresholds: tuple[str, ...] = ()
    #: the rule it rests on; of a rule the office made itself: that it is one
    source: Label
    #: what one entry shows, filled in with the facts of the finding
    shows: Label

    @property
    def is_never(self) -> bool:
        """Whether the program itself refuses it, so that an honest office raises none."""
        return self.signal in NEVER

    def sentence(self, facts: Mapping[str, str | int | Label], language: str, names: Mapping[str, str]) -> str:
        """What one entry shows, in that language; desks are called by their ``names``."""
        said = {name: _said(name, fact, language, names) for name, fact in facts.items()}
        return self.shows.in_language(language).format(**said)

    def threshold_values(self, thresholds: Thresholds) -> dict[str, float]:
        """The settings it depends on, as this office has them."""
        return {name: getattr(thresholds, name) for name in self.thresholds}


def _said(name: str, fact: str | int | Label, language: str, names: Mapping[str, str]) -> str:
    if isinstance(fact, Label):
        return fact.in_language(language)
    if isinstance(fact, int):
        return f"{fact:,}".replace(",", "." if language == "id" else ",")
    return names.get(fact, fact) if name == "desk" else fact


_ALL = (
    Definition(
        signal=Signal.FOUR_EYES,
        name=Label(id="Empat mata dilanggar", en="Four eyes broken"),
        meaning=Label(
            id="Seseorang memutus pada langkah yang menurut alurnya tidak boleh diputus olehnya, karena sudah memutus"
            " pada langkah lain.",
            en="Somebody took a decision the route bars them from, because they decided at another step of it.",
        ),
        formula="not_by of the decision's rule names a step at which the same person decided before",
        source=Label(
            id="Alurnya sendiri (not_by)",
            en="The route itself (not_by)",
        ),
        shows=Label(id="sudah memutus pada langkah {step}", en="had decided at the step {step}"),
    ),
    Definition(
        signal=Signal.OWED_REASON,
        name=Label(id="Alasan wajib tidak ada", en="Required reason missing"),
        meaning=Label(
            id="Keputusan yang menurut alurnya wajib beralasan dicatat tanpa alasan.",
            en="A decision for which the route requires a reason is recorded without one.",
        ),
        formula="the rule says reason: required, and the entry holds no digest of a reason",
        source=Label(
            id="Alurnya sendiri (reason: required); UU 30/2014 pasal 55",
            en="The route itself (reason: required); UU 30/2014, article 55",
        ),
        shows=Label(id="tanpa alasan pada langkah {step}", en="no reason at the step {step}"),
    ),
    Definition(
        signal=Signal.VERIFIER,
        name=Label(id="Diputus oleh yang memverifikasi", en="Decided by the one who verified"),
        meaning=Label(
            id="Orang yang sama memutus di dua meja kantor belakang atas satu berkas.",
            en="The same person decided on one application at two desks of the back office.",
        ),
        formula="decided at a desk that is no counter; an earlier decision of theirs at another such desk, both steps"
        " waiting for the office",
        source=Label(
            id="Pilihan kantor, menurut CETTAR A2: diputus pejabat berwenang yang tidak memverifikasi",
            en="The office's own choice, after CETTAR A2: decided by an authorised officer who did not verify it",
        ),
        shows=Label(id="juga memutus pada langkah {step}", en="also decided at the step {step}"),
    ),
    Definition(
        signal=Signal.QUEUE,
        name=Label(id="Antrean dilompati", en="Queue jumped"),
        meaning=Label(
            id="Berkas diambil, padahal berkas lain yang jatuh tempo jauh lebih awal sudah menunggu di meja yang sama.",
            en="A document was taken while another one, due well before it, was waiting at the same desk.",
        ),
        formula="another document at the desk had arrived and nobody had taken it, and due(other) < due(this) -"
        " queue_hours; the applicant's time, programs and pauses do not count",
        thresholds=("queue_hours",),
        source=Label(
            id="Pilihan kantor, menurut CETTAR A3: penyimpangan (antrean dilompati)",
            en="The office's own choice, after CETTAR A3: overrides (queue jumped)",
        ),
        shows=Label(
            id="{count} berkas yang jatuh tempo lebih awal dilewati, pertama {first}",
            en="{count} documents due earlier passed over, the first {first}",
        ),
    ),
    Definition(
        signal=Signal.RESET,
        name=Label(id="Janji dihitung ulang menjelang batas", en="Promise reset before its limit"),
        meaning=Label(
            id="Janji dihitung dari awal setelah berkas dikembalikan pada sepertiga terakhir batasnya, atau setelah"
            " jeda yang diberikan seseorang.",
            en="The promise was counted anew after a return in the last third of its limit, or after a pause that"
            " somebody granted.",
        ),
        formula="mark restart, by the end of a granted pause or behind a mark late-return with no restart in between",
        source=Label(
            id="Pilihan kantor, menurut CETTAR A3: penyimpangan (janji diubah); Ombudsman: penundaan berlarut",
            en="The office's own choice, after CETTAR A3: overrides (service level edited); Ombudsman:"
            " protracted delay",
        ),
        shows=Label(id="janji dihitung dari awal", en="the promise began anew"),
    ),
    Definition(
        signal=Signal.PAUSE,
        name=Label(id="Jeda oleh meja yang diuntungkan", en="Pause granted by the desk that profits"),
        meaning=Label(
            id="Jeda diberikan oleh orang yang saat itu bertugas di meja tempat berkasnya berada.",
            en="A pause was granted by somebody who then had a role at the desk where the document lay.",
        ),
        formula="kind paused; an assignment of the actor, in force at that moment, at a desk with an open visit",
        source=Label(
            id="Pilihan kantor, menurut CETTAR A3: penyimpangan (jeda oleh meja sendiri)",
            en="The office's own choice, after CETTAR A3: overrides (pause granted by own desk)",
        ),
        shows=Label(id="bertugas di meja {desk}", en="held a role at the desk {desk}"),
    ),
    Definition(
        signal=Signal.HOURS,
        name=Label(id="Keputusan di luar jam buka", en="Decision outside opening hours"),
        meaning=Label(
            id="Orang memutus di luar jam buka mejanya atau pada hari libur, menurut kalender yang berlaku saat itu.",
            en="A person decided outside the hours of the desk or on a day off, by the calendar in force then.",
        ),
        formula="minutes from the nearest opening of that day > grace_minutes; a day without any counts always",
        thresholds=("grace_minutes",),
        source=Label(
            id="Kalender kantor yang berlaku saat itu (Perpres 21/2023); pilihan risiko Inspektorat:"
            " tindakan malam dan hari libur",
            en="The office's calendar then in force (Perpres 21/2023); the inspectorate's risk picks:"
            " night and holiday actions",
        ),
        shows=Label(id="diputus {local}", en="decided {local}"),
    ),
    Definition(
        signal=Signal.PAIR,
        name=Label(id="Petugas dan pemohon yang sama berulang kali", en="Same officer and same applicant"),
        meaning=Label(
            id="Satu petugas berulang kali memutus permohonan dari pemohon yang sama (pola calo).",
            en="One officer decided again and again on applications of one applicant (the pattern of a go-between).",
        ),
        formula="applications with the same applicant_index on which the officer decided within pair_days before this"
        " one, this one included >= pair_applications; raised at their first decision on each, at a"
        " desk that is no counter",
        thresholds=("pair_applications", "pair_days"),
        source=Label(
            id="Pilihan kantor; pilihan risiko Inspektorat: petugas dan kuasa yang sama. Kuasa tidak"
            " dicatat; indeks berkunci pemohon menggantikannya, nama tidak pernah dibandingkan",
            en="The office's own choice; the inspectorate's risk picks: same officer and same proxy."
            " Proxies are not recorded: the applicant's keyed index stands for them, and names are never compared",
        ),
        shows=Label(id="{count} permohonan dari pemohon yang sama", en="{count} applications of the same applicant"),
    ),
    Definition(
        signal=Signal.REASON,
        name=Label(id="Penolakan atau pengembalian tanpa alasan", en="Refusal or return without reason"),
        meaning=Label(
            id="Permohonan ditolak atau dikembalikan ke pemohon tanpa alasan, pilihan alasan atau syarat apa pun.",
            en="An application was refused or returned to the applicant with no reason, chosen reason or requirement.",
        ),
        formula="the decision ends the application as refused or sends it to a step that waits for the applicant and"
        " gives it back; no reason digest, no reasons, no requirements",
        source=Label(
            id="UU 25/2009; Ombudsman: penolakan tanpa alasan harus 0; CETTAR X1",
            en="UU 25/2009; Ombudsman: refusals without reasons must be 0; CETTAR X1",
        ),
        shows=Label(id="tanpa alasan pada langkah {step}", en="no reason at the step {step}"),
    ),
    Definition(
        signal=Signal.FEE,
        name=Label(id="Biaya di luar tarif", en="Fee outside the tariff"),
        meaning=Label(
            id="Jumlah yang ditagihkan sebelum pembayaran berbeda dari tarif layanan untuk berkas itu.",
            en="The sum demanded before a payment is another than the service's tariff for that application.",
        ),
        formula="sum of the money a decision collected at, or on the way to, a step that waits for payment !="
        " the fees of the version then, with the facts as they stand now; not where a fee is still open",
        source=Label(
            id="UU 1/2022 (tidak ada pungutan tanpa dasar hukum); Ombudsman: biaya di luar tarif harus 0",
            en="UU 1/2022 (no levy without a legal basis); Ombudsman: fees outside the tariff must be 0",
        ),
        shows=Label(id="ditagih Rp{demanded}, tarif Rp{tariff}", en="demanded Rp{demanded}, tariff Rp{tariff}"),
    ),
    Definition(
        signal=Signal.FAST,
        name=Label(id="Lebih cepat daripada membaca", en="Faster than anyone can read"),
        meaning=Label(
            id="Orang di kantor belakang memutus berkas beberapa detik setelah mengambilnya.",
            en="A person in the back office decided on a document within seconds of taking it.",
        ),
        formula="decided - taken (where nobody took it: arrived) < fast_seconds, at a desk that is no counter",
        thresholds=("fast_seconds",),
        source=Label(
            id="Pilihan kantor; pilihan risiko Inspektorat: 1 % tercepat",
            en="The office's own choice; the inspectorate's risk picks: fastest 1 %",
        ),
        shows=Label(id="{seconds} detik setelah diambil", en="{seconds} seconds after it was taken"),
    ),
)

#: In the order in which they are shown: what can never be first.
DEFINITIONS: Mapping[Signal, Definition] = MappingProxyType({one.signal: one for one in _ALL})
