// What is to be said of a proof bundle or a receipt: the second verifier, written apart from satuatap_verify.py by the
// same description (docs/proof-bundle.md), so that a mistake in one is seen by the other. No network, no storage.
// Beside it: hashes.js (SHA-256, SHA-512) and noble-ed25519.js (points of the curve).
"use strict";

(() => {
  const BUNDLE = "satuatap-bundle/1";
  const LOG_KEY = 1;
  const WITNESS_KEY = 4;
  const DEEPEST = 100;
  const MOST = Number.MAX_SAFE_INTEGER;
  // Seconds; an honest office needs one minute.
  const SEALED_WITHIN = 600;
  const GENESIS = "0".repeat(64);
  const HEX = /^[0-9a-f]{64}$/;
  const NAME = /^[!-*,-~]{1,200}$/;
  const SIZE = /^[1-9][0-9]{0,15}$/;
  const TIME = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z$/;
  const RECEIPT = /^SA1\.([!-~]{1,100})\.([1-9][0-9]{0,15})\.([A-Za-z0-9_-]{43})\.([0-9]{1,16})\.([A-Za-z0-9_-]{86})$/;
  const { sha256, sha512 } = globalThis.satuAtapHashes;

  class Problem extends Error {
    constructor(code, entry = "", told = "", isUnreadable = false) {
      super(code);
      Object.assign(this, { code, entry, told, isUnreadable });
    }
  }

  function wrong(code, entry, told) {
    throw new Problem(code, entry, told);
  }

  function unreadable(code, told) {
    throw new Problem(code, "", told, true);
  }

  // --- bytes -------------------------------------------------------------------------------------------------------

  const utf8 = new TextEncoder();

  function joined(...parts) {
    const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }

  function hex(bytes) {
    return Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");
  }

  function fromHex(text) {
    return Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));
  }

  function bigEndian(number, length) {
    const bytes = new Uint8Array(length);
    for (let at = length - 1; at >= 0; at -= 1) {
      bytes[at] = number % 256;
      number = Math.floor(number / 256);
    }
    return bytes;
  }

  // Base64 in its one spelling; nothing for any other.
  function fromBase64(text) {
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) return new Uint8Array(0);
    try {
      const raw = atob(text);
      return btoa(raw) === text ? Uint8Array.from(raw, (mark) => mark.charCodeAt(0)) : new Uint8Array(0);
    } catch {
      return new Uint8Array(0);
    }
  }

  // --- JSON that can be read in one way only -----------------------------------------------------------------------

  // Objects become Maps: the order is kept, "__proto__" is a name like any other, and a name that comes twice is seen.
  class Reader {
    constructor(text) {
      this.text = text;
      this.at = 0;
    }

    whole() {
      const value = this.value(0);
      this.skip();
      if (this.at !== this.text.length) this.fail();
      return value;
    }

    fail() {
      throw new SyntaxError(`at ${this.at}`);
    }

    skip() {
      while (this.at < this.text.length && " \t\n\r".includes(this.text[this.at])) this.at += 1;
    }

    match(pattern) {
      pattern.lastIndex = this.at;
      const found = pattern.exec(this.text);
      if (found === null) this.fail();
      this.at = pattern.lastIndex;
      return found[0];
    }

    value(depth) {
      this.skip();
      const mark = this.text[this.at];
      if ((mark === "{" || mark === "[") && depth >= DEEPEST) this.fail();
      if (mark === "{") return this.object(depth);
      if (mark === "[") return this.list(depth);
      if (mark === '"') return this.string();
      for (const [word, value] of [["true", true], ["false", false], ["null", null]]) {
        if (this.text.startsWith(word, this.at)) {
          this.at += word.length;
          return value;
        }
      }
      return Number(this.match(/-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y));
    }

    // The separators of what stands between two brackets; false: it has ended.
    goesOn(isFirst, end) {
      this.skip();
      if (this.text[this.at] === end) {
        this.at += 1;
        return false;
      }
      if (!isFirst) {
        if (this.text[this.at] !== ",") this.fail();
        this.at += 1;
        this.skip();
      }
      return true;
    }

    object(depth) {
      const found = new Map();
      this.at += 1;
      for (let isFirst = true; this.goesOn(isFirst, "}"); isFirst = false) {
        const name = this.string();
        if (found.has(name)) this.fail();
        this.skip();
        if (this.text[this.at] !== ":") this.fail();
        this.at += 1;
        found.set(name, this.value(depth + 1));
      }
      return found;
    }

    list(depth) {
      const found = [];
      this.at += 1;
      for (let isFirst = true; this.goesOn(isFirst, "]"); isFirst = false) found.push(this.value(depth + 1));
      return found;
    }

    string() {
      // Between its quotation marks JSON's own reader is exact, and there is no name in it that could come twice.
      const raw = this.match(/"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y);
      const text = JSON.parse(raw);
      // Half of a surrogate pair is no text.
      if (/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(text)) this.fail();
      return text;
    }
  }

  // RFC 8785.
  function canonical(value) {
    if (value instanceof Map) {
      const names = [...value.keys()].sort((one, other) => (one < other ? -1 : 1));
      return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value.get(name))}`).join(",")}}`;
    }
    if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
    if (typeof value === "number" && !Number.isFinite(value)) throw new RangeError("a number beyond all bounds");
    return typeof value === "number" ? String(value) : JSON.stringify(value);
  }

  // --- hashes, proofs, signatures ----------------------------------------------------------------------------------

  function link(previous, body) {
    return sha256(joined(Uint8Array.of(2), previous, bigEndian(body.length, 8), body));
  }

  function parent(left, right) {
    return sha256(joined(Uint8Array.of(1), left, right));
  }

  // RFC 9162, 2.1.3.2, without shifts: in JavaScript they stop at 32 bits. The root in hex, null: it leads to none.
  function rootOf(leaf, place, size, proof) {
    if (place >= size) return null;
    let here = place;
    let last = size - 1;
    let walked = leaf;
    const up = () => {
      here = Math.floor(here / 2);
      last = Math.floor(last / 2);
    };
    for (const sibling of proof) {
      if (last === 0) return null;
      if (here % 2 === 1 || here === last) {
        walked = parent(sibling, walked);
        while (here % 2 === 0) up();
      } else {
        walked = parent(walked, sibling);
      }
      up();
    }
    return last === 0 ? hex(walked) : null;
  }

  function littleEndian(bytes) {
    return BigInt(`0x${hex(Uint8Array.from(bytes).reverse())}`);
  }

  // A point of the whole group, written in its one spelling: others pass in one library and fail in the next.
  function isSoundKey(bytes) {
    try {
      return !globalThis.nobleEd25519.Point.fromBytes(bytes, false).isSmallOrder();
    } catch {
      return false;
    }
  }

  // Ed25519 as RFC 8032 checks it without the cofactor: [S]B - [k]A must be spelt as R is.
  function isSigned(key, signature, message) {
    const { Point, CURVE } = globalThis.nobleEd25519;
    if (signature.length !== 64) return false;
    const scalar = littleEndian(signature.slice(32));
    if (scalar >= CURVE.n) return false;
    try {
      const point = Point.fromBytes(key, false);
      const challenge = littleEndian(sha512(joined(signature.slice(0, 32), key, message))) % CURVE.n;
      const found = Point.BASE.multiply(scalar, false).add(point.multiply(challenge, false).negate());
      return hex(found.toBytes()) === hex(signature.slice(0, 32));
    } catch {
      return false;
    }
  }

  // name+id+base64(kind || key); null: it is none.
  function publicKey(text, kind, name) {
    const parts = text.split("+");
    if (parts.length < 3) return null;
    const [said, id] = parts;
    const raw = fromBase64(parts.slice(2).join("+"));
    if (!NAME.test(said) || (name !== undefined && said !== name)) return null;
    const own = hex(sha256(joined(utf8.encode(`${said}\n`), raw)).slice(0, 4));
    if (raw.length !== 33 || raw[0] !== kind || own !== id || !isSoundKey(raw.slice(1))) return null;
    return { name: said, id, key: raw.slice(1), text };
  }

  // --- the checkpoint ----------------------------------------------------------------------------------------------

  function signatureLine(line) {
    const parts = line.split(" ");
    const raw = parts.length === 3 ? fromBase64(parts[2]) : new Uint8Array(0);
    if (raw.length < 5 || parts[0] !== "\u2014" || parts[1] === "") wrong("checkpoint");
    return { name: parts[1], id: hex(raw.slice(0, 4)), proof: raw.slice(4) };
  }

  function openCheckpoint(note, origin, keys, witnesses) {
    const gap = note.lastIndexOf("\n\n");
    // eslint-disable-next-line no-control-regex
    if (gap < 0 || !note.endsWith("\n") || /[\u0000-\u0009\u000b-\u001f]/.test(note)) wrong("checkpoint");
    const lines = note.slice(0, gap).split("\n");
    const block = note.slice(gap + 2);
    if (block === "") wrong("checkpoint");
    const signatures = block.slice(0, -1).split("\n").map(signatureLine);
    if (lines.length < 3 || lines.includes("") || !SIZE.test(lines[1]) || Number(lines[1]) > MOST) wrong("checkpoint");
    const root = fromBase64(lines[2]);
    if (root.length !== 32) wrong("checkpoint");
    if (lines[0] !== origin) wrong("origin", "", lines[0]);
    const message = utf8.encode(note.slice(0, gap + 1));
    const known = new Map(keys.map((one) => [one.id, one]));
    const signers = [];
    for (const { name, id, proof } of signatures) {
      const signer = name === origin ? known.get(id) : undefined;
      if (signer === undefined) continue;
      if (!isSigned(signer.key, proof, message)) wrong("signature", "", signer.text);
      signers.push(signer.text);
    }
    if (signers.length === 0) wrong("unsigned");
    for (const witness of witnesses) requireCosigned(message, signatures, witness);
    return { origin, size: Number(lines[1]), root: hex(root), signers };
  }

  function requireCosigned(message, signatures, text) {
    const witness = publicKey(text, WITNESS_KEY);
    if (witness === null) unreadable("key", text);
    const own = signatures.filter((one) => one.name === witness.name && one.id === witness.id);
    if (own.length === 0) wrong("witness", "", witness.name);
    for (const { proof } of own) {
      const time = proof.slice(0, 8).reduce((sum, one) => sum * 256n + BigInt(one), 0n);
      const signed = joined(utf8.encode(`cosignature/v1\ntime ${time}\n`), message);
      if (!isSigned(witness.key, proof.slice(8), signed)) wrong("cosignature", "", witness.name);
    }
  }

  // --- the shape of a bundle ---------------------------------------------------------------------------------------

  const is = {
    text: (value) => typeof value === "string",
    list: (value) => Array.isArray(value),
    map: (value) => value instanceof Map,
    number: (value) => typeof value === "number",
  };
  const ANEW = ["origin", "key", "old", "checkpoint", "restored", "reason", "by"];
  const MEMBERS = {
    format: is.text, origin: is.text, application: is.text, keys: is.list, checkpoint: is.text, entries: is.list,
    documents: is.list, workflows: is.map, calendars: is.map, office: is.list, made_at: is.text,
  };
  const ENTRY = { seq: is.number, body: is.text, hash: is.text, leaf: is.number, proof: is.list };
  const OFFICE_ENTRY = { ...ENTRY, previous: is.text };
  const DOCUMENT = { entry: is.number, digest: is.text };

  function isWhole(value, least) {
    return Number.isInteger(value) && value >= least && value <= MOST;
  }

  // Exactly these members: what nobody checks must not look as if it had been checked.
  function requireMembers(value, wanted, place) {
    const names = Object.keys(wanted);
    if (!is.map(value) || value.size !== names.length) wrong("shape", place, names.join(", "));
    for (const name of names) if (!value.has(name) || !wanted[name](value.get(name))) wrong("shape", place, name);
  }

  function requireEntry(entry, wanted, place) {
    requireMembers(entry, wanted, place);
    const hashes = [entry.get("hash"), ...entry.get("proof")];
    if (entry.has("previous")) hashes.push(entry.get("previous"));
    const areHashes = entry.get("proof").length <= 64 && hashes.every((one) => is.text(one) && HEX.test(one));
    if (!areHashes || !isWhole(entry.get("seq"), 1) || !isWhole(entry.get("leaf"), 0)) {
      wrong("shape", place, "seq, hash, leaf, proof");
    }
  }

  function requireShape(bundle) {
    requireMembers(bundle, MEMBERS, "");
    const rule = (holds, told) => holds || wrong("shape", "", told);
    rule(NAME.test(bundle.get("origin")), "origin");
    rule(TIME.test(bundle.get("made_at")), "made_at");
    rule(bundle.get("keys").length > 0 && bundle.get("keys").every(is.text), "keys");
    rule(bundle.get("entries").length > 0, "entries");
    for (const name of ["workflows", "calendars"]) {
      rule([...bundle.get(name)].every(([key, text]) => HEX.test(key) && is.text(text)), name);
    }
    bundle.get("entries").forEach((entry, at) => requireEntry(entry, ENTRY, `${at + 1}`));
    bundle.get("office").forEach((entry, at) => requireEntry(entry, OFFICE_ENTRY, `office ${at + 1}`));
    for (const document of bundle.get("documents")) {
      requireMembers(document, DOCUMENT, "");
      rule(isWhole(document.get("entry"), 1) && HEX.test(document.get("digest")), "documents");
    }
  }

  // --- what a bundle claims, in the order of the format ------------------------------------------------------------

  function said(body, place) {
    try {
      const value = new Reader(body).whole();
      if (is.map(value) && canonical(value) === body) return value;
    } catch {
      // Not to be read in one way only: the same as not canonical.
    }
    return wrong("body", place);
  }

  // The link to the entry before it, and the way from the leaf to the sealed root; the chain hash in hex.
  function requireSealed(entry, previous, seal, place) {
    const own = link(fromHex(previous), utf8.encode(entry.get("body")));
    if (hex(own) !== entry.get("hash")) wrong("chain", place);
    const leaf = sha256(joined(Uint8Array.of(0), own));
    const root = rootOf(leaf, entry.get("leaf"), seal.size, entry.get("proof").map(fromHex));
    if (root !== seal.root) wrong("proof", place);
    return hex(own);
  }

  function checkOffice(bundle, seal) {
    let [last, before] = [GENESIS, 0];
    bundle.get("office").forEach((entry, at) => {
      const place = `office ${at + 1}`;
      const seq = entry.get("seq");
      const says = said(entry.get("body"), place);
      if (says.get("office") !== true || says.has("application")) wrong("number", place);
      if (seq <= before || says.get("seq") !== seq) wrong("order", place);
      if (seq === before + 1 && entry.get("previous") !== last) wrong("chain", place);
      last = requireSealed(entry, entry.get("previous"), seal, place);
      before = seq;
      noteKey(says, seal, place);
    });
  }

  // The log goes on under another name from what was restored of it: by the key it had before, which it keeps.
  function begunAnew(says, place) {
    const text = (name) => (is.text(says.get(name)) ? says.get(name) : "");
    const [key, old] = [publicKey(text("key"), LOG_KEY), publicKey(text("old"), LOG_KEY)];
    const [origin, size = ""] = text("checkpoint").split("\n");
    const restored = says.get("restored");
    const isKnown = key !== null && old !== null && hex(key.key) === hex(old.key);
    if (!isKnown || key.name !== says.get("origin") || old.name !== origin) wrong("incarnation", place);
    const isCounted = SIZE.test(size) && Number(size) <= MOST && isWhole(restored, 0);
    if (!isCounted || !ANEW.every((name) => says.has(name))) wrong("incarnation", place);
    const stated = canonical(new Map(ANEW.map((name) => [name, says.get(name)])));
    const message = utf8.encode(`satuatap incarnation-begun/v1\n${stated}`);
    if (!isSigned(old.key, fromBase64(text("signature")), message)) wrong("incarnation", place);
    return { old: old.text, told: `${origin}, ${size}, ${restored}, ${key.name}` };
  }

  // What an entry of the office says of keys: the log's first, one that follows another, the one for receipts.
  function noteKey(says, seal, place) {
    const [kind, key, old] = ["kind", "key", "old"].map((name) => says.get(name));
    if (!is.text(key)) return;
    if (kind === "log-begun") seal.told.set(key, null);
    if (kind === "incarnation-begun") {
      seal.anew.push(begunAnew(says, place));
      seal.told.set(key, seal.anew[seal.anew.length - 1].old);
    }
    if (kind === "receipt-key") seal.receiptKeys.push(key);
    if (kind !== "key-rotated") return;
    const signer = is.text(old) && seal.told.has(old) ? publicKey(old, LOG_KEY) : null;
    const signature = is.text(says.get("signature")) ? fromBase64(says.get("signature")) : new Uint8Array(0);
    const message = utf8.encode(`satuatap key-rotated/v1\n${key}\n`);
    if (signer === null || !isSigned(signer.key, signature, message)) wrong("rotation", place);
    seal.told.set(key, old);
  }

  // Every key is one the log tells of; and one that signed is pinned, or follows from one that is.
  function requireTrust(keys, pins, seal) {
    for (const key of keys) if (!seal.told.has(key)) wrong("introduction", "", key);
    const trusted = new Set(pins);
    for (const [key, old] of seal.told) if (trusted.has(old)) trusted.add(key);
    if (pins.length > 0 && !seal.signers.some((one) => trusted.has(one))) wrong("untrusted");
  }

  function checkEntries(bundle, seal) {
    let previous = GENESIS;
    return bundle.get("entries").map((entry, at) => {
      const [no, place] = [at + 1, `${at + 1}`];
      const says = said(entry.get("body"), place);
      if (says.get("application") !== bundle.get("application") || says.has("office")) wrong("number", place);
      if (entry.get("seq") !== no || says.get("seq") !== no) wrong("order", place);
      previous = requireSealed(entry, previous, seal, place);
      seal.hashes.push(previous);
      return says;
    });
  }

  function checkDocuments(documents, bodies) {
    const told = bodies
      .map((says, at) => [at + 1, says.get("digest"), says.get("kind")])
      .filter(([, , kind]) => kind === "attached");
    for (let at = 0; at < Math.max(told.length, documents.length); at += 1) {
      const given = documents[at] && [documents[at].get("entry"), documents[at].get("digest")];
      if (told[at] && given && told[at][0] === given[0] && told[at][1] === given[1]) continue;
      wrong("document", `${(told[at] || given)[0]}`);
    }
  }

  function* named(value, names) {
    if (Array.isArray(value)) for (const one of value) yield* named(one, names);
    if (!is.map(value)) return;
    for (const [name, one] of value) {
      if (names.includes(name) && is.text(one) && HEX.test(one)) yield one;
      yield* named(one, names);
    }
  }

  function checkNamed(code, given, bodies, names) {
    const wanted = new Set();
    bodies.forEach((says, at) => {
      for (const one of named(says, names)) {
        wanted.add(one);
        const text = given.get(one);
        if (text === undefined || hex(sha256(utf8.encode(text))) !== one) wrong(code, `${at + 1}`, one.slice(0, 16));
      }
    });
    for (const one of [...given.keys()].sort()) if (!wanted.has(one)) wrong(code, "", one.slice(0, 16));
  }

  function checkBundle(bundle, pins, witnesses) {
    requireShape(bundle);
    const origin = bundle.get("origin");
    const keys = bundle.get("keys").map((text, at, all) => {
      const key = publicKey(text, LOG_KEY, origin);
      return key !== null && all.indexOf(text) === at ? key : wrong("key", "", text);
    });
    const seal = openCheckpoint(bundle.get("checkpoint"), origin, keys, witnesses);
    Object.assign(seal, {
      application: bundle.get("application"), madeAt: bundle.get("made_at"), hashes: [], receiptKeys: [], told: new Map(),
      anew: [],
    });
    checkOffice(bundle, seal);
    requireTrust(bundle.get("keys"), pins, seal);
    const bodies = checkEntries(bundle, seal);
    checkDocuments(bundle.get("documents"), bodies);
    checkNamed("workflow", bundle.get("workflows"), bodies, ["workflow", "workflow_before"]);
    checkNamed("calendar", bundle.get("calendars"), bodies, ["calendar", "calendar_before"]);
    return seal;
  }

  // From when on the files of the log hold an entry that had its receipt then: sealing may take a while.
  function dueInFiles(time) {
    return new Date((Number(time.slice(0, -6)) + SEALED_WITHIN) * 1000).toISOString().slice(0, 19);
  }

  function checkReceipt(text, keys, seals) {
    const found = RECEIPT.exec(text);
    const parts = found ? [`${found[3]}=`, `${found[5]}==`] : ["", ""];
    const [hash, signature] = parts.map((part) => fromBase64(part.replace(/-/g, "+").replace(/_/g, "/")));
    if (!found || hash.length !== 32 || signature.length !== 64) unreadable("receipt");
    const known = [...keys, ...seals.flatMap((seal) => seal.receiptKeys)]
      .map((one) => publicKey(one, LOG_KEY))
      .filter((one) => one !== null);
    if (known.length === 0) unreadable("receipt-key");
    const message = utf8.encode(text.slice(0, text.lastIndexOf(".")));
    if (!known.some(({ key }) => isSigned(key, signature, message))) wrong("receipt-signature");
    const telling = seals.filter((seal) => seal.application === found[1]);
    if (seals.length > 0 && telling.length === 0) wrong("receipt-number", "", found[1]);
    for (const seal of telling) {
      const there = seal.hashes[Number(found[2]) - 1];
      if (there === undefined && seal.madeAt.slice(0, 19) < dueInFiles(found[4])) {
        throw new Problem("receipt-later", found[2], "", true);
      }
      if (there === undefined) wrong("receipt-missing", found[2]);
      if (there !== hex(hash)) wrong("receipt-hash", found[2]);
    }
    return `${found[1]}, ${found[2]}`;
  }

  // --- verdicts ----------------------------------------------------------------------------------------------------

  function verdictOf(check) {
    try {
      return { verdict: "good", code: "good", entry: "", ...check() };
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      const { code, entry, told, isUnreadable } = problem;
      return { verdict: isUnreadable ? "unreadable" : "wrong", code, entry, told };
    }
  }

  function read(bytes) {
    try {
      return new Reader(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)).whole();
    } catch (error) {
      return unreadable("json", error.message);
    }
  }

  // Of a bundle's bytes; pins: the keys that are trusted; witnesses: those that must have cosigned.
  function judge(bytes, { pins = [], witnesses = [] } = {}) {
    return verdictOf(() => {
      const bundle = read(bytes);
      if (!is.map(bundle) || bundle.get("format") !== BUNDLE) unreadable("format");
      const seen = checkBundle(bundle, pins, witnesses);
      return { seen, told: `${seen.application}, ${seen.hashes.length}, ${seen.origin} ${seen.size}` };
    });
  }

  // Of a receipt; with bundles that were found good, its entry must still be the same in them.
  function judgeReceipt(text, { keys = [], seals = [] } = {}) {
    return verdictOf(() => ({ told: checkReceipt(text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, ""), keys, seals) }));
  }

  globalThis.satuAtapVerify = { judge, judgeReceipt };
})();
