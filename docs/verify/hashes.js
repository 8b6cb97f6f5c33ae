// SHA-256 and SHA-512 (FIPS 180-4) in plain JavaScript: a page opened from a file may have no crypto.subtle.
"use strict";

(() => {
  // The first 64 bits of the fractional parts of roots of the first primes, in integers: what the standard prints.
  function rootBits(number, power) {
    const wanted = BigInt(number) << BigInt(64 * power);
    let [low, high] = [0n, 1n << 72n];
    while (high - low > 1n) {
      const middle = (low + high) >> 1n;
      if (middle ** BigInt(power) <= wanted) low = middle;
      else high = middle;
    }
    return BigInt.asUintN(64, low);
  }

  const primes = [];
  for (let number = 2; primes.length < 80; number += 1) if (primes.every((one) => number % one)) primes.push(number);
  const K512 = primes.map((prime) => rootBits(prime, 3));
  const H512 = primes.slice(0, 8).map((prime) => rootBits(prime, 2));
  const K256 = Int32Array.from(K512.slice(0, 64), (word) => Number(word >> 32n));
  const H256 = Int32Array.from(H512, (word) => Number(word >> 32n));

  // The message, a one bit, zeros, and its length in bits, in whole blocks.
  function padded(message, block) {
    const lengthBytes = block / 8;
    const size = Math.ceil((message.length + 1 + lengthBytes) / block) * block;
    const bytes = new Uint8Array(size);
    bytes.set(message);
    bytes[message.length] = 0x80;
    const view = new DataView(bytes.buffer);
    view.setUint32(size - 8, Math.floor(message.length / 0x20000000));
    view.setUint32(size - 4, (message.length << 3) >>> 0);
    return view;
  }

  function turned(word, bits) {
    return (word >>> bits) | (word << (32 - bits));
  }

  function sha256(message) {
    const view = padded(message, 64);
    const state = Int32Array.from(H256);
    const words = new Int32Array(64);
    for (let start = 0; start < view.byteLength; start += 64) {
      for (let at = 0; at < 16; at += 1) words[at] = view.getInt32(start + 4 * at);
      for (let at = 16; at < 64; at += 1) {
        const near = words[at - 2];
        const far = words[at - 15];
        const small0 = turned(far, 7) ^ turned(far, 18) ^ (far >>> 3);
        const small1 = turned(near, 17) ^ turned(near, 19) ^ (near >>> 10);
        words[at] = words[at - 16] + small0 + words[at - 7] + small1;
      }
      let [a, b, c, d, e, f, g, h] = Array.from(state);
      for (let at = 0; at < 64; at += 1) {
        const one = (h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + ((e & f) ^ (~e & g)) + K256[at] + words[at]) | 0;
        const two = ((turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
        h = g;
        g = f;
        f = e;
        e = (d + one) | 0;
        d = c;
        c = b;
        b = a;
        a = (one + two) | 0;
      }
      [a, b, c, d, e, f, g, h].forEach((word, at) => (state[at] += word));
    }
    const digest = new DataView(new ArrayBuffer(32));
    state.forEach((word, at) => digest.setInt32(4 * at, word));
    return new Uint8Array(digest.buffer);
  }

  function sha512(message) {
    const view = padded(message, 128);
    const state = [...H512];
    const cut = (word) => BigInt.asUintN(64, word);
    const turn = (word, bits) => (word >> bits) | cut(word << (64n - bits));
    for (let start = 0; start < view.byteLength; start += 128) {
      const words = [];
      for (let at = 0; at < 16; at += 1) words.push(view.getBigUint64(start + 8 * at));
      for (let at = 16; at < 80; at += 1) {
        const [near, far] = [words[at - 2], words[at - 15]];
        const small0 = turn(far, 1n) ^ turn(far, 8n) ^ (far >> 7n);
        const small1 = turn(near, 19n) ^ turn(near, 61n) ^ (near >> 6n);
        words.push(cut(words[at - 16] + small0 + words[at - 7] + small1));
      }
      let [a, b, c, d, e, f, g, h] = state;
      for (let at = 0; at < 80; at += 1) {
        const large1 = turn(e, 14n) ^ turn(e, 18n) ^ turn(e, 41n);
        const one = h + large1 + ((e & f) ^ (cut(~e) & g)) + K512[at] + words[at];
        const two = (turn(a, 28n) ^ turn(a, 34n) ^ turn(a, 39n)) + ((a & b) ^ (a & c) ^ (b & c));
        [h, g, f, e, d, c, b, a] = [g, f, e, cut(d + one), c, b, a, cut(one + two)];
      }
      [a, b, c, d, e, f, g, h].forEach((word, at) => (state[at] = cut(state[at] + word)));
    }
    const digest = new DataView(new ArrayBuffer(64));
    state.forEach((word, at) => digest.setBigUint64(8 * at, word));
    return new Uint8Array(digest.buffer);
  }

  globalThis.satuAtapHashes = { sha256, sha512 };
})();
