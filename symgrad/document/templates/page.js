/* Everything on these pages can be read without a script. With one, buttons copy, tables sort, the finest steps of a
   heavy page come to it, and the choices of colours and of detail are kept from page to page. */
(() => {
  "use strict";
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  async function copy(text) {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    const area = document.body.appendChild(document.createElement("textarea"));
    area.value = text; area.select(); document.execCommand("copy"); area.remove();
  }
  function source(own, kind) {
    if (kind !== "mathml") return own.querySelector(`.src-${kind} code`).textContent;
    const formula = own.querySelector("math[display=block]").cloneNode(true);
    all("annotation", formula).forEach(note => note.remove());
    return new XMLSerializer().serializeToString(formula);
  }
  function copier(own, kind, name, words) {
    const button = document.createElement("button");
    button.type = "button"; button.dataset.copy = kind; button.textContent = name;
    button.setAttribute("aria-label", words.replace("{format}", name));
    button.addEventListener("click", async () => {
      await copy(source(own, kind));
      button.textContent = copies.dataset.done;
      setTimeout(() => { button.textContent = name; }, 1600);
    });
    return button;
  }
  const copies = document.getElementById("copies");
  function equip(tools) {
    const own = tools.parentNode, group = document.createElement("span"), number = own.querySelector(".no")?.textContent;
    const words = number ? copies.dataset.step.replace("{n}", number) : copies.dataset.result;
    group.className = "copies"; group.append(copies.textContent);
    for (const [kind, name] of [["latex", "LaTeX"], ["mathml", "MathML"], ["python", "Python"]])
      if (kind === "mathml" || tools.querySelector(`:scope > .src-${kind}`)) group.append(" ", copier(own, kind, name, words));
    tools.append(group);
  }
  const equipped = ".steps > .step > .tools, .final > .tools";
  all(equipped).forEach(equip);

  const worth = cell => cell.dataset.order === undefined ? cell.textContent.trim().toLowerCase() : Number(cell.dataset.order);
  const compare = (a, b) => typeof a === "number" ? a - b : a.localeCompare(b, undefined, { numeric: true });
  for (const head of all("table.sortable th[data-sort]")) {
    const button = document.createElement("button");
    button.type = "button"; button.append(...head.childNodes); head.append(button);
    button.addEventListener("click", () => {
      const falling = head.getAttribute("aria-sort") === "ascending", place = head.cellIndex;
      all("th", head.parentNode).forEach(other => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", falling ? "descending" : "ascending");
      const body = head.closest("table").tBodies[0];
      const rows = [...body.rows].sort((a, b) => compare(worth(a.cells[place]), worth(b.cells[place])));
      body.append(...(falling ? rows.reverse() : rows));
    });
  }

  // The finest steps of a page that would weigh too much come from a file of their own when they are asked for; that
  // file holds data alone, and what is parsed here runs no script. Where it does not come, links lead to the same.
  const levels = document.querySelector(".levels[data-file]");
  function unfold(link) {
    if (!levels?.dataset.file) return;
    const file = document.createElement("script");
    file.src = levels.dataset.file; delete levels.dataset.file;
    file.addEventListener("error", () => {
      levels.dataset.file = file.getAttribute("src");
      if (link) location.assign(link.href);
    });
    const asked = link?.closest("[data-finer]").dataset.finer;
    file.addEventListener("load", () => {
      for (const place of all("[data-finer]")) {
        const parsed = new DOMParser().parseFromString(window.symgradFiner[place.dataset.finer], "text/html");
        place.replaceWith(...parsed.body.childNodes);
      }
      all(equipped).filter(tools => !tools.querySelector(":scope > .copies")).forEach(equip);
      const summary = document.getElementById(asked)?.querySelector(":scope > .tools > .fine > summary");
      if (summary) { summary.parentNode.open = true; summary.focus(); }
    });
    document.head.append(file);
  }
  document.addEventListener("click", event => {
    const link = event.target.closest("a[data-finer], .away a");
    if (!link || !levels || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    unfold(link);
  });
  for (const finer of all("#d-textbook, #d-every", levels ?? document)) finer.addEventListener("change", () => unfold());

  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const asked = { colours: true, detail: document.querySelector("#d-textbook[checked]") && !target?.closest(".steps") };
  for (const choice of all("[name=colours], [name=detail]")) {
    try {
      if (asked[choice.name] && localStorage.getItem(choice.name) === choice.id) choice.checked = true;
      choice.addEventListener("change", () => localStorage.setItem(choice.name, choice.id));
    } catch { /* no storage: the choice holds for this page */ }
  }
  if (document.querySelector("#d-every:checked")) unfold();
  const near = new IntersectionObserver(seen => {  // whole derivations that are left out come as a reader comes to them
    if (seen.some(one => one.isIntersecting) && !document.querySelector("#d-result:checked")) unfold();
  }, { rootMargin: "50%" });
  all("div[data-finer]").forEach(place => near.observe(place));
})();
