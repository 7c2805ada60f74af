import js from "@eslint/js";
import globals from "globals";

// What Streamlit imports is a module; all else is put into the page one after the other, and shares
// one object.
const modules = ["**/*component.js"];

export default [
  js.configs.recommended,
  {
    languageOptions: {
      ecmaVersion: 2022, sourceType: "script",
      globals: { ...globals.browser, L: "readonly" },
    },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      eqeqeq: "error", "no-var": "error", "prefer-const": "error", "no-shadow": "error",
      "no-implicit-globals": "error", "no-eval": "error", "no-implied-eval": "error",
      strict: ["error", "function"],
    },
  },
  {
    files: modules,
    languageOptions: { sourceType: "module", globals: { geoMerge: "readonly" } },
    rules: { strict: "off" },
  },
];
