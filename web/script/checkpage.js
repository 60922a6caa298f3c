// What the connection check shows: a line for each thing that is looked at, how
// it went, what that means and what to do; and all of it as text to copy. What
// it says comes with the page. This script loads nothing of the app, because it
// has to work where the app does not.
"use strict";

const checkPage = (() => {
  const { text, limits } = JSON.parse(document.getElementById("check").textContent);
  const order = [...document.querySelectorAll("#checks > .line")].map((e) => e.id.slice("line-".length));
  const results = new Map(); // by check

  const fill = (sentence, values) => {
    const left = [...values];
    return sentence.replace(/%/g, (blank) => left.length ? left.shift() : blank);
  };
  const blanks = (sentence) => sentence.split("%").length - 1;
  const figure = (n) => n >= 10 ? String(Math.round(n)) : n.toFixed(n >= 1 ? 1 : 2);
  const seconds = (ms) => figure(ms / 1000) + " s";

  function add(parent, tag, className, content) {
    const e = document.createElement(tag);
    if (className) e.className = className;
    if (content) e.textContent = content;
    parent.append(e);
    return e;
  }

  // show fills a line: {state, figure, finding, values, bars, ask}.
  function show(name, result) {
    results.set(name, result);
    const line = document.getElementById("line-" + name);
    line.dataset.state = result.state;
    const found = line.querySelector(".found");
    const says = found.querySelector(".figure");
    says.textContent = result.figure || text.States[result.state];
    for (const e of [...found.children].slice(2)) e.remove();
    if (result.figure && result.state !== "wait") add(says, "span", "visually-hidden", " · " + text.States[result.state]);
    if (result.bars) drawBars(found, result.bars);
    const advice = text.Findings[result.finding];
    if (advice) showAdvice(found, advice, result.values || []);
    if (result.ask) {
      const button = add(found, "button", "button", text.Ask);
      button.type = "button";
      button.addEventListener("click", () => result.ask().then((r) => show(name, r)).then(report));
    }
    report();
  }

  function showAdvice(found, advice, values) {
    add(found, "p", "means", fill(advice.means, values));
    add(found, "p", "do", fill(advice.do, values.slice(blanks(advice.means))));
    if (!advice.proxy) return;
    const links = add(found, "p", "proxy-links", text.SeeProxies + " ");
    for (const box of document.querySelectorAll("#proxies > [id]")) {
      const link = add(links, "a", "link", box.querySelector("h2").textContent);
      link.href = "#" + box.id;
      link.addEventListener("click", () => { document.getElementById("proxies").open = true; });
    }
  }

  // drawBars is a histogram; the figure beside it says the same in words.
  function drawBars(found, bars) {
    const most = Math.max(...bars.map((b) => b.count));
    const box = add(found, "div", "bars");
    box.setAttribute("aria-hidden", "true");
    for (const b of bars) {
      add(box, "span", "", b.label);
      add(add(box, "span", "track"), "span").style.inlineSize = b.count && Math.max(1, 100 * b.count / most) + "%";
      add(box, "span", "", String(b.count));
    }
  }

  // ---- the report -------------------------------------------------------------

  const words = { ok: "ok", warn: "warn", fail: "FAIL", note: "note", wait: "…" };

  function report() {
    const { facts } = checkPage;
    const lines = [text.Report + ": " + location.origin + location.pathname,
      new Date().toISOString() + " · Hubbub " + (facts ? facts.version : "?"), navigator.userAgent, ""];
    for (const name of order) {
      const r = results.get(name) || { state: "wait" };
      lines.push(words[r.state].padEnd(6) + text.Names[name] + ": " + (r.figure || ""));
      const advice = text.Findings[r.finding];
      if (advice) lines.push("      " + fill(advice.means, r.values || []), "      " + fill(advice.do, (r.values || []).slice(blanks(advice.means))));
      for (const b of r.bars || []) lines.push("      " + b.label.padStart(12) + " " + b.count);
    }
    if (facts) lines.push("", JSON.stringify(facts));
    document.getElementById("report").value = lines.join("\n") + "\n";
    showVerdict();
  }

  function showVerdict() {
    const states = order.map((name) => (results.get(name) || { state: "wait" }).state);
    const worst = ["fail", "warn"].find((s) => states.includes(s)) || "ok";
    const verdict = document.getElementById("verdict");
    const waiting = states.filter((s) => s === "wait").length;
    const says = { fail: text.SomeFail, warn: text.SomeWarn, ok: text.AllFine }[worst];
    const now = waiting > 1 ? text.Running : waiting === 1 ? (worst === "fail" ? says + " " : "") + text.Waited : says;
    if (verdict.textContent !== now) verdict.textContent = now; // it is read aloud
    verdict.dataset.state = waiting && worst !== "fail" ? "wait" : worst;
    document.documentElement.dataset.check = waiting ? "running" : "done";
  }

  async function copyReport() {
    const area = document.getElementById("report"), button = document.getElementById("copy");
    try {
      await navigator.clipboard.writeText(area.value);
    } catch { // without https there is no clipboard: then by hand, or the old way
      document.getElementById("report-box").open = true;
      area.focus();
      area.select();
      if (!document.execCommand("copy")) return;
    }
    button.textContent = text.Copied;
  }

  // begin shows lines that wait.
  function begin() {
    document.getElementById("unscripted").remove();
    for (const id of ["checks", "copy", "report-box"]) document.getElementById(id).hidden = false;
    document.getElementById("copy").addEventListener("click", copyReport);
    report();
  }

  return { text, limits, order, results, facts: null, fill, figure, seconds, show, begin }; // facts: what the server saw of us
})();
