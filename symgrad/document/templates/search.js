/* The list of everything as a search: words, and formulas in any notation. */
(() => {
  "use strict";
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const box = document.getElementById("find");
  const letters = { alpha: "α", beta: "β", gamma: "γ", delta: "δ", epsilon: "ε", eta: "η", lambda: "λ", mu: "μ", nu: "ν", xi: "ξ", pi: "π", rho: "ρ", tau: "τ", chi: "χ", psi: "ψ", omega: "ω", kappa: "κ", zeta: "ζ", sigma: "σ",
    phi: "φ", varphi: "φ", varepsilon: "ε", theta: "θ", partial: "∂", nabla: "∇", sum: "∑", prod: "∏", int: "∫", infty: "∞", le: "≤", leq: "≤", ge: "≥", geq: "≥",
    ne: "≠", neq: "≠", to: "→", prime: "'", top: "t", sqrt: "√", log: "ln", odot: "", cdot: "", times: "", left: "", right: "" };
  const plain = text => text.normalize("NFKC").toLowerCase().replace(/[’′]/g, "'");
  const words = text => plain(text).replace(/[−–_-]/g, " ");
  const again = (text, rules) => {
    for (let before = ""; before !== text;) { before = text; for (const [what, by] of rules) text = text.replace(what, by); }
    return text;
  };
  const named = "(sinh|cosh|tanh|sech|sin|cos|ln|σ|φ|ϕ)";
  /* One spelling for a formula in Unicode, LaTeX or Python: no brackets, no signs of a product or a power, as in 1/1+e-z. */
  const formula = text => {
    let f = text.normalize("NFD").replace(/\p{M}|\\(?:bar|hat|tilde|vec)\b|\\(?:begin|end)\s*\{cases\}|\\\\|[;&]/gu, "").replace(/([∑∏])\[([^\]]*?) to /g, "$1[$2 ");
    f = f.replace(/\\in\b/g, "∈").replace(/\\(?:operatorname|mathrm|text)\*?\s*\{(\w*)\}/g, "$1").replace(/[²³]/g, "^$&").replace(/[₀-₉ₐ-ₜᵢ-ᵪⱼ]/g, "_$&").replace(/\\(?:operatorname|math\w+|text|boldsymbol|displaystyle|quad|[,;!: ])\*?|\b(?:np|jnp|math|torch|numpy)\./g, "");
    f = plain(f).replace(/[−–]/g, "-").replace(/⁄/g, "/").replace(/>=/g, "≥").replace(/<=/g, "≤");
    f = again(f, [[/(\^|_|\\sqrt|^|[^\\\w}])\s*\{([^{}]*)\}/g, "$1($2)"], [/\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}/g, "($1)/($2)"], [/\\[dt]?frac\s*(\w)\s*(\w)/g, "($1)/($2)"]]);
    f = f.replace(/\bsigmoid\s*\(/g, "σ(").replace(/\\?\bexp\b/g, "e^").replace(/\\([a-z]+)|\b([a-z]{2,})\b/g, (all, tex, word) => letters[tex ?? word] ?? tex ?? word);
    f = f.replace(RegExp(`${named}\\s*\\^\\s*\\(?([23])\\)?\\s*(\\([^()]*\\)|[a-zα-ω])`, "g"), "$1$3$2");
    f = f.replace(/[\s(){}[\]\\·⋅×*^_⁡.@⊙]/g, "").replace(/∂/g, "d").replace(/⊤/g, "t");
    return f.replace(/d\/d([a-z])([^-+=/\s]+?)\1/g, "$2'$1");
  };
  const losses = document.querySelector(".everything .with[data-names]"), beside = losses ? `${losses.textContent} ${losses.dataset.names}` : "";
  const rules = all("#rules li").map(item => item.textContent);
  let page;
  const items = all(".everything li").map(item => {
    const link = item.querySelector("a").getAttribute("href"), inner = link.includes("#");
    if (!inner) page = item;
    const of = inner && !item.closest("#rules") && page;
    const more = of ? of.textContent : inner ? "" : "with" in item.dataset ? beside : (item.dataset.rules ?? "").split(" ").map(n => rules[n]).join(" ");
    if (of) item.dataset.of = of.firstElementChild.textContent;  // told where the list is no longer in order
    return [item, words(`${item.textContent} ${link} ${more}`), [item.querySelector("a").textContent, link.replace(/^\.\/|\.html$/g, "")].map(words), formula(all("i", item).map(i => i.textContent).join(";"))];
  });
  const parts = all(".everything section"), rows = new Map(parts.map(part => [part, all("li", part)])), rank = new Map();
  const count = document.getElementById("count");
  const search = () => {
    const whole = box.value.replace(RegExp(`${named}(\\s*\\^\\s*[23]|[²³])(?=$|\\s*[-−+=/)])`, "g"), "$&(z)");  // tanh² alone: of z
    const asked = words(box.value).split(/\s+/).filter(Boolean), f = formula(whole), forms = [f, f.replace(/max|x/g, x => x[1] ? x : "z")];
    const told = items.map(([, , , own]) => f && forms.some(form => own.includes(form)));
    const like = /[\\^*/=(+√²³'′]|\s[-−]|\b\w[-−]\w\b|⁻/.test(box.value), hit = told.includes(true);  // like a formula, not words
    const spelt = !like || !hit && asked.some(word => word.length > 2);
    let shown = 0;
    parts[0]?.parentElement.classList.toggle("sought", asked.length > 0);
    items.forEach(([item, text, names, own], n) => {
      item.hidden = !(told[n] || spelt && asked.every(word => text.includes(word)));
      shown += !item.hidden;
      rank.set(item, item.hidden ? 4 : names.includes(asked.join(" ")) || own && own === f ? 0 : like && told[n] ? 1 : asked.every(word => names[0].includes(word)) ? 2 : 3);
    });
    for (const part of parts) {  // what is called so, or is this formula, comes first
      const list = part.querySelector("ul");
      list.append(...[...rows.get(part)].sort((one, other) => rank.get(one) - rank.get(other)));
      rank.set(part, rank.get(list.firstElementChild));
      part.hidden = rank.get(part) > 3;
    }
    parts[0]?.parentElement.append(...[...parts].sort((one, other) => rank.get(one) - rank.get(other)));
    count.textContent = count.dataset.words.replace("{}", shown);
  };
  box.value = new URLSearchParams(location.search).get("q") ?? "";
  box.addEventListener("input", search);
  box.form.addEventListener("submit", event => event.preventDefault());
  search();
})();
