/* SHA-256 and the checks of RFC 6962 in plain JavaScript: crypto.subtle is missing on pages without HTTPS. Nothing here
   touches the page; verify.js does. Texts are hashed as UTF-8, digests are lower-case hexadecimal. See ledger/CHAIN.md. */
(function () {
  "use strict";
  var K = new Int32Array(64), START = new Int32Array(8);

  /* The constants are the first 32 bits of the fractions of roots of primes (FIPS 180-4 §4.2.2, §5.3.3). */
  (function () {
    function fraction(root) { return ((root - Math.floor(root)) * 4294967296) | 0; }
    var found = 0;
    for (var number = 2; found < 64; number++) {
      var prime = true;
      for (var factor = 2; factor * factor <= number; factor++) if (number % factor === 0) { prime = false; break; }
      if (!prime) continue;
      if (found < 8) START[found] = fraction(Math.sqrt(number));
      K[found++] = fraction(Math.cbrt(number));
    }
  })();

  /* bytes: Uint8Array; gives a Uint8Array of 32. */
  function sha256(bytes) {
    var length = bytes.length, blocks = Math.ceil((length + 9) / 64), padded = new Uint8Array(blocks * 64);
    padded.set(bytes);
    padded[length] = 0x80;
    var view = new DataView(padded.buffer);
    view.setUint32(blocks * 64 - 8, Math.floor(length / 0x20000000));
    view.setUint32(blocks * 64 - 4, (length << 3) >>> 0);
    var state = new Int32Array(START), words = new Int32Array(64), at, i;
    for (at = 0; at < padded.length; at += 64) {
      for (i = 0; i < 16; i++) words[i] = view.getInt32(at + 4 * i);
      for (i = 16; i < 64; i++) {
        var x = words[i - 15], y = words[i - 2];
        words[i] = (words[i - 16] + ((x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ (x >>> 3)) + words[i - 7] +
          ((y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ (y >>> 10))) | 0;
      }
      block(state, words);
    }
    var out = new Uint8Array(32), answer = new DataView(out.buffer);
    for (i = 0; i < 8; i++) answer.setInt32(4 * i, state[i]);
    return out;
  }

  function block(state, words) {
    var a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
    for (var i = 0; i < 64; i++) {
      var one = (h + ((e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7)) + ((e & f) ^ (~e & g)) + K[i] + words[i]) | 0;
      var two = (((a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + one) | 0; d = c; c = b; b = a; a = (one + two) | 0;
    }
    var last = [a, b, c, d, e, f, g, h];
    for (var j = 0; j < 8; j++) state[j] = (state[j] + last[j]) | 0;
  }

  function bytesOf(text) { return new TextEncoder().encode(text); }
  function hex(bytes) {
    var out = "";
    for (var i = 0; i < bytes.length; i++) out += (bytes[i] < 16 ? "0" : "") + bytes[i].toString(16);
    return out;
  }
  function unhex(text) {
    if (typeof text !== "string" || text.length % 2 || !/^[0-9a-f]*$/.test(text)) throw new Error("not hexadecimal");
    var out = new Uint8Array(text.length / 2);
    for (var i = 0; i < out.length; i++) out[i] = parseInt(text.substr(2 * i, 2), 16);
    return out;
  }
  function joined(mark, parts) {
    var size = 1, at = 1;
    parts.forEach(function (part) { size += part.length; });
    var out = new Uint8Array(size);
    out[0] = mark;
    parts.forEach(function (part) { out.set(part, at); at += part.length; });
    return out;
  }
  function digest(text) { return hex(sha256(bytesOf(text))); }
  function leaf(bytes) { return hex(sha256(joined(0, [bytes]))); }
  function node(left, right) { return hex(sha256(joined(1, [unhex(left), unhex(right)]))); }
  function half(number) { return Math.floor(number / 2); }

  /* RFC 9162 §2.1.3.2: whether the leaf hash stands at `index` (from 0) of the tree of `size` leaves with this root. */
  function isIncluded(leafHash, index, size, path, root) {
    if (index < 0 || index >= size) return false;
    var fn = index, sn = size - 1, found = leafHash;
    for (var i = 0; i < path.length; i++) {
      if (sn === 0) return false;
      if (fn % 2 === 1 || fn === sn) {
        found = node(path[i], found);
        while (fn % 2 === 0 && fn !== 0) { fn = half(fn); sn = half(sn); }
      } else found = node(found, path[i]);
      fn = half(fn); sn = half(sn);
    }
    return sn === 0 && found === root;
  }

  /* RFC 9162 §2.1.4.2: whether the tree of `size` leaves begins with the tree of `earlier` leaves. */
  function isConsistent(earlier, earlierRoot, size, root, path) {
    if (earlier < 1 || earlier > size) return false;
    if (earlier === size) return path.length === 0 && earlierRoot === root;
    var rest = path.slice(), fn = earlier - 1, sn = size - 1;
    while (fn % 2 === 1) { fn = half(fn); sn = half(sn); }
    if (fn !== 0 && rest.length === 0) return false;
    var first = fn === 0 ? earlierRoot : rest.shift(), second = first;
    for (var i = 0; i < rest.length; i++) {
      if (sn === 0) return false;
      if (fn % 2 === 1 || fn === sn) {
        first = node(rest[i], first);
        second = node(rest[i], second);
        while (fn % 2 === 0 && fn !== 0) { fn = half(fn); sn = half(sn); }
      } else second = node(second, rest[i]);
      fn = half(fn); sn = half(sn);
    }
    return sn === 0 && first === earlierRoot && second === root;
  }

  /* The root over leaf hashes that come one after the other: a stack of whole subtrees. */
  function Tree() { this.peaks = []; this.size = 0; }
  Tree.prototype.add = function (leafHash) {
    var hash = leafHash, height = 0;
    while (this.peaks.length && this.peaks[this.peaks.length - 1].height === height) {
      hash = node(this.peaks.pop().hash, hash);
      height++;
    }
    this.peaks.push({ height: height, hash: hash });
    this.size++;
  };
  Tree.prototype.root = function () {
    if (!this.peaks.length) return hex(sha256(new Uint8Array(0)));
    var hash = this.peaks[this.peaks.length - 1].hash;
    for (var i = this.peaks.length - 2; i >= 0; i--) hash = node(this.peaks[i].hash, hash);
    return hash;
  };

  window.LinliMerkle = {
    sha256: sha256, digest: digest, hex: hex, unhex: unhex, bytesOf: bytesOf, leaf: leaf, node: node,
    isIncluded: isIncluded, isConsistent: isConsistent, Tree: Tree,
  };
})();
