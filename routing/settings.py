"""Every SATUATAP_ variable, its default and its meaning: the field's text is its documentation.

A default for everything, so that a clone runs with SQLite and no Redis. Unknown variables are refused, because a
misspelt setting that is silently ignored is worse than a program that does not start.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr, StringConstraints
from pydantic_settings import BaseSettings, SettingsConfigDict

from routing.domain.checkpoints import VerifierKey
from routing.domain.errors import Refusal
from routing.setting_checks import (
    addresses,
    database_address,
    keys_of_witnesses,
    known_level,
    known_zone,
    web_address,
    web_addresses,
)

PREFIX = "SATUATAP_"
#: Read by dev.py and by the tests, not by the program.
_NOT_OURS = ("SATUATAP_TEST_", "SATUATAP_VENV")
#: The broker of the embedded mall: kombu's memory transport, inside the one process.
IN_PROCESS_BROKER = "memory://localhost/"


class UnknownSetting(Refusal):
    """{name} is not a setting of this program. Known: {known}. Remove it or correct its spelling."""

    code = "unknown_setting"


def default_data_folder() -> Path:
    """The user's data folder (XDG base directories)."""
    root = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(root) / "satuatap"


def _broker(address: SecretStr) -> SecretStr:
    text = address.get_secret_value()
    if text != IN_PROCESS_BROKER and not text.startswith(("redis://", "rediss://", "redis+socket://")):
        message = "it is no address of a broker this program knows; write redis://HOST:PORT/NUMBER"
        raise ValueError(message)
    return address


class Settings(BaseSettings):
    """What an office can set, by environment variable."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    data: Path = Field(
        default_factory=default_data_folder,
        description="Folder of the embedded mall: database, secrets. Used when no database_url is given.",
    )
    database_url: Annotated[SecretStr | None, AfterValidator(database_address)] = Field(
        default=None,
        description="postgresql+psycopg://... of a distributed mall. Absent: SQLite in the data folder.",
    )
    master_key_file: Path | None = Field(
        default=None,
        description="The master key, which opens personal data: 64 hexadecimal digits. Absent: master.key in the data "
        "folder. Keep a copy apart from the database's.",
    )
    log_key_file: Path | None = Field(
        default=None,
        description="The key that seals the log (Ed25519, PEM, mode 0600), which the sequencer alone may read; made at "
        "its first start. Absent: log.key in the data folder.",
    )
    receipt_key_file: Path | None = Field(
        default=None,
        description="The key that signs receipts of entries (Ed25519, PEM, mode 0600); made when it is first needed. "
        "Every web of one office has the same. Absent: receipt.key in the data folder.",
    )
    log_origin: Annotated[str | None, StringConstraints(pattern=r"^[^\s+]{1,200}$")] = Field(
        default=None,
        description="The name under which the log is begun, an address without its scheme: izin.example.go.id/log/1. "
        "Absent: one drawn at random. Once begun it stays as it is.",
    )
    seal_seconds: float = Field(default=1.0, gt=0, description="How often the sequencer looks for entries to seal.")
    checkpoint_seconds: float = Field(
        default=60.0, gt=0, description="Seconds after which a log that has grown is signed anew."
    )
    checkpoint_entries: int = Field(default=1000, ge=1, description="Entries after which it is signed anew before.")
    anchor_folder: Path | None = Field(
        default=None,
        description="Folder outside the database administrator's reach (a share that only takes new files, for one) to "
        "which the sequencer adds every checkpoint, and with which every part compares the log. It has to be there. "
        "Absent: none.",
    )
    witnesses: Annotated[str, AfterValidator(keys_of_witnesses)] = Field(
        default="",
        description="Verifier keys of the witnesses whose cosignatures are taken, with commas between.",
    )
    witness_urls: Annotated[str, AfterValidator(web_addresses)] = Field(
        default="",
        description="Addresses of witnesses (`satuatap audit witness --listen`) whose last checkpoint the log is "
        "compared with, with commas between.",
    )
    guard_seconds: float = Field(
        default=3600.0,
        gt=0,
        description="How often each part compares the log with the checkpoints kept elsewhere, beside at its start.",
    )
    broker_url: Annotated[SecretStr, AfterValidator(_broker)] = Field(
        default=SecretStr(IN_PROCESS_BROKER),
        description="redis://..., rediss://... or redis+socket://... of a distributed mall. Absent: in this process.",
    )
    papers: Path | None = Field(
        default=None,
        description="Folder of the attached papers; the web processes of a distributed mall share one. "
        "Absent: `papers` in the data folder.",
    )
    paper_mebibytes: int = Field(
        default=20, gt=0, le=200, description="MiB a paper that is attached may have; at most 200."
    )
    broker_prefix: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,60}:$")] = Field(
        default="satuatap:",
        description="Begins every key at the broker; malls that share one Redis give each its own. It ends in a colon.",
    )
    workflows: Path | None = Field(
        default=None,
        description="Folder of the workflow files that `up` publishes. Absent: the program's own.",
    )
    ring_lease_seconds: float = Field(
        default=10.0,
        gt=0,
        description="A hand-off that was rung and has not arrived is rung again after this; doubles at each ring.",
    )
    sweep_seconds: float = Field(
        default=1.0,
        gt=0,
        description="How often the relay looks for hand-offs when no bell rings.",
    )
    clock_seconds: float = Field(
        default=60.0,
        gt=0,
        description="How often the beat looks what is due: warnings, deadlines, limits of the law.",
    )
    desk_refresh_seconds: float = Field(
        default=5.0,
        gt=0,
        description="How often a worker looks for new desks.",
    )
    claim_minutes: int = Field(
        default=60, gt=0, description="How long a document is held by whoever took it, unless they take it anew."
    )
    automatic_retry_seconds: float = Field(
        default=15.0,
        gt=0,
        description="An automatic desk that failed tries again after this; doubles at each attempt, five in all.",
    )
    outside_timeout_seconds: float = Field(
        default=10.0,
        gt=0,
        le=25,
        description="How long an automatic desk waits for the answer of a system outside this office.",
    )
    oss_url: Annotated[str | None, AfterValidator(web_address)] = Field(
        default=None,
        description="Address of the licensing system (OSS) that automatic desks ask. Absent: they call for help.",
    )
    payment_url: Annotated[str | None, AfterValidator(web_address)] = Field(
        default=None,
        description="Address of the payment system that automatic desks ask. Absent: they call for help.",
    )
    payment_ask_seconds: float = Field(default=30.0, gt=0, description="An open bill is asked for again after this.")
    time_zone: Annotated[str, AfterValidator(known_zone)] = Field(
        default="Asia/Jakarta",
        description="The office's time zone: Asia/Jakarta (WIB), Asia/Makassar (WITA) or Asia/Jayapura (WIT).",
    )
    session_idle_minutes: int = Field(default=30, gt=0, description="Minutes without a click that end a session.")
    session_hours: int = Field(default=10, gt=0, description="Hours after which a session ends whatever happens.")
    reveals_an_hour: int = Field(
        default=30, gt=0, description="How often a person may look at masked personal data within an hour."
    )
    trusted_proxies: Annotated[str, AfterValidator(addresses)] = Field(
        default="127.0.0.1",
        description="Addresses of proxies in front of the pages, with commas between; what they say of a visitor's "
        "address and of https is believed. *: anybody's word.",
    )
    tracking_per_minute: int = Field(
        default=60, ge=1, description="How often one address may ask where an application stands, in a minute."
    )
    tracking_per_minute_everybody: int = Field(
        default=6000, ge=1, description="The same for all addresses together, so that codes cannot be tried out."
    )
    sign_ins_per_minute: int = Field(
        default=60, ge=1, description="Passwords and one-time links one address may try in a minute."
    )
    sign_ins_per_minute_account: int = Field(
        default=20, ge=1, description="Passwords that may be tried for one account in a minute, from wherever."
    )
    log_per_minute: int = Field(
        default=120,
        ge=1,
        description="How often one address may ask for a checkpoint or a proof of the log, in a minute.",
    )
    api_per_minute: int = Field(default=1200, ge=1, description="Requests one token may make in a minute.")
    api_strangers_per_minute: int = Field(
        default=30, ge=1, description="Requests with a token that is none, from one address in a minute."
    )
    signal_fast_seconds: float = Field(
        default=20, gt=0, description="Integrity signal: a decision so few seconds behind the taking is shown."
    )
    signal_queue_hours: float = Field(
        default=24, ge=0, description="Integrity signal: taken before a document that was due so many hours earlier."
    )
    signal_pair_applications: int = Field(
        default=5, ge=2, description="Integrity signal: so many applications of one applicant before one officer ..."
    )
    signal_pair_days: int = Field(default=90, gt=0, le=3660, description="... within so many days.")
    signal_grace_minutes: int = Field(
        default=30, ge=0, description="Integrity signal: so many minutes outside the opening hours are nothing."
    )
    metrics: Annotated[str, AfterValidator(addresses)] = Field(
        default="127.0.0.1,::1",
        description="Addresses that may read /metrics, with commas between; empty: nobody; *: anybody. A proxy on this "
        "machine has to pass on its visitors' addresses (X-Forwarded-For), or everybody seems to be this machine.",
    )
    search_milliseconds: int = Field(
        default=1000,
        ge=1,
        description="How long the database may take to count what a search of the log found, and five times as long "
        "to find it. What takes longer is cut off, and the page says so.",
    )
    log_level: Annotated[str, AfterValidator(known_level)] = Field(
        default="INFO", description="DEBUG, INFO, WARNING or ERROR."
    )

    @property
    def is_embedded(self) -> bool:
        """Whether this is the mall of one process on SQLite."""
        return self.database_url is None

    @property
    def database(self) -> str | Path:
        """The database's address, secrets included (never log it), or the file of an embedded mall."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return self.data / "satuatap.db"

    @property
    def papers_folder(self) -> Path:
        """Where the attached papers lie."""
        return self.papers if self.papers is not None else self.data / "papers"

    @property
    def most_paper_bytes(self) -> int:
        """What a paper may have."""
        return self.paper_mebibytes * 1024 * 1024

    @property
    def master_key(self) -> Path:
        """Where the master key lies."""
        return self.master_key_file or self.data / "master.key"

    @property
    def log_key(self) -> Path:
        """Where the key lies that seals the log."""
        return self.log_key_file or self.data / "log.key"

    @property
    def receipt_key(self) -> Path:
        """Where the key lies that signs receipts."""
        return self.receipt_key_file or self.data / "receipt.key"

    @property
    def last_checkpoint(self) -> Path:
        """Where the last checkpoint that was signed is remembered: beside the key it was signed with."""
        return self.log_key.with_name("log.last")

    @property
    def witness_keys(self) -> tuple[VerifierKey, ...]:
        """Whose cosignatures are taken."""
        return tuple(VerifierKey.parsed(one) for one in self.witnesses.split(",") if one)

    @property
    def witness_addresses(self) -> tuple[str, ...]:
        """Which witnesses are asked."""
        return tuple(one for one in self.witness_urls.split(",") if one)

    @property
    def broker(self) -> str:
        """The broker's address, secrets included: never log it."""
        return self.broker_url.get_secret_value()

    @property
    def broker_name(self) -> str:
        """What the broker is, without its address: memory, redis, ..."""
        return self.broker.split(":", 1)[0].split("+", 1)[0]


def load_settings(data: Path | None = None) -> Settings:
    """The settings of this process; ``data`` (from ``--data``) wins. Raises UnknownSetting, pydantic's error."""
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    for name in os.environ:
        if name.startswith(PREFIX) and name not in known and not name.startswith(_NOT_OURS):
            raise UnknownSetting(name=name, known=", ".join(sorted(known)))
    if data is None:
        return Settings()
    # --data means the embedded mall in that folder, whatever the environment says of servers.
    return Settings(data=data, database_url=None, broker_url=SecretStr(IN_PROCESS_BROKER), papers=None)
