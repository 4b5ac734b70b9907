package io.rayauth.proxy.internal.page;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** Is how the proxy's own pages look, and by which hash a browser knows that it is theirs. */
final class StyleSheet {
  static final StyleSheet OWN =
      new StyleSheet(
          """
          :root { color-scheme: light dark; --line: #d0d7de; --quiet: #57606a; --good: #116329; --bad: #a40e26; --back: #f6f8fa; --link: #0550ae; }
          @media (prefers-color-scheme: dark) { :root { --line: #3d444d; --quiet: #9198a1; --good: #56d364; --bad: #ff7b72; --back: #212830; --link: #79c0ff; } }
          * { box-sizing: border-box; }
          body { margin: 0; padding: 3rem 1.5rem; font: 1rem/1.55 system-ui, sans-serif; }
          main { max-width: 44rem; margin: 0 auto; }
          main.wide { max-width: 64rem; }
          h1 { font-size: 1.5rem; line-height: 1.3; margin: 0 0 1rem; }
          h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; overflow-wrap: anywhere; }
          p { margin: 0 0 1rem; }
          .end { margin-top: 2rem; }
          a { color: var(--link); }
          .cluster { color: var(--quiet); margin: 0 0 .25rem; overflow-wrap: anywhere; }
          .words { white-space: pre-wrap; overflow-wrap: anywhere; padding: .75rem 1rem; border-left: 4px solid var(--bad); background: var(--back); }
          .quiet { color: var(--quiet); }
          .good { color: var(--good); }
          .bad { color: var(--bad); }
          .table { overflow-x: auto; }
          table { border-collapse: collapse; width: 100%; }
          th, td { text-align: left; vertical-align: top; padding: .5rem .75rem .5rem 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
          thead th { color: var(--quiet); font-weight: 600; font-size: .875rem; }
          tbody th, td.good, td.bad { min-width: 10rem; white-space: normal; overflow-wrap: anywhere; }
          tbody th { font-weight: 600; }
          td:last-child, th:last-child { padding-right: 0; text-align: right; }
          form { margin: 0; }
          button { font: inherit; padding: .25rem 1rem; border: 1px solid var(--line); border-radius: 6px; background: var(--back); color: inherit; cursor: pointer; }
          button:hover { border-color: currentColor; }
          :focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
          """);

  private final String css;
  private final String hash;

  private StyleSheet(String css) {
    this.css = css;
    this.hash = "'sha256-" + Base64.getEncoder().encodeToString(sha256(css)) + "'";
  }

  String css() {
    return css;
  }

  /** Returns the source expression for {@code style-src}. */
  String hash() {
    return hash;
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
