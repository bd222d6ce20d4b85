// The page's scripts are plain functions for a browser, joined in order into one page.
export default [
    {
        files: ["*.js"],
        languageOptions: {
            ecmaVersion: 2022,
            sourceType: "script",
            globals: { L: "readonly", document: "readonly", Intl: "readonly", setTimeout: "readonly", window: "readonly", sahelgeo: "writable" },
        },
        rules: {
            "no-undef": "error", "no-unused-vars": ["error", { varsIgnorePattern: "^sahelgeo$" }], "no-eval": "error", "no-implied-eval": "error", "no-new-func": "error",
            eqeqeq: "error", curly: ["error", "multi-line"], strict: "off", "no-shadow": "error", "no-redeclare": "off",
            complexity: ["error", 12], "max-lines-per-function": ["error", { max: 90, skipComments: true }],
            "no-restricted-properties": ["error", { property: "innerHTML", message: "text enters the page as text nodes" }, { property: "outerHTML" }, { property: "insertAdjacentHTML" }],
        },
    },
];
