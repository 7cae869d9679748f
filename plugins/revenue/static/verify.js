/* 核对账目: the phone recomputes what the office computer says. The page works without this file; it then shows the code to
   compare and offers the ledger. Every sentence stands in the page, hidden until it holds; merkle.js does the arithmetic. */
(function () {
  "use strict";
  var root = document.getElementById("verify"), m = window.LinliMerkle;
  if (!root || !m) return;
  var community = root.dataset.community, KEPT = "linli-head-" + community;
  var LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ", GENESIS = new Array(65).join("0");
  var HEAD = ["community", "last", "records", "register", "root", "seq", "total"];
  var present = null, failed = false;

  function one(selector, from) { return (from || root).querySelector(selector); }
  function all(selector, from) { return Array.prototype.slice.call((from || root).querySelectorAll(selector)); }
  function Changed(step, detail, state) { this.step = step; this.detail = detail || ""; this.state = state || "bad"; }

  /* ------------------------------------------------------------ what is computed */

  function codeOf(digest) {
    var bits = "", out = "";
    m.unhex(digest.slice(0, 16)).forEach(function (byte) { bits += ("0000000" + byte.toString(2)).slice(-8); });
    for (var i = 0; i < 60; i += 5) out += (i && i % 20 === 0 ? "-" : "") + LETTERS[parseInt(bits.substr(i, 5), 2)];
    return out;
  }
  function plainCode(typed) {
    var kept = typed.toUpperCase().replace(/[^0-9A-Z]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
    return [kept.slice(0, 4), kept.slice(4, 8), kept.slice(8)].join("-");
  }
  function checkHead(head, step) {
    var said = {};
    HEAD.forEach(function (name) { said[name] = head[name]; });
    if (head.community !== community || m.digest(JSON.stringify(said)) !== head.digest || codeOf(head.digest) !== head.code) {
      throw new Changed(step);
    }
  }
  function checkEntry(row, step) {
    var entry = JSON.parse(row.entry), holds = m.digest(row.entry) === row.digest && JSON.stringify(entry) === row.entry;
    if (!holds || entry.community !== community || entry.seq !== row.seq) throw new Changed(step, String(row.seq));
    return entry;
  }
  /* What was seen before never becomes less: neither entries nor rows of the register, which hold locks, funds and published heads. */
  function checkNotLess(before, step) {
    if (before.seq > present.seq || before.records > present.records) {
      throw new Changed(step, [before.seq, before.records, present.seq, present.records], "fewer");
    }
    if (before.records === present.records && before.register !== present.register) throw new Changed(step, String(before.seq));
  }
  function leafOf(digest) { return m.leaf(m.unhex(digest)); }

  /* ------------------------------------------------------------ what is shown */

  function show(step, state, detail) {
    var part = one('[data-step="' + step + '"]');
    if (!part) return;
    part.hidden = false;
    all("[data-state]", part).forEach(function (line) {
      line.hidden = line.dataset.state !== state;
      all("[data-detail]", line).forEach(function (place, number) { place.textContent = [].concat(detail || "")[number]; });
    });
    if (state === "bad" || state === "fewer") part.classList.add("is-bad");
  }
  function conclude() {
    all("[data-result]").forEach(function (line) { line.hidden = line.dataset.result !== (failed ? "bad" : "ok"); });
    root.dataset.done = failed ? "bad" : "ok";
  }
  function fail(error, step) {
    var changed = error instanceof Changed;
    if (changed) failed = true;
    show(changed ? error.step : step, changed ? error.state : "unknown", changed ? error.detail : "");
    if (changed) conclude();
  }
  function yuan(fen) {
    var whole = String(Math.floor(fen / 100)).replace(/\B(?=(\d{3})+$)/g, ",");
    return whole + "." + ("0" + (fen % 100)).slice(-2);
  }

  /* ------------------------------------------------------------ what is asked */

  function ask(address) {
    return fetch(address, { cache: "no-store", credentials: "same-origin" }).then(function (answer) {
      if (!answer.ok) throw new Error(answer.status);
      return answer.json();
    });
  }
  function kept() {
    try { return JSON.parse(localStorage.getItem(KEPT)); } catch (error) { return null; }
  }
  function keep(head) {
    try { localStorage.setItem(KEPT, JSON.stringify(head)); } catch (error) { /* a phone that keeps nothing only looks */ }
  }

  /* The head follows from what it says; what this phone saw before is its beginning. */
  function checkHistory() {
    var before = kept();
    return ask(root.dataset.head + (before ? "?since=" + before.seq : "")).then(function (said) {
      checkHead(said.head, "head");
      present = said.head;
      one("[data-code]").textContent = present.code;
      show("head", "ok");
      if (!before) { keep(present); show("history", "first"); return; }
      checkNotLess(before, "history");
      if (before.seq === 0) { keep(present); show("history", "ok"); return; }
      if (!said.consistency || !m.isConsistent(before.seq, before.root, present.seq, present.root, said.consistency)) {
        throw new Changed("history", String(before.seq));
      }
      keep(present);
      show("history", "ok", String(before.seq));
    });
  }

  /* One entry: its words are hashed here, and its path leads to the root of the head. What is shown are these words. */
  function checkOne(seq) {
    if (seq > present.seq) throw new Changed("entry", String(seq));
    return ask(root.dataset.entry.replace("/0", "/" + seq) + "?size=" + present.seq).then(function (said) {
      var entry = said.seq === seq ? checkEntry(said, "entry") : null;
      if (!entry || !m.isIncluded(leafOf(said.digest), seq - 1, present.seq, said.path, present.root)) {
        throw new Changed("entry", String(seq));
      }
      var total = entry.lines.reduce(function (sum, line) { return sum + line[0]; }, 0);
      show("entry", "ok", seq + " · " + entry.day + " · " + entry.purpose + " · " + yuan(total));
    });
  }

  /* The whole ledger, from the first entry on. */
  function checkAll() {
    var tree = new m.Tree(), total = 0, last = GENESIS, target = present;
    function part(from) {
      return ask(root.dataset.entries + "?from=" + from + "&until=" + target.seq).then(function (said) {
        said.entries.forEach(function (row) {
          var entry = checkEntry(row, "whole");
          if (row.seq !== tree.size + 1 || entry.previous !== last) throw new Changed("whole", String(row.seq));
          entry.lines.forEach(function (line) { total += line[0]; });
          last = row.digest;
          tree.add(leafOf(last));
        });
        show("whole", "wait", tree.size + " / " + target.seq);
        if (tree.size < target.seq && said.entries.length) return part(tree.size + 1);
        if (tree.size !== target.seq || total !== target.total || last !== target.last || tree.root() !== target.root) {
          throw new Changed("whole", String(tree.size));
        }
        show("whole", "ok", String(tree.size));
      });
    }
    show("whole", "wait", "0 / " + target.seq);
    return target.seq ? part(1) : Promise.resolve(show("whole", "ok", "0"));
  }

  /* The code printed on a notice: the head it stands for is the beginning of the present one. */
  function checkPaper(typed) {
    var code = plainCode(typed);
    return ask(root.dataset.paper + "?code=" + encodeURIComponent(code)).then(function (said) {
      if (code === present.code) { show("paper", "ok", code); return; }
      if (!said.published) throw new Changed("paper", code);
      checkHead(said.published, "paper");
      if (said.published.code !== code) throw new Changed("paper", code);
      checkNotLess(said.published, "paper");
      if (said.published.seq && !m.isConsistent(said.published.seq, said.published.root, present.seq, present.root, said.consistency || [])) {
        throw new Changed("paper", code);
      }
      show("paper", "ok", code);
    });
  }

  /* ------------------------------------------------------------ in which order */

  function whole() { return checkAll().then(conclude).catch(function (error) { fail(error, "whole"); }); }
  function paper(typed) { return checkPaper(typed).then(conclude).catch(function (error) { fail(error, "paper"); }); }

  function begin() {
    root.hidden = false;
    ["head", "history"].forEach(function (step) { show(step, "wait"); });
    checkHistory().then(function () {
      var seq = Number(root.dataset.seq) || 0, typed = root.dataset.typed;
      var first = seq ? Promise.resolve(seq).then(checkOne).catch(function (error) { fail(error, "entry"); }) : Promise.resolve();
      return first.then(function () { if (typed) return paper(typed); }).then(function () {
        if (present.seq <= Number(root.dataset.most)) return whole();
        one("[data-whole]").hidden = false;
        conclude();
      });
    }).catch(function (error) { fail(error, "head"); });
  }

  one("[data-whole]").addEventListener("click", function () { this.hidden = true; whole(); });
  begin();
})();
