// The page: takes a file or a receipt, shows the verdict in both languages. Nothing leaves this computer.
"use strict";

(() => {
  const { judge, judgeReceipt } = globalThis.satuAtapVerify;
  const { codes, verdicts, places, unpinned } = globalThis.satuAtapSentences;
  const LANGUAGES = ["en", "id"];
  const at = (id) => document.getElementById(id);
  // The newest bundle that held, for the receipts that follow.
  let seals = [];

  function filled(text, told, no) {
    return text.split("{told}").join(told).split("{no}").join(no);
  }

  function sentence({ code, entry, told }, language) {
    const which = LANGUAGES.indexOf(language);
    const said = filled(codes[code][which], told || "", "");
    if (entry === "") return said;
    const [kind, no] = entry.startsWith("office ") ? ["office", entry.slice(7)] : ["entry", entry];
    return `${filled(places[kind][which], "", no)}: ${said[0].toLowerCase()}${said.slice(1)}`;
  }

  function line(language, text, className) {
    const paragraph = document.createElement("p");
    paragraph.lang = language;
    paragraph.className = className;
    paragraph.textContent = text;
    return paragraph;
  }

  function show(name, verdict) {
    const box = at("verdict");
    box.className = verdict.verdict;
    box.replaceChildren(line("id", name, "name"));
    for (const language of ["id", "en"]) {
      const which = LANGUAGES.indexOf(language);
      box.append(line(language, verdicts[verdict.verdict][which], "heading"));
      box.append(line(language, sentence(verdict, language), "sentence"));
      for (const { told } of verdict.seen ? verdict.seen.anew : []) {
        box.append(line(language, sentence({ code: "begun-anew", entry: "", told }, language), "beside"));
      }
      if (verdict.seen && pins().length === 0) {
        box.append(line(language, filled(unpinned[which], verdict.seen.signers[0], ""), "beside"));
      }
    }
    box.hidden = false;
    box.focus();
  }

  function pins() {
    return at("key").value.split(/\s+/).filter((one) => one !== "");
  }

  function checkReceipt(name, text) {
    show(name, judgeReceipt(text, { keys: [], seals }));
  }

  async function take(file) {
    const bytes = new Uint8Array(await file.arrayBuffer());
    const start = new TextDecoder().decode(bytes.slice(0, 4));
    if (start === "SA1.") {
      checkReceipt(file.name, new TextDecoder().decode(bytes));
      return;
    }
    const verdict = judge(bytes, { pins: pins() });
    seals = verdict.seen ? [verdict.seen] : [];
    show(file.name, verdict);
  }

  at("file").addEventListener("change", (event) => {
    if (event.target.files.length > 0) take(event.target.files[0]);
    // Else choosing the same file again, changed since, would not be noticed.
    event.target.value = "";
  });
  at("receipt-form").addEventListener("submit", (event) => {
    event.preventDefault();
    checkReceipt(at("receipt").value.trim().slice(0, 60), at("receipt").value);
  });
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length > 0) take(event.dataTransfer.files[0]);
  });
  globalThis.satuAtapSentence = sentence;
})();
