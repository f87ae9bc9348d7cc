/**
 * A line of each language, by the name that a code block gives it. Every line holds words that no two languages share
 * and stands on the screen as it is.
 */
export const CODE_SAMPLES: Record<string, string> = {
  agda: "data AgdaOne : Set where agdaTwo : AgdaOne -- agda three",
  bash: 'if [ -n "$BASH_ONE" ]; then echo "bash two" # bash three',
  c: 'static int c_one = sizeof("c two"); /* c three */',
  clojure: '(defn clojure-one [x] (str :clojure-two "clojure three" nil 4))',
  cpp: 'namespace cpp_one { class Two { public: const char *three = "cpp four"; }; }',
  csharp: 'public class CsharpOne { private string two = "csharp three"; }',
  css: ".css-one > a { color: #123456; margin: 2px !important; }",
  diff: "diff --git a/diff_one b/diff_two",
  elixir: 'defmodule ElixirOne do def two(x), do: "elixir three" end # elixir four',
  fsharp: 'let fsharpOne (x: int) = printfn "fsharp two" // fsharp three',
  go: 'package go_one; func two() string { return "go three" }',
  haskell: 'haskellOne = if True then "haskell two" else show 3 -- haskell three',
  hcl: 'resource "hcl_one" "hcl_two" { count = var.three ? 4 : null } # hcl five',
  html: '<p class="html-one">html two</p><!-- html three -->',
  java: 'public class JavaOne { private String two = "java three"; }',
  json: '{ "json one": "json two", "json three": [4, true, null] }',
  julia: 'function julia_one(x) return "julia two" end # julia three',
  kotlin: 'class KotlinOne { fun two(): String = "kotlin three" } // kotlin four',
  lua: 'local function lua_one(x) return "lua two" end -- lua three',
  make: "MAKE_ONE := $(shell echo make_two) # make three",
  nix: '{ nixOne ? 2 }: let three = "nix four"; in if true then three else null',
  ocaml: 'let ocaml_one x = if x then "ocaml two" else failwith "ocaml three"',
  php: '<?php function php_one() { return "php two"; } // php three',
  python: 'def python_one(): return "python two"  # python three',
  r: 'r_one <- function(x) if (TRUE) "r two" else NULL # r three',
  ruby: 'def ruby_one; puts "ruby two" if nil; end # ruby three',
  rust: 'pub fn rust_one() -> bool { println!("rust two"); true } // rust three',
  scala: 'object ScalaOne { def two: String = "scala three" } // scala four',
  swift: 'public func swiftOne() -> String { return "swift two" } // swift three',
  toml: 'toml-one = { two = "toml three", four = [5, true] } # toml six',
  vim: 'let g:vim_one = "vim two" | echo g:vim_one',
  vue: '<p v-if="vueOne" :class="vueTwo">{{ vueThree }}</p>',
  xml: '<xml-one two="xml three">xml four</xml-one>',
  yaml: 'yaml-one: { two: "yaml three", four: 5 } # yaml six',
  // Inside upstream's executable.
  javascript: 'const javascriptOne = "javascript two" // javascript three',
  typescript: 'const typescriptOne: string = "typescript two" // typescript three',
  zig: "pub const zig_one: u8 = 2; // zig three",
}

/** A line of a language that has no grammar anywhere. */
export const PLAIN_SAMPLE = 'BEGIN COBOL-ONE "two" 3'
