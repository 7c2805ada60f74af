/* Streamlit's own words (of files, lists, tables, charts, the connection) in the language of the page.
 *
 * Called with pairs [as it is said, as the page says it], {} for any text, whenever the language may
 * have changed. What a person gave is not Streamlit's: texts, options, tables and maps are left alone.
 */
(function (root) {
  "use strict";

  const NAMES = ["title", "aria-label", "placeholder", "alt"];
  const OURS = ".stMarkdown p:not(button *), .stText, .stHtml, canvas, [role=option][data-key], [role=radio], script, style";

  /** Return what turns a text into another: by the first pair whose beginning it is. */
  function turning(pairs) {
    const exact = new Map(pairs.filter(([from]) => !from.includes("{}")).reverse()); // the first holds
    const open = pairs.filter(([from]) => from.includes("{}")).map(([from, to]) => {
      const parts = from.split("{}").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
      return [new RegExp(`^${parts.join("(.+?)")}$`), to];
    });
    return function (text) {
      const said = text.trim();
      if (!said) { return null; }
      if (exact.has(said)) { return exact.get(said); }
      const found = open.find(([pattern]) => pattern.test(said));
      if (!found) { return null; }
      const values = said.match(found[0]).slice(1);
      return found[1].replaceAll("{}", () => values.shift());
    };
  }

  function words(pairs) {
    const turn = turning(pairs);
    const name = function (element, attribute) {
      const said = turn(element.getAttribute(attribute) || "");
      if (said !== null) { element.setAttribute(attribute, said); }
    };
    const text = function (node) {
      const parent = node.parentElement, said = turn(node.data);
      if (said !== null && parent && !parent.closest(OURS)) { node.data = said; }
    };
    return function all(node) {
      if (node.nodeType === Node.TEXT_NODE) { text(node); return; }
      if (node.nodeType !== Node.ELEMENT_NODE) { return; }
      NAMES.forEach((each) => { if (node.hasAttribute(each)) { name(node, each); } });
      node.childNodes.forEach(all);
    };
  }

  root.geoMergeWords = function (pairs) {
    if (root.geoMergeWatcher) { root.geoMergeWatcher.disconnect(); }
    const say = words(pairs);
    root.geoMergeWatcher = new MutationObserver((changes) => changes.forEach((change) => {
      if (change.type === "childList") { change.addedNodes.forEach(say); } else { say(change.target); }
    }));
    say(document.body);
    root.geoMergeWatcher.observe(document.body, { subtree: true, childList: true, characterData: true,
      attributes: true, attributeFilter: NAMES });
  };
})(globalThis);
